/**
 * letts with its own Deno: its size, the first start, which unpacks it, and later ones, side by side with its Deno
 * called directly.
 */
import { filesFor, selfUnpacking } from "../build/pack.ts";
import { programFiles } from "../build/program.ts";
import { median, report } from "./harness.ts";

const ROUNDS = 25, FIRST_ROUNDS = 5;

await using stack = new AsyncDisposableStack();
const folder = await Deno.makeTempDir({ prefix: "letts-bench-" });
stack.defer(() => Deno.remove(folder, { recursive: true }));
const letts = `${folder}/letts`, home = `${folder}/home`;
const packed = await selfUnpacking(
  await filesFor({}, await Deno.readFile(Deno.execPath()), await programFiles()),
);
await Deno.writeFile(letts, packed, { mode: 0o755 });

const first: number[] = [];
for (let round = 0; round < FIRST_ROUNDS; round++) {
  await Deno.remove(home, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  first.push(await startMs(letts));
}
const [unpacked] = [...Deno.readDirSync(home)].map(({ name }) => `${home}/${name}`);
const direct = ["run", "-A", "--no-config", "--unstable-no-legacy-abort", `${unpacked}/letts.js`];
const times: [number[], number[]] = [[], []];
// In turns, so that a bad minute of the machine is bad for both.
for (let round = 0; round < ROUNDS; round++) {
  times[0].push(await startMs(letts));
  times[1].push(await startMs(`${unpacked}/deno`, ...direct));
}
const [warm, bare] = times.map(median) as [number, number];
const deno = (await Deno.stat(Deno.execPath())).size;
report(
  "size, to its Deno",
  `${(packed.length / 1e6).toFixed(1)} MB of ${(deno / 1e6).toFixed(1)} MB`,
  packed.length / deno,
  "at most 45 MB",
);
report(
  "first start, to a later one",
  `${median(first).toFixed(0)} ms to ${warm.toFixed(1)} ms`,
  median(first) / warm,
  "at most 3 s",
);
report(
  "later start, to its Deno alone",
  `${warm.toFixed(1)} ms to ${bare.toFixed(1)} ms`,
  warm / bare,
  "at most 5 ms more",
);

/** Runs `letts version` to its end. */
async function startMs(program: string, ...args: readonly string[]): Promise<number> {
  const start = performance.now();
  const { code, stderr } = await new Deno.Command(program, {
    args: [...args, "version"],
    env: { LETTS_HOME: home },
    stdout: "null",
    stderr: "piped",
  }).output();
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${new TextDecoder().decode(stderr)}`);
  return performance.now() - start;
}
