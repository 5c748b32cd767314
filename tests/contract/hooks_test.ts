import { assert, assertEquals } from "@std/assert";
import { Receiver } from "../dugdale/hooks/receiver.ts";
import { type Daemon, Place } from "./daemon.ts";
import { apply, callsTo, ownTest, STATE } from "./harness.ts";

const ON = ["mission.queued", "mission.starting", "mission.done"];

/** When a dugdale is killed: with how many events received, and whether the last one has been answered. */
const MOMENTS = [
  { count: 1, answered: false },
  { count: 1, answered: true },
  { count: 2, answered: false },
  { count: 3, answered: false },
  { count: 3, answered: true },
] as const;

ownTest(
  "after a SIGKILL at any step of a delivery each event comes at least once, in its order, with the same id",
  async () => {
    for (const { count: at, answered } of MOMENTS) {
      const started = Promise.withResolvers<Daemon>();
      const killed = Promise.withResolvers<void>();
      const kill = async (): Promise<void> => {
        const daemon = await started.promise;
        daemon.signal("SIGKILL");
        await daemon.exited;
        killed.resolve();
      };
      await using receiver = new Receiver(async (_, count) => {
        if (count === at && !answered) await kill();
        if (count === at && answered) void kill();
        return new Response(null, { status: 204 });
      });
      await using place = await Place.make({
        hooks: { ops: { url: receiver.url, on: ON, allow_private: true, secret: "s" } },
      });
      const daemon = await place.start();
      started.resolve(daemon);
      const dugdale = callsTo(daemon);
      await apply(dugdale, STATE);
      const id = await dugdale.queue("silent.sh");
      await killed.promise;
      await daemon[Symbol.asyncDispose]();
      await using _next = await place.start();
      while (!receiver.all.some(({ event }) => event.type === "mission.done")) {
        await receiver.count(receiver.all.length + 1);
      }
      const events = receiver.all.map(({ event }) => event);
      assertEquals(new Set(events.map(({ subject }) => subject)), new Set([id]));
      const order = events.map(({ type }) => ON.indexOf(type));
      assertEquals(order, order.toSorted((a, b) => a - b), "in their order");
      for (const type of ["mission.queued", "mission.done"]) {
        assert(events.some((event) => event.type === type), type);
      }
      const bodies = Map.groupBy(receiver.all, ({ event }) => event.type);
      for (const same of bodies.values()) assertEquals(new Set(same.map(({ text }) => text)).size, 1);
    }
  },
);
