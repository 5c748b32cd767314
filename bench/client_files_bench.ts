/**
 * A large file through the client, up and down: rate against `sha256sum` and a copy with fsync of the same file in
 * the same run, and the peak of resident memory of the client's whole process, which does nothing else.
 *
 * `deno run -A bench/client_files_bench.ts [MiB]`
 */
import { report, startDugdale } from "./harness.ts";

const MIB = Number(Deno.args[0] ?? 2048);
const SIZE = MIB * 1024 * 1024;
const LIMIT_MB = 80;

/** What `file_client.ts` says. */
interface Transfer {
  readonly stagingId: string;
  readonly ms: number;
  readonly idleMb: number;
  readonly peakMb: number;
}

/** Makes the file, of a block that is not the same twice, and brings it to the disk. */
function makeFile(path: string): void {
  using file = Deno.openSync(path, { create: true, write: true });
  const block = crypto.getRandomValues(new Uint8Array(64 * 1024));
  const counter = new DataView(block.buffer);
  for (let at = 0; at < SIZE; at += block.length) {
    counter.setUint32(0, at / block.length);
    file.writeSync(block);
  }
  file.syncSync();
}

async function output(command: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(command, { args }).output();
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

async function sha256sum(path: string): Promise<string> {
  return (await output("sha256sum", path)).slice(0, 64);
}

await using dugdale = await startDugdale(0);

async function transfer(...args: string[]): Promise<Transfer> {
  const program = new URL("file_client.ts", import.meta.url).pathname;
  return JSON.parse(await output(Deno.execPath(), "run", "-A", program, String(dugdale.port), ...args));
}

const source = `${dugdale.folder}/source`;
const copy = `${dugdale.folder}/copy`;
makeFile(source);
const start = performance.now();
const digest = await sha256sum(source);
await output("dd", `if=${source}`, `of=${copy}`, "bs=1M", "conv=fsync");
const bare = SIZE / 1000 / (performance.now() - start);
await Deno.remove(copy);
const up = await transfer("up", source);
const down = await transfer("down", up.stagingId, copy);
if (await sha256sum(copy) !== digest) throw new Error("what came back is another file");
for (const [name, { ms, idleMb, peakMb }] of [["upload", up], ["download", down]] as const) {
  const rate = SIZE / 1000 / ms;
  report(
    `${name} of ${MIB} MiB, MB/s`,
    `${rate.toFixed(0)} of ${bare.toFixed(0)}`,
    rate / bare,
    "at least 0.4",
  );
  const figure = `${peakMb.toFixed(0)} MB, ${idleMb.toFixed(0)} of them idle`;
  report(`memory of a client at its ${name}`, figure, peakMb / LIMIT_MB, `of ${LIMIT_MB} MB; at most 1`);
}
