import { assert, assertEquals } from "@std/assert";
import { apply, assertProblem, ownTest, sharedDugdale, STATE } from "./harness.ts";

const dugdale = sharedDugdale({ state: null });

Deno.test("GET /v1/healthz answers ok without a token", async () => {
  const reply = await dugdale.get("/v1/healthz", { as: "anonymous" });
  assertEquals([reply.status, reply.text], [200, '{"status":"ok"}\n']);
  assertEquals(reply.headers.get("content-type"), "application/json; charset=utf-8");
});

Deno.test("GET /v1/version reports version, commit and build time as strings", async () => {
  const { status, body } = await dugdale.get("/v1/version", { as: "anonymous" });
  assertEquals(status, 200);
  assertEquals(Object.keys(body).sort(), ["built_at", "commit", "version"]);
  for (const value of Object.values(body)) assert(typeof value === "string" && value !== "");
});

ownTest("GET /v1/readyz is 503 before the first apply", async () => {
  const reply = await dugdale.get("/v1/readyz", { as: "anonymous" });
  assertProblem(reply, 503, "awaiting_apply", { applied_at: null });
});

ownTest("GET /v1/admin/state is empty before the first apply", async () => {
  const { status, body } = await dugdale.get("/v1/admin/state");
  assertEquals([status, body], [200, { applied_at: null, lanes: [] }]);
});

ownTest("GET /v1/dugdale and /v1/lanes have no lanes before the first apply", async () => {
  assertEquals((await dugdale.get("/v1/dugdale")).body.applied_at, null);
  assertEquals((await dugdale.get("/v1/lanes")).text, "[]\n");
});

ownTest("POST /v1/dispatch is refused before the first apply", async () => {
  assertProblem(await dugdale.dispatch({ mission: "silent.sh" }), 412, "no_lanes_configured");
});

Deno.test("GET /v1/readyz is 200 with an applied configuration without lanes", async () => {
  const before = Date.now();
  await apply(dugdale, {});
  const { status, body } = await dugdale.get("/v1/readyz", { as: "anonymous" });
  assertEquals([status, body.status], [200, "ok"]);
  assert(Number(body.applied_at) >= before && Number(body.applied_at) <= Date.now());
});

Deno.test("POST /v1/dispatch is refused when the applied configuration has no lanes", async () => {
  await apply(dugdale, { lanes: {} });
  assertProblem(await dugdale.dispatch({ mission: "silent.sh" }), 412, "no_lanes_configured");
});

Deno.test("GET /v1/dugdale reports version, uptime, apply and queue", async () => {
  await apply(dugdale, STATE);
  const { status, body } = await dugdale.get("/v1/dugdale");
  assertEquals(status, 200);
  const { features: _words, ...known } = body;
  assertEquals(Object.keys(known).sort(), ["applied_at", "queue_summary", "uptime_seconds", "version"]);
  assert(typeof body.uptime_seconds === "number" && body.uptime_seconds > 0);
  assertEquals(body.queue_summary, { queued: 0, running: 0 });
  const { body: ready } = await dugdale.get("/v1/readyz");
  assertEquals(body.applied_at, ready.applied_at);
  assertEquals(body.version, (await dugdale.get("/v1/version")).body.version);
});
