import { assertEquals } from "@std/assert";
import { newId } from "./ids.ts";
import { assertProblem, MISSIONS, sharedDugdale } from "./harness.ts";
import { told } from "./shell_missions.ts";

const dugdale = sharedDugdale({
  state: {
    mission_dir: MISSIONS,
    lanes: { fast: { concurrency: 16 }, held: { concurrency: 1, paused: true } },
  },
});
const SUCCESS = told(`echo '{"event":"success","return":{"n":12345678901234567890}}' >&3`);
const FAILURE = told("exit 3");
const send = (more: object, id = newId()) =>
  dugdale.dispatch({ id, mission: "obeys.sh", input: SUCCESS, ...more });
const queue = async (more: object) => {
  const { status, body, text } = await send(more);
  assertEquals(status, 202, text);
  return String(body.mission_id);
};
/** The missions of a name that were queued after others, as they were told. */
const followers = async (mission: string) => {
  const { body } = await dugdale.get(`/v1/missions?mission=${mission}`);
  return body.missions as Record<string, unknown>[];
};
const named = () => `silent.sh.${newId().slice(-12)}`;

Deno.test("a dispatch is refused when a successor breaks a rule", async () => {
  const refused: readonly [string, object][] = [
    ["on_success must be an object, not 7", { on_success: 7 }],
    [
      'on_failure.mission "../up" must be 1 to 128 of letters, digits, _ . and -, starting with a letter, a digit or _',
      { on_failure: { mission: "../up" } },
    ],
    [
      'on_success.lane "A" must be 1 to 32 of a-z, 0-9, _ and -, starting with a letter',
      { on_success: { mission: "m", lane: "A" } },
    ],
    ["on_success.input must be an object, not a JSON array", { on_success: { mission: "m", input: [] } }],
  ];
  for (const [message, more] of refused) {
    const reply = await send(more);
    assertProblem(reply, 400, "bad_request");
    assertEquals(reply.body.message, message);
  }
});

Deno.test("L29 a mission that fails queues its revert once, with its id, and its success queues none", async () => {
  const mission = named();
  const on_failure = { mission, lane: "held", input: { order: 42 } };
  const good = await queue({ on_failure });
  assertEquals((await dugdale.done(good)).outcome, "success");
  assertEquals(await followers(mission), []);
  const bad = await queue({ on_failure, input: FAILURE });
  const { outcome, on_failure: said } = await dugdale.done(bad);
  assertEquals([outcome, said], ["failed", on_failure]);
  const [revert, ...others] = await followers(mission);
  assertEquals(others, []);
  const { lane, status, input } = revert!;
  assertEquals({ lane, status, input }, {
    lane: "held",
    status: "queued",
    input: { order: 42, letts: { of: bad, outcome: "failed" } },
  });
});

Deno.test("a success queues its successor in its own lane with what it returned, which keeps its digits", async () => {
  const mission = named();
  const id = await queue({ on_success: { mission } });
  await dugdale.done(id);
  const [next] = await followers(mission);
  const { text } = await dugdale.get(`/v1/missions/${next!.mission_id}`);
  const expected = `"input":{"letts":{"of":"${id}","outcome":"success","return":{"n":12345678901234567890}}}`;
  assertEquals([next!.lane, text.includes(expected)], ["fast", true], text);
});

Deno.test("every end but a success counts as a failure: a kill while it waits, a timeout", async () => {
  const mission = named();
  const on_failure = { mission, lane: "held" };
  const waiting = await queue({ on_failure, lane: "held" });
  await dugdale.post(`/v1/missions/${waiting}/kill`);
  const slow = await queue({ on_failure, timeout: "100ms", input: told("sleep 30") });
  assertEquals((await dugdale.done(slow)).outcome, "timeout");
  const ends = (await followers(mission)).map(({ input }) => (input as { letts: unknown }).letts);
  assertEquals(ends.toReversed(), [{ of: waiting, outcome: "killed" }, { of: slow, outcome: "timeout" }]);
});

Deno.test("a mission ends although the lane of its successor is gone", async () => {
  const mission = named();
  const id = await queue({ on_success: { mission, lane: "absent" } });
  assertEquals((await dugdale.done(id)).outcome, "success");
  assertEquals(await followers(mission), []);
});

Deno.test("a restart has the successors of its mission, and they count for what makes a repeat the same", async () => {
  const mission = named();
  const id = newId();
  const more = { on_success: { mission, lane: "held", input: { a: 1, b: 2 } } };
  assertEquals((await send(more, id)).status, 202);
  const same = { on_success: { input: { b: 2, a: 1 }, lane: "held", mission } };
  assertEquals((await send(same, id)).status, 200);
  assertEquals((await send({ on_success: { mission, lane: "held" } }, id)).status, 409);
  await dugdale.done(id);
  const { body } = await dugdale.post(`/v1/missions/${id}/restart`);
  await dugdale.done(String(body.mission_id));
  assertEquals((await followers(mission)).length, 2);
});
