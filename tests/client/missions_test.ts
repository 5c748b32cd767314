import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  AbortedError,
  ArgumentError,
  ConfigError,
  ConflictError,
  HttpError,
  MissionLookupError,
  NetworkError,
  NotFoundError,
} from "../../client/mod.ts";
import { ID, openClient, problem, record, Scripted } from "./scripted.ts";

const REF = { host: "s1", missionId: ID };
const missing = () => problem(404, "not_found");

Deno.test("getMission() gives a mission with its record, or undefined", async () => {
  const output = { staging_id: ID, sha256: "1".repeat(64), size: 2 };
  const sent = record("done", {
    display_name: "n",
    group_id: ID,
    outcome: "failed",
    input: { a: 1 },
    return: { b: 2 },
    fail_reason: "explicit",
    fail_message: "no",
    fail_details: { c: 3 },
    exit_code: 4,
    signal: "KILL",
    pid: 5,
    time_started: 6,
    time_finished: 9,
    duration_ms: 3,
    timeout_ms: 7,
    priority: "high",
    run_at: 8,
    key: "k",
    unique: "kept",
    serial: true,
    on_success: { mission: "n" },
    on_failure: { mission: "f", lane: "b", input: { a: 1 } },
    tags: ["a"],
    owner: "b",
    truncated_stderr: true,
    leftovers: { action: "left", count: 1, processes: [{ pid: 7, command: "c" }] },
    restarted_from: ID,
    inputs: [{ role: "in", ...output }],
    outputs: { out: output },
    schedule: undefined,
    scheduledFor: undefined,
    attempt: undefined,
    attempts: undefined,
    retry: undefined,
    notes: ["n"],
    warnings: [{ message: "w", details: { d: 4 } }],
    meta: { e: 5 },
    state: "b",
    states: ["a", "b"],
    said_dropped: 2,
  });
  await using server = new Scripted(() => Response.json(sent));
  await using bare = new Scripted(() =>
    Response.json(record("queued", { return: null, fail_details: null }))
  );
  await using empty = new Scripted(missing);
  await using client = await openClient([server, bare, empty]);
  const mission = await client.getMission(ID, { host: "s1" });
  assert(mission !== undefined);
  const { record: asSent, ...rest } = mission;
  assertEquals(rest, {
    host: "s1",
    missionId: ID,
    kind: "mission",
    lane: "normal",
    missionName: "m",
    displayName: "n",
    groupId: ID,
    status: "done",
    outcome: "failed",
    inputFingerprint: "0".repeat(64),
    input: { a: 1 },
    return: { b: 2 },
    failReason: "explicit",
    failMessage: "no",
    failDetails: { c: 3 },
    exitCode: 4,
    signal: "KILL",
    pid: 5,
    createdMs: 1,
    startedMs: 6,
    finishedMs: 9,
    durationMs: 3,
    timeoutMs: 7,
    priority: "high",
    runAtMs: 8,
    key: "k",
    unique: "kept",
    serial: true,
    onSuccess: { mission: "n" },
    onFailure: { mission: "f", lane: "b", input: { a: 1 } },
    tags: ["a"],
    owner: "b",
    notify: undefined,
    truncatedStdout: false,
    truncatedStderr: true,
    leftovers: { action: "left", count: 1, processes: [{ pid: 7, command: "c" }] },
    restartedFrom: ID,
    inputs: [{ role: "in", ...output }],
    outputs: { out: output },
    schedule: undefined,
    scheduledFor: undefined,
    attempt: undefined,
    attempts: undefined,
    retry: undefined,
    notes: ["n"],
    warnings: [{ message: "w", details: { d: 4 } }],
    meta: { e: 5 },
    state: "b",
    states: ["a", "b"],
    saidDropped: 2,
  });
  assertEquals(asSent.mission_id, ID);
  const queued = await client.getMission(ID, { host: "s2" });
  assertEquals([queued?.return, queued?.failDetails, queued?.pid], [undefined, undefined, undefined]);
  assertEquals(await client.getMission(ID, { host: "s3" }), undefined);
});

Deno.test("getMission() without a host asks all dugdales at once", async () => {
  let arrived = 0;
  const { promise: all, resolve } = Promise.withResolvers<void>();
  const together = (answer: () => Response) => async () => {
    if (++arrived === 3) resolve();
    await all;
    return answer();
  };
  await using a = new Scripted(together(missing));
  await using b = new Scripted(together(() => Response.json(record("queued"))));
  await using c = new Scripted(together(() => problem(401, "unauthorized")));
  await using client = await openClient([a, b, c]);
  assertEquals((await client.getMission(ID))?.host, "s2");
});

Deno.test("getMission() without a host distinguishes not found from not known", async () => {
  await using a = new Scripted(missing);
  await using b = new Scripted(() => problem(401, "unauthorized"));
  await using sure = await openClient([a, a]);
  assertEquals(await sure.getMission(ID), undefined);
  await using unsure = await openClient([a, b]);
  const error = await assertRejects(() => unsure.getMission(ID), MissionLookupError);
  assertEquals(error.errors.map(({ host, code }) => [host, code]), [["s2", "unauthorized"]]);
});

