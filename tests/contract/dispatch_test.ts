import { assert, assertEquals } from "@std/assert";
import { newId } from "./ids.ts";
import { assertProblem, daemonTest, sharedDugdale } from "./harness.ts";
import { CAPS } from "./settings.ts";

const dugdale = sharedDugdale();
const GOOD = { mission: "silent.sh", lane: "fast" };

Deno.test("a dispatch is answered with id and status, and can be read at once", async () => {
  const id = newId();
  const reply = await dugdale.dispatch({ ...GOOD, id });
  assertEquals([reply.status, reply.body], [202, { mission_id: id, status: "queued" }]);
  assertEquals((await dugdale.record(id)).mission_id, id);
});

Deno.test("the Idempotency-Key must be a lower-case UUIDv7", async () => {
  const keys = [
    "",
    "x",
    newId().toUpperCase(),
    `${newId()} x`,
    newId().replace(/-7(?=.{3}-[89ab])/, "-4"),
    newId().replace(/-[89ab](?=.{3}-.{12}$)/, "-c"),
    newId().replaceAll("-", ""),
    `{${newId()}}`,
  ];
  for (const id of keys) assertProblem(await dugdale.dispatch({ ...GOOD, id }), 400, "bad_request");
  assertProblem(await dugdale.post("/v1/dispatch", GOOD, { as: "dispatch" }), 400, "bad_request");
});

daemonTest(
  "an announced body above its limit is refused before the key is checked, a body of unknown length after",
  async () => {
    const body = JSON.stringify({ ...GOOD, input: "x".repeat(CAPS.dispatchBodyBytes) });
    const headers = { "idempotency-key": "x" };
    const details = { limit_bytes: CAPS.dispatchBodyBytes };
    assertProblem(await dugdale.post("/v1/dispatch", body, { headers }), 413, "payload_too_large", details);
    const stream = ReadableStream.from([new TextEncoder().encode(body)]);
    assertProblem(await dugdale.post("/v1/dispatch", stream, { headers }), 400, "bad_request");
  },
);

Deno.test("the body must be a JSON object with fields of the right types", async () => {
  const bodies = [
    "",
    "{",
    "nonsense",
    "[]",
    '"text"',
    "1",
    '{"mission":1,"lane":"fast"}',
    '{"mission":"silent.sh","lane":["fast"]}',
    '{"mission":"silent.sh","lane":"fast","timeout":5}',
    '{"mission":"silent.sh","lane":"fast","files":{}}',
    '{"mission":"silent.sh","lane":"fast","files":["x"]}',
    '{"mission":"silent.sh","lane":"fast","files":[{"role":1}]}',
    "{'mission':'silent.sh'}",
    '{"mission":"silent.sh","lane":"fast",}',
  ];
  for (const body of bodies) {
    const headers = { "idempotency-key": newId() };
    assertProblem(await dugdale.post("/v1/dispatch", body, { as: "dispatch", headers }), 400, "bad_request");
  }
});

Deno.test("unknown fields of the body are ignored", async () => {
  const bodies = [
    '{"mission":"silent.sh","lane":"fast","colour":"red"}',
    '{"mission":"silent.sh","lane":"fast"} trailing',
    ' \n{"mission":"silent.sh","lane":"fast"}\n',
    '{"mission":"silent.sh","lane":"fast","input":null,"files":null,"timeout":null}',
    '{"mission":"other","mission":"silent.sh","lane":"slow","lane":"fast"}',
    '{"mission":"silent.sh","lane":"fast","files":[],"timeout":""}',
  ];
  for (const body of bodies) {
    const id = newId();
    const reply = await dugdale.post("/v1/dispatch", body, {
      as: "dispatch",
      headers: { "idempotency-key": id },
    });
    assertEquals(reply.status, 202, body);
    const { mission_name, lane } = await dugdale.record(id);
    assertEquals([mission_name, lane], ["silent.sh", "fast"], body);
  }
});

Deno.test("the mission must be a name of 1 to 128 bytes", async () => {
  for (
    const mission of [
      "",
      ".hidden",
      "-x",
      "a/b",
      "../x",
      "a b",
      "ä",
      "x".repeat(129),
      "a\n",
      "a\0b",
      undefined,
    ]
  ) {
    assertProblem(
      await dugdale.dispatch({ lane: "fast", ...(mission === undefined ? {} : { mission }) }),
      400,
      "bad_request",
    );
  }
  for (const mission of ["a", "_", "9", "A.b-c_d", "x".repeat(128)]) {
    assertEquals((await dugdale.dispatch({ lane: "fast", mission })).status, 202);
  }
});

