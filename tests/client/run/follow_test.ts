import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  ArgumentError,
  AuthError,
  type FollowOptions,
  type LettsClient,
  type LettsError,
  NetworkError,
  NotFoundError,
  type StreamBreak,
  WaitTimeoutError,
} from "../../../client/mod.ts";
import {
  done,
  type Handler,
  ID,
  ndjson,
  openClient,
  problem,
  progress,
  QUEUED,
  record,
  Scripted,
  silentAfter,
} from "../scripted.ts";

const REF = { host: "s1", missionId: ID };

/** Answers the nth connection with the nth body; the last one repeats. */
function bodies(...texts: (string | (() => Response))[]): Handler {
  let n = 0;
  return () => {
    const text = texts[Math.min(n++, texts.length - 1)];
    return typeof text === "function" ? text() : new Response(text);
  };
}

async function seqs(client: LettsClient, options?: FollowOptions): Promise<number[]> {
  const seen: number[] = [];
  for await (const { seq } of client.follow(REF, options)) seen.push(seq);
  return seen;
}

Deno.test("follow() yields every event once and ends with done", async () => {
  await using server = new Scripted(bodies(ndjson(QUEUED, progress(2, 0.5), done(3))));
  await using client = await openClient([server]);
  assertEquals(await seqs(client), [1, 2, 3]);
  assertEquals(server.log, [`GET /v1/missions/${ID}/events?follow=true`]);
});

Deno.test("follow() resumes after the last event seen", async () => {
  await using server = new Scripted(
    bodies(ndjson(QUEUED, progress(2, 0.1)), ndjson(progress(3, 0.2)), ndjson(done(4))),
  );
  await using client = await openClient([server]);
  assertEquals(await seqs(client), [1, 2, 3, 4]);
  const path = `GET /v1/missions/${ID}/events?follow=true`;
  assertEquals(server.log, [path, `${path}&from=2`, `${path}&from=3`]);
});

Deno.test("follow() loses nothing wherever the stream is cut", async () => {
  const whole = ndjson(QUEUED, { ...progress(2, 0.5), message: "grüß" }, done(3));
  const bytes = new TextEncoder().encode(whole);
  for (let cut = 0; cut < bytes.length; cut++) {
    let n = 0;
    await using server = new Scripted(({ target }) => {
      if (n++ === 0) return new Response(bytes.slice(0, cut));
      const from = Number(new URL(target, "http://x").searchParams.get("from") ?? 0);
      const lines = whole.trimEnd().split("\n").filter((line) => JSON.parse(line).seq > from);
      return new Response(lines.join("\n") + "\n");
    });
    await using client = await openClient([server]);
    assertEquals(await seqs(client), [1, 2, 3], `cut after ${cut} bytes`);
  }
});

Deno.test("follow() skips empty lines, torn lines and kinds of events that it does not know", async () => {
  await using server = new Scripted(
    bodies(`\n{"event":\n${ndjson({ event: "paused", seq: 1 }, { ...QUEUED, seq: 2, more: 1 }, done(3))}`),
  );
  await using client = await openClient([server]);
  assertEquals(await seqs(client), [2, 3]);
});

Deno.test("followLines() gives every line as it was sent", async () => {
  const unknown = `{ "event": "paused", "seq": 1, "big": 12345678901234567890 }`;
  const end = JSON.stringify(done(2));
  await using server = new Scripted(bodies(`${unknown}\n${end}\n`));
  await using client = await openClient([server]);
  const lines = [];
  for await (const { line, seq, event } of client.followLines(REF)) lines.push([line, seq, event?.event]);
  assertEquals(lines, [[unknown, 1, undefined], [end, 2, "done"]]);
});

Deno.test("follow() gives up when no answer has come for three seconds", async () => {
  await using server = new Scripted(() => new Response("bad gateway", { status: 502 }));
  await using client = await openClient([server], { stream: { backoffMs: [10, 10, 3100] } });
  const error = await assertRejects(() => seqs(client), NetworkError);
  assertEquals([error.code, error.host, error.missionId], ["stream_given_up", "s1", ID]);
  assertEquals(server.seen.length, 4);
  assertMatch(
    error.message,
    /mission .* cannot be followed: http_502 \(4 connections in \d+\.\d s brought nothing\)/,
  );
});

