import { assert, assertEquals, assertRejects } from "@std/assert";
import { toText } from "@std/streams";
import { fileURLToPath } from "node:url";
import {
  AbortedError,
  AuthError,
  BackPressureError,
  MissionFailedError,
  NetworkError,
  StagingError,
  WaitTimeoutError,
} from "../../client/mod.ts";
import { FakeDugdale, FakeEnd, openFakeClient } from "../../testing/mod.ts";

const TO = { route: "normal" };

Deno.test("FakeDugdale runs the script of a mission and shows what was sent", async () => {
  const dugdale = new FakeDugdale().on("greet", ({ input, progress, lane }) => {
    progress(0.5, "half");
    return { input, lane };
  });
  await using client = await openFakeClient({ s1: dugdale });
  const messages: unknown[] = [];
  const { return: value } = await client.run(TO, {
    mission: "greet",
    input: { name: "x" },
    onEvent: (event) => event.event === "progress" && messages.push(event.message),
  });
  assertEquals([value, messages], [{ input: { name: "x" }, lane: "normal" }, ["half"]]);
  assertEquals(dugdale.missions.map(({ order }) => [order.mission, order.input]), [["greet", { name: "x" }]]);
  assertEquals(dugdale.requests[0], "POST /v1/dispatch");
});

Deno.test("FakeDugdale needs no permission for anything that it does", async () => {
  const script = fileURLToPath(new URL("no_permission.ts", import.meta.url));
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-check", script],
  }).output();
  const text = new TextDecoder().decode(stdout);
  assertEquals(text, `[{"done":true},"HELLO","printed"]\n`, new TextDecoder().decode(stderr));
});

Deno.test("FakeDugdale ends its scripts when it is disposed of", async () => {
  const stopped = Promise.withResolvers<void>();
  const dugdale = new FakeDugdale().on("forever", ({ signal, progress }) => {
    signal.addEventListener("abort", () => stopped.resolve());
    progress(undefined, "ready");
    return new Promise(() => {});
  });
  await using client = await openFakeClient({ s1: dugdale });
  const ref = await client.dispatch(TO, { mission: "forever" });
  for await (const { event } of client.follow(ref)) {
    if (event === "progress") break;
  }
  await dugdale[Symbol.asyncDispose]();
  await stopped.promise;
});

Deno.test("FakeDugdale times missions out", async () => {
  const dugdale = new FakeDugdale().on("forever", () => new Promise(() => {}));
  await using client = await openFakeClient({ s1: dugdale });
  const { outcome } = await client.run(TO, { mission: "forever", timeout: "20ms", throwOnFailure: false });
  assertEquals(outcome, "timeout");
});

Deno.test("FakeDugdale ends missions as the test says", async () => {
  const dugdale = new FakeDugdale()
    .on("oom", new FakeEnd({ outcome: "oom", reason: "v8_heap" }))
    .on("throws", () => {
      throw new RangeError("no such video");
    })
    .onAnyOther(new FakeEnd({ outcome: "success", return: { other: true } }));
  await using client = await openFakeClient({ s1: dugdale });
  const oom = await client.run(TO, { mission: "oom", throwOnFailure: false });
  assertEquals([oom.outcome, oom.failReason], ["oom", "v8_heap"]);
  const error = await assertRejects(() => client.run(TO, { mission: "throws" }), MissionFailedError);
  assertEquals([error.result.failReason, error.result.failMessage], ["uncaught_exception", "no such video"]);
  assertEquals((await client.run(TO, { mission: "x" })).return, { other: true });
});

Deno.test("FakeDugdale fails missions that it has no script for", async () => {
  await using client = await openFakeClient({ s1: new FakeDugdale() });
  await assertRejects(() => client.run(TO, { mission: "m" }), MissionFailedError, `no script for "m"`);
});

Deno.test("FakeDugdale.fail() refuses as often as it was told to", async () => {
  const dugdale = new FakeDugdale().on("m", () => {}).fail({ route: "dispatch", code: "db_error", times: 2 });
  await using client = await openFakeClient({ s1: dugdale });
  await client.run(TO, { mission: "m" });
  assertEquals(dugdale.requests.filter((line) => line === "POST /v1/dispatch").length, 3);
  dugdale.fail({ code: "draining", retryAfterMs: 30_000 });
  const error = await assertRejects(() => client.dispatch(TO, { mission: "m" }), BackPressureError);
  assertEquals(error.retryAfterMs, 30_000);
});

