import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { openLibc } from "../../../dugdale/host/libc.ts";
import { lineLog } from "../../../dugdale/host/log.ts";
import { type Answer, ids, openRunning, type Running, type RunningOptions, sha256 } from "../running.ts";

async function open(options: RunningOptions = {}): Promise<Running> {
  const running = await openRunning(options);
  await running.apply({ ops: { concurrency: 2 }, stuck: { concurrency: 1, paused: true } });
  return running;
}

function exec(
  running: Running,
  body: unknown,
  key: string = ids.mission(),
  as = "exec" as const,
): Promise<Answer> {
  return running.request("POST", "/v1/exec/dispatch", { as, key, body });
}

Deno.test("POST /v1/exec/dispatch refuses what is wrong with its code and details, in the documented order", async () => {
  await using running = await open({
    exec: { maxInputsPerExec: 1, maxOutputsPerExec: 1, maxScriptBytes: 4 },
  });
  const file = await running.stage("hello");
  const missing = ids.staging();
  const good = { lane: "ops", command: ["true"] };
  const wrong: [unknown, number, string, unknown][] = [
    ["{", 400, "bad_request", undefined],
    [{ ...good, command: "true" }, 400, "bad_request", undefined],
    [{ command: [] }, 400, "bad_request", undefined],
    [{ lane: "ops", command: [], in: [{ key: "__x" }] }, 400, "bad_request", undefined],
    [{ ...good, in: [{ key: "a" }], out: [{ key: "1" }] }, 400, "invalid_key", { slot: "out", key: "1" }],
    [{ ...good, in: [{ key: "__stdin__" }] }, 400, "invalid_key", { slot: "in", key: "__stdin__" }],
    [{ ...good, out: [{ key: "a" }, { key: "a" }] }, 400, "duplicate_key", { key: "a" }],
    [{ ...good, out: [{ key: "a" }, { key: "b" }] }, 400, "too_many_files", { count: 2, max: 1 }],
    [{ ...good, command: ["/usr/bin/bash", "-lc", "x"], stdin: "?" }, 400, "shell_form_disabled", undefined],
    [{ ...good, command: ["sh", "x", "--command"] }, 400, "shell_form_disabled", undefined],
    [{ ...good, stdin: "both" }, 400, "bad_request", { stdin: "both" }],
    [{ ...good, stdin_staging_id: file }, 400, "bad_request", undefined],
    [{ ...good, stdin: "single" }, 400, "bad_request", undefined],
    [{ ...good, stdin: "single", stdin_staging_id: "x" }, 400, "invalid_staging_id", { staging_id: "x" }],
    [{ ...good, script: {} }, 400, "invalid_staging_id", { staging_id: "" }],
    [{ ...good, in: [{ key: "a", staging_id: "y" }] }, 400, "invalid_staging_id", {
      key: "a",
      staging_id: "y",
    }],
    [{ ...good, timeout: "1d", group_id: "z" }, 400, "bad_request", undefined],
    [{ ...good, group_id: "z" }, 400, "bad_request", undefined],
    [{ ...good, display_name: "é".repeat(129) }, 400, "bad_request", { length: 258, max: 256 }],
    [{ ...good, display_name: "a\u007f" }, 400, "bad_request", undefined],
    [{ ...good, lane: "no", script: { staging_id: missing } }, 400, "unknown_staging_ref", {
      staging_id: missing,
    }],
    [{ ...good, lane: "no", script: { staging_id: file } }, 400, "script_too_large", { size: 5, max: 4 }],
    [{ ...good, lane: "no" }, 400, "unknown_lane", undefined],
  ];
  for (const [body, status, error, details] of wrong) {
    const answer = await exec(running, body);
    assertEquals([answer.status, answer.body.error], [status, error], JSON.stringify(body));
    assertEquals(answer.body.details, details, JSON.stringify(body));
  }
  assertEquals((await exec(running, good, "no-uuid")).body.error, "bad_request");
  for (
    const command of [["bash", "script.sh"], ["env", "bash", "-c", "true"], [
      "sh",
      "--noprofile",
      "/dev/null",
    ]]
  ) {
    assertEquals((await exec(running, { ...good, command })).status, 202, command.join(" "));
  }
});

