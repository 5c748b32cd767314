import { assertEquals } from "@std/assert";
import { told } from "./shell_missions.ts";
import { ownTest, sharedDugdale } from "./harness.ts";
import { newId } from "./ids.ts";

const dugdale = sharedDugdale();
const trace = (digit: string): string => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`;
const SAY = told('printf %s "${TRACEPARENT-none}"');

async function said(id: string): Promise<string> {
  await dugdale.done(id);
  return await dugdale.output(id, "stdout");
}

ownTest("a mission gets the trace context of its dispatch, and so does its restart", async () => {
  const id = newId();
  const what = { id, mission: "obeys.sh", input: SAY };
  assertEquals((await dugdale.dispatch(what, { headers: { traceparent: trace("a") } })).status, 202);
  assertEquals(await said(id), trace("a"));
  const again = await dugdale.post(`/v1/missions/${id}/restart`);
  assertEquals(await said(String(again.body.mission_id)), trace("a"));
});

ownTest("the trace context is no part of what makes two dispatches the same", async () => {
  const what = { id: newId(), mission: "obeys.sh", input: SAY };
  const statuses = [];
  for (const digit of ["b", "c"]) {
    statuses.push((await dugdale.dispatch(what, { headers: { traceparent: trace(digit) } })).status);
  }
  assertEquals(statuses, [202, 200]);
  assertEquals(await said(what.id), trace("b"));
});

ownTest("a trace context that breaks the W3C format is ignored", async () => {
  const wrong = [
    "",
    "x",
    trace("0"),
    trace("A"),
    trace("g"),
    `ff${trace("a").slice(2)}`,
    `${trace("a")}-more`,
  ];
  for (const traceparent of wrong) {
    const id = newId();
    const reply = await dugdale.dispatch({ id, mission: "obeys.sh", input: SAY }, {
      headers: { traceparent },
    });
    assertEquals([reply.status, await said(id)], [202, "none"], traceparent);
  }
});

ownTest("an exec gets the trace context of its dispatch", async () => {
  const id = newId();
  const reply = await dugdale.post("/v1/exec/dispatch", {
    lane: "fast",
    command: ["printenv", "TRACEPARENT"],
  }, { as: "exec", headers: { "idempotency-key": id, traceparent: trace("d") } });
  assertEquals(reply.status, 202, reply.text);
  assertEquals(await said(id), `${trace("d")}\n`);
});
