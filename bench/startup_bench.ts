/**
 * Start-up of the bundled command line: `letts version` and `letts dispatch` to a dugdale on this machine, each as a
 * process of its own, side by side with a Deno that runs an empty script.
 */
import { bundle } from "../build/bundle.ts";
import { median, report, startDugdale } from "./harness.ts";

const ROUNDS = 30;

await using stack = new AsyncDisposableStack();
const folder = await Deno.makeTempDir({ prefix: "letts-bench-" });
stack.defer(() => Deno.remove(folder, { recursive: true }));
const dugdale = stack.use(await startDugdale(2));
await bundle(`${folder}/letts.js`);
await Deno.writeTextFile(`${folder}/empty.js`, "");
await Deno.writeTextFile(
  `${folder}/letts.yaml`,
  `auth: { token: bench }\ndugdales:\n  - { id: here, url: "http://127.0.0.1:${dugdale.port}" }\n`,
  { mode: 0o600 },
);

const lines: Readonly<Record<string, readonly string[]>> = {
  empty: ["empty.js"],
  version: ["letts.js", "version"],
  dispatch: ["letts.js", "dispatch", "--host", "here", "--lane", "bench", "--mission", "true"],
};
const times = new Map(Object.keys(lines).map((name) => [name, [] as number[]]));
// In turns, so that a bad minute of the machine is bad for all of them. The first round fills the code cache.
for (let round = -1; round < ROUNDS; round++) {
  for (const [name, taken] of times) {
    const ms = await startMs(lines[name] ?? []);
    if (round >= 0) taken.push(ms);
  }
}
const [empty = NaN, version = NaN, dispatched = NaN] = [...times.values()].map(median);
const figure = (ms: number): string => `${ms.toFixed(0)} ms to ${empty.toFixed(0)} ms`;
report("letts version, to an empty script", figure(version), version / empty, "at most 1.5");
report("letts dispatch, to an empty script", figure(dispatched), dispatched / empty, "under 350 ms");

/** Runs a command line to its end. */
async function startMs(words: readonly string[]): Promise<number> {
  const start = performance.now();
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--unstable-no-legacy-abort", ...words],
    cwd: folder,
    stdout: "null",
    stderr: "piped",
  }).output();
  if (code !== 0) {
    throw new Error(`${words.join(" ")} ended with ${code}: ${new TextDecoder().decode(stderr)}`);
  }
  return performance.now() - start;
}
