import { assertEquals } from "@std/assert";
import { apply, assertProblem, callsTo, MISSIONS, ownTest, sharedDugdale } from "./harness.ts";
import { Place } from "./daemon.ts";
import type { Dugdale, Fields } from "./dugdale.ts";

const dugdale = sharedDugdale({ state: null });

Deno.test("pause and continue answer with what the lane does then, again and again", async () => {
  await apply(dugdale, { lanes: { one: { concurrency: 1 } } });
  for (
    const [verb, status] of [["pause", "paused"], ["pause", "paused"], ["continue", "running"], [
      "continue",
      "running",
    ]]
  ) {
    const reply = await dugdale.post(`/v1/admin/lanes/one/${verb}`);
    assertEquals([reply.status, reply.body], [200, { status }]);
  }
});

Deno.test("an unknown lane cannot be paused or continued", async () => {
  for (const verb of ["pause", "continue"]) {
    for (const lane of ["nowhere", "constructor", "x".repeat(500)]) {
      assertProblem(await dugdale.post(`/v1/admin/lanes/${lane}/${verb}`), 404, "lane_not_found");
    }
  }
});

Deno.test("pause and continue change the applied state but not when it was applied", async () => {
  await apply(dugdale, { mission_dir: MISSIONS, lanes: { one: { concurrency: 3 } } });
  const { applied_at } = (await dugdale.get("/v1/admin/state")).body;
  await dugdale.post("/v1/admin/lanes/one/pause");
  assertEquals(await laneOf("one"), { concurrency: 3, paused: true, paused_by: "ctl" });
  await dugdale.post("/v1/admin/lanes/one/continue");
  assertEquals(await laneOf("one"), { concurrency: 3 });
  assertEquals((await dugdale.get("/v1/admin/state")).body.applied_at, applied_at);
});

Deno.test("pausing what the file has paused makes it a pause by hand", async () => {
  await apply(dugdale, { lanes: { one: { concurrency: 1, paused: true } } });
  assertEquals(await laneOf("one"), { concurrency: 1, paused: true, paused_by: "yaml" });
  await dugdale.post("/v1/admin/lanes/one/pause");
  assertEquals(await laneOf("one"), { concurrency: 1, paused: true, paused_by: "ctl" });
});

const PROVENANCE: readonly (readonly [current: string, desired: boolean, after: Fields])[] = [
  ["not paused", false, {}],
  ["not paused", true, { paused: true, paused_by: "yaml" }],
  ["paused yaml", false, {}],
  ["paused yaml", true, { paused: true, paused_by: "yaml" }],
  ["paused ctl", false, { paused: true, paused_by: "ctl" }],
  ["paused ctl", true, { paused: true, paused_by: "ctl" }],
  ["new", false, {}],
  ["new", true, { paused: true, paused_by: "yaml" }],
];
for (const [current, desired, after] of PROVENANCE) {
  Deno.test(`a lane that is ${current}, applied with paused: ${desired}, becomes ${JSON.stringify(after)}`, async () => {
    await apply(dugdale, { lanes: {} });
    await apply(dugdale, {
      lanes: current === "new" ? {} : { one: { concurrency: 1, paused: current === "paused yaml" } },
    });
    if (current === "paused ctl") await dugdale.post("/v1/admin/lanes/one/pause");
    await dugdale.post("/v1/admin/apply", { lanes: { one: { concurrency: 1, paused: desired } } });
    assertEquals(await laneOf("one"), { concurrency: 1, ...after });
    const [live] = JSON.parse((await dugdale.get("/v1/lanes")).text);
    assertEquals(live.paused, after.paused ?? false);
    await dugdale.post("/v1/admin/lanes/one/continue");
    assertEquals(await laneOf("one"), { concurrency: 1 });
  });
}

ownTest("lanes, pauses and their provenance outlive the daemon", async () => {
  await using place = await Place.make();
  const lanes = { one: { concurrency: 2 }, two: { concurrency: 1, paused: true }, three: { concurrency: 3 } };
  let before: Fields;
  {
    await using daemon = await place.start();
    const first = callsTo(daemon);
    await apply(first, { mission_dir: MISSIONS, labels: ["x"], lanes });
    await first.post("/v1/admin/lanes/three/pause");
    before = await stateAndLanes(first);
  }
  await using daemon = await place.start();
  const second = callsTo(daemon);
  assertEquals(await stateAndLanes(second), before);
  assertEquals((await second.get("/v1/readyz")).status, 200);
  assertEquals((await second.run("succeeds.sh", { lane: "one" })).outcome, "success");
});

async function stateAndLanes(of: Dugdale): Promise<Fields> {
  return { state: (await of.get("/v1/admin/state")).body, lanes: (await of.get("/v1/lanes")).text };
}

async function laneOf(name: string): Promise<Fields> {
  return Object((await dugdale.get("/v1/admin/state")).body.state).lanes[name];
}
