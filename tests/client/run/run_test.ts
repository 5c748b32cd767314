import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import {
  AbortedError,
  ArgumentError,
  ConfigError,
  type LettsError,
  type MissionEvent,
  MissionFailedError,
  NetworkError,
  NotFoundError,
  StagingError,
  WaitTimeoutError,
} from "../../../client/mod.ts";
import { FakeDugdale, openFakeClient } from "../../../testing/mod.ts";
import {
  done,
  type Handler,
  ID,
  ndjson,
  openClient,
  problem,
  progress,
  QUEUED,
  Scripted,
  silentAfter,
} from "../scripted.ts";

const STAGING = "0192a8b3-d2c1-7abc-bad0-0000000000aa";
const TEXT = "the report\n";
const OUTPUT = {
  staging_id: STAGING,
  sha256: createHash("sha256").update(TEXT).digest("hex"),
  size: TEXT.length,
};

/** A dugdale whose mission ends like this. */
function ending(end: object, more: Handler = () => problem(404, "not_found")): Handler {
  return (request, raw) => {
    if (request.method === "POST") {
      return Response.json({ mission_id: ID, status: "queued" }, { status: 202 });
    }
    if (request.target.includes("/events")) return new Response(ndjson(QUEUED, progress(2, 0.5), end));
    return more(request, raw);
  };
}

const GO = { mission: "m", missionId: ID };
const TO = { route: "r" };

Deno.test("run() gives the result that the done event reports", async () => {
  await using server = new Scripted(ending(done(3, { return: { words: 2 }, outputs: { report: OUTPUT } })));
  await using client = await openClient([server]);
  const events: MissionEvent[] = [];
  const result = await client.run<{ words: number }>(TO, { ...GO, onEvent: (event) => events.push(event) });
  assertEquals(result, {
    host: "s1",
    missionId: ID,
    kind: "mission",
    outcome: "success",
    success: true,
    return: { words: 2 },
    failReason: undefined,
    failMessage: undefined,
    failDetails: undefined,
    exitCode: 0,
    signal: undefined,
    durationMs: 7,
    outputFiles: { report: OUTPUT },
    logs: undefined,
  });
  assertEquals(events.map(({ event }) => event), ["queued", "progress", "done"]);
  assertEquals(server.log, ["POST /v1/dispatch", `GET /v1/missions/${ID}/events?follow=true`]);
});

Deno.test("run() throws a failed mission with its result, or returns it when asked to", async () => {
  const end = done(3, {
    outcome: "failed",
    exit_code: 3,
    signal: "TERM",
    fail_reason: "explicit",
    fail_message: "no such video",
    fail_details: { video: 7 },
  });
  await using server = new Scripted(ending(end));
  const failures: unknown[] = [];
  await using client = await openClient([server], { onLaunchFailure: (failure) => failures.push(failure) });
  const error = await assertRejects(() => client.run(TO, GO), MissionFailedError);
  assertEquals([error.code, error.missionId, error.result.failDetails], ["mission_failed", ID, { video: 7 }]);
  const result = await client.run(TO, { ...GO, throwOnFailure: false });
  assertEquals([result.success, result.exitCode, result.failMessage], [false, 3, "no such video"]);
  assertEquals([result.outcome, result.failReason, result.signal], ["failed", "explicit", "TERM"]);
  assertEquals(failures, []);
});

Deno.test("run() leaves the mission alone when the wait is over", async () => {
  await using server = new Scripted(({ method }) =>
    method === "POST"
      ? Response.json({ mission_id: ID, status: "queued" }, { status: 202 })
      : new Response(new ReadableStream())
  );
  await using client = await openClient([server]);
  const error = await assertRejects(() => client.run(TO, { ...GO, waitMs: 1000 }), WaitTimeoutError);
  assertEquals([error.missionId, error.host], [ID, "s1"]);
  assertEquals(server.log, ["POST /v1/dispatch", `GET /v1/missions/${ID}/events?follow=true`]);
});

