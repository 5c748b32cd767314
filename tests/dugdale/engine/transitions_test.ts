import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Transitions } from "../../../dugdale/engine/transitions.ts";
import { lineLog } from "../../../dugdale/host/log.ts";
import type { RunningMission } from "../../../dugdale/store/mission_row.ts";
import { Store } from "../../../dugdale/store/store.ts";
import { ending, newMission } from "../store/samples.ts";

interface Parts {
  readonly store: Store;
  readonly transitions: Transitions;
  /** The changes that the listener was told, and whether they were on disk by then. */
  readonly told: string[];
  readonly logged: string[];
}

async function withTransitions(test: (parts: Parts) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    using store = new Store(`${folder}/state.db`, -2000);
    const told: string[] = [], logged: string[] = [];
    const transitions = new Transitions(store, lineLog("error", "json", (line) => logged.push(line)));
    transitions.listen(({ change }) => told.push(change));
    await test({ store, transitions, told, logged });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Adds a mission and picks it up. */
function running({ transitions }: Parts): Promise<RunningMission> {
  return transitions.write(() => transitions.enterRunning(newMission()));
}

Deno.test("Transitions reports each change once it can be read, in the order in which they were made", () =>
  withTransitions(async (parts) => {
    const { store, transitions, told } = parts;
    const readable: unknown[] = [];
    transitions.listen((transition) => {
      if (transition.change === "done") readable.push(store.missions.status(transition.mission.mission_id));
    });
    const row = await running(parts);
    transitions.started(row, { pid: 7, startedMs: 5 });
    await transitions.writeSoon(() => transitions.recordStart(row, { pid: 7, startedMs: 5 }, 1));
    const finished = transitions.write(() => transitions.finish(row, ending("success"), 9));
    assertEquals([told.at(-1), readable], ["running", []]);
    await finished;
    assertEquals([told, readable], [["queued", "started", "running", "done"], ["done"]]);
    assertEquals(await transitions.write(() => transitions.hide(row.id)), true);
    assertEquals(await transitions.write(() => transitions.hide(row.id)), false);
    assertEquals(told.slice(4), ["deleting"], "what changes nothing is not told");
  }));

Deno.test("Transitions reports nothing of a change that is undone", () =>
  withTransitions(async ({ transitions, told }) => {
    const failed = transitions.write(() => {
      transitions.enter(newMission());
      throw new RangeError("no");
    });
    await assertRejects(() => failed, RangeError);
    assertEquals(told, []);
  }));

Deno.test("Transitions notifies every listener, also when an earlier one throws, and logs that", () =>
  withTransitions(async ({ transitions, logged, told }) => {
    transitions.listen(() => {
      throw new Error("broken listener");
    });
    const after: string[] = [];
    transitions.listen(({ change }) => after.push(change));
    await transitions.write(() => transitions.enter(newMission()));
    assertEquals([told, after], [["queued"], ["queued"]]);
    assertEquals(logged.map((line) => JSON.parse(line).msg), ["listener failed"]);
  }));

Deno.test("Transitions refuses a change of a status outside of write(), of which nothing would be told", () =>
  withTransitions(({ transitions }) => {
    assertThrows(() => transitions.enter(newMission()), TypeError, "only within");
    return Promise.resolve();
  }));

Deno.test("Transitions is the only caller of what changes a status", async () => {
  const writers = /\.(insert|insertRunning|claim|requeue|markDeleting|finish)\(|retention\.hide\(/;
  const callers: string[] = [];
  for (const folder of ["engine", "http", "staging", "run"]) {
    const url = new URL(`../../../dugdale/${folder}/`, import.meta.url);
    for await (const { name, isFile } of Deno.readDir(url)) {
      if (!isFile || name === "transitions.ts") continue;
      const text = await Deno.readTextFile(new URL(name, url));
      const lines = text.split("\n").filter((line) => writers.test(line) && line.includes("missions."));
      callers.push(...lines.map((line) => `${folder}/${name}: ${line.trim()}`));
    }
  }
  assertEquals(callers, []);
});
