import { assert, assertEquals } from "@std/assert";
import { Place } from "./daemon.ts";
import { told } from "./deeds.ts";
import { apply, callsTo, ownTest, STATE } from "./harness.ts";
import { connect, requestText, writeAll } from "./raw_http.ts";
import { OWN_TOKENS } from "./settings.ts";

const MIB = 1024 * 1024;
const BYTES = 32 * MIB, READERS = 12;

/** The most memory that a process has held so far. */
function mostResidentBytes(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1]) * 1024;
}

/** Asks and never reads the answer. */
async function lazyReader(url: string, path: string): Promise<Deno.Conn> {
  const connection = await connect(url);
  const authorization = `Bearer ${OWN_TOKENS.admin}`;
  await writeAll(connection, new TextEncoder().encode(requestText("GET", path, { authorization })));
  return connection;
}

ownTest(
  "readers that read nothing grow no memory of the dugdale, and others get all of it meanwhile",
  async () => {
    await using place = await Place.make({ limits: { max_output_buffer: 2 * BYTES } });
    await using daemon = await place.start();
    const dugdale = callsTo(daemon);
    await apply(dugdale, STATE);
    const id = await dugdale.queue("obeys.sh", {
      input: told(`mkfifo go; read go < go; yes | head -c ${BYTES}`),
    });
    await dugdale.event(id, "running");
    const path = `/v1/missions/${id}/output?stream=stdout&follow=true`;
    const lazy = await Promise.all(Array.from({ length: READERS }, () => lazyReader(daemon.url, path)));
    const before = mostResidentBytes(daemon.pid);
    const output = await dugdale.open("GET", path);
    await Deno.writeTextFile(`${place.dataDir}/work/${id}/go`, "go\n");
    let bytes = 0;
    for await (const chunk of output.body ?? []) bytes += chunk.length;
    assertEquals(bytes, BYTES);
    assertEquals((await dugdale.done(id)).outcome, "success");
    // Sockets take up to 10 MiB each. If the rest waited in memory, it would be more than 260 MiB.
    const grown = mostResidentBytes(daemon.pid) - before;
    assert(grown < 160 * MIB, `${Math.round(grown / MIB)} MiB`);
    for (const connection of lazy) connection.close();
  },
);
