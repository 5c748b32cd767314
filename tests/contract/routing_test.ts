import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { newId } from "./ids.ts";
import { assertProblem, ownTest, sharedDugdale } from "./harness.ts";
import { connect, rawRequest, readReply, requestText, writeAll } from "./raw_http.ts";
import { CAPS } from "./settings.ts";

const dugdale = sharedDugdale();
const closed = sharedDugdale({
  settings: { limits: { max_dispatch_body_size: 0, max_apply_body_size: 0 } },
  state: null,
});
const inputless = sharedDugdale({ settings: { limits: { max_mission_input_size: 0 } } });
const ID = newId();

Deno.test("an unknown path is 404 in the error envelope, without a token", async () => {
  for (
    const path of ["/", "/v1", "/v2/healthz", "/v1/lanes/", "/v1/Lanes", "/v1/missions/a/b", "/v1/missions/"]
  ) {
    assertProblem(await dugdale.get(path, { as: "anonymous" }), 404, "not_found");
  }
});

Deno.test("a known path with another method is 405 and names the methods, without a token", async () => {
  const cases: [string, string, string][] = [
    ["POST", "/v1/healthz", "GET, HEAD"],
    ["DELETE", "/v1/lanes", "GET, HEAD"],
    ["GET", "/v1/dispatch", "POST"],
    ["HEAD", "/v1/dispatch", "POST"],
    ["PUT", `/v1/missions/${ID}`, "DELETE, GET, HEAD"],
    ["POST", `/v1/staging/${ID}`, "DELETE, GET, HEAD, PUT"],
    ["GET", `/v1/missions/${ID}/kill`, "POST"],
    ["PATCH", "/v1/admin/apply", "POST"],
  ];
  for (const [method, path, allow] of cases) {
    const reply = await dugdale.call(method, path, { as: "anonymous" });
    assertEquals([reply.status, reply.headers.get("allow")], [405, allow], `${method} ${path}`);
    if (method !== "HEAD") assertEquals(reply.body.error, "method_not_allowed");
  }
});

Deno.test("every GET route answers HEAD with the same status and no body", async () => {
  const id = await dugdale.queue("silent.sh");
  await dugdale.done(id);
  const paths = [
    "/v1/healthz",
    "/v1/readyz",
    "/v1/version",
    "/v1/metrics",
    "/v1/missions",
    `/v1/missions/${id}`,
    `/v1/missions/${id}/events`,
    `/v1/missions/${id}/output?stream=stdout`,
    "/v1/admin/state",
    "/v1/dugdale",
    "/v1/lanes",
    `/v1/staging?mission_id=${id}`,
  ];
  for (const path of paths) {
    const get = await dugdale.get(path), head = await dugdale.call("HEAD", path);
    assertEquals([get.status, head.status, head.text], [200, 200, ""], path);
    assertEquals(head.headers.get("content-type"), get.headers.get("content-type"), path);
  }
});

Deno.test("a path that is not canonical reaches no handler under another name", async () => {
  for (const path of ["//v1/healthz", "/v1//healthz", "/v1/./healthz", "/v1/x/../healthz"]) {
    const { status, headers } = await rawRequest(dugdale.url, requestText("GET", path));
    assert(
      status === 404 || ((status === 301 || status === 307) && headers.get("location") === "/v1/healthz"),
      path,
    );
  }
});

Deno.test("path parameters are percent-decoded before they are checked", async () => {
  const id = await dugdale.queue("silent.sh");
  const escaped = id.replaceAll("-", "%2D");
  assertEquals((await dugdale.get(`/v1/missions/${escaped}`)).body.mission_id, id);
  assertProblem(await dugdale.get(`/v1/missions/${id}%2Fevents`), 400, "invalid_id");
  assertProblem(await dugdale.post("/v1/admin/lanes/no%20lane/pause"), 404, "lane_not_found");
});

Deno.test("the Content-Type of a request is ignored", async () => {
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "nonsense"]) {
    const reply = await dugdale.dispatch({ mission: "silent.sh" }, { headers: { "content-type": type } });
    assertEquals(reply.status, 202);
  }
});

Deno.test("answers escape what could end a script element", async () => {
  const id = await dugdale.queue("silent.sh", { input: { html: "</a>&\u2028\u2029" } });
  const { text, body } = await dugdale.get(`/v1/missions/${id}`);
  assertStringIncludes(text, "\\u003c/a\\u003e\\u0026\\u2028\\u2029");
  assertEquals(body.input, { html: "</a>&\u2028\u2029" });
});

Deno.test("names of fields are found in any case, the exact one first; broken UTF-8 is replaced", async () => {
  const bodies = [
    '{"MISSION":"silent.sh","Lane":"fast"}',
    '{"mission":"silent.sh","LANE":"slow","lane":"fast"}',
  ];
  for (const body of bodies) {
    const id = newId();
    const headers = { "idempotency-key": id };
    assertEquals((await dugdale.post("/v1/dispatch", body, { headers })).status, 202, body);
    assertEquals((await dugdale.record(id)).lane, "fast");
  }
  const [before = "", after = ""] = '{"mission":"silent.sh","lane":"fast","input":"a|b"}'.split("|");
  const bytes = new Uint8Array([
    ...new TextEncoder().encode(before),
    0xff,
    0xc3,
    ...new TextEncoder().encode(after),
  ]);
  const id = newId();
  await dugdale.post("/v1/dispatch", bytes, { headers: { "idempotency-key": id } });
  assertEquals((await dugdale.record(id)).input, "a\ufffd\ufffdb");
});

