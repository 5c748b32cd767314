import { assert, assertEquals } from "@std/assert";
import { newId } from "./ids.ts";
import { apply, assertProblem, daemonTest, MISSIONS, sharedDugdale, STATE } from "./harness.ts";
import { CAPS } from "./settings.ts";

const dugdale = sharedDugdale();
const HELD = { mission_dir: MISSIONS, lanes: { held: { concurrency: 1, paused: true } } };
const remove = (id: string, query = "") => dugdale.call("DELETE", `/v1/missions/${id}${query}`);

Deno.test("DELETE /v1/missions/{id} refuses an invalid id and an unknown mission", async () => {
  assertProblem(await remove("x"), 400, "bad_request");
  assertProblem(await remove(newId()), 404, "not_found");
});

Deno.test("a deleted mission is hidden at once, and deleting it again is not an error", async () => {
  const id = await dugdale.queue("silent.sh");
  await dugdale.done(id);
  for (const query of ["", "", "?force=true"]) {
    const reply = await remove(id, query);
    assertEquals([reply.status, reply.body], [202, { status: "deletion_pending" }]);
  }
  assertProblem(await dugdale.get(`/v1/missions/${id}`), 404, "not_found");
  for (const path of ["events", "output?stream=stdout"]) {
    assertProblem(await dugdale.get(`/v1/missions/${id}/${path}`), 410, "mission_deleting");
  }
});

Deno.test("a queued mission is deleted without being started", async () => {
  await apply(dugdale, HELD);
  const id = await dugdale.queue("silent.sh", { lane: "held" });
  assertEquals((await remove(id)).status, 202);
  await dugdale.post("/v1/admin/lanes/held/continue");
  await dugdale.run("silent.sh", { lane: "held" });
  assertProblem(await dugdale.get(`/v1/missions/${id}`), 404, "not_found");
  assertEquals((await dugdale.get("/v1/dugdale")).body.queue_summary, { queued: 0, running: 0 });
  await apply(dugdale, STATE);
});

Deno.test("a running mission is not deleted without force", async () => {
  const id = await dugdale.queue("forever.sh");
  await dugdale.event(id, "running");
  const reply = await remove(id);
  assertEquals([reply.status, reply.body.error], [409, "mission_running"]);
  const { hint } = Object(reply.body.details);
  assert(typeof hint === "string" && hint !== "");
  assertEquals((await dugdale.record(id)).status, "running");
  await remove(id, "?force=true");
});

daemonTest("with force a running mission is ended first, and then hidden", async () => {
  const [polite, gated] = await Promise.all(
    ["forever.sh", "ignores_term.sh"].map((name) => dugdale.queue(name)),
  );
  for (const id of [polite, gated]) await dugdale.event(id ?? "", "progress", "ready");
  const sinceMs = performance.now();
  const replies = await Promise.all([polite, gated].map((id) => remove(id ?? "", "?force=true")));
  assertEquals(replies.map(({ status }) => status), [202, 202]);
  assert(performance.now() - sinceMs >= CAPS.killGraceMs - 5);
  for (const id of [polite, gated]) assertEquals((await dugdale.get(`/v1/missions/${id}`)).status, 404);
});

Deno.test("a follower of a mission that is deleted with force still gets its done event", async () => {
  const id = await dugdale.queue("forever.sh");
  await dugdale.event(id, "progress", "ready");
  const followed = dugdale.follow(id);
  await followed.next();
  await remove(id, "?force=true");
  const { outcome, fail_reason } = (await Array.fromAsync(followed)).at(-1) ?? {};
  assertEquals([outcome, fail_reason], ["killed", "force_delete"]);
});

daemonTest(
  "a caller that disconnects while a forced delete waits changes nothing for the mission",
  async () => {
    const id = await dugdale.queue("ignores_term.sh");
    await dugdale.event(id, "progress", "ready");
    const signal = AbortSignal.timeout(100);
    await dugdale.call("DELETE", `/v1/missions/${id}?force=true`, { signal }).catch(() => undefined);
    assertEquals((await dugdale.event(id, "done")).fail_reason, "force_delete");
    assertEquals((await remove(id)).status, 202);
  },
);

Deno.test("many deletes of one mission at once all succeed", async () => {
  const id = await dugdale.queue("forever.sh");
  await dugdale.event(id, "progress", "ready");
  const replies = await Promise.all(Array.from({ length: 10 }, () => remove(id, "?force=true")));
  assertEquals(replies.map(({ status }) => status), Array(10).fill(202));
});
