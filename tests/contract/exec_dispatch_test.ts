import { assert, assertEquals } from "@std/assert";
import type { Fields, Reply } from "./dugdale.ts";
import { newId } from "./ids.ts";
import { apply, assertProblem, daemonTest, ownTest, sharedDugdale, STATE } from "./harness.ts";
import { CAPS } from "./settings.ts";

const dugdale = sharedDugdale();
const disabled = sharedDugdale({ settings: { exec: { enabled: false } } });
const shelly = sharedDugdale({ settings: { exec: { allow_shell: true } } });
const GOOD = { lane: "fast", command: ["true"] };

function send(body: unknown, id: string = newId(), to = dugdale): Promise<Reply> {
  return to.post("/v1/exec/dispatch", body, { as: "exec", headers: { "idempotency-key": id } });
}

Deno.test("an exec is answered with id and status", async () => {
  const id = newId();
  const reply = await send(GOOD, id);
  assertEquals([reply.status, reply.body], [202, { exec_id: id, status: "queued" }]);
  assertEquals((await dugdale.done(id)).outcome, "success");
});

daemonTest("an exec needs a valid key, size, shape, lane and command", async () => {
  for (const id of ["", "x", newId().toUpperCase()]) assertProblem(await send(GOOD, id), 400, "bad_request");
  const large = { ...GOOD, display_name: "x".repeat(CAPS.execBodyBytes) };
  assertProblem(await send(large), 413, "payload_too_large", { limit_bytes: CAPS.execBodyBytes });
  const bodies = [
    "",
    "{",
    "[]",
    '{"lane":1,"command":["x"]}',
    '{"lane":"fast","command":"x"}',
    '{"lane":"fast","command":[1]}',
    '{"lane":"fast","command":["x"],"in":{}}',
    '{"lane":"fast","command":["x"],"script":"x"}',
    '{"lane":"fast","command":["x"],"stdin":1}',
    '{"command":["true"]}',
    '{"lane":"","command":["true"]}',
    '{"lane":"fast"}',
    '{"lane":"fast","command":[]}',
    '{"lane":"fast","command":null}',
  ];
  for (const body of bodies) assertProblem(await send(body), 400, "bad_request");
});

