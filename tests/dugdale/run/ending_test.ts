import { assertEquals, assertStringIncludes } from "@std/assert";
import { LIMIT_DEFAULTS } from "../../../config/dugdale/limits.ts";
import {
  capped,
  execVerdict,
  missionVerdict,
  type Observed,
  type Verdict,
} from "../../../dugdale/run/ending.ts";
import type { KillReason } from "../../../dugdale/run/kill.ts";

const seen: Observed = {
  exit: { code: 0, signal: null },
  killed: undefined,
  timeoutMs: null,
  lane: "high",
  outOfMemory: undefined,
  violation: undefined,
  final: undefined,
};
const success = { event: "success", returnValue: '{"a":1}', line: 1 } as const;
const fail = { event: "fail", message: "no such video", reason: "", details: '{"id":7}', line: 1 } as const;
const violation = {
  reason: "event_protocol_error",
  message: "line 1 is not JSON",
  details: { fd3_line: 1 },
} as const;
const by = (signal: string): Observed["exit"] => ({ code: -1, signal });
const code = (value: number): Observed["exit"] => ({ code: value, signal: null });

type Row = readonly [
  rule: string,
  observed: Partial<Observed>,
  outcome: string,
  reason: string | null,
  more?: Partial<Verdict>,
];

const RULES: readonly Row[] = [
  ["timeout", { killed: "timeout", timeoutMs: 1500, exit: by("TERM") }, "timeout", null, {
    failDetails: '{"timeout_ms":1500}',
    exitCode: -1,
    signal: "TERM",
  }],
  ["a kill outranks success", { killed: "killed_by_api", final: success }, "killed", "killed_by_api", {
    returnValue: null,
  }],
  [
    "memory outranks success",
    {
      outOfMemory: { reason: "php_memory_limit", message: "Allowed memory size of 1" },
      final: success,
    },
    "oom",
    "php_memory_limit",
  ],
  ["no exit state", { exit: undefined, final: success }, "crashed", "no_process_state", {
    exitCode: -1,
    signal: null,
    returnValue: null,
  }],
  [
    "a kill outranks a missing state",
    { exit: undefined, killed: "force_delete" },
    "killed",
    "force_delete",
  ],
  ["foreign SIGKILL", { exit: by("KILL"), final: success }, "killed", "unknown_sigkill"],
  ["segfault", { exit: by("SEGV"), violation }, "failed", "segfault"],
  ["other signal", { exit: by("TERM") }, "failed", "signal_TERM"],
  ["unnamed signal", { exit: by("35") }, "failed", "signal_35"],
  ["violation", { violation, final: success }, "failed", "event_protocol_error", {
    failDetails: '{"fd3_line":1}',
  }],
  [
    "violation outranks a signal after an event",
    { violation, final: fail, exit: by("SEGV") },
    "failed",
    "event_protocol_error",
  ],
  ["success", { final: success }, "success", null, { returnValue: '{"a":1}' }],
  ["success, bad exit", { final: success, exit: code(3) }, "failed", "success_then_failed_exit", {
    returnValue: null,
  }],
  ["success, signal", { final: success, exit: by("TERM") }, "failed", "success_then_failed_exit"],
  ["fail, exit 0", { final: fail }, "failed", "fail_then_zero_exit", {
    failMessage: "no such video",
    failDetails: '{"id":7}',
  }],
  ["fail", { final: fail, exit: code(1) }, "failed", "explicit", { failMessage: "no such video" }],
  ["fail with a reason", { final: { ...fail, reason: "gone" }, exit: by("ABRT") }, "failed", "gone"],
  ["fail without a message", { final: { ...fail, message: "" }, exit: code(1) }, "failed", "explicit", {
    failMessage: null,
  }],
  ["silence, exit 0", {}, "success", null, { returnValue: null }],
  ["silence, bad exit", { exit: code(7) }, "failed", "no_event_nonzero_exit", { exitCode: 7 }],
];

