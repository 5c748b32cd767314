import { assert, assertEquals } from "@std/assert";
import type { Reply } from "./dugdale.ts";
import { newId } from "./ids.ts";
import { apply, assertProblem, daemonTest, MISSIONS, sharedDugdale, STATE } from "./harness.ts";

const dugdale = sharedDugdale();

Deno.test("an equal dispatch answers with the current state of the mission", async () => {
  const what = {
    id: newId(),
    mission: "silent.sh",
    lane: "fast",
    input: { b: [1, 2], a: "x" },
    timeout: "1m",
  };
  assertEquals((await dugdale.dispatch(what)).status, 202);
  await dugdale.done(what.id);
  const again = await dugdale.dispatch(what);
  assertEquals([again.status, again.body], [200, { mission_id: what.id, status: "done" }]);
  const reordered = await dugdale.dispatch({ ...what, input: { a: "x", b: [1, 2] }, timeout: "60s" });
  assertEquals([reordered.status, reordered.body.status], [200, "done"]);
});

Deno.test("another dispatch of the same id is a conflict that describes the first", async () => {
  const what = { id: newId(), mission: "silent.sh", lane: "slow", input: 1 };
  assertEquals((await dugdale.dispatch(what)).status, 202);
  await dugdale.done(what.id);
  const existing = {
    mission_id: what.id,
    kind: "mission",
    mission: "silent.sh",
    lane: "slow",
    status: "done",
  };
  for (
    const change of [{ input: 2 }, { mission: "succeeds.sh" }, { lane: "fast" }, { timeout: "1s" }, {
      timeout: "0s",
    }]
  ) {
    assertProblem(await dugdale.dispatch({ ...what, ...change }), 409, "idempotency_conflict", { existing });
  }
});

Deno.test("a repeat needs neither lane nor configuration", async () => {
  await apply(dugdale, { ...STATE, lanes: { ...Object(STATE.lanes), gone: { concurrency: 1 } } });
  const what = { id: newId(), mission: "silent.sh", lane: "gone" };
  assertEquals((await dugdale.dispatch(what)).status, 202);
  await dugdale.done(what.id);
  await apply(dugdale, STATE);
  assertEquals((await dugdale.dispatch(what)).status, 200);
  assertEquals((await dugdale.dispatch({ ...what, input: 1 })).status, 409);
  assertEquals((await dugdale.dispatch({ ...what, id: newId() })).status, 400);
});

Deno.test("a deleted mission cannot be dispatched again", async () => {
  const what = { id: newId(), mission: "silent.sh" };
  await dugdale.dispatch(what);
  await dugdale.done(what.id);
  await dugdale.call("DELETE", `/v1/missions/${what.id}`);
  assertProblem(await dugdale.dispatch(what), 410, "mission_deleting", { mission_id: what.id });
  const files = [{ role: "a", staging_id: newId() }];
  assertProblem(await dugdale.dispatch({ ...what, files }), 410, "mission_deleting", { mission_id: what.id });
});

Deno.test("a repeat whose files are gone is still a repeat", async () => {
  const what = {
    id: newId(),
    mission: "silent.sh",
    files: [{ role: "a", staging_id: await dugdale.stage("x") }],
  };
  assertEquals((await dugdale.dispatch(what)).status, 202);
  await dugdale.done(what.id);
  const reply = await dugdale.dispatch({ ...what, files: [{ role: "a", staging_id: newId() }] });
  assertEquals([reply.status, reply.body], [200, { mission_id: what.id, status: "done" }]);
});

Deno.test("of a hundred equal dispatches at once, one makes the mission and all get its id", async () => {
  const what = { id: newId(), mission: "logs_runs.sh", input: { log: await logFile() } };
  const replies = await Promise.all(Array.from({ length: 100 }, () => dugdale.dispatch(what)));
  assertEquals(replies.filter((reply) => reply.status === 202).length, 1);
  assertEquals(replies.filter((reply) => reply.status === 200).length, 99);
  await dugdale.done(what.id);
  await using log = logAt(what.input.log);
  assertEquals((await log.lines()).length, 2);
});

Deno.test("of two payloads dispatched at once under one id, one runs, once, and the other is always a conflict", async () => {
  for (let round = 0; round < 3; round++) {
    const what = { id: newId(), mission: "logs_runs.sh" };
    const inputs = [{ log: await logFile() }, { log: await logFile() }];
    const replies = await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const input = inputs[index % 2];
        return { input, reply: await dugdale.dispatch({ ...what, input }) };
      }),
    );
    const { input: won } = await dugdale.done(what.id);
    assertEquals(replies.filter(({ reply }) => reply.status === 202).length, 1);
    for (const { input, reply } of replies) {
      if (input?.log !== Object(won).log) assertConflict(reply, what.id);
      else assert(reply.status === 202 || reply.status === 200, reply.text);
    }
    for (const input of inputs) {
      await using log = logAt(input.log);
      assertEquals((await log.lines()).length, input.log === Object(won).log ? 2 : 0);
    }
  }
});

Deno.test("of a hundred payloads dispatched at once under one id, one is taken and 99 are conflicts", async () => {
  const what = { id: newId(), mission: "silent.sh" };
  const replies = await Promise.all(
    Array.from({ length: 100 }, (_, input) => dugdale.dispatch({ ...what, input })),
  );
  const refused = replies.filter(({ status }) => status !== 202);
  assertEquals(refused.length, 99);
  for (const reply of refused) assertConflict(reply, what.id);
  assertEquals((await dugdale.done(what.id)).input, replies.findIndex(({ status }) => status === 202));
});

daemonTest("a later apply changes nothing for missions that are queued already", async () => {
  await apply(dugdale, { mission_dir: MISSIONS, lanes: { held: { concurrency: 1, paused: true } } });
  const id = await dugdale.queue("succeeds.sh", { lane: "held" });
  const elsewhere = { mission_dir: "/nowhere", lanes: { held: { concurrency: 1 } } };
  assertEquals((await dugdale.post("/v1/admin/apply?force=true", elsewhere)).status, 200);
  assertEquals((await dugdale.done(id)).outcome, "success");
  assertEquals((await dugdale.run("succeeds.sh", { lane: "held" })).outcome, "crashed");
  await apply(dugdale, STATE);
});

function assertConflict(reply: Reply, id: string): void {
  assertEquals([reply.status, reply.body.error], [409, "idempotency_conflict"], reply.text);
  const { status, ...existing } = Object(reply.body.details).existing;
  const { mission } = existing;
  assertEquals(existing, { mission_id: id, kind: "mission", mission, lane: "fast" });
  assert(["queued", "running", "done"].includes(status), status);
}

async function logFile(): Promise<string> {
  return await Deno.makeTempFile({ prefix: "letts-contract-log-" });
}

function logAt(path: string): AsyncDisposable & { lines(): Promise<string[]> } {
  return {
    lines: async () => (await Deno.readTextFile(path)).split("\n").slice(0, -1),
    [Symbol.asyncDispose]: () => Deno.remove(path),
  };
}