Deno.test("run() fails at once when the mission is deleted, and notifies the observer", async () => {
  await using server = new Scripted(({ method }) =>
    method === "POST"
      ? Response.json({ mission_id: ID, status: "queued" }, { status: 202 })
      : problem(410, "mission_deleting")
  );
  const phases: string[] = [];
  await using client = await openClient([server], {
    onLaunchFailure: ({ method, phase, host }) => phases.push(`${method} ${phase} ${host}`),
  });
  await assertRejects(() => client.run(TO, GO), NotFoundError);
  assertEquals(phases, ["run stream s1"]);
});

Deno.test("run() ends with what its event callback throws", async () => {
  await using server = new Scripted(ending(done(3)));
  await using client = await openClient([server]);
  const onEvent = () => {
    throw new RangeError("mine");
  };
  await assertRejects(() => client.run(TO, { ...GO, onEvent }), RangeError, "mine");
});

Deno.test("run({ logs }) fetches both streams, also of a failed mission, and reports what was cut", async () => {
  const cut = "out\n[--- truncated, exceeded 3 bytes ---]\n";
  await using server = new Scripted(
    ending(
      done(3, { outcome: "failed" }),
      ({ target }) => new Response(target.endsWith("stdout") ? cut : "err"),
    ),
  );
  await using client = await openClient([server]);
  const { logs } = await client.run(TO, { ...GO, logs: true, throwOnFailure: false });
  assertEquals(logs, {
    stdout: cut,
    stderr: "err",
    stdoutTruncated: true,
    stderrTruncated: false,
    error: undefined,
  });
  assertEquals(server.log.slice(2), [
    `GET /v1/missions/${ID}/output?stream=stdout`,
    `GET /v1/missions/${ID}/output?stream=stderr`,
  ]);
});

Deno.test("run({ logs }) reports why a stream could not be fetched", async () => {
  await using server = new Scripted(
    ending(done(3), ({ target }) => target.endsWith("stdout") ? problem(410, "gone") : new Response("err")),
  );
  await using client = await openClient([server]);
  const { logs } = await client.run(TO, { ...GO, logs: true });
  assertEquals([logs?.stdout, logs?.stderr, logs?.error?.code], ["", "err", "gone"]);
  assertEquals([logs?.stdoutTruncated, logs?.stderrTruncated], [true, false]);
});

Deno.test("capturedLogs() keeps 16 MiB of a stream, and says that there was more", async () => {
  const limit = 16 * 1024 * 1024;
  const sizes = { stdout: limit, stderr: limit + 1 };
  await using server = new Scripted(({ target }) =>
    new Response(new Uint8Array(target.endsWith("stdout") ? sizes.stdout : sizes.stderr).fill(97))
  );
  await using client = await openClient([server]);
  const logs = await client.capturedLogs({ host: "s1", missionId: ID });
  assertEquals([logs.stdout.length, logs.stdoutTruncated], [limit, false]);
  assertEquals([logs.stderr.length, logs.stderrTruncated], [limit, true]);
});

