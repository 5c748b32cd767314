import { assert, assertEquals, assertInstanceOf, assertMatch, assertRejects } from "@std/assert";
import {
  AbortedError,
  ArgumentError,
  AuthError,
  BackPressureError,
  BadRequestError,
  ConfigError,
  ConflictError,
  HttpError,
  type LettsError,
  MissingVariableError,
  NetworkError,
  NoMatchingDugdaleError,
  NotFoundError,
} from "../../../client/mod.ts";
import { type Handler, ID, openClient, problem, Scripted } from "../scripted.ts";

const accept: Handler = ({ headers }) =>
  Response.json({ mission_id: headers.get("Idempotency-Key"), status: "queued" }, { status: 202 });

/** Fails some times, then accepts. */
function failing(times: number, failure: () => Response): Handler {
  return (request, raw) => times-- > 0 ? failure() : accept(request, raw);
}

Deno.test("dispatch() sends one request whose key is the id that it reports", async () => {
  await using server = new Scripted(accept);
  await using client = await openClient([server]);
  const ref = await client.dispatch({ route: "r" }, {
    mission: "resize",
    input: { width: 3 },
    timeout: 90_000,
  });
  const [request] = server.seen;
  assertEquals(server.log, ["POST /v1/dispatch"]);
  assertEquals(request?.headers.get("Idempotency-Key"), ref.missionId);
  assertEquals(request?.headers.get("Authorization"), "Bearer d-token");
  assertEquals(JSON.parse(request?.text ?? ""), {
    mission: "resize",
    lane: "normal",
    timeout: "1m30s",
    input: { width: 3 },
  });
  assertEquals(ref, { host: "s1", missionId: ref.missionId, kind: "mission", status: "queued" });
});

Deno.test("dispatch() sends any JSON value as input, and a timeout string unchanged", async () => {
  await using server = new Scripted(accept);
  await using client = await openClient([server]);
  for (const input of [[1, 2], "text", 0, null, false]) {
    await client.dispatch({ host: "s1", lane: "normal" }, {
      mission: "m",
      input,
      timeout: "1h30m",
      missionId: ID,
    });
    const body = JSON.parse(server.seen.at(-1)?.text ?? "");
    assertEquals([body.input, body.timeout], [input, "1h30m"]);
  }
});

Deno.test("dispatch() sends the same bytes on every try and succeeds when one is accepted", async () => {
  await using server = new Scripted(failing(2, () => problem(500, "db_error")));
  await using client = await openClient([server]);
  await client.dispatch({ route: "r" }, { mission: "m", input: { a: 1 } });
  assertEquals(server.seen.length, 3);
  assertEquals(
    new Set(server.seen.map(({ text, headers }) => text + headers.get("Idempotency-Key"))).size,
    1,
  );
});

Deno.test("dispatch() gives up after three tries with the last error", async () => {
  let n = 0;
  await using server = new Scripted(() => problem(500, "db_error", { details: { n: ++n } }));
  await using client = await openClient([server]);
  const error = await assertRejects(
    () => client.dispatch({ route: "r" }, { mission: "m", missionId: ID }),
    HttpError,
  );
  assertEquals(server.seen.length, 3);
  assertEquals(
    [error.code, error.status, error.retryable, error.details, error.host, error.missionId],
    ["db_error", 500, true, { n: 3 }, "s1", ID],
  );
});

Deno.test("dispatch() tries refusals once, each with a class of its own", async () => {
  const cases: [number, string, typeof HttpError][] = [
    [400, "unknown_lane", BadRequestError],
    [401, "unauthorized", AuthError],
    [403, "forbidden", AuthError],
    [404, "feature_disabled", NotFoundError],
    [408, "upload_idle_timeout", HttpError],
    [409, "idempotency_conflict", ConflictError],
    [410, "mission_deleting", NotFoundError],
    [412, "no_lanes_configured", HttpError],
    [413, "payload_too_large", HttpError],
    [415, "unsupported_media_type", HttpError],
    [416, "range_not_satisfiable", HttpError],
    [418, "of_another_version", HttpError],
    [429, "rate_limited", BackPressureError],
    [503, "queue_full", BackPressureError],
    [503, "disk_quota_exceeded", BackPressureError],
    [503, "draining", BackPressureError],
    [503, "lane_removing", BackPressureError],
  ];
  for (const [status, code, Class] of cases) {
    await using server = new Scripted(() => problem(status, code));
    await using client = await openClient([server]);
    const error = await assertRejects(() => client.dispatch({ route: "r" }, { mission: "m" }), Class);
    assertEquals([error.code, error.status, error.message], [
      code,
      status,
      `[s1] HTTP ${status} ${code}: said ${code}`,
    ]);
    assertEquals([error.constructor, error.name, server.seen.length], [Class, Class.name, 1]);
  }
});