const file = (key: string): Fields => ({ key, staging_id: newId() });
const ID = newId();
const ROWS: readonly (readonly [what: string, body: Fields, code: string, details?: Fields])[] = [
  ["a bad key of in", { in: [file("a"), file("1x")] }, "invalid_key", { slot: "in", key: "1x" }],
  ["a bad key of out", { out: [{ key: "__x" }] }, "invalid_key", { slot: "out", key: "__x" }],
  ["in comes before out", { in: [file("")], out: [{ key: "-" }] }, "invalid_key", { slot: "in", key: "" }],
  ["an invalid key and a repeated key", { in: [file("a"), file("a")], out: [{ key: "-" }] }, "invalid_key", {
    slot: "out",
    key: "-",
  }],
  ["a key of in twice", { in: [file("a"), file("b"), file("a")] }, "duplicate_key", { key: "a" }],
  ["a key of out twice", { out: [{ key: "o" }, { key: "o" }] }, "duplicate_key", { key: "o" }],
  ["too many in", { in: ["a", "b", "c", "d"].map(file) }, "too_many_files", {
    count: 4,
    max: CAPS.execFiles,
  }],
  ["too many out", { out: ["a", "b", "c", "d"].map((key) => ({ key })) }, "too_many_files", {
    count: 4,
    max: CAPS.execFiles,
  }],
  ["a shell with code", { command: ["bash", "-c", "x"] }, "shell_form_disabled"],
  ["a shell by its path", { command: ["/usr/bin/zsh", "-lc", "x"] }, "shell_form_disabled"],
  ["a shell with a long flag", { command: ["sh", "x", "--command"] }, "shell_form_disabled"],
  [
    "shell code and an invalid stdin",
    { command: ["dash", "-ec", "x"], stdin: "nonsense" },
    "shell_form_disabled",
  ],
  ["an unknown stdin", { stdin: "twice" }, "bad_request", { stdin: "twice" }],
  ["a stdin file without stdin", { stdin_staging_id: newId() }, "bad_request"],
  ["stdin without a file", { stdin: "single" }, "bad_request"],
  ["a stdin file that is no id", { stdin: "broadcast", stdin_staging_id: "x" }, "invalid_staging_id", {
    staging_id: "x",
  }],
  ["a script that is no id", { script: { staging_id: "x" } }, "invalid_staging_id", { staging_id: "x" }],
  ["a script without an id", { script: {} }, "invalid_staging_id", { staging_id: "" }],
  ["an input that is no id", { in: [{ key: "a", staging_id: "x" }] }, "invalid_staging_id", {
    key: "a",
    staging_id: "x",
  }],
  ["a bad timeout", { timeout: "1d" }, "bad_request"],
  ["a negative timeout", { timeout: "-1s" }, "bad_request"],
  ["a group that is no id", { group_id: "g" }, "bad_request"],
  ["a display name that is too long", { display_name: "ä".repeat(129) }, "bad_request", {
    length: 258,
    max: 256,
  }],
  ["a display name with a control character", { display_name: "a\nb" }, "bad_request"],
  ["a display name with a delete character", { display_name: "a\x7f" }, "bad_request"],
  ["a script that is not staged", { script: { staging_id: ID } }, "unknown_staging_ref", {
    staging_id: ID,
  }],
  ["an input that is not staged", { in: [{ key: "a", staging_id: ID }] }, "unknown_staging_ref", {
    staging_id: ID,
  }],
  ["a stdin that is not staged", { stdin: "single", stdin_staging_id: ID }, "unknown_staging_ref", {
    staging_id: ID,
  }],
  [
    "20: the script is looked up first",
    { script: { staging_id: ID }, in: [file("a")] },
    "unknown_staging_ref",
    { staging_id: ID },
  ],
  [
    "a file that is not staged and an unknown lane",
    { lane: "nowhere", script: { staging_id: ID } },
    "unknown_staging_ref",
    {
      staging_id: ID,
    },
  ],
  ["an unknown lane", { lane: "nowhere" }, "unknown_lane"],
  ["a lane that can be none", { lane: "No Lane!" }, "unknown_lane"],
];
for (const [what, body, code, details] of ROWS) {
  // How many files and which commands are allowed is a matter of settings.
  const test = code === "too_many_files" || code === "shell_form_disabled" ? daemonTest : Deno.test;
  test(`an exec with ${what} is refused with ${code}`, async () => {
    assertProblem(await send({ ...GOOD, ...body }), 400, code, details);
  });
}

Deno.test("a command that only looks like shell code is accepted", async () => {
  const commands = [
    ["bash", "script.sh"],
    ["env", "bash", "-c", "true"],
    ["sh", "--check"],
    ["sh", "-e", "x"],
    ["echo", "-c"],
    ["mysh", "-c"],
  ];
  for (const command of commands) {
    assertEquals((await send({ ...GOOD, command })).status, 202, command.join(" "));
  }
});

ownTest("with exec.allow_shell shell code is accepted", async () => {
  assertEquals((await send({ ...GOOD, command: ["sh", "-c", "exit 0"] }, newId(), shelly)).status, 202);
});

daemonTest("a script above its limit is refused; one of exactly the limit is accepted", async () => {
  const [most, more] = await Promise.all(
    [0, 1].map((extra) => dugdale.stage("#".repeat(CAPS.scriptBytes + extra))),
  );
  assertEquals((await send({ ...GOOD, script: { staging_id: most } })).status, 202);
  const details = { size: CAPS.scriptBytes + 1, max: CAPS.scriptBytes };
  assertProblem(await send({ ...GOOD, script: { staging_id: more } }), 400, "script_too_large", details);
});

Deno.test("empty strings, nulls and unknown fields are treated as absent", async () => {
  const body = {
    stdin: "",
    stdin_staging_id: null,
    timeout: "",
    group_id: "",
    display_name: null,
    in: null,
    out: [],
    script: null,
    x: 1,
  };
  const id = newId();
  assertEquals((await send({ ...GOOD, ...body }, id)).status, 202);
  assertEquals((await dugdale.record(id)).input, GOOD);
  // And so the same as the short form.
  assertEquals((await send(GOOD, id)).status, 200);
  assertEquals((await send({ ...GOOD, stdin: "none" }, id)).status, 200);
});

