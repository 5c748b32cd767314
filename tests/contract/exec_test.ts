import { assert, assertEquals } from "@std/assert";
import { type Fields, sha256 } from "./dugdale.ts";
import { newId } from "./ids.ts";
import { assertProblem, ownTest, sharedDugdale } from "./harness.ts";

const dugdale = sharedDugdale({ settings: { mission_env: { set: { OURS: "only for missions" } } } });

async function queue(body: Fields): Promise<string> {
  const id = newId();
  const headers = { "idempotency-key": id };
  const reply = await dugdale.post("/v1/exec/dispatch", { lane: "fast", ...body }, { as: "exec", headers });
  assertEquals(reply.status, 202, reply.text);
  return id;
}

async function run(body: Fields): Promise<Fields> {
  return await dugdale.done(await queue(body));
}

/** Runs shell commands, which come as a script because shell code in arguments is not allowed. */
async function script(commands: string, body: Fields = {}): Promise<Fields> {
  return await run(await scripted(commands, body));
}

async function scripted(commands: string, body: Fields = {}): Promise<Fields> {
  return { command: ["sh", "script/script"], script: { staging_id: await dugdale.stage(commands) }, ...body };
}

Deno.test("the record of an exec has the request as its input", async () => {
  const group_id = newId();
  const id = await queue({
    command: ["echo", "a  b", "<&>"],
    timeout: "1m",
    group_id,
    display_name: "say it",
  });
  const record = await dugdale.done(id);
  const { kind, mission_name, lane, timeout_ms, outcome, exit_code } = record;
  assertEquals(
    [kind, mission_name, lane, timeout_ms, outcome, exit_code],
    ["exec", "exec", "fast", 60_000, "success", 0],
  );
  assertEquals([record.group_id, record.display_name, record.inputs], [group_id, "say it", []]);
  const { text } = await dugdale.get(`/v1/missions/${id}`);
  const input =
    `{"lane":"fast","command":["echo","a  b","\\u003c\\u0026\\u003e"],"timeout":"1m","group_id":"${group_id}","display_name":"say it"}`;
  assert(text.includes(`"input":${input}`), text);
  assertEquals(await dugdale.output(id, "stdout"), "a  b <&>\n");
});

Deno.test("an exec has the events queued (without a mission name), running and done", async () => {
  const id = await queue({ command: ["true"] });
  const record = await dugdale.done(id);
  const [queued, running, done, ...more] = await dugdale.events(id);
  assertEquals(queued, {
    seq: 1,
    event: "queued",
    mission_id: id,
    time_created: record.time_created,
    lane: "fast",
  });
  assertEquals([running?.event, done?.event, more], ["running", "done", []]);
});

ownTest("an exec's environment is exactly what is documented", async () => {
  const [data, input] = await Promise.all([dugdale.stage("data"), dugdale.stage("stdin")]);
  const group_id = newId();
  const commands =
    "tr '\\0' '\\n' < /proc/$$/environ; echo; pwd; ls -l /proc/self/fd | sed -n 's/.* \\([0-9]*\\) -> .*/\\1/p' | tr '\\n' ' '";
  const record = await script(commands, {
    group_id,
    in: [{ key: "data", staging_id: data }],
    out: [{ key: "result" }],
    stdin: "single",
    stdin_staging_id: input,
  });
  const id = String(record.mission_id);
  // The output that it was asked for is missing, which makes it fail; it ran all the same.
  assertEquals(record.fail_reason, "missing_output");
  const [lines = "", rest = ""] = (await dugdale.output(id, "stdout")).split("\n\n");
  const environment = Object.fromEntries(
    lines.split("\n").map((line) => [line.split("=")[0], line.replace(/^[^=]*=/, "")]),
  );
  const workdir = environment.LETTS_WORKDIR ?? "";
  assert(workdir.endsWith(`/work/${id}`));
  assertEquals(environment, {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    LETTS_EXEC_ID: id,
    LETTS_KIND: "exec",
    LETTS_LANE: "fast",
    LETTS_WORKDIR: workdir,
    LETTS_TMPDIR: `${workdir}/tmp`,
    LETTS_GROUP_ID: group_id,
    LETTS_SCRIPT: `${workdir}/script/script`,
    LETTS_IN_data: `${workdir}/in/data`,
    LETTS_IN_data__SHA256: await sha256("data"),
    LETTS_IN_data__SIZE: "4",
    LETTS_OUT_result: `${workdir}/out/result`,
  });
  assertEquals(rest.split("\n")[0], workdir);
});