Deno.test("dispatch() reports the text of an error response without a problem body", async () => {
  const cases: [BodyInit | null, string][] = [
    ["<h1>\nno such page</h1>\n", "<h1> no such page</h1>"],
    [null, "no message"],
    ['{"status": 404}', '{"status": 404}'],
    ["x".repeat(70_000), `${"x".repeat(997)}…`],
  ];
  for (const [body, words] of cases) {
    await using server = new Scripted(() => new Response(body, { status: 404 }));
    await using client = await openClient([server]);
    const error = await assertRejects(() => client.dispatch({ route: "r" }, { mission: "m" }), NotFoundError);
    assertEquals([error.code, error.message], ["http_404", `[s1] HTTP 404 http_404: ${words}`]);
  }
});

Deno.test("dispatch() waits for a short Retry-After and reports a long one", async () => {
  await using soon = new Scripted(
    failing(1, () => problem(503, "lane_removing", { headers: { "Retry-After": "0" } })),
  );
  await using client = await openClient([soon]);
  await client.dispatch({ route: "r" }, { mission: "m" });
  assertEquals(soon.seen.length, 2);

  await using later = new Scripted(() => problem(503, "draining", { headers: { "Retry-After": "30" } }));
  await using other = await openClient([later]);
  const error = await assertRejects(
    () => other.dispatch({ route: "r" }, { mission: "m" }),
    BackPressureError,
  );
  assertEquals([error.retryAfterMs, error.retryable, later.seen.length], [30_000, true, 1]);
});

Deno.test("dispatch() distinguishes a dugdale that is not there from one that breaks off", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  await using client = await openClient([{ port }]);
  const error = await assertRejects(() => client.dispatch({ route: "r" }, { mission: "m" }), NetworkError);
  assertEquals([error.code, error.host, error.retryable], ["network", "s1", true]);
  assertMatch(error.message, /^\[s1\] /);
  assert(!error.message.includes("d-token"));
});

Deno.test("dispatch() retries an answer that it cannot read", async () => {
  await using server = new Scripted(failing(2, () => new Response("<html>", { status: 200 })));
  await using client = await openClient([server]);
  await client.dispatch({ route: "r" }, { mission: "m" });
  assertEquals(server.seen.length, 3);
});

Deno.test("dispatch() checks its arguments before anything is sent", async () => {
  await using server = new Scripted(accept);
  await using client = await openClient([server]);
  const to = { route: "r" };
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  const wrong = [
    () => client.dispatch(to, { mission: "../etc" }),
    () => client.dispatch(to, { mission: undefined as never }),
    () => client.dispatch(to, { mission: "m", missionId: "7" }),
    () => client.dispatch(to, { mission: "m", timeout: "2 days" }),
    () => client.dispatch(to, { mission: "m", timeout: -1 }),
    () => client.dispatch(to, { mission: "m", timeout: 0.5 }),
    () => client.dispatch(to, { mission: "m", files: { "a/b": new Uint8Array() } }),
    () => client.dispatch(to, { mission: "m", input: cyclic as never }),
    () => client.dispatch({ host: "s1" } as never, { mission: "m" }),
    () => client.dispatch({ host: "s1", lane: "Big Lane" }, { mission: "m" }),
    () => client.dispatch({ route: "r", host: "s1", lane: "normal" } as never, { mission: "m" }),
    () => client.run(to, { mission: "m", waitMs: "5s" as never }),
    () => client.run(to, { mission: "m", outputsTo: new URL("http://x/") }),
  ];
  for (const call of wrong) await assertRejects(call, ArgumentError);
  assertEquals(server.seen, []);
});

Deno.test("dispatch() picks by labels: the call's, then the client's, then those of letts.yaml", async () => {
  await using a = new Scripted(accept);
  await using b = new Scripted(accept);
  const entry = (id: string, port: number, labels: string[]) => {
    return { id, host: "127.0.0.1", port, labels, lanes: { normal: { concurrency: 1 } } };
  };
  await using client = await openClient([], {
    yaml: {
      auth: { token: "t" },
      selector: { match: ["one"] },
      routes: {},
      dugdales: [entry("a", a.port, ["one"]), entry("b", b.port, ["two"])],
    },
  });
  const host = async (of: typeof client, match?: string[]) =>
    (await of.dispatch({ lane: "normal", ...(match ? { match } : {}) }, { mission: "m" })).host;
  assertEquals(await host(client), "a");
  assertEquals(await host(client.with({ match: ["two"] })), "b");
  assertEquals(await host(client.with({ match: ["two"] }), ["one"]), "a");
  assertEquals(await host(client), "a");
  await assertRejects(() => host(client, ["three"]), NoMatchingDugdaleError);
});

Deno.test("dispatch() names the variable that a token lacks", async () => {
  await using server = new Scripted(accept);
  await using client = await openClient([server], { yaml: { auth: { token: "${LETTS_TEST_UNSET}" } } });
  const error = await assertRejects(
    () => client.dispatch({ route: "r" }, { mission: "m" }),
    MissingVariableError,
  );
  assertEquals([error.variable, error.code, error.host], ["LETTS_TEST_UNSET", "missing_variable", "s1"]);
  assertEquals(server.seen, []);
});

