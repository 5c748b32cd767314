import { assert, assertEquals } from "@std/assert";
import { Place } from "./daemon.ts";
import { told } from "./shell_missions.ts";
import { apply, callsTo, ownTest, STATE } from "./harness.ts";
import { connect, requestText, writeAll } from "./raw_http.ts";
import { OWN_TOKENS } from "./settings.ts";

const MIB = 1024 * 1024;
const READERS = 12;
/** What is said; events are one piece of memory for all readers, output is one for each. */
const BYTES = { output: 32 * MIB, events: 64 * MIB } as const;

/** How much memory a process held, at most, beyond what it held when this began. */
function memoryGrowth(pid: number): () => number {
  // Makes the most be what is held now.
  Deno.writeTextFileSync(`/proc/${pid}/clear_refs`, "5");
  const most = (): number =>
    Number(/VmHWM:\s+(\d+)/.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1]) * 1024;
  const before = most();
  return () => most() - before;
}

/** Shell commands that say so many bytes. */
const LINE_BYTES = 32 * 1024;
const SAYS = {
  output: `yes | head -c ${BYTES.output}`,
  events:
    `line="{\\"event\\":\\"progress\\",\\"message\\":\\"$(head -c ${LINE_BYTES} /dev/zero | tr '\\0' x)\\"}"
    for count in $(seq ${BYTES.events / LINE_BYTES}); do echo "$line" >&3; done`,
} as const;

const MOST = { output: 160 * MIB, events: 110 * MIB } as const;
const UNLIMITED = { max_events_buffer: 0, max_progress_rate: 0, progress_buffer_size: MIB } as const;

/** Asks and never reads the answer. */
async function lazyReader(url: string, path: string): Promise<Deno.Conn> {
  const connection = await connect(url);
  const authorization = `Bearer ${OWN_TOKENS.admin}`;
  await writeAll(connection, new TextEncoder().encode(requestText("GET", path, { authorization })));
  return connection;
}

for (const stream of ["output", "events"] as const) {
  ownTest(
    `readers of ${stream} that read nothing grow no memory of the dugdale, and others get all of it meanwhile`,
    async () => {
      await using place = await Place.make({
        limits: { max_output_buffer: 2 * BYTES.output, ...UNLIMITED },
      });
      await using daemon = await place.start();
      const dugdale = callsTo(daemon);
      await apply(dugdale, STATE);
      const id = await dugdale.queue("obeys.sh", {
        input: told(`mkfifo go; read go < go; ${SAYS[stream]}`),
      });
      await dugdale.event(id, "running");
      const path = `/v1/missions/${id}/${stream}?stream=stdout&follow=true`;
      const lazy = await Promise.all(Array.from({ length: READERS }, () => lazyReader(daemon.url, path)));
      const growth = memoryGrowth(daemon.pid);
      const response = await dugdale.open("GET", path);
      await Deno.writeTextFile(`${place.dataDir}/work/${id}/go`, "go\n");
      let bytes = 0;
      for await (const chunk of response.body ?? []) bytes += chunk.length;
      const { outcome, progress_dropped = 0 } = await dugdale.event(id, "done");
      assertEquals([outcome, progress_dropped], ["success", 0]);
      if (stream === "output") assertEquals(bytes, BYTES.output);
      else assert(bytes > BYTES.events, `${bytes}`);
      // Sockets take up to 10 MiB each. If the rest of the output waited in memory, it would be more than 260 MiB.
      const grown = growth();
      assert(grown < MOST[stream], `${Math.round(grown / MIB)} MiB`);
      for (const connection of lazy) connection.close();
    },
  );
}