Deno.test("an equal exec is a repeat, also with another group and display name", async () => {
  const id = newId();
  await send({ ...GOOD, timeout: "60s" }, id);
  await dugdale.done(id);
  const again = await send({ ...GOOD, timeout: "1m", group_id: newId(), display_name: "another" }, id);
  assertEquals([again.status, again.body], [200, { exec_id: id, status: "done" }]);
});

Deno.test("a deleted exec cannot be dispatched again", async () => {
  const id = newId();
  await send(GOOD, id);
  await dugdale.done(id);
  await dugdale.call("DELETE", `/v1/missions/${id}`);
  assertProblem(await send(GOOD, id), 410, "mission_deleting", { exec_id: id });
});

Deno.test("another exec of the same id is a conflict, as is a mission of that id", async () => {
  const id = newId();
  await send(GOOD, id);
  await dugdale.done(id);
  const existing = { exec_id: id, kind: "exec", lane: "fast", status: "done" };
  for (
    const change of [{ command: ["true", ""] }, { lane: "slow" }, { timeout: "0s" }, { out: [{ key: "a" }] }]
  ) {
    assertProblem(await send({ ...GOOD, ...change }, id), 409, "idempotency_conflict", { existing });
  }
  const mission = await dugdale.dispatch({ id, mission: "silent.sh" });
  const described = { mission_id: id, kind: "exec", mission: "exec", lane: "fast", status: "done" };
  assertProblem(mission, 409, "idempotency_conflict", { existing: described });
  const other = await dugdale.queue("silent.sh");
  await dugdale.done(other);
  const reply = await send(GOOD, other);
  assertEquals([reply.status, reply.body.error, Object(Object(reply.body.details).existing).kind], [
    409,
    "idempotency_conflict",
    "mission",
  ]);
});

Deno.test("an exec is refused while no configuration with lanes is applied", async () => {
  await apply(dugdale, { lanes: {} });
  assertProblem(await send(GOOD), 412, "no_lanes_configured");
  await apply(dugdale, STATE);
});

Deno.test("of a hundred equal execs at once, one is made", async () => {
  const id = newId();
  const replies = await Promise.all(Array.from({ length: 100 }, () => send(GOOD, id)));
  assertEquals(replies.filter(({ status }) => status === 202).length, 1);
  assertEquals(replies.filter(({ status }) => status === 200).length, 99);
});

Deno.test("of two commands sent at once under one id, one wins and the other is always a conflict", async () => {
  const id = newId(), commands = [["echo", "one"], ["echo", "two"]];
  const replies = await Promise.all(Array.from({ length: 100 }, async (_, index) => {
    const command = commands[index % 2];
    return { command, reply: await send({ lane: "fast", command }, id) };
  }));
  const { command: won } = Object((await dugdale.done(id)).input);
  assertEquals(replies.filter(({ reply }) => reply.status === 202).length, 1);
  for (const { command, reply } of replies) {
    if (command?.[1] === won[1]) assert(reply.status === 202 || reply.status === 200, reply.text);
    else assertEquals([reply.status, reply.body.error], [409, "idempotency_conflict"]);
  }
  assertEquals(await dugdale.output(id, "stdout"), `${won[1]}\n`);
});

Deno.test("the fingerprint is the documented hash", async () => {
  await apply(dugdale, { lanes: { ops: { concurrency: 1 }, ...Object(STATE.lanes) } });
  const id = newId();
  await send({ lane: "ops", command: ["uptime"] }, id);
  const { input_fingerprint } = await dugdale.record(id);
  assertEquals(input_fingerprint, "a0ffe9595bdd1d17f82eb55222a47f28a4a1c52560c22bea05e4c4537d913120");
});

ownTest("with exec disabled the route does not exist for any token; exec tokens still read", async () => {
  for (const as of ["anonymous", "dispatch", "exec", "admin"] as const) {
    assertProblem(await disabled.post("/v1/exec/dispatch", GOOD, { as }), 404, "feature_disabled");
  }
  for (let time = 0; time < 10; time++) {
    const headers = { authorization: "Bearer wrong" };
    assertEquals((await disabled.post("/v1/exec/dispatch", GOOD, { headers, from: "10.9.0.1" })).status, 404);
  }
  assertEquals((await disabled.get("/v1/lanes", { as: "exec", from: "10.9.0.1" })).status, 200);
});