Deno.test("dispatch() refuses a token that no header can carry, without telling it", async () => {
  await using server = new Scripted(accept);
  for (const token of ["sec\nret", "sécret", "sec ret"]) {
    await using client = await openClient([server], { yaml: { auth: { token } } });
    const call = () => client.dispatch({ route: "r" }, { mission: "m" });
    const error = await assertRejects(call, ConfigError, `the dispatch token of dugdale "s1"`);
    assert(!Deno.inspect(error).includes(token));
  }
  await using trimmed = await openClient([server], { yaml: { auth: { token: "secret\n" } } });
  await trimmed.dispatch({ route: "r" }, { mission: "m" });
  assertEquals(server.seen.map(({ headers }) => headers.get("Authorization")), ["Bearer secret"]);
});

Deno.test("dispatch() that is aborted between two tries names the mission, as it may have been accepted", async () => {
  const abort = new AbortController(), reason = new Error("enough");
  await using server = new Scripted(() => {
    queueMicrotask(() => abort.abort(reason));
    return problem(500, "db_error");
  });
  await using client = await openClient([server], { retry: { backoffMs: [60_000] } });
  const error = await assertRejects(
    () => client.dispatch({ route: "r" }, { mission: "m", signal: abort.signal }),
    AbortedError,
  );
  assertEquals(error.cause, reason);
  const [first] = server.seen;
  assertEquals([error.host, error.missionId], ["s1", first?.headers.get("idempotency-key")]);
});

Deno.test("dispatch() sends the trace context of the call, else of the client", async () => {
  await using server = new Scripted(accept);
  const trace = (n: number) => `00-${String(n).repeat(32)}-${String(n).repeat(16)}-01`;
  await using client = await openClient([server], { traceparent: () => trace(1) });
  await client.dispatch({ route: "r" }, { mission: "m" });
  await client.dispatch({ route: "r" }, { mission: "m", traceparent: trace(2) });
  assertEquals(server.seen.map(({ headers }) => headers.get("traceparent")), [trace(1), trace(2)]);
  const wrong = () => client.dispatch({ route: "r" }, { mission: "m", traceparent: "x\r\ny" });
  await assertRejects(wrong, ArgumentError);
});

Deno.test("LettsClient notifies its observer of failed launches, whatever the observer does", async () => {
  await using server = new Scripted(() => problem(503, "queue_full"));
  const failures: string[] = [];
  await using client = await openClient([server], {
    onLaunchFailure(failure) {
      const { method, phase, host, error, retryable, missionId } = failure;
      failures.push(`${method} ${phase} ${host} ${error.code} ${retryable} ${missionId === ID}`);
      throw new Error("observer");
    },
  });
  await assertRejects(
    () => client.dispatch({ route: "r" }, { mission: "m", missionId: ID }),
    BackPressureError,
  );
  await assertRejects(() => client.dispatch({ host: "none", lane: "normal" }, { mission: "m" }));
  assertEquals(failures, [
    "dispatch dispatch s1 queue_full true true",
    "dispatch dispatch undefined config false false",
  ]);
});

Deno.test("LettsClient.with() changes what it is given, keeps the rest, and owns no connection", async () => {
  await using server = new Scripted(() => problem(400, "unknown_lane"));
  const told: string[] = [];
  await using client = await openClient([server], { onLaunchFailure: () => told.push("first") });
  const lane = "normal";
  const dispatch = (of: typeof client) => assertRejects(() => of.dispatch({ lane }, { mission: "m" }));
  {
    await using labelled = client.with({ match: ["nobody-has-it"] });
    await dispatch(labelled);
    await using both = labelled.with({ onLaunchFailure: ({ error }) => told.push(`second ${error.code}`) });
    await dispatch(both);
    assertEquals(both.dugdales().map(({ id }) => id), ["s1"]);
    assertEquals(both.dugdales(["nobody-has-it"]), []);
  }
  await dispatch(client);
  assertEquals(told, ["first", "second no_matching_dugdale", "first"]);
  assertEquals(server.seen.length, 1);
});

Deno.test("LettsClient ends what is in progress when it is released", async () => {
  const { promise: arrived, resolve } = Promise.withResolvers<void>();
  await using server = new Scripted((_, { signal }) => {
    resolve();
    return new Promise((answer) => signal.addEventListener("abort", () => answer(new Response())));
  });
  const client = await openClient([server]);
  const pending = client.info("s1").catch((error: unknown) => error);
  await arrived;
  await client[Symbol.asyncDispose]();
  const error = await pending;
  assertInstanceOf(error, Error);
  assertEquals((error as LettsError).code, "aborted");
  await assertRejects(() => client.info("s1"), Error, "closed");
});