ownTest("an exec has nothing open beyond stdin, stdout and stderr", async () => {
  const record = await run({ command: ["ls", "-l", "/proc/self/fd"] });
  const stdout = await dugdale.output(String(record.mission_id), "stdout");
  const open = [...stdout.matchAll(/(\d+) -> (.*)/g)].map(([, fd, target]) => [fd, target]);
  assertEquals(open.map(([fd]) => fd), ["0", "1", "2", "3"]);
  assertEquals([open[0]?.[1], open[3]?.[1]?.endsWith("/fd")], ["/dev/null", true]);
});

Deno.test("script, inputs and stdin are files with fixed modes", async () => {
  const [data, input] = await Promise.all([dugdale.stage("data"), dugdale.stage("from stdin")]);
  const record = await script("stat -c '%n %a' script script/script in in/* out tmp tmp/.stdin; cat", {
    in: [{ key: "data", staging_id: data }],
    stdin: "broadcast",
    stdin_staging_id: input,
  });
  assertEquals(record.outcome, "success");
  assertEquals((await dugdale.output(String(record.mission_id), "stdout")).split("\n"), [
    "script 755",
    "script/script 555",
    "in 755",
    "in/data 444",
    "out 755",
    "tmp 755",
    "tmp/.stdin 444",
    "from stdin",
  ]);
  assertEquals((record.inputs as Fields[]).map(({ role }) => role), ["__stdin__", "data"]);
});

Deno.test("outputs that were asked for are collected; others are not", async () => {
  const record = await script('echo one > "$LETTS_OUT_a"; : > out/b; echo x > out/c', {
    out: [{ key: "b" }, { key: "a" }],
  });
  const outputs = Object(record.outputs);
  assertEquals([record.outcome, Object.keys(outputs).sort()], ["success", ["a", "b"]]);
  assertEquals((await dugdale.get(`/v1/staging/${outputs.a.staging_id}`, { as: "exec" })).text, "one\n");
});

const ROWS: readonly (readonly [
  what: string,
  commands: string,
  outcome: string,
  exit_code: number,
  signal: string | undefined,
  reason: string | undefined,
  says: string,
])[] = [
  ["SIGKILL", "kill -KILL $$", "killed", -1, "KILL", "signal", "killed"],
  ["SIGTERM", "kill -TERM $$", "killed", -1, "TERM", "signal", "terminated"],
  ["SIGSEGV", "kill -SEGV $$", "killed", -1, "SEGV", "signal", "segmentation fault"],
  ["exit 0", "exit 0", "success", 0, undefined, undefined, ""],
  ["exit 3", "exit 3", "failed", 3, undefined, "exit_nonzero", "3"],
  [
    "exit 1 after words about memory",
    "echo 'Allowed memory size of 1 bytes' >&2; exit 1",
    "failed",
    1,
    undefined,
    "exit_nonzero",
    "1",
  ],
];
for (const [what, commands, outcome, exit_code, signal, reason, says] of ROWS) {
  Deno.test(`an exec that ends by ${what} is ${outcome}`, async () => {
    const record = await script(commands);
    assertEquals(
      [record.outcome, record.exit_code, record.signal, record.fail_reason],
      [outcome, exit_code, signal, reason],
      JSON.stringify(record),
    );
    assert(String(record.fail_message ?? "").includes(says), JSON.stringify(record));
    assert(!("fail_details" in record) && !("return" in record));
  });
}

