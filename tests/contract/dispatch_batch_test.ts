import { assert, assertEquals } from "@std/assert";
import { newId } from "./ids.ts";
import { assertProblem, MISSIONS, sharedDugdale } from "./harness.ts";

const dugdale = sharedDugdale({
  state: {
    mission_dir: MISSIONS,
    lanes: { fast: { concurrency: 16 }, paused: { concurrency: 1, paused: true } },
  },
});
const PATH = "/v1/dispatch/batch";
const silent = (extra: object = {}) => ({
  mission_id: newId(),
  lane: "fast",
  mission: "silent.sh",
  ...extra,
});
type Result = Record<string, unknown>;

async function send(missions: readonly unknown[]): Promise<Result[]> {
  const { status, body } = await dugdale.post(PATH, { missions }, { as: "dispatch" });
  assertEquals(status, 200);
  return body.results as Result[];
}

Deno.test("a batch is refused whole when its body cannot be read, or has no or too many missions", async () => {
  for (const body of ["", "{", "[]", "{}", '{"missions":{}}', '{"missions":[]}', '{"missions":null}']) {
    assertProblem(await dugdale.post(PATH, body, { as: "dispatch" }), 400, "bad_request");
  }
  const reply = await dugdale.post(PATH, { missions: Array(1001).fill({}) }, { as: "dispatch" });
  assertProblem(reply, 400, "bad_request", { max: 1000 });
  assertProblem(await dugdale.post(PATH, { missions: [silent()] }, { as: "exec" }), 403, "forbidden");
});

Deno.test("L34 a batch of 1000 missions gives 1000 ids in the order of the request, and all of them run", async () => {
  const missions = Array.from({ length: 1000 }, () => silent({ lane: "paused" }));
  const results = await send(missions);
  assertEquals(results, missions.map(({ mission_id }) => ({ mission_id, ok: true, status: "queued" })));
  for (const { mission_id } of [missions[0]!, missions[999]!]) {
    assertEquals((await dugdale.record(mission_id)).status, "queued");
  }
  const few = Array.from({ length: 5 }, () => silent());
  await send(few);
  for (const { mission_id } of few) assertEquals((await dugdale.done(mission_id)).outcome, "success");
});

Deno.test("a mission of a batch that is refused has the answer of a single dispatch, and the others are accepted", async () => {
  const first = silent(), last = silent();
  const bad = [
    silent({ mission_id: "x" }),
    silent({ lane: "No Lane" }),
    silent({ lane: "absent" }),
    silent({ mission: "../up" }),
    silent({ timeout: "-1s" }),
    silent({ timeout: 7 }),
    silent({ files: [{ role: "data", staging_id: newId() }] }),
    7,
    {},
  ];
  const [one, ...others] = await send([first, ...bad, last]);
  const two = others.pop();
  for (const accepted of [one, two]) assertEquals(accepted?.ok, true);
  assertEquals(others.map(({ ok, error }) => [ok, error]), [
    [false, "bad_request"],
    [false, "bad_request"],
    [false, "unknown_lane"],
    [false, "bad_request"],
    [false, "bad_request"],
    [false, "bad_request"],
    [false, "unknown_staging_ref"],
    [false, "bad_request"],
    [false, "bad_request"],
  ]);
  for (const [index, { message }] of others.entries()) assert(String(message) !== "", `result ${index}`);
  for (const { mission_id } of [first, last]) {
    assertEquals((await dugdale.done(mission_id)).outcome, "success");
  }
});

Deno.test("a repeated batch makes no second mission, and an id with another payload is a conflict", async () => {
  const [a, b] = [silent({ lane: "paused" }), silent({ lane: "paused" })];
  await send([a, b]);
  const repeated = await send([a, b, a, { ...b, input: 1 }]);
  assertEquals(repeated.map(({ ok, status, error }) => [ok, status ?? error]), [
    [true, "queued"],
    [true, "queued"],
    [true, "queued"],
    [false, "idempotency_conflict"],
  ]);
  const [twice] = [silent({ lane: "paused" })];
  const results = await send([twice, { ...twice, input: 1 }, twice]);
  assertEquals(results.map(({ ok }) => ok), [true, false, true]);
});