Deno.test("POST /v1/exec/dispatch answers feature_disabled to every caller while exec is off", async () => {
  await using running = await openRunning({ exec: { enabled: false } });
  const answer = await running.request("POST", "/v1/exec/dispatch", { as: "anonymous" });
  assertEquals([answer.status, answer.body.error], [404, "feature_disabled"]);
});

Deno.test("POST /v1/exec/dispatch queues one exec however often it is repeated", async () => {
  await using running = await open();
  const script = await running.stage("exit 0");
  const body = {
    lane: "stuck",
    command: ["sh", "script/script"],
    script: { staging_id: script },
    group_id: ids.mission(),
  };
  const key = ids.mission();
  const first = await exec(running, body, key);
  assertEquals([first.status, first.body], [202, { exec_id: key, status: "queued" }]);
  const renamed = await exec(running, {
    ...body,
    group_id: undefined,
    display_name: "another",
    stdin: "none",
  }, key);
  assertEquals([renamed.status, renamed.body], [200, { exec_id: key, status: "queued" }]);
  const other = await exec(running, { ...body, timeout: "1m" }, key);
  assertEquals([other.status, other.body.error], [409, "idempotency_conflict"]);
  assertEquals(other.body.details, {
    existing: { exec_id: key, kind: "exec", lane: "stuck", status: "queued" },
  });
  await running.request("DELETE", `/v1/missions/${key}`);
  const gone = await exec(running, body, key);
  assertEquals([gone.status, gone.body.error, gone.body.details], [410, "mission_deleting", {
    exec_id: key,
  }]);
});

Deno.test("POST /v1/exec/dispatch needs lanes, and honours the limits of the queue", async () => {
  await using running = await openRunning({ limits: { maxQueuePerLane: 1, maxQueueTotal: 2 } });
  const body = { lane: "a", command: ["true"] };
  assertEquals((await exec(running, body)).status, 412);
  await running.apply({ a: { concurrency: 1, paused: true }, b: { concurrency: 0 }, c: { concurrency: 0 } });
  assertEquals((await exec(running, body)).status, 202);
  const full = await exec(running, body);
  assertEquals([full.status, full.body.error, full.body.details], [503, "queue_full", {
    lane: "a",
    queued: 1,
  }]);
  assertEquals(full.headers.get("retry-after"), "5");
  assertEquals((await exec(running, { ...body, lane: "b" })).status, 202);
  const whole = await exec(running, { ...body, lane: "c" });
  assertEquals([whole.status, whole.body.error, whole.body.details], [503, "queue_full", undefined]);
});

Deno.test("POST /v1/exec/dispatch keeps the request in the documented order of members", async () => {
  await using running = await open();
  const [script, input] = [await running.stage("s"), await running.stage("i")];
  const key = ids.mission();
  await exec(running, {
    display_name: "x",
    timeout: "1m",
    stdin_staging_id: input,
    out: [{ key: "o", more: 1 }],
    in: [{ staging_id: input, key: "i" }],
    stdin: "broadcast",
    script: { staging_id: script },
    command: ["true"],
    lane: "stuck",
    unknown: [],
  }, key);
  const { text, body } = await running.request("GET", `/v1/missions/${key}`);
  assertStringIncludes(
    text,
    `"input":{"lane":"stuck","command":["true"],"script":{"staging_id":"${script}"},` +
      `"in":[{"key":"i","staging_id":"${input}"}],"out":[{"key":"o"}],"stdin":"broadcast",` +
      `"stdin_staging_id":"${input}","timeout":"1m","display_name":"x"}`,
  );
  assertEquals([body.kind, body.mission_name, body.timeout_ms, body.display_name], [
    "exec",
    "exec",
    60_000,
    "x",
  ]);
  assertEquals(body.inputs.map((file: { role: string }) => file.role), ["__stdin__", "i"]);
  const small = ids.mission();
  await exec(running, { lane: "stuck", command: ["true"], in: [], out: [], stdin: "", timeout: "" }, small);
  const stored = (await running.request("GET", `/v1/missions/${small}`)).body.input;
  assertEquals(stored, { lane: "stuck", command: ["true"] });
});

