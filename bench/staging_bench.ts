/** A large upload and its download: rate against hashing and writing as much here, and what the daemon's memory grows by. */
import { createHash } from "node:crypto";
import { Ids } from "../dugdale/host/ids.ts";
import { systemClock } from "../dugdale/host/clock.ts";
import { report, startDugdale } from "./harness.ts";

const SIZE = 300 * 1024 * 1024;
const block = crypto.getRandomValues(new Uint8Array(64 * 1024));

/** MB/s of what everyone has to do: take the digest, write, bring it to the disk. */
function bareRate(folder: string): { mbPerSecond: number; sha256: string } {
  const hash = createHash("sha256");
  const path = `${folder}/bare-rate`;
  const start = performance.now();
  using file = Deno.openSync(path, { create: true, write: true });
  for (let done = 0; done < SIZE; done += block.length) {
    hash.update(block);
    file.writeSync(block);
  }
  file.syncSync();
  const mbPerSecond = SIZE / 1000 / (performance.now() - start);
  Deno.removeSync(path);
  return { mbPerSecond, sha256: hash.digest("hex") };
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
const path = `/v1/staging/${new Ids(systemClock).staging()} HTTP/1.1\r\n`;
for (const [name, wanted] of [["PUT", "at least 0.4"], ["GET", "at least 0.5"]] as const) {
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
    `${name} of 300 MiB, MB/s`,
    `${mbPerSecond.toFixed(0)} of ${bare.toFixed(0)}`,
    mbPerSecond / bare,
    wanted,
  );
  const grown = mostResidentMb(dugdale.pid) - before;
  report(`memory grown by ${name}, MB`, `${grown.toFixed(0)} of 300`, grown / 300, "below 0.3");
}
