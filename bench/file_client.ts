// deno-lint-ignore-file no-console -- its result goes to the measurement that started it
/**
 * An application that sends or fetches one file and says how it went: what `client_files_bench.ts` measures.
 *
 * `deno run -A bench/file_client.ts <port> up <path>` or `… down <staging id> <path>`
 */
import { LettsClient, lettsConfig } from "../client/mod.ts";

const [port, direction, ...rest] = Deno.args;
const [first = "", second = ""] = rest;
await using client = await LettsClient.open({
  config: lettsConfig({
    auth: { token: "bench", admin_token: "bench" },
    dugdales: [{ id: "b", host: "127.0.0.1", port: Number(port) }],
  }),
});
const idleMb = memoryMb("VmRSS");
const start = performance.now();
let stagingId = first;
if (direction === "up") stagingId = (await client.upload("b", first)).staging_id;
else await client.saveDownload("b", first, second);
const ms = performance.now() - start;
console.log(JSON.stringify({ stagingId, ms, idleMb, peakMb: memoryMb("VmHWM") }));

/** Resident memory now, or at its highest since the process began. */
function memoryMb(field: "VmHWM" | "VmRSS"): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
}
