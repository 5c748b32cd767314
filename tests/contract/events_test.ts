import { assert, assertEquals } from "@std/assert";
import { saying, told } from "./shell_missions.ts";
import type { Fields } from "./dugdale.ts";
import { newId } from "./ids.ts";
import { apply, assertProblem, daemonTest, MISSIONS, ownTest, sharedDugdale, STATE } from "./harness.ts";
import { connect, requestText, writeAll } from "./raw_http.ts";

const dugdale = sharedDugdale();

Deno.test("GET events refuses an invalid id, an unknown and a deleted mission", async () => {
  assertProblem(await dugdale.get("/v1/missions/x/events"), 400, "invalid_id");
  assertProblem(await dugdale.get(`/v1/missions/${newId()}/events`), 404, "not_found");
  const id = await dugdale.queue("silent.sh");
  await dugdale.done(id);
  await dugdale.call("DELETE", `/v1/missions/${id}`);
  assertProblem(await dugdale.get(`/v1/missions/${id}/events`), 410, "mission_deleting");
});

Deno.test("from must be a whole number", async () => {
  const id = await dugdale.queue("silent.sh");
  for (const from of ["x", "1.5", "1e3", "0x1", "99999999999999999999", "%201", "-"]) {
    assertProblem(await dugdale.get(`/v1/missions/${id}/events?from=${from}`), 400, "invalid_from");
  }
  for (const from of ["0", "-5", "9223372036854775807"]) {
    assertEquals((await dugdale.get(`/v1/missions/${id}/events?from=${from}`)).status, 200, from);
  }
});

Deno.test("a run is reported as queued, running, progress and done, numbered from 1", async () => {
  const progress = [
    { event: "progress", value: 0.25, message: "a quarter" },
    { event: "progress", value: 1 },
    { event: "progress", message: "only words" },
    { event: "progress" },
    { event: "progress", value: null, message: "" },
  ];
  const success = { event: "success", return: { n: 1 } };
  const id = await dugdale.queue("obeys.sh", { input: told(saying(...progress, success)) });
  const record = await dugdale.done(id);
  const events = await dugdale.events(id);
  const time = (index: number): unknown => events[index]?.time;
  assertEquals(events, [
    {
      seq: 1,
      event: "queued",
      mission_id: id,
      time_created: record.time_created,
      lane: "fast",
      mission: "obeys.sh",
    },
    {
      seq: 2,
      event: "running",
      time: record.time_started,
      time_started: record.time_started,
      pid: record.pid,
    },
    { seq: 3, event: "progress", time: time(2), value: 0.25, message: "a quarter" },
    { seq: 4, event: "progress", time: time(3), value: 1 },
    { seq: 5, event: "progress", time: time(4), message: "only words" },
    { seq: 6, event: "progress", time: time(5) },
    { seq: 7, event: "progress", time: time(6) },
    {
      seq: 8,
      event: "done",
      time_finished: record.time_finished,
      outcome: "success",
      exit_code: 0,
      duration_ms: record.duration_ms,
      return: { n: 1 },
    },
  ]);
  assert(events.slice(2, 7).every(({ time }) => Number.isInteger(time)));
});

Deno.test("the stream is NDJSON whose type browsers do not sniff", async () => {
  const id = await dugdale.queue("succeeds.sh");
  await dugdale.done(id);
  const { headers, text } = await dugdale.get(`/v1/missions/${id}/events`);
  assertEquals(headers.get("content-type"), "application/x-ndjson");
  assertEquals(headers.get("x-content-type-options"), "nosniff");
  assert(text.endsWith("}\n"));
});

daemonTest("the done event of each outcome has the fields of that outcome", async () => {
  const fail = { event: "fail", reason: "r", message: "m", details: { d: 1 } };
  const [killed, failed, crashed] = await Promise.all([
    dugdale.run("obeys.sh", { input: told("kill -9 $$") }),
    dugdale.run("obeys.sh", { input: told(`${saying(fail)} exit 2`) }),
    dugdale.run("there_is_no_such_mission"),
  ]);
  const bySignal = await lastEvent(killed);
  assertEquals([bySignal.exit_code, bySignal.signal, bySignal.fail_reason], [-1, "KILL", "unknown_sigkill"]);
  const byFail = await lastEvent(failed);
  assertEquals([byFail.fail_reason, byFail.fail_message, byFail.fail_details], ["r", "m", { d: 1 }]);
  const byCrash = await dugdale.events(String(crashed.mission_id));
  assertEquals(byCrash.map(({ event, seq }) => [event, seq]), [["queued", 1], ["done", 2]]);
  assertEquals(Object.keys(byCrash[1] ?? {}).sort(), [
    "event",
    "exit_code",
    "fail_message",
    "fail_reason",
    "outcome",
    "seq",
    "time_finished",
  ]);
});

Deno.test("from leaves out events up to its number", async () => {
  const id = await dugdale.queue("obeys.sh", {
    input: told(saying(...Array(3).fill({ event: "progress" }))),
  });
  await dugdale.done(id);
  for (
    const [from, seqs] of [
      [-1, [1, 2, 3, 4, 5, 6]],
      [0, [1, 2, 3, 4, 5, 6]],
      [1, [2, 3, 4, 5, 6]],
      [4, [5, 6]],
      [6, []],
      [99, []],
    ] as const
  ) {
    assertEquals((await dugdale.events(id, `from=${from}`)).map(({ seq }) => seq), [...seqs], `from=${from}`);
    assertEquals(
      (await dugdale.events(id, `follow=true&from=${from}`)).map(({ seq }) => seq),
      [...seqs],
      `${from}`,
    );
  }
});