Deno.test("a query flag is true only with the value true, in any case; of repeated ones the first counts", async () => {
  const id = await dugdale.queue("forever.sh");
  await dugdale.event(id, "running");
  for (const query of ["force=1", "force=yes", "force=", "force", "force=false&force=true"]) {
    const { status, body } = await dugdale.call("DELETE", `/v1/missions/${id}?${query}`);
    assertEquals([status, body.error], [409, "mission_running"], query);
  }
  assertEquals((await dugdale.call("DELETE", `/v1/missions/${id}?force=TRUE&force=false`)).status, 202);
});

Deno.test("a body beyond its limit is refused by its announced length, after the token was checked", async () => {
  const cases: [string, keyof typeof CAPS][] = [
    ["/v1/dispatch", "dispatchBodyBytes"],
    ["/v1/admin/apply", "applyBodyBytes"],
    ["/v1/missions/bulk-restart", "applyBodyBytes"],
    ["/v1/missions/bulk-delete", "applyBodyBytes"],
  ];
  for (const [path, cap] of cases) {
    const body = `{"x":"${"x".repeat(CAPS[cap])}"}`;
    const headers = { "idempotency-key": newId() };
    const details = { limit_bytes: CAPS[cap] };
    assertProblem(await dugdale.post(path, body, { headers }), 413, "payload_too_large", details);
    assertProblem(
      await dugdale.post(path, body, { headers, as: "anonymous", from: "10.1.0.1" }),
      401,
      "unauthorized",
    );
  }
});

Deno.test("a body beyond its limit is refused while it is read, when its length was not announced", async () => {
  const body = new TextEncoder().encode(" ".repeat(CAPS.dispatchBodyBytes + 1));
  const stream = ReadableStream.from([body.subarray(0, 1000), body.subarray(1000)]);
  const reply = await dugdale.post("/v1/dispatch", stream, { headers: { "idempotency-key": newId() } });
  assertProblem(reply, 413, "payload_too_large", { limit_bytes: CAPS.dispatchBodyBytes });
});

ownTest("a limit of zero is zero bytes, not none", async () => {
  const stream = () => ReadableStream.from([new Uint8Array(1)]);
  for (const path of ["/v1/dispatch", "/v1/admin/apply", "/v1/missions/bulk-delete"]) {
    for (const body of ["{}", stream()]) {
      const headers = { "idempotency-key": newId() };
      assertProblem(await closed.post(path, body, { headers }), 413, "payload_too_large", { limit_bytes: 0 });
    }
  }
  assertProblem(await closed.post(`/v1/missions/${ID}/kill`), 404, "not_found");
  assertEquals((await inputless.dispatch({ mission: "silent.sh" })).body.error, "payload_too_large");
});

Deno.test("a refusal comes before a large body has been sent", async () => {
  using connection = await connect(dugdale.url);
  const head = requestText("POST", "/v1/admin/apply", {
    authorization: `Bearer ${dugdale.tokens.admin}`,
    "content-length": String(1024 ** 3),
  });
  await writeAll(connection, new TextEncoder().encode(head));
  const buffer = new Uint8Array(16);
  await connection.read(buffer);
  assertStringIncludes(new TextDecoder().decode(buffer), "HTTP/1.1 413");
});

Deno.test("a body that breaks off makes no mission", async () => {
  const id = newId();
  {
    using connection = await connect(dugdale.url);
    const head = requestText("POST", "/v1/dispatch", {
      authorization: `Bearer ${dugdale.tokens.dispatch}`,
      "idempotency-key": id,
      "content-length": "1000",
    });
    await writeAll(connection, new TextEncoder().encode(`${head}{"mission":"silent.sh","lane":"fast"}`));
  }
  assertProblem(await dugdale.get(`/v1/missions/${id}`), 404, "not_found");
});

Deno.test("a body that breaks off is answered as one that cannot be read", async () => {
  const bodies = [["content-length", "1000", '{"a":'], [
    "transfer-encoding",
    "chunked",
    '9\r\n{"a":',
  ]] as const;
  const codes = {
    "/v1/dispatch": "bad_request",
    "/v1/exec/dispatch": "bad_request",
    "/v1/admin/apply": "invalid_json",
  };
  for (const [name, value, body] of bodies) {
    for (const [path, code] of Object.entries(codes)) {
      using connection = await connect(dugdale.url);
      const head = requestText("POST", path, {
        authorization: `Bearer ${dugdale.tokens.admin}`,
        "idempotency-key": newId(),
        [name]: value,
      });
      await writeAll(connection, new TextEncoder().encode(head + body));
      await connection.closeWrite();
      const reply = await readReply(connection);
      assertEquals([reply.status, JSON.parse(reply.body).error], [400, code], `${path} ${name}`);
    }
  }
});

Deno.test("header names and the method of a pipelined connection work on raw sockets", async () => {
  const first = "GET /v1/healthz HTTP/1.1\r\nHOST: x\r\n\r\n";
  const second = requestText("GET", "/v1/lanes", { AUTHORIZATION: `Bearer ${dugdale.tokens.admin}` });
  const { status, body } = await rawRequest(dugdale.url, first + second);
  assertEquals(status, 200);
  assertEquals(body.match(/HTTP\/1\.1 200/g)?.length, 1);
  assertStringIncludes(body, '"name":"fast"');
});

Deno.test("many connections at once are all answered", async () => {
  const replies = await Promise.all(
    Array.from({ length: 200 }, () => rawRequest(dugdale.url, requestText("GET", "/v1/healthz"))),
  );
  assertEquals(replies.filter(({ status }) => status === 200).length, 200);
});