Deno.test("the lane must be a name", async () => {
  for (const lane of ["", "Fast", "1x", "_x", "a b", "fäst", "x".repeat(33), "fast\n"]) {
    assertProblem(await dugdale.dispatch({ mission: "silent.sh", lane }), 400, "bad_request");
  }
});

Deno.test("an input with a key given twice, or a number beyond range, is refused", async () => {
  for (const input of ['{"a":1,"a":1}', '[{"x":{"b":1,"\\u0062":2}}]', "1e400", "[-1e999]"]) {
    assertProblem(await dispatchText(`"input":${input}`), 400, "bad_request");
  }
});

Deno.test("the timeout must be a duration that is not negative", async () => {
  for (const timeout of ["5", "x", "-1s", "1d", "1 s", "s", "1h-5m", "1.2.3s", "99999999999h"]) {
    assertProblem(await dugdale.dispatch({ ...GOOD, timeout }), 400, "bad_request");
  }
});

Deno.test("a timeout is kept in whole milliseconds, cut off", async () => {
  const cases: [string, number][] = [
    ["0", 0],
    ["0s", 0],
    ["-0s", 0],
    ["1h", 3_600_000],
    ["1h30m", 5_400_000],
    ["1.5h", 5_400_000],
    ["2m1.9999s", 121_999],
    ["+10s", 10_000],
    [".5m", 30_000],
    ["1999us", 1],
    ["900ns", 0],
    ["60000µs", 60],
    ["70000μs", 70],
    ["10m10m", 1_200_000],
  ];
  for (const [timeout, ms] of cases) {
    const id = await dugdale.queue("silent.sh", { timeout });
    assertEquals((await dugdale.record(id)).timeout_ms, ms, timeout);
  }
  assertEquals(
    (await dugdale.record(await dugdale.queue("silent.sh", { timeout: "" }))).timeout_ms,
    undefined,
  );
});

Deno.test("files need a proper role and a staging id that is a UUIDv7", async () => {
  const staging_id = newId();
  for (const role of ["", "__x", "1a", "a-b", "a.b", "ä", "x".repeat(65)]) {
    assertProblem(await dugdale.dispatch({ ...GOOD, files: [{ role, staging_id }] }), 400, "bad_request");
  }
  for (const staging_id of ["", "x", newId().toUpperCase(), undefined]) {
    assertProblem(
      await dugdale.dispatch({ ...GOOD, files: [{ role: "a", staging_id }] }),
      400,
      "bad_request",
    );
  }
  assertProblem(await dugdale.dispatch({ ...GOOD, files: [null] }), 400, "bad_request");
});

Deno.test("input, timeout and files are checked in that order", async () => {
  const broken = '"input":{"a":1,"a":2},"timeout":"x","files":[{"role":"__x","staging_id":"x"}]';
  assertEquals((await dispatchText(broken)).body.error, "bad_request");
  const unknown = { role: "a", staging_id: newId() };
  const reply = await dugdale.dispatch({ ...GOOD, files: [unknown, { role: "__x", staging_id: newId() }] });
  assertProblem(reply, 400, "bad_request");
});

Deno.test("a file that was never staged, or not to its end, is refused", async () => {
  const reply = await dugdale.dispatch({ ...GOOD, files: [{ role: "a", staging_id: newId() }] });
  assertEquals([reply.status, reply.body.error], [400, "unknown_staging_ref"]);
  const half = newId();
  await dugdale.call("PUT", `/v1/staging/${half}`, {
    headers: { "x-letts-sha256": "0".repeat(64), "content-range": "bytes 0-3/10" },
    body: "half",
  });
  const second = await dugdale.dispatch({ ...GOOD, files: [{ role: "a", staging_id: half }] });
  assertEquals([second.status, second.body.error], [400, "unknown_staging_ref"]);
});

Deno.test("a role that is given twice is named", async () => {
  const files = ["b", "a", "c", "a", "b"].map((role) => ({ role, staging_id: "" }));
  const staged = await dugdale.stage("content");
  const reply = await dugdale.dispatch({
    ...GOOD,
    files: files.map((file) => ({ ...file, staging_id: staged })),
  });
  assertProblem(reply, 400, "duplicate_role", { role: "a" });
});

