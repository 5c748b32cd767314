/** An application under `OTEL_DENO=true`: dispatches with a file, and with a trace context of its own. @module */
import { openClient } from "./scripted.ts";

const [port, missionId] = Deno.args;
await using letts = await openClient([{ port: Number(port) }]);
await letts.dispatch({ route: "r" }, { mission: "m", missionId, files: { in: new Uint8Array(3) } });
const traceparent = `00-${"5".repeat(32)}-${"6".repeat(16)}-01`;
await letts.dispatch({ route: "r" }, { mission: "m", traceparent });
