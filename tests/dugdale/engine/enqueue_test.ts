import { assert, assertEquals } from "@std/assert";
import { setImmediate } from "node:timers";
import { dugdaleConfig } from "../../../config/dugdale/read.ts";
import { AppliedConfig } from "../../../dugdale/engine/applied.ts";
import { type DispatchRequest, missionSpec } from "../../../dugdale/engine/dispatch.ts";
import type { Engine } from "../../../dugdale/engine/engine.ts";
import { Enqueuer } from "../../../dugdale/engine/enqueue.ts";
import { Lanes } from "../../../dugdale/engine/lanes.ts";
import type { EngineParts } from "../../../dugdale/engine/parts.ts";
import { Transitions } from "../../../dugdale/engine/transitions.ts";
import { systemClock } from "../../../dugdale/host/clock.ts";
import { silentLog } from "../../../dugdale/host/log.ts";
import { ProblemError } from "../../../dugdale/problem_error.ts";
import { Store } from "../../../dugdale/store/store.ts";
import { ids } from "../running.ts";

const store = () => new Store(":memory:", -2000);

/** The door of a dugdale whose lanes `a` and `b` start nothing. */
async function openDoor(store: Store): Promise<{ readonly enqueuer: Enqueuer; readonly lanes: Lanes }> {
  const parts = {
    store,
    transitions: new Transitions(store, silentLog),
    clock: systemClock,
    log: silentLog,
    config: dugdaleConfig({ listen: ":0", dataDir: "/nowhere" }),
  } as unknown as EngineParts;
  const lanes = new Lanes(parts, () => {
    throw new TypeError("nothing starts here");
  });
  const applied = new AppliedConfig(parts, { lanes } as unknown as Engine);
  const none = { force: true, prune: false, forcePrune: false };
  await applied.apply({ lanes: { a: { concurrency: 0 }, b: { concurrency: 0 } } }, none);
  return { enqueuer: new Enqueuer(parts, lanes, applied), lanes };
}

function spec(more: Partial<DispatchRequest> = {}) {
  return missionSpec({
    missionId: ids.mission(),
    mission: "m",
    lane: "a",
    input: "null",
    timeoutMs: null,
    traceparent: null,
    files: [],
    ...more,
  });
}

Deno.test("Enqueuer.enqueue() makes the missions of a lane in one turn one change, in the order of the calls", async () => {
  using kept = store();
  const { enqueuer, lanes } = await openDoor(kept);
  using _lanes = lanes;
  const changes: number[] = [];
  const write = kept.write.bind(kept);
  kept.write = (apply, delayMs) => write(() => (changes.push(changes.length), apply()), delayMs);
  const specs = ["a", "a", "b", "b", "a"].map((lane) => spec({ lane }));
  await Promise.all(specs.map((one) => enqueuer.enqueue(one)));
  assertEquals(changes.length, 3, "a change for each row of missions of one lane");
  const rows = specs.map(({ missionId }) => kept.missions.find(missionId)!.id);
  assertEquals(rows, rows.toSorted((a, b) => a - b));
  await enqueuer.enqueue(spec());
  assertEquals(changes.length, 4, "a later call is a change of its own");
  await Promise.all([enqueuer.enqueue(spec()), enqueuer.enqueue(spec())]);
  const first = enqueuer.enqueue(spec());
  await new Promise((resolve) => setImmediate(resolve));
  await Promise.all([first, enqueuer.enqueue(spec())]);
  assertEquals(changes.length, 6, "among several callers the next turn is waited for");
});

Deno.test("Enqueuer.enqueue() lets neither a refusal nor a statement that fails disturb missions of the same turn", async () => {
  using kept = store();
  const { enqueuer, lanes } = await openDoor(kept);
  using _lanes = lanes;
  const taken = spec();
  await enqueuer.enqueue(taken);
  const before = spec(), after = spec();
  const asked = [
    { ...spec({ input: "1" }), missionId: taken.missionId },
    before,
    // No row has such a kind.
    { ...spec(), kind: "other" as "mission" },
    after,
  ];
  const [refused, first, failed, last] = await Promise.allSettled(asked.map((one) => enqueuer.enqueue(one)));
  assertEquals([first?.status, last?.status], ["fulfilled", "fulfilled"]);
  assert(refused?.status === "rejected" && refused.reason instanceof ProblemError);
  assert(failed?.status === "rejected" && /CHECK constraint failed/.test(failed.reason.message));
  for (const { missionId } of [before, after]) assertEquals(kept.missions.find(missionId)?.status, "queued");
  assertEquals(kept.missions.unfinished.list().map(({ count }) => count), [3]);
});