Deno.test("missionText() keeps integers that JavaScript cannot hold", async () => {
  const text = `{"mission_id":"${ID}","return":{"n":9007199254740993}}\n`;
  await using server = new Scripted(() => new Response(text));
  await using client = await openClient([server]);
  assertEquals(await client.missionText(REF), text);
});

Deno.test("listMissions() reads page after page, with the filter on each", async () => {
  await using server = new Scripted(({ target }) =>
    Response.json({
      missions: [record("done", { lane: target.includes("cursor") ? "b" : "a" })],
      ...(target.includes("cursor") ? {} : { next_cursor: "c1" }),
    })
  );
  await using client = await openClient([server]);
  const list = client.listMissions("s1", {
    status: "done",
    outcome: "failed",
    lane: "normal",
    kind: "exec",
    mission: "si",
    missionPrefix: "re",
    groupId: ID,
    since: 5,
    until: 6,
    order: "finished",
    limit: 1,
  });
  const lanes = [];
  for await (const { lane } of list) lanes.push(lane);
  assertEquals(lanes, ["a", "b"]);
  const query =
    "status=done&outcome=failed&lane=normal&kind=exec&mission=si&since=5&until=6&order=finished&limit=1" +
    `&mission_prefix=re&group_id=${ID}`;
  assertEquals(server.log, [`GET /v1/missions?${query}`, `GET /v1/missions?${query}&cursor=c1`]);
  assertEquals(server.seen[0]?.headers.get("Authorization"), "Bearer a-token");
  const page = await list.page();
  assertEquals([page.items.length, page.nextCursor], [1, "c1"]);
  assertEquals((await list.page("c1")).nextCursor, undefined);
});

Deno.test("kill() and restart() are sent once, whatever happens to the answer", async () => {
  await using server = new Scripted(() => problem(500, "internal"));
  await using client = await openClient([server]);
  await assertRejects(() => client.kill(REF), HttpError);
  await assertRejects(() => client.restart(REF), HttpError);
  await assertRejects(() => client.bulkRestart("s1", [ID]), HttpError);
  assertEquals(server.log, [
    `POST /v1/missions/${ID}/kill`,
    `POST /v1/missions/${ID}/restart`,
    "POST /v1/missions/bulk-restart",
  ]);

  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  let connections = 0;
  const dropping = (async () => {
    for await (const conn of listener) {
      connections++;
      await conn.read(new Uint8Array(4096));
      conn.close();
    }
  })();
  await using other = await openClient([listener.addr as Deno.NetAddr]);
  await assertRejects(() => other.restart(REF), NetworkError);
  listener.close();
  await dropping;
  assertEquals(connections, 1);
});

Deno.test("kill() reports what the dugdale did", async () => {
  await using server = new Scripted(() => Response.json({ status: "kill_sent" }));
  await using client = await openClient([server]);
  assertEquals(await client.kill(REF), "kill_sent");
  assertEquals(server.seen[0]?.text, `{"signal":"TERM"}`);
});

Deno.test("restart() gives the new mission", async () => {
  const next = ID.replace("ab", "cd");
  await using server = new Scripted(() =>
    Response.json({ mission_id: next, restarted_from: ID, status: "queued" }, { status: 201 })
  );
  await using client = await openClient([server]);
  assertEquals(await client.restart(REF), { host: "s1", missionId: next, kind: "mission", status: "queued" });
});

Deno.test("delete() is repeated, and forced only when asked to", async () => {
  let failures = 1;
  await using server = new Scripted(() =>
    failures-- > 0 ? problem(500, "db_error") : Response.json({ status: "deletion_pending" }, { status: 202 })
  );
  await using client = await openClient([server]);
  await client.delete(REF);
  await client.delete(REF, { force: true });
  assertEquals(server.log, [
    `DELETE /v1/missions/${ID}`,
    `DELETE /v1/missions/${ID}`,
    `DELETE /v1/missions/${ID}?force=true`,
  ]);
});

Deno.test("delete() keeps the details of a refusal", async () => {
  await using server = new Scripted(() => problem(409, "mission_running", { details: { hint: "force" } }));
  await using client = await openClient([server]);
  const error = await assertRejects(() => client.delete(REF), ConflictError);
  assertEquals([error.code, error.details, error.retryable], ["mission_running", { hint: "force" }, false]);
});

Deno.test("bulkDelete() sends the ids and gives one item each", async () => {
  const results = [{ id: ID, ok: true, status: "deletion_pending" }, {
    id: ID,
    ok: false,
    error: "not_found",
  }];
  await using server = new Scripted(() => Response.json({ results }));
  await using client = await openClient([server]);
  assertEquals(await client.bulkDelete("s1", [ID, ID], { force: true }), results);
  assertEquals(JSON.parse(server.seen[0]?.text ?? ""), { ids: [ID, ID], force: true });
  await assertRejects(() => client.bulkDelete("s1", []), ArgumentError);
  await assertRejects(() => client.bulkDelete("s1", ["7"]), ArgumentError);
  await assertRejects(() => client.bulkDelete("s1", new Array(1001).fill(ID)), ArgumentError);
});