Deno.test("run({ outputsTo }) saves verified files under their roles", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using server = new Scripted(
      ending(done(3, { outputs: { report: OUTPUT } }), () => new Response(TEXT)),
    );
    await using client = await openClient([server]);
    await client.run(TO, { ...GO, outputsTo: `${folder}/a/b` });
    assertEquals(await Deno.readTextFile(`${folder}/a/b/report`), TEXT);
    assertEquals([...Deno.readDirSync(`${folder}/a/b`)].map(({ name }) => name), ["report"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("run({ outputsTo }) leaves nothing behind when a file is not what was announced", async () => {
  const wrong: [string, Handler, string][] = [
    ["report", () => new Response("the rep0rt\n"), "digest_mismatch"],
    ["report", () => new Response("the rep"), "size_mismatch"],
    ["report", () => new Response(TEXT + "more"), "size_mismatch"],
    ["report", () => problem(404, "not_found"), "not_found"],
    ["report", () => problem(410, "gone"), "gone"],
    ["../report", () => new Response(TEXT), "unsafe_role"],
  ];
  for (const [role, handler, code] of wrong) {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.mkdir(`${folder}/out`);
      await Deno.writeTextFile(`${folder}/out/report`, "old");
      await using server = new Scripted(ending(done(3, { outputs: { [role]: OUTPUT } }), handler));
      await using client = await openClient([server]);
      const error = await assertRejects(() => client.run(TO, { ...GO, outputsTo: `${folder}/out` }));
      assertEquals((error as LettsError).code, code);
      assertEquals(await Deno.readTextFile(`${folder}/out/report`), "old");
      assertEquals([...Deno.readDirSync(`${folder}/out`)].length, 1);
      assertEquals([...Deno.readDirSync(folder)].length, 1);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
});

Deno.test("run({ outputsTo }) fetches a file again whose connection broke", async () => {
  const dugdale = new FakeDugdale().on("makes", ({ output }) => output("report", "text"));
  await using client = await openFakeClient({ s1: dugdale });
  dugdale.fail({ route: "getStaging", cutAfterBytes: 1 });
  const outputsTo = await Deno.makeTempDir();
  try {
    await client.run({ host: "s1", lane: "normal" }, { mission: "makes", outputsTo });
    assertEquals(await Deno.readTextFile(`${outputsTo}/report`), "text");
    assertEquals([...Deno.readDirSync(outputsTo)].length, 1);
  } finally {
    await Deno.remove(outputsTo, { recursive: true });
  }
});

Deno.test("run({ outputsTo }) stops reading as soon as too much has come", async () => {
  const { promise: left, resolve } = Promise.withResolvers<void>();
  const endless = () =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(4096)),
        cancel: () => resolve(),
      }),
    );
  const folder = await Deno.makeTempDir();
  try {
    await using server = new Scripted(ending(done(3, { outputs: { report: OUTPUT } }), endless));
    await using client = await openClient([server]);
    await assertRejects(() => client.run(TO, { ...GO, outputsTo: folder }), StagingError);
    await left;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("run({ outputsTo }) reports a folder that cannot be written", async () => {
  const file = await Deno.makeTempFile();
  try {
    await using server = new Scripted(
      ending(done(3, { outputs: { report: OUTPUT } }), () => new Response(TEXT)),
    );
    await using client = await openClient([server]);
    const error = await assertRejects(() => client.run(TO, { ...GO, outputsTo: `${file}/x` }), StagingError);
    assertEquals(error.code, "file_unwritable");
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("openOutput() names the outputs that there are", async () => {
  await using server = new Scripted(
    ending(done(3, { outputs: { report: OUTPUT } }), () => new Response(TEXT)),
  );
  await using client = await openClient([server]);
  const result = await client.run(TO, GO);
  assertEquals(await new Response(await client.openOutput(result, "report")).text(), TEXT);
  await assertRejects(() => client.openOutput(result, "toString"), ArgumentError, "it has report");
});

Deno.test("openOutput() errors at the end of a file with another digest", async () => {
  await using server = new Scripted(
    ending(done(3, { outputs: { report: OUTPUT } }), () => new Response("x".repeat(OUTPUT.size))),
  );
  await using client = await openClient([server]);
  const stream = await client.openOutput(await client.run(TO, GO), "report");
  const reader = stream.getReader();
  assertEquals((await reader.read()).value?.length, OUTPUT.size);
  const error = await assertRejects(() => reader.read(), StagingError);
  assertEquals([error.code, error.host, error.missionId], ["digest_mismatch", "s1", ID]);
});

Deno.test("start() gives a handle whose events and result share one stream", async () => {
  await using server = new Scripted(ending(done(3, { return: { ok: true } })));
  await using client = await openClient([server]);
  await using handle = await client.start(TO, GO);
  assertEquals(handle.ref.missionId, ID);
  const seen: string[] = [];
  for await (const { event } of handle.events()) seen.push(event);
  assertEquals((await handle.result).return, { ok: true });
  assertEquals(seen, ["queued", "progress", "done"]);
  assertEquals(server.seen.length, 2);
});

Deno.test("RunHandle stops waiting when it is released, and the mission goes on", async () => {
  await using server = new Scripted(({ method }) =>
    method === "POST"
      ? Response.json({ mission_id: ID, status: "queued" }, { status: 202 })
      : new Response(new ReadableStream())
  );
  await using client = await openClient([server]);
  const handle = await client.start(TO, GO);
  const result = handle.result.catch((error: unknown) => error);
  await handle[Symbol.asyncDispose]();
  const error = await result;
  assertInstanceOf(error, Error);
  assertEquals([(error as LettsError).code, (error as LettsError).missionId], ["aborted", ID]);
  assertEquals(server.log.filter((line) => line.includes("kill")), []);
});

Deno.test("run() and start() that are aborted name the mission, which keeps running; an error of the client stays as it is", async () => {
  await using server = new Scripted(({ method }) =>
    method === "POST"
      ? Response.json({ mission_id: ID, status: "queued" }, { status: 202 })
      : silentAfter(ndjson(QUEUED))
  );
  await using client = await openClient([server]);
  const calls: Readonly<Record<string, (signal: AbortSignal, onEvent: () => void) => Promise<unknown>>> = {
    run: (signal, onEvent) => client.run(TO, { ...GO, signal, onEvent }),
    result: async (signal, onEvent) => {
      await using handle = await client.start(TO, { ...GO, signal, onEvent });
      await handle.result;
    },
    events: async (signal, onEvent) => {
      await using handle = await client.start(TO, { ...GO, signal });
      for await (const _ of handle.events()) onEvent();
    },
  };
  for (const [name, call] of Object.entries(calls)) {
    const abort = new AbortController(), reason = new Error("enough");
    const error = await assertRejects(
      () => call(abort.signal, () => abort.abort(reason)),
      AbortedError,
      ID,
      name,
    );
    assertEquals([error.cause, error.missionId, error.host], [reason, ID, "s1"], name);
  }
  const own = new ArgumentError("of the caller");
  assertEquals(
    await assertRejects(() => client.run(TO, { ...GO, signal: AbortSignal.abort(own) })),
    own,
  );
  assertEquals(server.log.filter((line) => line.includes("kill")), []);
});

Deno.test("run() reports a stream that was given up", async () => {
  await using server = new Scripted(({ method }) =>
    method === "POST"
      ? Response.json({ mission_id: ID, status: "queued" }, { status: 202 })
      : new Response("", { status: 502 })
  );
  await using client = await openClient([server], { stream: { reconnectMs: 100 } });
  const error = await assertRejects(() => client.run(TO, GO), NetworkError);
  assertEquals([error.code, error.missionId], ["stream_given_up", ID]);
});

Deno.test("LettsClient does not tell its observer of what is no failed launch", async () => {
  const dugdale = new FakeDugdale().on("forever", () => new Promise(() => {})).on("makes", ({ output }) => {
    output("report", "text");
  });
  const told: unknown[] = [];
  await using client = await openFakeClient({ s1: dugdale }, {
    onLaunchFailure: (failure) => told.push(failure),
    stream: { reconnectMs: 0 },
  });
  const where = { host: "s1", lane: "normal" };
  await assertRejects(() => client.run(where, { mission: "forever", waitMs: 20 }), WaitTimeoutError);
  await client.runMany([{ ...where, mission: "forever" }], { waitMs: 20 });
  dugdale.fail({ route: "getStaging", cutAfterBytes: 1 });
  const outputsTo = await Deno.makeTempDir();
  try {
    await assertRejects(() => client.run(where, { mission: "makes", outputsTo }), NetworkError);
  } finally {
    await Deno.remove(outputsTo, { recursive: true });
  }
  await assertRejects(() => client.kill({ host: "s1", missionId: ID }), NotFoundError);
  await assertRejects(() => client.delete({ host: "nobody", missionId: ID }), ConfigError);
  assertEquals(told, []);
});