Deno.test("An exec gets its script, inputs, stdin and exactly the documented environment, and its outputs are kept", async () => {
  await using running = await open({ exec: { allowShell: true }, missionEnv: { set: { SECRET: "no" } } });
  const [script, input, stdin] = await Promise.all(
    [
      "env -0 > out/env; cat > out/fed; cat in/i; ls -l script/script in/i tmp/.stdin; ls /dev/fd >&2",
      "in",
      "fed",
    ]
      .map((text) => running.stage(text)),
  );
  const key = ids.mission(), group = ids.mission();
  await exec(running, {
    lane: "ops",
    command: ["/bin/sh", "script/script"],
    script: { staging_id: script },
    in: [{ key: "i", staging_id: input }],
    out: [{ key: "env" }, { key: "fed" }],
    stdin: "single",
    stdin_staging_id: stdin,
    group_id: group,
  }, key);
  const record = await running.ended(key);
  assertEquals([record.outcome, record.exit_code, record.outputs.fed.sha256], ["success", 0, sha256("fed")]);
  const { text } = await running.request("GET", `/v1/staging/${record.outputs.env.staging_id}`);
  const work = `${running.folder}/work/${key}`;
  const env = Object.fromEntries(text.split("\0").filter((line) => line).map((line) => line.split("=")));
  // The shell itself sets PWD.
  delete env.PWD;
  assertEquals(env, {
    LETTS_EXEC_ID: key,
    LETTS_KIND: "exec",
    LETTS_LANE: "ops",
    LETTS_WORKDIR: work,
    LETTS_TMPDIR: `${work}/tmp`,
    LETTS_GROUP_ID: group,
    LETTS_SCRIPT: `${work}/script/script`,
    LETTS_IN_i: `${work}/in/i`,
    LETTS_IN_i__SHA256: sha256("in"),
    LETTS_IN_i__SIZE: "2",
    LETTS_OUT_env: `${work}/out/env`,
    LETTS_OUT_fed: `${work}/out/fed`,
    PATH: "/usr/local/bin:/usr/bin:/bin",
  });
  const { text: printed } = await running.request("GET", `/v1/missions/${key}/output?stream=stdout`);
  assertMatch(printed, /^in-r--r--r-- .* in\/i\n-r-xr-xr-x .* script\/script\n-r--r--r-- .* tmp\/\.stdin\n$/);
  const { text: descriptors } = await running.request("GET", `/v1/missions/${key}/output?stream=stderr`);
  // 3 is the folder that ls itself has opened.
  assertEquals(descriptors, "0\n1\n2\n3\n");
});