daemonTest(
  "a canonical input beyond its limit is refused; one of exactly the limit is taken",
  async () => {
    const most = "x".repeat(CAPS.inputBytes - 2);
    assertEquals((await dugdale.dispatch({ ...GOOD, input: most })).status, 202);
    assertProblem(await dugdale.dispatch({ ...GOOD, input: `${most}x` }), 413, "payload_too_large");
    // Bytes count, not characters; blanks do not count, because they are not canonical.
    const umlauts = "ä".repeat((CAPS.inputBytes - 2) / 2);
    assertEquals((await dugdale.dispatch({ ...GOOD, input: umlauts })).status, 202);
    assertProblem(await dugdale.dispatch({ ...GOOD, input: `${umlauts}ä` }), 413, "payload_too_large");
    assertEquals((await dispatchText(`"input":[1,${" ".repeat(CAPS.inputBytes)}2]`)).status, 202);
  },
);

Deno.test("a lane that is not applied is refused", async () => {
  assertProblem(await dugdale.dispatch({ ...GOOD, lane: "nowhere" }), 400, "unknown_lane");
  assertProblem(await dugdale.dispatch({ ...GOOD, lane: "constructor" }), 400, "unknown_lane");
});

Deno.test("a mission whose script is missing is accepted: the script is looked up at its start", async () => {
  const record = await dugdale.run("there_is_no_such_mission");
  assertEquals([record.outcome, record.fail_reason], ["crashed", "spawn_failed"]);
});

daemonTest("the input is kept in canonical form, with every digit of 64-bit integers", async () => {
  const cases: [string, string][] = [
    ['{"b": 2, "a": 1}', '{"a":1,"b":2}'],
    ["9007199254740993", "9007199254740993"],
    ["[18446744073709551615,-9223372036854775808]", "[18446744073709551615,-9223372036854775808]"],
    ["[18446744073709551616]", "[18446744073709552000]"],
    ["[1.0,1e2,-0,-0.0,1e21,1e-7,0.000001]", "[1,100,0,0,1e+21,1e-7,0.000001]"],
    ['"\\u00e4\\/\\u0007\\b\\u2028"', '"ä/\\u0007\\b\\u2028"'],
    ['{"\\ud83d\\ude00":1,"\\ufb33":2}', '{"😀":1,"\ufb33":2}'],
    ['"\\ud800"', '"\ufffd"'],
    ["null", "null"],
    ["false", "false"],
    ['""', '""'],
    ["{}", "{}"],
  ];
  for (const [sent, canonical] of cases) {
    const id = newId();
    assertEquals((await dispatchText(`"input":${sent}`, id)).status, 202, sent);
    const { text } = await dugdale.get(`/v1/missions/${id}`);
    assert(
      text.includes(`"input":${canonical},`) || text.includes(`"input":${canonical}}`),
      `${canonical} in ${text}`,
    );
  }
});

Deno.test("the fingerprint is the documented hash of lane, mission, input, timeout and files", async () => {
  const state = {
    mission_dir: "/",
    lanes: { fast: { concurrency: 16 }, slow: { concurrency: 1 }, default: { concurrency: 1 } },
  };
  assertEquals((await dugdale.post("/v1/admin/apply?force=true", state)).status, 200);
  const cases: [string, string][] = [
    ["", "25ef62f3e3d069ce626d2b475632324ff7db5779b35ed3e29daa0f55b1eda841"],
    [
      ',"input":{"b":2,"a":1},"timeout":"5m"',
      "2b691a5b7e23a74dd7fbe2668edb2d6f231821257d8837c6e5f407ed00915747",
    ],
    [
      ',"input":{"size":9007199254740993}',
      "a4f53f7a359f63baeeb80c688a7d80b9970225ae2fa7f83d38b2a9c86c2cb734",
    ],
  ];
  for (const [rest, fingerprint] of cases) {
    const headers = { "idempotency-key": newId() };
    const body = `{"mission":"hello","lane":"default"${rest}}`;
    const { mission_id } = (await dugdale.post("/v1/dispatch", body, { headers })).body;
    assertEquals((await dugdale.record(String(mission_id))).input_fingerprint, fingerprint);
  }
});

function dispatchText(fields: string, id: string = newId()): ReturnType<typeof dugdale.post> {
  const headers = { "idempotency-key": id };
  return dugdale.post("/v1/dispatch", `{"mission":"silent.sh","lane":"fast",${fields}}`, {
    as: "dispatch",
    headers,
  });
}