Deno.test("FakeDugdale.fail() loses an answer whose request took effect, and a repeat finds the same mission", async () => {
  const dugdale = new FakeDugdale().on("m", () => {}).fail({ route: "dispatch", drop: "after" });
  await using client = await openFakeClient({ s1: dugdale });
  await client.run(TO, { mission: "m" });
  assertEquals(dugdale.missions.length, 1);
  dugdale.fail({ route: "restart", drop: "after" });
  const { missionId } = dugdale.missions[0]!.order;
  await assertRejects(() => client.restart({ host: "s1", missionId }), NetworkError);
  assertEquals(dugdale.missions.length, 2);
});

Deno.test("FakeDugdale.fail() cuts streams anywhere, and following goes on", async () => {
  for (let bytes = 0; bytes < 400; bytes += 7) {
    const dugdale = new FakeDugdale()
      .on("m", ({ progress }) => (progress(0.5), { ok: true }))
      .fail({ route: "events", cutAfterBytes: bytes });
    await using client = await openFakeClient({ s1: dugdale });
    const seqs: number[] = [];
    await client.run(TO, { mission: "m", onEvent: ({ seq }) => seqs.push(seq) });
    assertEquals(seqs, [1, 2, 3, 4], `cut after ${bytes} bytes`);
  }
});

Deno.test("FakeDugdale.fail() delays, and the wait of the caller still ends in time", async () => {
  const dugdale = new FakeDugdale().on("m", () => {}).fail({ route: "events", delayMs: 60_000 });
  await using client = await openFakeClient({ s1: dugdale });
  await assertRejects(() => client.run(TO, { mission: "m", waitMs: 20 }), WaitTimeoutError);
});

Deno.test("FakeDugdale.fail() breaks downloads, and nothing wrong reaches the caller", async () => {
  const dugdale = new FakeDugdale().on("m", ({ output }) => output("report", "the report"));
  await using client = await openFakeClient({ s1: dugdale });
  const result = await client.run(TO, { mission: "m" });
  dugdale.fail({ route: "getStaging", cutAfterBytes: 3 });
  const body = await client.openOutput(result, "report");
  const error = await toText(body).catch((caught: unknown) => caught);
  assert(error instanceof NetworkError || error instanceof StagingError);
  assertEquals(await new Response(await client.openOutput(result, "report")).text(), "the report");
});

Deno.test("FakeDugdale kills a script through its signal", async () => {
  const { promise: killed, resolve } = Promise.withResolvers<void>();
  const dugdale = new FakeDugdale().on(
    "forever",
    ({ signal }) =>
      new Promise((_, reject) =>
        signal.addEventListener("abort", () => {
          resolve();
          reject(signal.reason);
        })
      ),
  );
  await using client = await openFakeClient({ s1: dugdale });
  await using handle = await client.start(TO, { mission: "forever", throwOnFailure: false });
  for await (const { event } of handle.events()) if (event === "running") await client.kill(handle.ref);
  await killed;
  assertEquals((await handle.result).outcome, "killed");
});

Deno.test("FakeDugdale lists, restarts and deletes in bulk", async () => {
  const dugdale = new FakeDugdale().on("m", () => {});
  await using client = await openFakeClient({ s1: dugdale });
  const { missionId } = await client.run(TO, { mission: "m" });
  const [again] = await client.bulkRestart("s1", [missionId]);
  assertEquals(again?.ok, true);
  const items = await client.bulkDelete("s1", [
    missionId,
    missionId.replace(/.$/, (c) => c === "0" ? "1" : "0"),
  ]);
  assertEquals(items.map(({ ok, error }) => [ok, error]), [[true, undefined], [false, "not_found"]]);
  const ids = [];
  for await (const mission of client.listMissions("s1", { mission: "m" })) ids.push(mission.missionId);
  assertEquals(ids, [again?.mission_id]);
});

