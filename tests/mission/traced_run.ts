/** An application that embeds a dugdale and runs missions on it, all under `OTEL_DENO=true`. @module */
import { LettsClient, lettsConfig } from "../../client/mod.ts";
import { openUnderDugdale } from "./under_dugdale.ts";

await using dugdale = await openUnderDugdale({
  settings: {
    missionEnv: {
      inherit: [
        "PATH",
        "DENO_DIR",
        "OTEL_DENO",
        "OTEL_EXPORTER_OTLP_PROTOCOL",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
      ],
    },
  },
  command: [Deno.execPath(), "run", "-A", "{mission_path}"],
});
await dugdale.write("good.ts", `await letts.mission(async (m) => { m.note("seen"); });`);
await dugdale.write("bad.ts", `await letts.mission(() => { throw new Error("odd"); });`);
const { hostname, port } = new URL(dugdale.calls.url);
const config = lettsConfig({
  auth: { token: dugdale.calls.tokens.dispatch },
  dugdales: [{ id: "s1", host: hostname, port: Number(port), lanes: { only: { concurrency: 1 } } }],
});
await using letts = await LettsClient.open({ config });
for (const mission of ["good.ts", "bad.ts"]) {
  await letts.run({ host: "s1", lane: "only" }, { mission, throwOnFailure: false });
}
