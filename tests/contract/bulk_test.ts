import { assertEquals } from "@std/assert";
import { newId } from "./ids.ts";
import { assertProblem, sharedDugdale } from "./harness.ts";

const dugdale = sharedDugdale();
const PATHS = ["/v1/missions/bulk-restart", "/v1/missions/bulk-delete"];

for (const path of PATHS) {
  Deno.test(`${path} refuses a body that cannot be read, no ids, and too many ids`, async () => {
    for (const body of ["", "{", "[]", '{"ids":"x"}', '{"ids":[1]}', '{"ids":{}}']) {
      assertProblem(await dugdale.post(path, body), 400, "bad_request");
    }
    for (const body of [{}, { ids: [] }, { ids: null }]) {
      assertProblem(await dugdale.post(path, body), 400, "bad_request");
    }
    assertProblem(await dugdale.post(path, { ids: Array(1001).fill("x") }), 400, "bad_request", {
      count: 1001,
    });
    assertEquals((await dugdale.post(path, { ids: Array(1000).fill("x") })).status, 200);
  });

  Deno.test(`${path} reports an invalid and an unknown id as items that failed, in the order of the request`, async () => {
    const id = newId();
    const { status, body } = await dugdale.post(path, { ids: ["x", id, id] });
    assertEquals([status, body], [200, {
      results: [
        { id: "x", ok: false, error: "bad_request" },
        { id, ok: false, error: "not_found" },
        { id, ok: false, error: "not_found" },
      ],
    }]);
  });
}

Deno.test("bulk-restart makes a new mission for each finished one, twice for one named twice", async () => {
  const done = await dugdale.queue("silent.sh");
  const running = await dugdale.queue("forever.sh");
  await dugdale.done(done);
  await dugdale.event(running, "running");
  const { body } = await dugdale.post("/v1/missions/bulk-restart", { ids: [done, running, done] });
  const [first, second, third] = body.results as Record<string, unknown>[];
  assertEquals(second, { id: running, ok: false, error: "mission_not_done", details: { status: "running" } });
  assertEquals([first?.ok, third?.ok, first?.id, third?.id], [true, true, done, done]);
  assertEquals(new Set([first?.mission_id, third?.mission_id, done]).size, 3);
  for (const made of [first, third]) {
    assertEquals((await dugdale.done(String(made?.mission_id))).restarted_from, done);
  }
  await dugdale.post(`/v1/missions/${running}/kill`);
});

Deno.test("bulk-delete hides finished missions, and running ones only with force", async () => {
  const done = await dugdale.queue("silent.sh");
  const running = await dugdale.queue("forever.sh");
  await dugdale.done(done);
  await dugdale.event(running, "progress", "ready");
  const ids = [done, running, done];
  const { body } = await dugdale.post("/v1/missions/bulk-delete", { ids });
  const [first, second, third] = body.results as Record<string, unknown>[];
  assertEquals([first, third], Array(2).fill({ id: done, ok: true, status: "deletion_pending" }));
  assertEquals([second?.ok, second?.error], [false, "mission_running"]);
  const forced = await dugdale.post("/v1/missions/bulk-delete", { ids, force: true });
  assertEquals(forced.body.results, ids.map((id) => ({ id, ok: true, status: "deletion_pending" })));
  assertEquals((await dugdale.get(`/v1/missions/${running}`)).status, 404);
});
