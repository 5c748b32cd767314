import { assert, assertEquals } from "@std/assert";
import { dugdaleConfig } from "../../../config/dugdale/read.ts";
import { AppliedConfig } from "../../../dugdale/engine/applied.ts";
import { dispatchMission } from "../../../dugdale/engine/dispatch.ts";
import type { Engine } from "../../../dugdale/engine/engine.ts";
import { Enqueuer } from "../../../dugdale/engine/enqueue.ts";
import { Lanes } from "../../../dugdale/engine/lanes.ts";
import type { EngineParts } from "../../../dugdale/engine/parts.ts";
import { Transitions } from "../../../dugdale/engine/transitions.ts";
import { systemClock } from "../../../dugdale/host/clock.ts";
import { silentLog } from "../../../dugdale/host/log.ts";
import { Audit } from "../../../dugdale/http/audit.ts";
import type { RunningMission } from "../../../dugdale/store/mission_row.ts";
import { Store } from "../../../dugdale/store/store.ts";
import { HandClock } from "../hand_clock.ts";
import { ids, openRunning } from "../running.ts";
import { StatementCount } from "../statement_count.ts";
import { ending } from "../store/samples.ts";

Deno.test("a plain mission takes no more SQL statements than its record needs, from dispatch to end", async () => {
  const folder = await Deno.makeTempDir();
  try {
    using store = new Store(`${folder}/state.db`, -2000);
    const parts = {
      store,
      transitions: new Transitions(store, silentLog),
      clock: systemClock,
      log: silentLog,
      config: dugdaleConfig({ listen: ":0", dataDir: folder }),
    } as unknown as EngineParts;
    const runs: RunningMission[] = [];
    using lanes = new Lanes(parts, (row) => {
      runs.push(row);
      return { start: () => {}, withdraw: () => {} };
    });
    const applied = new AppliedConfig(parts, { lanes } as unknown as Engine);
    await applied.apply({ lanes: { a: { concurrency: 2 } } }, {
      force: true,
      prune: false,
      forcePrune: false,
    });
    const enqueuer = new Enqueuer(parts, lanes, applied);
    const dispatch = (entered?: () => void) => {
      const request = {
        mission: "m",
        lane: "a",
        input: "null",
        timeoutMs: null,
        traceparent: null,
        files: [],
      };
      return dispatchMission({ ...request, missionId: ids.mission(), entered }, enqueuer);
    };
    const finish = () =>
      lanes.write(lanes.find("a"), (turn) => {
        parts.transitions.finish(runs.shift()!, ending("success"), systemClock.wallMs());
        turn.release();
      });
    const statements = async (work: () => Promise<unknown>): Promise<number> => {
      using counter = new StatementCount();
      await work();
      return counter.count;
    };
    const audited = (enabled: boolean) => () => {
      const config = { audit: { enabled, dispatches: true, file: "" } };
      using audit = new Audit({ store, clock: systemClock, log: silentLog, config });
      const action = { action: "mission.dispatch", target: "m" };
      const record = audit.quietly({ caller: { scope: "admin", address: "", ip: "" } }, action);
      return dispatch(record && (() => record.within()));
    };
    await dispatch();
    // Begin and commit; the look for an equal dispatch, or for what is on record of the run.
    const TRANSACTION = 2, LOOK = 1;
    assertEquals(await statements(dispatch), TRANSACTION + LOOK + 1, "dispatched and running");
    assertEquals(await statements(dispatch), TRANSACTION + LOOK + 1, "dispatched and queued");
    assertEquals(
      await statements(finish),
      TRANSACTION + LOOK + 1 + 3,
      "ended, and the next one looked for, read and claimed",
    );
    assertEquals(await statements(finish), TRANSACTION + LOOK + 1 + 1, "ended, and no next one found");
    assertEquals(await statements(finish), TRANSACTION + LOOK + 1, "ended in a lane in which nothing waits");
    assertEquals(await statements(audited(true)), TRANSACTION + LOOK + 1 + 1, "dispatched and audited");
    assertEquals(await statements(audited(false)), TRANSACTION + LOOK + 1, "dispatched with the audit off");
    for (const _ of [1, 2]) await finish();
    assertEquals(runs, []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("L9 what waits is counted in memory: 100 questions for the lanes ask the database at most 6 times", async () => {
  // What the dugdale looks after from time to time stays out of it.
  await using running = await openRunning({ clock: new HandClock({ fromMs: 100 }) });
  await running.apply({ a: { concurrency: 0 } });
  const body = { lane: "a", mission: "m" };
  for (let n = 0; n < 3; n++) await running.request("POST", "/v1/dispatch", { key: ids.mission(), body });
  using counter = new StatementCount();
  for (let n = 0; n < 100; n++) {
    assertEquals((await running.request("GET", "/v1/lanes")).body[0].queued, 3);
  }
  assert(counter.count <= 6, `${counter.count} statements`);
});
