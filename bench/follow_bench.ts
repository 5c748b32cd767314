/** 1,000 idle followers of a running mission: memory each, and the processor time that they cost. */
import { connect, dispatch, report, residentMb, startDugdale } from "./harness.ts";

const COUNT = 1000;
const IDLE_S = 5;

/** Processor time of a process, user and system, in seconds. */
function processorSeconds(pid: number): number {
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

await using dugdale = await startDugdale(1, { command: ["sleep", "600"] });
using client = await connect(dugdale.port);
const id = await dispatch(client);
const request = new TextEncoder().encode(
  `GET /v1/missions/${id}/events?follow=true HTTP/1.1\r\nhost: b\r\nauthorization: Bearer bench\r\n\r\n`,
);
const followers: Deno.Conn[] = [];
async function follow(many: number): Promise<void> {
  const buffer = new Uint8Array(4096);
  for (let index = 0; index < many; index++) {
    const connection = await Deno.connect({ port: dugdale.port, hostname: "127.0.0.1" });
    await connection.write(request);
    await connection.read(buffer);
    followers.push(connection);
  }
}
await follow(100);
const before = residentMb(dugdale.pid);
await follow(COUNT);
const each = (residentMb(dugdale.pid) - before) * 1024 / COUNT;
report("memory per idle follower, KB", each.toFixed(0), each / 75, "at most 1, aim 0.67");
const since = processorSeconds(dugdale.pid);
await new Promise((resolve) => setTimeout(resolve, IDLE_S * 1000));
const percent = (processorSeconds(dugdale.pid) - since) / IDLE_S * 100;
report(`processor of ${followers.length} idle followers, %`, percent.toFixed(2), percent / 0.5, "below 1");
for (const connection of followers) connection.close();
