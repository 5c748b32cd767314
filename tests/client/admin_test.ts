import { assertEquals, assertRejects } from "@std/assert";
import { AuthError, ConfigError, ConflictError } from "../../client/mod.ts";
import { openClient, problem, Scripted } from "./scripted.ts";

const NOTHING = {
  diff: {
    MissionDirChanged: false,
    LabelsChanged: false,
    RuntimeChanged: false,
    LanesAdded: null,
    LanesRemoved: null,
    LanesResized: null,
  },
  started: null,
  stopped: null,
  resized: null,
};

Deno.test("apply() sends what letts.yaml says, or the body that is given", async () => {
  await using server = new Scripted(() => Response.json(NOTHING));
  await using client = await openClient([server]);
  assertEquals(await client.apply("s1"), NOTHING);
  await client.apply("s1", { lanes: { big: { concurrency: 2 } } }, {
    force: true,
    prune: true,
    forcePrune: true,
  });
  assertEquals(JSON.parse(server.seen[0]?.text ?? "").lanes, { normal: { concurrency: 1 } });
  assertEquals(JSON.parse(server.seen[1]?.text ?? ""), { lanes: { big: { concurrency: 2 } } });
  assertEquals(server.log, [
    "POST /v1/admin/apply",
    "POST /v1/admin/apply?force=true&prune=true&force_prune=true",
  ]);
});

Deno.test("apply() is sent once and keeps the details of a refusal", async () => {
  await using server = new Scripted(() => problem(409, "conflict", { details: { blocked_lanes: ["a"] } }));
  await using client = await openClient([server]);
  const error = await assertRejects(() => client.apply("s1"), ConflictError);
  assertEquals([error.details, server.seen.length], [{ blocked_lanes: ["a"] }, 1]);
});

Deno.test("state() reads the source of either dugdale as text", async () => {
  for (const source of ["file", { String: "file", Valid: true }]) {
    await using server = new Scripted(() => Response.json({ applied_at: 3, source, state: { lanes: null } }));
    await using client = await openClient([server]);
    assertEquals(await client.state("s1"), { applied_at: 3, source: "file", state: { lanes: null } });
  }
});

Deno.test("lanes() and info() use the first token that is configured", async () => {
  const lane = (name: string) => ({ name, concurrency: 1, paused: false, queued: 0, running: 0 });
  await using server = new Scripted(({ target }) =>
    target === "/v1/lanes" ? Response.json([lane("b"), lane("a")]) : Response.json({
      version: "1",
      uptime_seconds: 1.5,
      applied_at: null,
      queue_summary: { queued: 0, running: 0 },
    })
  );
  await using client = await openClient([server], {
    yaml: { auth: { exec_token: "${X}", admin_token: "a" } },
  });
  assertEquals((await client.lanes("s1")).map(({ name }) => name), ["a", "b"]);
  assertEquals((await client.info("s1")).version, "1");
  assertEquals(server.seen.map(({ headers }) => headers.get("Authorization")), ["Bearer a", "Bearer a"]);
});

Deno.test("lanes() does not hide a refused token behind the next one", async () => {
  await using server = new Scripted(() => problem(401, "unauthorized"));
  await using client = await openClient([server]);
  await assertRejects(() => client.lanes("s1"), AuthError);
  assertEquals(server.seen.length, 1);
});

Deno.test("pauseLane() and continueLane() need an admin token", async () => {
  await using server = new Scripted(() => Response.json({ status: "paused" }));
  await using client = await openClient([server]);
  await client.pauseLane("s1", "normal");
  await client.continueLane("s1", "normal");
  assertEquals(server.log, ["POST /v1/admin/lanes/normal/pause", "POST /v1/admin/lanes/normal/continue"]);
  await using poor = await openClient([server], { yaml: { auth: { token: "d" } } });
  await assertRejects(() => poor.pauseLane("s1", "normal"), ConfigError, "admin");
});

Deno.test("metrics() gives the text and the clock, info() asks with the token of a scope", async () => {
  await using server = new Scripted(({ target }) =>
    target === "/v1/metrics"
      ? new Response("a 1\n", { headers: { Date: "Fri, 27 Nov 2026 12:00:00 GMT" } })
      : Response.json({
        version: "1",
        uptime_seconds: 1,
        applied_at: null,
        queue_summary: { queued: 0, running: 0 },
      })
  );
  await using client = await openClient([server]);
  assertEquals(await client.metrics("s1"), { text: "a 1\n", timeMs: Date.UTC(2026, 10, 27, 12) });
  await client.info("s1");
  await client.info("s1", { scope: "admin" });
  assertEquals(server.seen.slice(1).map(({ headers }) => headers.get("Authorization")), [
    "Bearer d-token",
    "Bearer a-token",
  ]);
});
