import { assert, assertEquals } from "@std/assert";
import type { Fields } from "./dugdale.ts";
import { apply, assertProblem, daemonTest, sharedDugdale, STATE } from "./harness.ts";
import { newId } from "./ids.ts";

const dugdale = sharedDugdale();
const FAST = { backoff: "50ms", factor: 1, jitter: 0 };

async function dispatch(mission: string, options: Fields, lane = "fast"): Promise<string> {
  const id = newId();
  const headers = { "idempotency-key": id };
  const reply = await dugdale.post("/v1/dispatch", { lane, mission, ...options }, {
    as: "dispatch",
    headers,
  });
  assertEquals(reply.status, 202, reply.text);
  return id;
}

/** The record after the last attempt. */
async function run(mission: string, options: Fields, lane?: string): Promise<Fields> {
  return await dugdale.done(await dispatch(mission, options, lane));
}

daemonTest(
  "a mission that fails is run again until it succeeds, under one id and with one done",
  async () => {
    const id = await dispatch("fails_until.sh", { input: 3, retry: { attempts: 5, ...FAST } });
    const record = await dugdale.done(id);
    assertEquals([record.outcome, record.attempt], ["success", 3]);
    const attempts = record.attempts as Fields[];
    assertEquals(attempts.map(({ attempt, outcome, fail_reason }) => [attempt, outcome, fail_reason]), [
      [1, "failed", "busy"],
      [2, "failed", "busy"],
    ]);
    const events = await dugdale.events(id);
    assertEquals(events.map(({ event }) => event), [
      "queued",
      "running",
      "attempt",
      "running",
      "attempt",
      "running",
      "done",
    ]);
    assertEquals(events.map(({ seq }) => seq), [1, 2, 3, 4, 5, 6, 7]);
    const { next_attempt_at: next, time_started: started } = { ...events[2], ...events[3] } as Record<
      string,
      number
    >;
    assert(started! >= next! && started! - next! <= 1000, `due at ${next}, started at ${started}`);
  },
);

daemonTest(
  "the output of each attempt can be read by itself, and that of all one after the other",
  async () => {
    const id = await dispatch("fails_until.sh", { input: 3, retry: { attempts: 3, ...FAST } });
    await dugdale.done(id);
    const output = async (query: string) =>
      (await dugdale.get(`/v1/missions/${id}/output?stream=stdout${query}`)).text;
    assertEquals(await output(""), "attempt 1 of 3\nattempt 2 of 3\nattempt 3 of 3\n");
    for (const n of [1, 2, 3]) assertEquals(await output(`&attempt=${n}`), `attempt ${n} of 3\n`);
    const combined = await dugdale.get(`/v1/missions/${id}/output?stream=combined&attempt=2`);
    assertEquals(JSON.parse(combined.text).data, "attempt 2 of 3\n");
    const path = `/v1/missions/${id}/output?stream=stdout&attempt=`;
    assertProblem(await dugdale.get(`${path}4`), 404, "not_found", { attempt: 3 });
    assertProblem(await dugdale.get(`${path}0`), 400, "bad_request");
    assertProblem(await dugdale.get(`${path}1&follow=true`), 400, "bad_request");
  },
);

daemonTest("the last of so many attempts is the end, with its own reason", async () => {
  const record = await run("fails_until.sh", { input: 9, retry: { attempts: 2, ...FAST } });
  assertEquals([record.outcome, record.fail_reason, record.attempt], ["failed", "busy", 2]);
  assertEquals(record.retry, { attempts: 2, ...FAST });
});

daemonTest("a mission can forbid another attempt, and say when it is to come", async () => {
  const never = await run("fails_until.sh", { input: [9, false], retry: { attempts: 3, ...FAST } });
  assertEquals([never.outcome, never.attempt], ["failed", 1]);
  const slow = { attempts: 2, backoff: "1h" };
  const soon = await run("fails_until.sh", { input: [2, '"10ms"'], retry: slow });
  assertEquals([soon.outcome, soon.attempt], ["success", 2]);
});

