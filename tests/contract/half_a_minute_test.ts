/** What takes 30 seconds, all of it at once. */
import { assert, assertEquals } from "@std/assert";
import { until } from "./daemon.ts";
import type { Reply } from "./dugdale.ts";
import { apply, assertProblem, MISSIONS, ownTest, sharedDugdale } from "./harness.ts";
import { newId } from "./ids.ts";
import { Faulty } from "./faulty.ts";
import { connect, type RawReply, readAnswer, requestText, writeAll } from "./raw_http.ts";
import { GatedMissions } from "./gated_missions.ts";

// So long that a mission that does not listen is still there when a caller's patience ends.
const dugdale = sharedDugdale({ settings: { limits: { default_kill_grace: "10m" } } });
const WAIT_MS = 30_000;

ownTest(
  "after half a minute a forced delete and a slow body are given up, and a failed start is tried again",
  async () => {
    const [bodies] = await Promise.all([slowBodies(), unendingMissions(), failedPickup()]);
    for (const [path, code, reply] of bodies) {
      assertEquals([reply.status, JSON.parse(reply.body).error], [400, code], path);
    }
  },
);

/** A lane that could not start what waits tries again, although nothing wakes it. */
async function failedPickup(): Promise<void> {
  await using faulty = await Faulty.start();
  const { dugdale, place } = faulty;
  await apply(dugdale, { mission_dir: MISSIONS, lanes: { held: { concurrency: 1, paused: true } } });
  const id = await dugdale.queue("silent.sh", { lane: "held" });
  {
    using _refusing = faulty.refusing("UPDATE ON missions WHEN NEW.status = 'running'");
    assertEquals((await dugdale.post("/v1/admin/lanes/held/continue")).status, 200);
    await until(async () => (await place.printed("stderr")).includes('"op":"pickup","lane":"held"'));
  }
  assertEquals((await dugdale.record(id)).status, "queued");
  assertEquals((await dugdale.done(id)).outcome, "success");
}

async function unendingMissions(): Promise<void> {
  await using missions = new GatedMissions(dugdale);
  const [first, second, third] = [await missions.start(), await missions.start(), await missions.start()];
  const sinceMs = performance.now();
  const [mission, staging, bulk] = await Promise.all([
    remove(`missions/${first.id}`),
    remove(`staging/${second.file}`),
    dugdale.post("/v1/missions/bulk-delete", { ids: [third.id], force: true }),
  ]);
  assertWaited(sinceMs);
  for (const reply of [mission, staging]) assertProblem(reply, 504, "force_delete_timeout");
  assertEquals(bulk.body.results, [{ id: third.id, ok: false, error: "force_delete_timeout" }]);
  for (const { id } of [first, second, third]) assertEquals((await dugdale.record(id)).status, "running");
  assertEquals((await dugdale.get(`/v1/staging/${second.file}`)).status, 200);
  await missions.release();
  for (const { id } of [first, second, third]) {
    assertEquals((await dugdale.done(id)).fail_reason, "force_delete");
  }
  for (const path of [`missions/${first.id}`, `staging/${second.file}`, `missions/${third.id}`]) {
    assertEquals((await remove(path)).status, 202);
  }
}

/** The time of a body counts from its begin, however steadily it comes. */
function slowBodies(): Promise<(readonly [path: string, code: string, reply: RawReply])[]> {
  const codes = [
    ["/v1/dispatch", "bad_request"],
    ["/v1/exec/dispatch", "bad_request"],
    ["/v1/admin/apply", "invalid_json"],
  ] as const;
  return Promise.all(codes.map(async ([path, code]) => [path, code, await sendSlowly(path)] as const));
}

async function sendSlowly(path: string): Promise<RawReply> {
  using connection = await connect(dugdale.url);
  const head = requestText("POST", path, {
    authorization: `Bearer ${dugdale.tokens.admin}`,
    "idempotency-key": newId(),
    "content-length": "1000",
  });
  const sinceMs = performance.now();
  await writeAll(connection, new TextEncoder().encode(`${head}{`));
  const drip = setInterval(() => void connection.write(new TextEncoder().encode(" ")), 1000);
  let reply: RawReply;
  try {
    reply = await readAnswer(connection);
    assertWaited(sinceMs);
  } finally {
    clearInterval(drip);
  }
  // The rest of the body is not waited for: until the idle timeout, that would be two minutes.
  const answeredMs = performance.now();
  await ended(connection);
  assert(performance.now() - answeredMs < 30_000);
  return reply;
}

/** Waits until the other side has closed or reset the connection. */
async function ended(connection: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(1024);
  try {
    while (await connection.read(buffer) !== null);
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
  }
}

function remove(path: string): Promise<Reply> {
  return dugdale.call("DELETE", `/v1/${path}?force=true`);
}

function assertWaited(sinceMs: number): void {
  const waitedMs = performance.now() - sinceMs;
  assert(waitedMs >= WAIT_MS - 100 && waitedMs < WAIT_MS + 8000, `${waitedMs}`);
}
