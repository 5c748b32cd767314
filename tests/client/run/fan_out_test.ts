import { assert, assertEquals, assertRejects } from "@std/assert";
import { ArgumentError, type LettsError, NoMatchingDugdaleError } from "../../../client/mod.ts";
import { done, type Handler, ID, ndjson, openClient, problem, Scripted } from "../scripted.ts";
import { StagingArea } from "../staging_server.ts";

/** Accepts a mission and ends it at once. */
function quick(extra: object = {}): Handler {
  const area = new StagingArea();
  return (request) => {
    const { method, target, headers } = request;
    if (target.includes("/events")) return new Response(ndjson(done(1, extra)));
    if (method === "POST") {
      return Response.json({ mission_id: headers.get("Idempotency-Key"), status: "queued" });
    }
    return area.answer(request) ?? problem(404, "not_found");
  };
}

Deno.test("runMany() gives the outcomes in the order of the jobs", async () => {
  await using a = new Scripted(quick({ return: { from: "a" } }));
  await using b = new Scripted(quick({ outcome: "failed", exit_code: 3 }));
  await using client = await openClient([a, b]);
  const outcomes = await client.runMany([
    { host: "s2", lane: "normal", mission: "m" },
    { host: "s9", lane: "normal", mission: "m" },
    { route: "r", mission: "m", missionId: ID },
    { route: "r", mission: "m", files: { in: "/no/such/file" } },
  ]);
  assertEquals(outcomes.map(({ index }) => index), [0, 1, 2, 3]);
  const told = outcomes.map((one) => one.ok ? [one.host, one.result.outcome] : [one.host, one.error.code]);
  assertEquals(told, [["s2", "failed"], [undefined, "config"], ["s1", "success"], ["s1", "file_unreadable"]]);
  const [, unknown, named] = outcomes;
  assert(unknown?.ok === false && "host" in unknown.address && unknown.address.host === "s9");
  assert(named?.ok === true && named.result.missionId === ID);
});

Deno.test("runMany() dispatches again and follows across a broken stream, as run() does", async () => {
  let dispatches = 0;
  let connections = 0;
  await using server = new Scripted((request, raw) => {
    if (request.method === "POST" && dispatches++ === 0) return problem(500, "db_error");
    if (request.target.includes("/events") && connections++ === 0) return new Response("");
    return quick()(request, raw);
  });
  await using client = await openClient([server]);
  const [outcome] = await client.runMany([{ route: "r", mission: "m" }]);
  assertEquals([outcome?.ok, dispatches, connections], [true, 2, 2]);
});

Deno.test("runMany() and runOnAll() pick by labels as all calls do: their own, the client's, those of letts.yaml", async () => {
  await using server = new Scripted(quick());
  const dugdales = ["one", "two"].map((label) => ({
    id: label,
    host: "127.0.0.1",
    port: server.port,
    labels: [label],
    lanes: { normal: { concurrency: 1 } },
  }));
  await using client = await openClient([], { yaml: { selector: { match: ["one"] }, routes: {}, dugdales } });
  const lane = "normal";
  const hosts = async (of: typeof client, match?: string[]) => {
    const many = await of.runMany([{ lane, match, mission: "m" }]);
    const all = await of.runOnAll({ lane, match }, { mission: "m" });
    return [...many, ...all].map(({ host }) => host);
  };
  assertEquals(await hosts(client), ["one", "one"]);
  assertEquals(await hosts(client.with({ match: ["two"] })), ["two", "two"]);
  assertEquals(await hosts(client.with({ match: ["two"] }), ["one"]), ["one", "one"]);
  const [lost] = await client.runMany([{ lane, match: ["three"], mission: "m" }]);
  assert(lost?.ok === false);
  assertEquals([lost.error.code, lost.host, "match" in lost.address && lost.address.match], [
    "no_matching_dugdale",
    undefined,
    ["three"],
  ]);
});

Deno.test("runMany() starts a job as soon as another is over, and no more than allowed at once", async () => {
  let now = 0;
  let most = 0;
  await using server = new Scripted(async (request, raw) => {
    if (request.method === "POST") most = Math.max(most, ++now);
    await Promise.resolve();
    if (request.target.includes("/events")) now--;
    return quick()(request, raw);
  });
  await using client = await openClient([server]);
  const outcomes = await client.runMany(new Array(10).fill({ route: "r", mission: "m" }), { concurrency: 3 });
  assertEquals([outcomes.filter(({ ok }) => ok).length, most], [10, 3]);
});