Deno.test("without follow the events up to now are sent, also of a mission that goes on", async () => {
  const id = await dugdale.queue("forever.sh");
  await dugdale.event(id, "progress");
  assertEquals((await dugdale.events(id)).map(({ event }) => event), ["queued", "running", "progress"]);
  await dugdale.post(`/v1/missions/${id}/kill`);
});

ownTest("with follow every event is sent when it happens, and the stream ends with done", async () => {
  const gate = await Deno.makeTempFile({ prefix: "letts-contract-gate-" });
  await Deno.remove(gate);
  const id = await dugdale.queue("waits_for_file.sh", { input: { gate } });
  const seen: unknown[] = [];
  for await (const { event } of dugdale.follow(id)) {
    seen.push(event);
    if (event === "progress") await Deno.writeTextFile(gate, "");
  }
  assertEquals(seen, ["queued", "running", "progress", "done"]);
  await Deno.remove(gate);
});

Deno.test("an event is reported only when reads agree with it", async () => {
  const ids = await Promise.all(Array.from({ length: 20 }, () => dugdale.queue("succeeds.sh")));
  await Promise.all(ids.map(async (id) => {
    for await (const { event } of dugdale.follow(id)) {
      const { status } = await dugdale.record(id);
      if (event === "done") assertEquals(status, "done");
      if (event === "running") assert(status === "running" || status === "done");
    }
  }));
});

Deno.test("follow ends with done even when from is beyond it", async () => {
  const id = await dugdale.queue("forever.sh");
  await dugdale.event(id, "running");
  const waiting = dugdale.events(id, "follow=true&from=1000");
  await dugdale.post(`/v1/missions/${id}/kill`);
  assertEquals(await waiting, []);
});

Deno.test("follow sends its headers at once", async () => {
  const id = await dugdale.queue("forever.sh");
  await dugdale.event(id, "progress");
  using connection = await connect(dugdale.url);
  const authorization = `Bearer ${dugdale.tokens.dispatch}`;
  const head = requestText("GET", `/v1/missions/${id}/events?follow=true&from=3`, { authorization });
  await writeAll(connection, new TextEncoder().encode(head));
  const buffer = new Uint8Array(4096);
  const size = await connection.read(buffer) ?? 0;
  assert(new TextDecoder().decode(buffer.subarray(0, size)).startsWith("HTTP/1.1 200"));
  await dugdale.post(`/v1/missions/${id}/kill`);
});

Deno.test("many followers of one mission all see all of it, whenever they join", async () => {
  const lines = Array.from({ length: 20 }, (_, index) => ({ event: "progress", value: index }));
  const commands = lines.map((line) => `${saying(line)} sleep 0.01`).join("\n");
  const id = await dugdale.queue("obeys.sh", { input: told(commands) });
  const followers = Array.from({ length: 60 }, async (_, index) => {
    const from = index % 3 === 0 ? 0 : index % 7;
    const seqs: number[] = [];
    for await (const { seq } of dugdale.follow(id, from)) seqs.push(Number(seq));
    return { from, seqs };
  });
  const all = (await dugdale.done(id), await dugdale.events(id)).map(({ seq }) => Number(seq));
  assertEquals(all, all.map((_, index) => index + 1));
  for (const { from, seqs } of await Promise.all(followers)) {
    assertEquals(seqs, all.filter((seq) => seq > from));
  }
});

Deno.test("a follower that reads nothing delays no other", async () => {
  const message = "x".repeat(500);
  const commands = `i=0; while [ $i -lt 25 ]; do ${saying({ event: "progress", message })} i=$((i+1)); done`;
  const id = await dugdale.queue("obeys.sh", { input: told(commands) });
  const lazy = await dugdale.open("GET", `/v1/missions/${id}/events?follow=true`);
  const record = await dugdale.done(id);
  assertEquals(record.outcome, "success");
  const text = await lazy.text();
  assertEquals(text.split("\n").length - 1, (await dugdale.events(id)).length);
});

Deno.test("a mission that is killed in the queue is reported as queued and done, to followers too", async () => {
  await apply(dugdale, { mission_dir: MISSIONS, lanes: { held: { concurrency: 1, paused: true } } });
  const id = await dugdale.queue("silent.sh", { lane: "held" });
  const followed = dugdale.events(id, "follow=true");
  await dugdale.event(id, "queued");
  assertEquals((await dugdale.post(`/v1/missions/${id}/kill`)).body, { status: "killed" });
  const [queued, done, ...more] = await followed;
  assertEquals([queued?.event, queued?.seq, done?.event, done?.seq, more], ["queued", 1, "done", 2, []]);
  assertEquals([done?.outcome, done?.exit_code, done?.fail_reason], ["killed", 0, "killed_by_api"]);
  assertEquals([done && "duration_ms" in done, done && "signal" in done], [false, false]);
  await apply(dugdale, STATE);
});

Deno.test("the stream of a queued mission that is deleted ends or waits, without an event", async () => {
  await apply(dugdale, { mission_dir: MISSIONS, lanes: { held: { concurrency: 1, paused: true } } });
  const id = await dugdale.queue("silent.sh", { lane: "held" });
  const abort = new AbortController();
  const response = await dugdale.open("GET", `/v1/missions/${id}/events?follow=true`, {
    signal: abort.signal,
  });
  const reader = response.body?.getReader();
  const first = await reader?.read();
  assert(new TextDecoder().decode(first?.value).includes('"queued"'));
  await dugdale.call("DELETE", `/v1/missions/${id}`);
  const timer = setTimeout(() => abort.abort(), 300);
  const next = await reader?.read().catch(() => ({ done: true }));
  clearTimeout(timer);
  assertEquals(next?.done, true);
  await apply(dugdale, STATE);
});

async function lastEvent(record: Fields): Promise<Fields> {
  return (await dugdale.events(String(record.mission_id))).at(-1) ?? {};
}