Deno.test("An exec ends with the outcomes of execs", async () => {
  await using running = await open({ exec: { allowShell: true } });
  const ends: [Record<string, unknown>, Record<string, unknown>][] = [
    [{ command: ["true"] }, { outcome: "success", exit_code: 0 }],
    [{ command: ["sh", "-c", "exit 3"] }, { outcome: "failed", fail_reason: "exit_nonzero", exit_code: 3 }],
    [{ command: ["sh", "-c", "kill -SEGV $$"] }, {
      outcome: "killed",
      fail_reason: "signal",
      exit_code: -1,
      signal: "SEGV",
    }],
    [{ command: ["sh", "-c", "kill -KILL $$"] }, {
      outcome: "killed",
      fail_reason: "signal",
      exit_code: -1,
      signal: "KILL",
    }],
    [{ command: ["sh", "-c", "echo 'Allowed memory size of 1' >&2"] }, { outcome: "success", exit_code: 0 }],
    [{ command: ["sleep", "60"], timeout: "30ms" }, {
      outcome: "timeout",
      fail_reason: "timeout",
      fail_details: { timeout_ms: 30 },
      signal: "TERM",
    }],
    [{ command: ["/no/such/program"] }, {
      outcome: "crashed",
      fail_reason: "spawn_failed",
      exit_code: 0,
      pid: 0,
    }],
    [{ command: [""] }, { outcome: "crashed", fail_reason: "spawn_failed", exit_code: 0, pid: 0 }],
    [{ command: ["true"], out: [{ key: "o" }] }, {
      outcome: "failed",
      fail_reason: "missing_output",
      exit_code: 0,
    }],
    [{ command: ["sh", "-c", "cat; echo '{' >&3"] }, { outcome: "failed", fail_reason: "exit_nonzero" }],
  ];
  for (const [body, expected] of ends) {
    const key = ids.mission();
    assertEquals((await exec(running, { lane: "ops", ...body }, key)).status, 202);
    const record = await running.ended(key);
    const seen = Object.fromEntries(Object.keys(expected).map((name) => [name, record[name]]));
    assertEquals(seen, expected, JSON.stringify(body));
    assertEquals(record.return, undefined);
  }
});

Deno.test("Execs and missions whose process was reaped elsewhere crash with no_process_state", async () => {
  const libc = openLibc();
  assert(libc, "this system should allow FFI to the C library");
  await using running = await open();
  await running.apply({ ops: { concurrency: 2 } }, ["sleep", "600"]);
  const keys = [ids.mission(), ids.mission()] as const;
  await exec(running, { lane: "ops", command: ["sleep", "600"] }, keys[0]);
  await running.request("POST", "/v1/dispatch", { key: keys[1], body: { lane: "ops", mission: "m" } });
  for (const key of keys) {
    let pid = 0;
    while (pid === 0) pid = (await running.request("GET", `/v1/missions/${key}`)).body.pid ?? 0;
    Deno.kill(-pid, "SIGKILL");
    assertEquals(libc.calls.waitpid(pid, new Uint8Array(64), 0), pid);
    const { outcome, fail_reason, exit_code, signal } = await running.ended(key);
    assertEquals([outcome, fail_reason, exit_code, signal], ["crashed", "no_process_state", -1, undefined]);
  }
  libc.close();
});

Deno.test("POST /v1/exec/dispatch is audited once, with what was asked for and never a token", async () => {
  const lines: string[] = [];
  await using running = await open({ log: lineLog("info", "json", (line) => lines.push(line)) });
  const input = await running.stage("input");
  const key = ids.mission();
  const body = {
    lane: "stuck",
    command: ["cat", "x"],
    in: [{ key: "x", staging_id: input }],
    stdin: "single",
    stdin_staging_id: input,
    script: { staging_id: input },
  };
  await exec(running, body, key);
  await exec(running, body, key);
  const records = lines.map((line) => JSON.parse(line)).filter((record) => record.msg === "exec.dispatch");
  assertEquals(records.length, 1);
  const { time: _time, remote_addr, input_fingerprint, ...rest } = records[0];
  assertMatch(remote_addr, /^127\.0\.0\.1:\d+$/);
  assertMatch(input_fingerprint, /^[0-9a-f]{64}$/);
  assertEquals(rest, {
    level: "INFO",
    msg: "exec.dispatch",
    audit: true,
    action: "exec.dispatch",
    actor: "exec-token",
    exec_id: key,
    lane: "stuck",
    command_argv: ["cat", "x"],
    script_sha256: sha256("input"),
    script_size: 5,
    in_keys: ["x"],
    in_sizes: [5],
    out_keys: [],
    stdin: "single",
    stdin_size: 5,
    stdin_staging_id: input,
  });
});
