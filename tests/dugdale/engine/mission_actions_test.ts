import { assertEquals, assertRejects } from "@std/assert";
import { ProblemError } from "../../../dugdale/problem_error.ts";
import { MissionActions } from "../../../dugdale/engine/mission_actions.ts";
import type { Engine } from "../../../dugdale/engine/engine.ts";
import type { Enqueuer } from "../../../dugdale/engine/enqueue.ts";
import type { EngineParts } from "../../../dugdale/engine/parts.ts";
import type { MissionRow } from "../../../dugdale/store/mission_row.ts";
import { Store } from "../../../dugdale/store/store.ts";
import { silentLog } from "../../../dugdale/host/log.ts";
import { Transitions } from "../../../dugdale/engine/transitions.ts";
import { newMission } from "../store/samples.ts";

const missionId = "0192a8b3-d2c1-7abc-bad0-1234567890ab" as MissionRow["mission_id"];

/** A control over one queued mission, on a real store; nothing runs. */
async function withQueued(
  test: (control: MissionActions, store: Store, row: MissionRow) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    using store = new Store(`${folder}/state.db`, -2000);
    await store.write(() => store.missions.insert(newMission({ missionId })));
    const clock = { wallMs: () => 9, steadyMs: () => 9 };
    const parts = { store, clock, transitions: new Transitions(store, silentLog) } as unknown as EngineParts;
    const engine = { kill: () => undefined, find: () => undefined } as unknown as Engine;
    await test(
      new MissionActions(parts, engine, {} as Enqueuer),
      store,
      store.missions.find(missionId)!,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const never = (): AbortSignal => new AbortController().signal;

Deno.test("MissionActions.delete() does not take a mission that was picked up meanwhile for a queued one", () =>
  withQueued(async (control, store, row) => {
    const claimed = store.write(() => store.missions.queue.claim("a", 1, 5));
    const error = await assertRejects(() => control.delete(row, false, never), ProblemError);
    assertEquals(error.code, "mission_running");
    await claimed;
    assertEquals(store.missions.find(missionId)?.status, "running");
  }));

Deno.test("MissionActions.delete() hides a queued mission", () =>
  withQueued(async (control, store, row) => {
    await control.delete(row, false, never);
    assertEquals(store.missions.find(missionId)?.status, "deleting");
  }));

Deno.test("MissionActions.kill() of a mission that has just left the queue says so", () =>
  withQueued(async (control, store, row) => {
    const claimed = store.write(() => store.missions.queue.claim("a", 1, 5));
    const error = await assertRejects(() => control.kill(row), ProblemError);
    assertEquals(error.code, "mission_state_changed");
    await claimed;
  }));
