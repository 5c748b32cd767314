import { assert, assertEquals } from "@std/assert";
import { saying, told } from "./shell_missions.ts";
import { sha256 } from "./dugdale.ts";
import { newId } from "./ids.ts";
import { apply, assertProblem, daemonTest, MISSIONS, sharedDugdale, STATE } from "./harness.ts";

const dugdale = sharedDugdale();
const ALWAYS = [
  "mission_id",
  "kind",
  "lane",
  "mission_name",
  "status",
  "input_fingerprint",
  "truncated_stdout",
  "truncated_stderr",
  "time_created",
  "input",
  "inputs",
  "outputs",
];

Deno.test("GET /v1/missions/{id} refuses an invalid id, an unknown and a deleted mission", async () => {
  for (const id of ["x", newId().toUpperCase(), `${newId()}x`]) {
    assertProblem(await dugdale.get(`/v1/missions/${id}`), 400, "invalid_id");
  }
  assertProblem(await dugdale.get(`/v1/missions/${newId()}`), 404, "not_found");
  const id = await dugdale.queue("silent.sh");
  await dugdale.done(id);
  await dugdale.call("DELETE", `/v1/missions/${id}`);
  assertProblem(await dugdale.get(`/v1/missions/${id}`), 404, "not_found");
});

Deno.test("the record of a queued mission has what was dispatched and nothing of a run", async () => {
  await apply(dugdale, { mission_dir: MISSIONS, lanes: { held: { concurrency: 1, paused: true } } });
  const before = Date.now();
  const id = await dugdale.queue("silent.sh", { lane: "held", input: { a: 1 }, timeout: "90s" });
  const record = await dugdale.record(id);
  assertEquals(Object.keys(record).sort(), [...ALWAYS, "timeout_ms"].sort());
  const { time_created, input_fingerprint, ...rest } = record;
  assert(Number(time_created) >= before && Number(time_created) <= Date.now());
  assert(/^[0-9a-f]{64}$/.test(String(input_fingerprint)));
  assertEquals(rest, {
    mission_id: id,
    kind: "mission",
    lane: "held",
    mission_name: "silent.sh",
    status: "queued",
    truncated_stdout: false,
    truncated_stderr: false,
    input: { a: 1 },
    timeout_ms: 90_000,
    inputs: [],
    outputs: {},
  });
  await apply(dugdale, STATE);
});

Deno.test("the record of a running mission has its process and its start", async () => {
  const id = await dugdale.queue("forever.sh");
  const running = await dugdale.event(id, "running");
  const record = await dugdale.record(id);
  assertEquals(Object.keys(record).sort(), [...ALWAYS, "pid", "time_started"].sort());
  assertEquals([record.status, record.pid, record.time_started], [
    "running",
    running.pid,
    running.time_started,
  ]);
  assert(Number(record.time_started) >= Number(record.time_created));
  await dugdale.post(`/v1/missions/${id}/kill`);
});

Deno.test("the record of a finished mission has its outcome, its times and what it returned", async () => {
  const record = await dugdale.run("succeeds.sh", { input: [1, "two", null] });
  assertEquals(
    Object.keys(record).sort(),
    [...ALWAYS, "outcome", "exit_code", "pid", "return", "time_started", "time_finished", "duration_ms"]
      .sort(),
  );
  assertEquals([record.status, record.outcome, record.exit_code], ["done", "success", 0]);
  assertEquals([record.return, record.input], [{ ok: true }, [1, "two", null]]);
  assertEquals(record.duration_ms, Number(record.time_finished) - Number(record.time_started));
  assert(Number(record.pid) > 1);
});

Deno.test("the record of a failed mission has reason, message and details", async () => {
  const fail = { event: "fail", reason: "no_luck", message: "bad\nday", details: { day: 1 }, exit_code: 3 };
  const record = await dugdale.run("obeys.sh", { input: told(`${saying(fail)} exit 3`) });
  assertEquals(
    [record.outcome, record.fail_reason, record.fail_message, record.fail_details, record.exit_code],
    ["failed", "no_luck", "bad\nday", { day: 1 }, 3],
  );
  assertEquals("return" in record, false);
});

daemonTest("return and details come back with every digit and in their own order", async () => {
  const sent = '{"z":12345678901234567890,"a":1.10,"e":1E5,"n":-0}';
  const line = `{"event":"success","return": ${sent.replaceAll(",", " , ")} }`;
  const id = await dugdale.queue("obeys.sh", { input: told(saying(line)) });
  await dugdale.done(id);
  const { text } = await dugdale.get(`/v1/missions/${id}`);
  assert(text.includes(`"return":${sent}`), text);
});

Deno.test("the record lists input files in the order of their roles, with digest and size", async () => {
  const [big, small] = await Promise.all([dugdale.stage("b".repeat(70_000)), dugdale.stage("small")]);
  const files = [{ role: "zeta", staging_id: small }, { role: "alpha", staging_id: big }];
  const record = await dugdale.run("silent.sh", { files });
  assertEquals(record.inputs, [
    { role: "alpha", staging_id: big, sha256: await sha256("b".repeat(70_000)), size: 70_000 },
    { role: "zeta", staging_id: small, sha256: await sha256("small"), size: 5 },
  ]);
});

Deno.test("one staged file may be two inputs, and an input of many missions", async () => {
  const staged = await dugdale.stage("shared");
  const files = [{ role: "a", staging_id: staged }, { role: "b", staging_id: staged }];
  const commands = 'cat "$LETTS_IN_a" "$LETTS_IN_b"';
  const ids = await Promise.all(
    Array.from({ length: 5 }, () => dugdale.queue("obeys.sh", { files, input: told(commands) })),
  );
  for (const id of ids) {
    await dugdale.done(id);
    assertEquals(await dugdale.output(id, "stdout"), "sharedshared");
  }
});

Deno.test("missions cannot be read with exec tokens; an unknown id is 404 all the same", async () => {
  const id = await dugdale.queue("silent.sh");
  await dugdale.done(id);
  for (const path of ["", "/events", "/output?stream=stdout"]) {
    assertProblem(await dugdale.get(`/v1/missions/${id}${path}`, { as: "exec" }), 403, "forbidden_kind");
    assertEquals((await dugdale.get(`/v1/missions/${id}${path}`, { as: "dispatch" })).status, 200);
    assertProblem(await dugdale.get(`/v1/missions/${newId()}${path}`, { as: "exec" }), 404, "not_found");
    assertProblem(await dugdale.get(`/v1/missions/x${path}`, { as: "exec" }), 400, "invalid_id");
  }
  await dugdale.call("DELETE", `/v1/missions/${id}`);
  assertProblem(await dugdale.get(`/v1/missions/${id}`, { as: "exec" }), 404, "not_found");
  assertProblem(await dugdale.get(`/v1/missions/${id}/events`, { as: "exec" }), 410, "mission_deleting");
});