Deno.test("logs() opens what a mission printed", async () => {
  await using server = new Scripted(() => new Response("printed"));
  await using client = await openClient([server]);
  assertEquals(await new Response(await client.logs(REF, "stdout")).text(), "printed");
  await (await client.logs({ ...REF, kind: "exec" }, "combined", { follow: true })).cancel();
  assertEquals(server.log, [
    `GET /v1/missions/${ID}/output?stream=stdout`,
    `GET /v1/missions/${ID}/output?stream=combined&follow=true`,
  ]);
  assertEquals(server.seen.map(({ headers }) => headers.get("Authorization")), [
    "Bearer d-token",
    "Bearer e-token",
  ]);
});

Deno.test("LettsClient refuses invalid ids before anything is sent", async () => {
  await using server = new Scripted(missing);
  await using client = await openClient([server]);
  const ref = { host: "s1", missionId: "../admin/state" };
  for (
    const call of [
      () => client.kill(ref),
      () => client.restart(ref),
      () => client.delete(ref),
      () => client.logs(ref, "stdout"),
      () => client.missionText(ref),
      () => client.getMission(ref.missionId, { host: "s1" }),
      () => client.getMission(ref.missionId),
      () => client.download("s1", "../x"),
    ]
  ) await assertRejects(call, ArgumentError);
  assertEquals(server.seen, []);
});

Deno.test("LettsClient resolves aliases, and names hosts that letts.yaml does not have", async () => {
  await using server = new Scripted(missing);
  await using client = await openClient([server], { yaml: { aliases: { "5": "s1" } } });
  await assertRejects(() => client.kill({ host: 5, missionId: ID }), NotFoundError);
  const error = await assertRejects(() => client.kill({ host: "s9", missionId: ID }), ConfigError);
  assertStringIncludes(error.message, "s9");
});

Deno.test("Every call ends with the reason of its signal, a launch with the mission's id too, and sends nothing when that has aborted already", async () => {
  await using server = new Scripted(missing);
  await using client = await openClient([server]);
  const signal = AbortSignal.abort(new RangeError("enough"));
  const to = { route: "r" };
  const file = new Uint8Array(1);
  const outputs = { report: { staging_id: ID, sha256: "0".repeat(64), size: 1 } };
  const launches: readonly (() => Promise<unknown>)[] = [
    () => client.dispatch(to, { mission: "m", signal }),
    () => client.dispatch(to, { mission: "m", files: { file }, signal }),
    () => client.run(to, { mission: "m", signal }),
    () => client.start(to, { mission: "m", signal }),
    () => client.exec(to, { command: ["true"], signal }),
    () => client.exec(to, { command: ["true"], stdin: file, signal }),
  ];
  for (const launch of launches) {
    const { cause, missionId } = await assertRejects(launch, AbortedError, undefined, String(launch));
    assertEquals([cause, typeof missionId], [signal.reason, "string"]);
  }
  const calls: readonly (() => Promise<unknown>)[] = [
    () => client.follow(REF, { signal }).next(),
    () => client.followLines(REF, { signal }).next(),
    () => client.logs(REF, "stdout", { signal }),
    () => client.openOutput({ ...REF, outputs }, "report", { signal }),
    () => client.saveOutput({ ...REF, outputs }, "report", "/no/such/folder", { signal }),
    () => client.getMission(ID, { signal }),
    () => client.getMission(ID, { host: "s1", signal }),
    () => client.missionText(REF, { signal }),
    () => client.listMissions("s1", { signal }).page(),
    () => client.kill(REF, { signal }),
    () => client.restart(REF, { signal }),
    () => client.delete(REF, { signal }),
    () => client.bulkRestart("s1", [ID], { signal }),
    () => client.bulkDelete("s1", [ID], { signal }),
    () => client.apply("s1", undefined, { signal }),
    () => client.state("s1", { signal }),
    () => client.lanes("s1", { signal }),
    () => client.info("s1", { signal }),
    () => client.metrics("s1", { signal }),
    () => client.pauseLane("s1", "normal", { signal }),
    () => client.continueLane("s1", "normal", { signal }),
    () => client.upload("s1", file, { signal }),
    () => client.download("s1", ID, { signal }),
    () => client.saveDownload("s1", ID, "/no/such/folder", { signal }),
    () => client.findStaging("s1", { sha256: "0".repeat(64), size: 1 }, { signal }),
    () => client.listStaging("s1", { missionId: ID, signal }).page(),
    () => client.deleteStaging("s1", ID, { signal }),
  ];
  for (const call of calls) await assertRejects(call, RangeError, "enough", String(call));
  const outcomes = await client.runMany([{ ...to, mission: "m" }], { signal });
  assertEquals(outcomes.map((one) => one.ok || one.error.code), ["aborted"]);
  assertEquals(server.log, []);
});
