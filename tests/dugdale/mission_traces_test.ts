import { assertEquals } from "@std/assert";
import type { Transition } from "../../dugdale/engine/transitions.ts";
import { missionTraces } from "../../dugdale/mission_traces.ts";
import type { MissionRow } from "../../dugdale/store/mission_row.ts";
import type { PastSpan } from "../../protocol/tracing.ts";

const TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/** The spans that a transition makes: their names, times in milliseconds, and failures. */
function spansOf(change: object, mission: object = {}): unknown[] {
  const row = {
    mission_id: "i",
    mission_name: "m",
    lane: "a",
    attempt: 1,
    traceparent: TRACE,
    time_created: 1,
    time_started: 5,
    pid: 7,
    ...mission,
  } as unknown as MissionRow;
  const spans: PastSpan[] = [];
  const transition = { mission: row, from: row, ...change } as unknown as Transition;
  missionTraces((span) => spans.push(span))(transition);
  return spans.map(({ name, startedMs, endedMs, failure, attributes, traceparent }) => {
    assertEquals([traceparent, attributes?.["letts.mission_id"]], [TRACE, "i"]);
    return [name, startedMs, endedMs, failure];
  });
}

const started = { change: "started", start: { pid: 7, startedMs: 5 } };
const done = { time_finished: 9, outcome: "failed", fail_reason: "odd" };

Deno.test("missionTraces() records the wait, each attempt, and the end", () => {
  assertEquals(spansOf(started), [["letts.queue", 1, 5, undefined]]);
  assertEquals(spansOf(started, { attempt: 2 }), []);
  const attempt = { ending: { outcome: "timeout", failReason: null }, nowMs: 8 };
  assertEquals(spansOf({ change: "again", attempt }), [["letts.process", 5, 8, "timeout"]]);
  const late = { ...attempt, start: { pid: 7, startedMs: 6 } };
  assertEquals(spansOf({ change: "again", attempt: late }), [["letts.process", 6, 8, "timeout"]]);
  assertEquals(spansOf({ change: "done" }, done), [["letts.process", 5, 9, "odd"]]);
  const good = { ...done, outcome: "success", fail_reason: null };
  assertEquals(spansOf({ change: "done" }, good), [["letts.process", 5, 9, undefined]]);
});

Deno.test("missionTraces() records nothing without a trace, and nothing of a process that was none", () => {
  for (const change of [started, { change: "done" }]) {
    assertEquals(spansOf(change, { ...done, traceparent: null }), []);
  }
  assertEquals(spansOf({ change: "done" }, { ...done, pid: null, time_started: null }), []);
  assertEquals(spansOf({ change: "queued" }), []);
});