for (const [rule, observed, outcome, reason, more] of RULES) {
  Deno.test(`missionVerdict(): ${rule} is ${outcome}${reason === null ? "" : ` with ${reason}`}`, () => {
    const verdict = missionVerdict({ ...seen, ...observed });
    assertEquals([verdict.outcome, verdict.failReason], [outcome, reason]);
    for (const [name, value] of Object.entries(more ?? {})) {
      assertEquals(verdict[name as keyof Verdict], value, name);
    }
  });
}

Deno.test("missionVerdict() says how long the timeout was, and which lane was removed", () => {
  const of = (killed: KillReason): string =>
    missionVerdict({ ...seen, killed, timeoutMs: 90_000 }).failMessage ?? "";
  assertStringIncludes(of("timeout"), "1m30s");
  assertStringIncludes(of("lane_removed"), '"high"');
});

Deno.test("execVerdict(): any signal is a kill, a timeout has a reason, memory is not looked at", () => {
  const of = (exit: Observed["exit"], killed?: KillReason): (string | null)[] => {
    const { outcome, failReason } = execVerdict({ exit, killed, timeoutMs: 5, lane: "x" });
    return [outcome, failReason];
  };
  assertEquals(of(code(0)), ["success", null]);
  assertEquals(of(code(2)), ["failed", "exit_nonzero"]);
  assertEquals(of(by("KILL")), ["killed", "signal"]);
  assertEquals(of(by("TERM"), "timeout"), ["timeout", "timeout"]);
  const kills: KillReason[] = ["killed_by_api", "force_delete", "lane_removed", "dugdale_shutdown"];
  for (const reason of kills) assertEquals(of(by("KILL"), reason), ["killed", reason]);
  assertEquals(of(undefined), ["crashed", "no_process_state"]);
  assertEquals(of(undefined, "killed_by_api"), ["killed", "killed_by_api"]);
});

Deno.test("capped() drops a return value that is too long and says both numbers", () => {
  const verdict = missionVerdict({
    ...seen,
    final: { ...success, returnValue: `{"a":"${"x".repeat(92)}"}` },
  });
  assertEquals(capped(verdict, { ...LIMIT_DEFAULTS, maxReturnValueBytes: 100 }), verdict);
  const cut = capped(verdict, { ...LIMIT_DEFAULTS, maxReturnValueBytes: 99 });
  assertEquals([cut.outcome, cut.failReason, cut.returnValue], ["failed", "return_too_large", null]);
  assertEquals(cut.failDetails, '{"return_bytes":100,"max_return_value_size":99}');
});

Deno.test("capped() leaves all as it is where a cap is 0", () => {
  const caps = { ...LIMIT_DEFAULTS, maxReturnValueBytes: 0, maxFailMessageBytes: 0, maxFailDetailsBytes: 0 };
  const long = "x".repeat(2_000_000);
  const ends = [{ ...success, returnValue: `"${long}"` }, { ...fail, message: long, details: `"${long}"` }];
  for (const final of ends) {
    const verdict = missionVerdict({ ...seen, final });
    assertEquals(capped(verdict, caps), verdict);
  }
});

Deno.test("capped() cuts a message between characters and marks the cut", () => {
  const verdict = missionVerdict({ ...seen, final: { ...fail, message: "ä".repeat(50) }, exit: code(1) });
  const message = capped(verdict, { ...LIMIT_DEFAULTS, maxFailMessageBytes: 40 }).failMessage ?? "";
  assertEquals(message, "ä".repeat(13) + "…[truncated]");
  assertEquals(capped(verdict, { ...LIMIT_DEFAULTS, maxFailMessageBytes: 5 }).failMessage, "ää");
});

Deno.test("capped() replaces details that are too long", () => {
  const verdict = missionVerdict({
    ...seen,
    final: { ...fail, details: `{"a":"${"x".repeat(92)}"}` },
    exit: code(1),
  });
  assertEquals(
    capped(verdict, { ...LIMIT_DEFAULTS, maxFailDetailsBytes: 99 }).failDetails,
    '{"truncated":true,"reason":"fail_details_too_large","original_bytes":100}',
  );
});