Deno.test("follow() of a mission that was accepted goes on for as long as reconnectMs says", async () => {
  const brk: StreamBreak[] = [];
  await using server = new Scripted(() => new Response("bad gateway", { status: 502 }));
  await using client = await openClient([server], {
    stream: { backoffMs: [10], reconnectMs: 2000, onBreak: (broken) => brk.push(broken) },
  });
  const ref = { ...REF, kind: "mission", status: "queued" } as const;
  const error = await assertRejects(() => Array.fromAsync(client.follow(ref)), NetworkError);
  assertEquals(error.code, "stream_given_up");
  assertEquals(brk.length, server.seen.length - 1);
  assert(brk.length > 4, `${brk.length} breaks`);
  for (const { host, missionId, reason, downMs, leftMs } of brk) {
    assertEquals([host, missionId, reason, Math.round(downMs + leftMs)], ["s1", ID, "http_502", 2000]);
  }
});

Deno.test("follow() counts the time anew with everything that comes", async () => {
  let n = 0;
  await using server = new Scripted(() =>
    new Response(n < 20 ? (n++ % 2 === 0 ? ndjson(progress(n, 0)) : "") : ndjson(done(99)))
  );
  await using client = await openClient([server], { stream: { backoffMs: [200], reconnectMs: 3000 } });
  assertEquals((await seqs(client)).length, 11);
});

Deno.test("follow() throws a refusal at once", async () => {
  for (
    const [status, code, Class] of [[404, "not_found", NotFoundError], [
      410,
      "mission_deleting",
      NotFoundError,
    ]] as const
  ) {
    await using server = new Scripted(() => problem(status, code));
    await using client = await openClient([server]);
    const error = await assertRejects(() => seqs(client), Class);
    assertEquals([error.code, server.seen.length], [code, 1]);
  }
});

Deno.test("follow() comes back after a short Retry-After, and reports a long one", async () => {
  for (const [after, connections] of [["0", 2], ["60", 1]] as const) {
    let n = 0;
    const busy = () => problem(429, "rate_limited", { headers: { "Retry-After": after } });
    await using server = new Scripted(() => n++ === 0 ? busy() : new Response(ndjson(done(1))));
    await using client = await openClient([server]);
    const outcome = await seqs(client).catch((error: LettsError) => error.code);
    assertEquals([outcome, server.seen.length], [after === "0" ? [1] : "rate_limited", connections]);
  }
});

Deno.test("follow() tries the next token when a mission is of the other kind", async () => {
  await using server = new Scripted(({ headers }) =>
    headers.get("Authorization") === "Bearer e-token"
      ? new Response(ndjson(done(1)))
      : problem(403, "forbidden_kind")
  );
  await using client = await openClient([server]);
  assertEquals(await seqs(client), [1]);
  assertEquals(server.seen.length, 2);
});

Deno.test("follow() tries no other token after a plain refusal", async () => {
  await using server = new Scripted(() => problem(401, "unauthorized"));
  await using client = await openClient([server]);
  await assertRejects(() => seqs(client), AuthError);
  assertEquals(server.seen.length, 1);
});

Deno.test("follow() skips tokens that are not configured", async () => {
  await using server = new Scripted(bodies(ndjson(done(1))));
  await using client = await openClient([server], { yaml: { auth: { admin_token: "only" } } });
  assertEquals(await seqs(client), [1]);
  assertEquals(server.seen[0]?.headers.get("Authorization"), "Bearer only");
});

Deno.test("follow() ends at its deadline on a silent stream", async () => {
  await using server = new Scripted(() => silentAfter(ndjson(QUEUED)));
  await using client = await openClient([server]);
  const seen: number[] = [];
  const error = await assertRejects(async () => {
    for await (const { seq } of client.follow(REF, { waitMs: 1000 })) seen.push(seq);
  }, WaitTimeoutError);
  assertEquals([seen, error.waitMs, error.missionId], [[1], 1000, ID]);
  assertEquals(server.seen.length, 1);
});

