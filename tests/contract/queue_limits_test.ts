import { assertEquals } from "@std/assert";
import { newId } from "./ids.ts";
import { apply, assertProblem, MISSIONS, ownTest, sharedDugdale } from "./harness.ts";

const PER_LANE = 3, TOTAL = 5;
const dugdale = sharedDugdale({
  settings: { limits: { max_queue_per_lane: PER_LANE, max_queue_total: TOTAL } },
  state: null,
});
const STATE = {
  mission_dir: MISSIONS,
  lanes: { a: { concurrency: 1 }, b: { concurrency: 0 }, c: { concurrency: 1, paused: true } },
};

ownTest("queued and running missions of a lane, and of all lanes, are limited", async () => {
  await apply(dugdale, STATE);
  const running = await dugdale.queue("forever.sh", { lane: "a" });
  await dugdale.event(running, "running");
  const ids = [running];
  for (let count = 1; count < PER_LANE; count++) ids.push(await dugdale.queue("silent.sh", { lane: "a" }));
  const full = await dugdale.dispatch({ mission: "silent.sh", lane: "a" });
  assertProblem(full, 503, "queue_full", { lane: "a", queued: PER_LANE });
  assertEquals(full.headers.get("retry-after"), "5");

  for (let count = PER_LANE; count < TOTAL; count++) {
    ids.push(await dugdale.queue("silent.sh", { lane: "b" }));
  }
  const exec = await dugdale.post("/v1/exec/dispatch", { lane: "a", command: ["true"] }, {
    as: "exec",
    headers: { "idempotency-key": newId() },
  });
  assertProblem(exec, 503, "queue_full", { lane: "a", queued: PER_LANE });
  assertEquals(exec.headers.get("retry-after"), "5");
  const allFull = await dugdale.dispatch({ mission: "silent.sh", lane: "c" });
  assertProblem(allFull, 503, "queue_full");
  assertEquals(allFull.headers.get("retry-after"), "5");

  const [first = ""] = ids;
  const repeat = await dugdale.dispatch({ mission: "forever.sh", lane: "a", id: first });
  assertEquals([repeat.status, repeat.body.status], [200, "running"]);
  // An unknown lane is told before a full queue.
  assertProblem(await dugdale.dispatch({ mission: "silent.sh", lane: "d" }), 400, "unknown_lane");

  for (const id of ids) await dugdale.post(`/v1/missions/${id}/kill`);
  await dugdale.done(first);
  assertEquals((await dugdale.dispatch({ mission: "silent.sh", lane: "a" })).status, 202);
});

ownTest("a restart is not held up by a full queue", async () => {
  await apply(dugdale, { lanes: {} });
  await apply(dugdale, STATE);
  const done = await dugdale.queue("silent.sh", { lane: "b" });
  await dugdale.post(`/v1/missions/${done}/kill`);
  for (let count = 0; count < PER_LANE; count++) await dugdale.queue("silent.sh", { lane: "b" });
  assertEquals((await dugdale.dispatch({ mission: "silent.sh", lane: "b", id: newId() })).status, 503);
  assertEquals((await dugdale.post(`/v1/missions/${done}/restart`)).status, 201);
});
