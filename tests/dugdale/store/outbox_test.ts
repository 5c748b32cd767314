import { assertEquals } from "@std/assert";
import { Store } from "../../../dugdale/store/store.ts";

const EVENT = { type: "mission.done", body: "{}" };

/** An outbox with events `m1 m1 m2` of a target, at the times 1, 2 and 3. */
function open() {
  const store = new Store(":memory:", -2000);
  const { outbox } = store;
  outbox.add("ops", { ...EVENT, subject: "m1", event: "a", time: 1 });
  outbox.add("ops", { ...EVENT, subject: "m1", event: "b", time: 2 });
  outbox.add("ops", { ...EVENT, subject: "m2", event: "c", time: 3 });
  const due = (nowMs = 100) => outbox.due("ops", nowMs, 10);
  const names = (nowMs?: number) => due(nowMs).map(({ event }) => event).join("");
  return { store, outbox, due, names };
}

Deno.test("Outbox: an event of a mission is due only after those before it were delivered or given up", () => {
  const { store, outbox, due, names } = open();
  using _store = store;
  assertEquals([names(2), names()], ["a", "ac"]);
  outbox.again(due()[0]!, "down", 200);
  assertEquals([names(), outbox.nextAt("ops", 100), names(200)], ["c", 200, "ca"]);
  outbox.delivered(due(200)[1]!, 150);
  assertEquals(names(200), "cb");
  outbox.bury(due(200)[1]!, "refused", 160);
  assertEquals([
    names(200),
    outbox.dead("ops", 0, 10).map(({ event, error, tries }) => [event, error, tries]),
  ], [
    "c",
    [["b", "refused", 1]],
  ]);
  assertEquals(outbox.due("other", 200, 10), []);
});

Deno.test("Outbox: an event that is delivered once more waits for the one of its mission that is under way", () => {
  const { store, outbox, due, names } = open();
  using _store = store;
  outbox.bury(due()[0]!, "refused", 50);
  assertEquals(names(), "cb");
  const id = outbox.dead("ops", 0, 10)[0]!.id;
  assertEquals([outbox.revive("other", id, 60), outbox.revive("ops", id, 60)], [false, true]);
  assertEquals([names(), outbox.revive("ops", id, 60)], ["cb", false]);
  outbox.delivered(due().find(({ event }) => event === "b")!, 70);
  assertEquals(names(), "ca");
  assertEquals(outbox.counts().map((count) => ({ ...count })), [
    { target: "ops", pending: 2, dead: 0, oldest: 3 },
  ]);
  assertEquals([outbox.pending("ops", 10), outbox.pending("ops", 1)], [2, 1]);
});

Deno.test("Outbox: purge removes old dead events, and old ones of targets that are gone", () => {
  const { store, outbox, due } = open();
  using _store = store;
  outbox.bury(due()[0]!, "refused", 50);
  assertEquals([outbox.purge(["ops"], 1, 10), outbox.purge(["ops"], 100, 10)], [0, 1]);
  assertEquals(outbox.purge(["another"], 3, 10), 1);
  assertEquals(due().map(({ event }) => event), ["c"]);
});