Deno.test("runMany() does not let a slow dugdale delay the others", async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  await using slow = new Scripted(async (request, raw) => {
    await gate;
    return quick()(request, raw);
  });
  await using fast = new Scripted((request, raw) => {
    if (request.target.includes("/events")) open(); // the slow one moves only when the fast one is done
    return quick()(request, raw);
  });
  await using client = await openClient([slow, fast]);
  const outcomes = await client.runOnAll({ lane: "normal" }, { mission: "m" });
  assertEquals(outcomes.map(({ ok, host }) => [ok, host]), [[true, "s1"], [true, "s2"]]);
});

Deno.test("runMany() has one deadline for all jobs, started or not", async () => {
  await using server = new Scripted(({ method }) =>
    method === "POST"
      ? Response.json({ mission_id: ID, status: "queued" })
      : new Response(new ReadableStream())
  );
  await using client = await openClient([server]);
  const jobs = [{ route: "r", mission: "m" }, { route: "r", mission: "m" }];
  const outcomes = await client.runMany(jobs, { waitMs: 1000, concurrency: 1 });
  assertEquals(outcomes.map((one) => one.ok || one.error.code), ["wait_timeout", "wait_timeout"]);
  assertEquals(server.log.filter((line) => line.startsWith("POST")).length, 1);
});

Deno.test("runMany() ends jobs as aborted when the caller leaves", async () => {
  const abort = new AbortController();
  await using server = new Scripted(({ method }) => {
    if (method === "POST") return Response.json({ mission_id: ID, status: "queued" });
    queueMicrotask(() => abort.abort());
    return new Response(new ReadableStream());
  });
  await using client = await openClient([server]);
  const [outcome] = await client.runMany([{ route: "r", mission: "m" }], { signal: abort.signal });
  assert(outcome?.ok === false);
  assertEquals([outcome.error.code, outcome.host, outcome.missionId !== undefined], ["aborted", "s1", true]);
});

Deno.test("runMany() reads a file once for all its jobs and uploads it to each dugdale", async () => {
  await using a = new Scripted(quick());
  await using b = new Scripted(quick());
  await using client = await openClient([a, b]);
  const outcomes = await client.runOnAll({ lane: "normal" }, {
    mission: "m",
    files: { in: new Uint8Array(10) },
  });
  assertEquals(outcomes.map(({ ok }) => ok), [true, true]);
  for (const server of [a, b]) assertEquals(server.log.filter((line) => line.startsWith("PUT")).length, 1);
});

Deno.test("runOnAll() runs on every dugdale with the lane and the labels, or throws when there is none", async () => {
  await using server = new Scripted(quick());
  await using client = await openClient([server, server]);
  const outcomes = await client.runOnAll({ lane: "normal", match: ["prod"] }, { mission: "m" });
  assertEquals(outcomes.map(({ host }) => host), ["s1", "s2"]);
  assertEquals(new Set(server.seen.map(({ headers }) => headers.get("Idempotency-Key"))).size, 3);
  await assertRejects(() => client.runOnAll({ lane: "other" }, { mission: "m" }), NoMatchingDugdaleError);
  await assertRejects(
    () => client.with({ match: ["x"] }).runOnAll({ lane: "normal" }, { mission: "m" }),
    NoMatchingDugdaleError,
  );
  await assertRejects(
    () => client.runOnAll({ lane: "normal" }, { mission: "m", missionId: ID }),
    ArgumentError,
  );
});

Deno.test("runMany() notifies the observer of every launch that failed", async () => {
  await using server = new Scripted(() => problem(503, "queue_full"));
  const told: string[] = [];
  await using client = await openClient([server], {
    onLaunchFailure: ({ method, error, host }) =>
      told.push(`${method} ${host} ${(error as LettsError).code}`),
  });
  await client.runMany([{ route: "r", mission: "m" }, { host: "x", lane: "normal", mission: "m" }]);
  assertEquals(told.sort(), ["runMany s1 queue_full", "runMany undefined config"]);
});

Deno.test("runMany() of no jobs gives no outcomes, and refuses a concurrency of 0 and a wait that is not a number", async () => {
  await using client = await openClient([{ port: 1 }]);
  assertEquals(await client.runMany([]), []);
  await assertRejects(() => client.runMany([], { concurrency: 0 }), ArgumentError);
  await assertRejects(() => client.runMany([], { waitMs: "5s" as never }), ArgumentError);
});