Deno.test("follow() with no time left makes no request", async () => {
  await using server = new Scripted(() => silentAfter(""));
  await using client = await openClient([server]);
  await assertRejects(() => seqs(client, { waitMs: 0 }), WaitTimeoutError);
  assertEquals(server.seen.length, 0);
});

Deno.test("follow() ends at its deadline also between two connections", async () => {
  await using server = new Scripted(() => new Response("", { status: 502 }));
  await using client = await openClient([server], { stream: { backoffMs: [60_000] } });
  await assertRejects(() => seqs(client, { waitMs: 30 }), WaitTimeoutError);
});

Deno.test("follow() ends with the signal's reason", async () => {
  const abort = new AbortController();
  const reason = new Error("enough");
  await using server = new Scripted(() => silentAfter(ndjson(QUEUED)));
  await using client = await openClient([server]);
  const error = await assertRejects(async () => {
    for await (const _ of client.follow(REF, { signal: abort.signal })) abort.abort(reason);
  });
  assertEquals(error, reason);
});

Deno.test("follow() releases the connection when it is left early", async () => {
  const { promise: left, resolve } = Promise.withResolvers<void>();
  await using server = new Scripted(() => silentAfter(ndjson(QUEUED, progress(2, 0)), resolve));
  await using client = await openClient([server]);
  for await (const _ of client.follow(REF)) break;
  await left;
});

Deno.test("follow() stays on a silent connection while the mission runs", async () => {
  let asked = 0;
  let events: ReadableStreamDefaultController<Uint8Array> | undefined;
  await using server = new Scripted(({ target }) => {
    if (target.includes("/events")) {
      return new Response(new ReadableStream({ start: (controller) => void (events = controller) }));
    }
    if (++asked === 3) {
      events?.enqueue(new TextEncoder().encode(ndjson(done(1))));
      events?.close();
    }
    return Response.json(record("running"));
  });
  await using client = await openClient([server], { stream: { silenceMs: 5 } });
  assertEquals(await seqs(client), [1]);
  assertEquals(server.log.filter((line) => line.includes("/events")).length, 1);
  assert(asked >= 3);
});

Deno.test("follow() leaves a connection that stays silent although the mission is done", async () => {
  let connections = 0;
  await using server = new Scripted(({ target }) => {
    if (!target.includes("/events")) return Response.json(record("done", { outcome: "success" }));
    return connections++ === 0 ? silentAfter(ndjson(QUEUED)) : new Response(ndjson(done(2)));
  });
  await using client = await openClient([server], { stream: { silenceMs: 5, backoffMs: [0] } });
  assertEquals(await seqs(client), [1, 2]);
  assertEquals(server.log.at(-1), `GET /v1/missions/${ID}/events?follow=true&from=1`);
});

Deno.test("follow() notices that the mission was deleted", async () => {
  await using server = new Scripted(({ target }) =>
    target.includes("/events") ? silentAfter(ndjson(QUEUED)) : problem(404, "not_found")
  );
  await using client = await openClient([server], { stream: { silenceMs: 5 } });
  await assertRejects(() => seqs(client), NotFoundError);
});

Deno.test("follow({ follow: false }) ends after the events that are there", async () => {
  await using server = new Scripted(bodies(ndjson(QUEUED)));
  await using client = await openClient([server]);
  assertEquals(await seqs(client, { follow: false, from: 0 }), [1]);
  assertEquals(server.log, [`GET /v1/missions/${ID}/events`]);
});

Deno.test("follow() refuses a wait that is not a number before anything is sent", async () => {
  await using server = new Scripted(() => new Response(ndjson(done(1))));
  await using client = await openClient([server]);
  for (const waitMs of ["5s" as never, NaN]) {
    await assertRejects(() => client.follow({ host: "s1", missionId: ID }, { waitMs }).next(), ArgumentError);
  }
  assertEquals(server.seen, []);
});

Deno.test("follow() refuses an invalid id", async () => {
  await using client = await openClient([{ port: 1 }]);
  await assertRejects(async () => {
    for await (const _ of client.follow({ host: "s1", missionId: "../../state" })) break;
  }, ArgumentError);
});
