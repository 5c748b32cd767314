/**
 * A large file into the staging area and out again: rate against `cat` into `sha256sum` in the same run, and what the
 * daemon's memory grows by at its peak.
 *
 * `deno run -A bench/staging_bench.ts [MiB]`
 */
import { Ids } from "../protocol/ids.ts";
import { report, startDugdale } from "./harness.ts";

const MIB = Number(Deno.args[0] ?? 1024);
const SIZE = MIB * 1024 * 1024;
const block = crypto.getRandomValues(new Uint8Array(64 * 1024));

/**
 * What the machine's own tools make of such a file: rate, and its digest. A pipe that copies it to the disk as well is
 * slower, by much where the disk is; the best of three is what the daemon has to stand up to.
 */
function bareRate(folder: string): { mbPerSecond: number; sha256: string } {
  const source = `${folder}/source`;
  {
    using file = Deno.openSync(source, { create: true, write: true });
    for (let done = 0; done < SIZE; done += block.length) file.writeSync(block);
    file.syncSync();
  }
  let mbPerSecond = 0, sha256 = "";
  for (let runs = 0; runs < 3; runs++) {
    const start = performance.now();
    const { stdout } = new Deno.Command("sh", { args: ["-c", 'cat "$0" | sha256sum', source] }).outputSync();
    mbPerSecond = Math.max(mbPerSecond, SIZE / 1000 / (performance.now() - start));
    sha256 = new TextDecoder().decode(stdout).slice(0, 64);
  }
  Deno.removeSync(source);
  return { mbPerSecond, sha256 };
}

/** Sends one request over its own connection, with the body if there is one, and counts the bytes of the answer. */
async function transfer(
  port: number,
  head: string,
  withBody: boolean,
): Promise<{ status: number; bytes: number }> {
  using connection = await Deno.connect({ port, hostname: "127.0.0.1" });
  const send = async (data: Uint8Array): Promise<void> => {
    for (let done = 0; done < data.length;) done += await connection.write(data.subarray(done));
  };
  await send(
    new TextEncoder().encode(`${head}authorization: Bearer bench\r\nhost: b\r\nconnection: close\r\n\r\n`),
  );
  if (withBody) { for (let done = 0; done < SIZE; done += block.length) await send(block); }
  const buffer = new Uint8Array(256 * 1024);
  let bytes = 0, status = 0;
  for (let count = await connection.read(buffer); count !== null; count = await connection.read(buffer)) {
    if (bytes === 0) status = Number(new TextDecoder().decode(buffer.subarray(9, 12)));
    bytes += count;
  }
  return { status, bytes };
}

function mostResidentMb(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1]) / 1024;
}

await using dugdale = await startDugdale(0);
const { mbPerSecond: bare, sha256 } = bareRate(dugdale.folder);
const path = `/v1/staging/${new Ids().staging()} HTTP/1.1\r\n`;
for (const name of ["PUT", "GET"] as const) {
  const before = mostResidentMb(dugdale.pid);
  const start = performance.now();
  const isPut = name === "PUT";
  const head = isPut ? `PUT ${path}x-letts-sha256: ${sha256}\r\ncontent-length: ${SIZE}\r\n` : `GET ${path}`;
  const { status, bytes } = await transfer(dugdale.port, head, isPut);
  if (status !== (isPut ? 201 : 200) || (!isPut && bytes < SIZE)) {
    throw new Error(`${name}: ${status}, ${bytes} bytes`);
  }
  const mbPerSecond = SIZE / 1000 / (performance.now() - start);
  report(
    `${name} of ${MIB} MiB, MB/s`,
    `${mbPerSecond.toFixed(0)} of ${bare.toFixed(0)}`,
    mbPerSecond / bare,
    "at least 0.6",
  );
  const grown = mostResidentMb(dugdale.pid) - before;
  report(`memory grown by ${name}, MB`, `${grown.toFixed(0)} of ${MIB}`, grown / 80, "of 80 MB; at most 1");
}