daemonTest("a lane retries missions that say nothing of it, and no execs", async () => {
  await apply(dugdale, { ...STATE, lane_options: { fast: { retry: { attempts: 3, ...FAST } } } });
  const record = await run("fails_until.sh", { input: 2 });
  assertEquals([record.outcome, record.attempt, record.retry], ["success", 2, undefined]);
  const own = await run("fails_until.sh", { input: 2, retry: { attempts: 1 } });
  assertEquals([own.outcome, own.attempt], ["failed", 1], "what the dispatch says counts whole");
  const exec = newId();
  const body = { lane: "fast", command: ["false"] };
  await dugdale.post("/v1/exec/dispatch", body, { as: "exec", headers: { "idempotency-key": exec } });
  assertEquals((await dugdale.done(exec)).attempt, undefined);
  await apply(dugdale, { ...STATE, lane_options: { fast: null } });
});

daemonTest("D3: a kill during the pause ends the mission, and run-now ends the pause", async () => {
  const waiting = { input: 2, retry: { attempts: 2, backoff: "1h" } };
  const killed = await dispatch("fails_until.sh", waiting);
  await dugdale.event(killed, "attempt");
  assertEquals((await dugdale.post(`/v1/missions/${killed}/kill`)).body, { status: "killed" });
  assertEquals((await dugdale.done(killed)).outcome, "killed");
  const hurried = await dispatch("fails_until.sh", waiting);
  await dugdale.event(hurried, "attempt");
  const { status, run_at } = await dugdale.record(hurried);
  assert(status === "queued" && Number(run_at) > Date.now() + 1_800_000);
  await dugdale.post(`/v1/missions/${hurried}/run-now`);
  assertEquals((await dugdale.done(hurried)).outcome, "success");
});

daemonTest("a timeout is retried, a kill never", async () => {
  const timed = await run("forever.sh", { timeout: "100ms", retry: { attempts: 2, ...FAST } });
  assertEquals([timed.outcome, timed.attempt], ["timeout", 2]);
  const id = await dispatch("forever.sh", { retry: { attempts: 2, ...FAST } });
  await dugdale.event(id, "running");
  await dugdale.post(`/v1/missions/${id}/kill`);
  const { outcome, attempt } = await dugdale.done(id);
  assertEquals([outcome, attempt], ["killed", 1]);
});

daemonTest("a restart is a new mission with the same rule and all its attempts", async () => {
  const id = await dispatch("fails_until.sh", { input: 9, retry: { attempts: 2, ...FAST } });
  await dugdale.done(id);
  const { body } = await dugdale.post(`/v1/missions/${id}/restart`);
  const again = await dugdale.done(String(body.mission_id));
  assertEquals([again.attempt, (again.attempts as Fields[]).length], [2, 1]);
});

Deno.test("a rule that is wrong is refused with bad_request, and names its member", async () => {
  const wrong: [unknown, string][] = [
    [{ attempts: 0 }, "retry.attempts must be a whole number from 1 to 100"],
    [{ attempts: 1.5 }, "retry.attempts must be a whole number from 1 to 100"],
    [{}, "retry.attempts must be given"],
    [{ attempts: 2, on: ["killed"] }, "retry.on.0 must be failed, timeout, crashed, oom or lost"],
    [{ attempts: 2, backoff: "5" }, "retry.backoff must be a duration such as 250ms, 30s or 1h30m"],
    [{ attempts: 2, factor: 0.5 }, "retry.factor must be a number from 1 to 100"],
    [{ attempts: 2, jitter: 2 }, "retry.jitter must be a number from 0 to 1"],
    [{ attempts: 2, reasons: "busy" }, "retry.reasons must be an array of fail reasons"],
    [{ attempts: 2, tries: 1 }, "retry.tries is not known"],
    [3, "retry must be an object"],
  ];
  for (const [retry, message] of wrong) {
    const reply = await dugdale.post("/v1/dispatch", { lane: "fast", mission: "succeeds.sh", retry }, {
      as: "dispatch",
      headers: { "idempotency-key": newId() },
    });
    assertProblem(reply, 400, "bad_request");
    assertEquals(reply.body.message, message);
  }
});