Deno.test("an exec that exceeds its timeout has the reason of a timeout", async () => {
  const record = await run({ command: ["sleep", "600"], timeout: "200ms" });
  assertEquals(
    [record.outcome, record.fail_reason, record.fail_details, record.signal],
    ["timeout", "timeout", { timeout_ms: 200 }, "TERM"],
  );
  assert(String(record.fail_message).includes("200ms"));
});

Deno.test("an exec that is killed has the outcome killed", async () => {
  const id = await queue({ command: ["sleep", "600"] });
  await dugdale.event(id, "running");
  assertEquals((await dugdale.post(`/v1/missions/${id}/kill`)).body, { status: "kill_sent" });
  const record = await dugdale.done(id);
  assertEquals([record.outcome, record.fail_reason, record.signal], ["killed", "killed_by_api", "TERM"]);
});

Deno.test("an exec whose command does not exist crashes", async () => {
  for (const command of [["there-is-no-such-command"], ["./nothing"], [""], ["/"]]) {
    const record = await run({ command });
    assertEquals([record.outcome, record.fail_reason, record.exit_code], ["crashed", "spawn_failed", 0]);
  }
});

Deno.test("a command is never read by a shell", async () => {
  const record = await run({ command: ["echo", "$HOME", "`id`", "*", "{mission}"] });
  assertEquals(await dugdale.output(String(record.mission_id), "stdout"), "$HOME `id` * {mission}\n");
});

Deno.test("execs can be read with exec and admin tokens, not with dispatch tokens", async () => {
  const id = await queue({ command: ["true"] });
  await dugdale.done(id);
  for (const path of ["", "/events", "/output?stream=stdout"]) {
    assertProblem(await dugdale.get(`/v1/missions/${id}${path}`, { as: "dispatch" }), 403, "forbidden_kind");
    assertEquals((await dugdale.get(`/v1/missions/${id}${path}`, { as: "exec" })).status, 200);
  }
});

Deno.test("each scope counts its own kind in the queue", async () => {
  const id = await queue({ command: ["sleep", "600"] });
  await dugdale.event(id, "running");
  const counts = async (as: "dispatch" | "exec" | "admin") =>
    Object((await dugdale.get("/v1/dugdale", { as })).body.queue_summary).running;
  assertEquals([await counts("dispatch"), await counts("exec"), await counts("admin")], [0, 1, 1]);
  await dugdale.post(`/v1/missions/${id}/kill`);
  await dugdale.done(id);
});

Deno.test("a restart of an exec runs the same command with the same files", async () => {
  const first = await script('cat "$LETTS_IN_data"; cat', {
    in: [{ key: "data", staging_id: await dugdale.stage("data,") }],
    stdin: "single",
    stdin_staging_id: await dugdale.stage("stdin"),
    display_name: "twice",
    group_id: newId(),
  });
  const { mission_id } = (await dugdale.post(`/v1/missions/${first.mission_id}/restart`)).body;
  const second = await dugdale.done(String(mission_id));
  for (const field of ["kind", "input", "input_fingerprint", "display_name", "group_id", "inputs"]) {
    assertEquals(second[field], first[field], field);
  }
  assertEquals(await dugdale.output(String(mission_id), "stdout"), "data,stdin");
});

Deno.test("execs and missions share a lane's slots and its order", async () => {
  const blocker = await dugdale.queue("forever.sh", { lane: "slow" });
  await dugdale.event(blocker, "running");
  const exec = await queue({ lane: "slow", command: ["true"] });
  await new Promise((resolve) => setTimeout(resolve, 5));
  const mission = await dugdale.queue("silent.sh", { lane: "slow" });
  assertEquals((await dugdale.record(exec)).status, "queued");
  await dugdale.post(`/v1/missions/${blocker}/kill`);
  const [before, after] = await Promise.all([dugdale.done(exec), dugdale.done(mission)]);
  assert(Number(after.time_started) >= Number(before.time_finished));
});