Deno.test("openFakeClient() leads to each dugdale by its id", async () => {
  const a = new FakeDugdale().on("m", () => ({ from: "a" }));
  const b = new FakeDugdale().on("m", () => ({ from: "b" }));
  await using client = await openFakeClient({ a, b });
  const outcomes = await client.runOnAll({ lane: "normal" }, { mission: "m" });
  assertEquals(outcomes.map((one) => one.ok && one.result.return), [{ from: "a" }, { from: "b" }]);
});

Deno.test("FakeDugdale with tokens accepts requests with the right one", async () => {
  const dugdale = new FakeDugdale({ tokens: { dispatch: "d", admin: "a" } }).on("m", () => {});
  const dugdales = [{ id: "s1", lanes: { normal: { concurrency: 1 } } }];
  await using client = await openFakeClient({ s1: dugdale }, {
    yaml: { auth: { token: "d", admin_token: "d" }, dugdales },
  });
  const { missionId } = await client.run({ lane: "normal" }, { mission: "m" });
  const error = await assertRejects(() => client.kill({ host: "s1", missionId }), AuthError);
  assertEquals([error.code, error.status], ["forbidden", 403]);
  await using stranger = await openFakeClient({ s1: dugdale });
  const refused = await assertRejects(
    () => stranger.dispatch({ route: "normal" }, { mission: "m" }),
    AuthError,
  );
  assertEquals([refused.code, refused.status], ["unauthorized", 401]);
});

Deno.test("FakeDugdale runs as many missions of a lane at once as were applied for it", async () => {
  let now = 0, most = 0, wanted = 4;
  const allRun = Promise.withResolvers<void>();
  const dugdale = new FakeDugdale().on("m", async () => {
    most = Math.max(most, ++now);
    if (now === wanted) allRun.resolve();
    await allRun.promise;
    await Promise.resolve();
    now--;
  });
  await using client = await openFakeClient({ s1: dugdale });
  const jobs = Array.from({ length: 4 }, () => ({ lane: "normal", mission: "m" }));
  await client.runMany(jobs);
  assertEquals(most, 4);
  await client.apply("s1");
  most = 0, wanted = 1;
  await client.runMany(jobs);
  assertEquals(most, 1);
});

Deno.test("openFakeClient() has lane and route default, as an embedded dugdale has", async () => {
  const dugdale = new FakeDugdale().on("m", ({ lane }) => ({ lane }));
  await using client = await openFakeClient({ s1: dugdale });
  for (const to of [{ route: "default" }, { lane: "default" }, { host: "s1", lane: "default" }]) {
    assertEquals((await client.run(to, { mission: "m" })).return, { lane: "default" });
  }
  assertEquals((await client.run({ route: "normal" }, { mission: "m" })).return, { lane: "normal" });
});

Deno.test("LettsClient.close() ends calls, may be called twice, and is what releasing does", async () => {
  await using dugdale = new FakeDugdale().on("forever", () => new Promise(() => {}));
  for (const close of ["close", Symbol.asyncDispose] as const) {
    const client = await openFakeClient({ s1: dugdale });
    const ref = await client.dispatch({ route: "default" }, { mission: "forever" });
    const followed = assertRejects(() => Array.fromAsync(client.follow(ref)), AbortedError);
    await client[close]();
    await client.close();
    await followed;
  }
});

Deno.test("a mission of a fake dugdale says notes, warnings, metadata, states and log lines", async () => {
  const dugdale = new FakeDugdale().on("m", ({ say }) => {
    say({ event: "note", text: "n" });
    say({ event: "warn", message: "w", details: { a: 1 } });
    say({ event: "meta", fields: { rows: 7 } });
    say({ event: "state", name: "s" });
    say({ event: "log", level: "info", message: "l" });
  });
  await using client = await openFakeClient({ s1: dugdale });
  const result = await client.run({ host: "s1", lane: "only" }, { mission: "m" });
  const { notes, warnings, meta, state, states } =
    (await client.getMission(result.missionId, { host: "s1" }))!;
  assertEquals({ notes, warnings, meta, state, states }, {
    notes: ["n"],
    warnings: [{ message: "w", details: { a: 1 } }],
    meta: { rows: 7 },
    state: "s",
    states: ["s"],
  });
  const log = await new Response(await client.logs(result, "log")).text();
  assertEquals(JSON.parse(log).message, "l");
});
