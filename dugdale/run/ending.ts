import { formatDuration } from "../../protocol/duration.ts";
import type { ExitStatus } from "../host/spawn.ts";
import type { DugdaleLimits } from "../../config/dugdale/limits.ts";
import type { Ending } from "../store/mission_row.ts";
import { clip, CUT_MARK } from "../../protocol/clip.ts";
import type { FinalEvent, Violation } from "./fd3.ts";
import type { KillReason } from "./kill.ts";
import type { OutOfMemory } from "./out_of_memory.ts";

/** All observations of a process that has ended. */
export interface Observed {
  /** Undefined if the exit status is unavailable. */
  readonly exit: ExitStatus | undefined;
  /** The reason for which the daemon killed it, if any. */
  readonly killed: KillReason | undefined;
  readonly timeoutMs: number | null;
  readonly lane: string;
  readonly outOfMemory: OutOfMemory | undefined;
  readonly violation: Violation | undefined;
  readonly final: FinalEvent | undefined;
}

/** The part of an {@linkcode Ending} that follows from the observations. */
export type Verdict = Pick<
  Ending,
  "outcome" | "exitCode" | "signal" | "failReason" | "failMessage" | "failDetails" | "returnValue"
>;

const UNKNOWN = {
  outcome: "crashed",
  failReason: "no_process_state",
  failMessage: "the process has ended; its exit status is unavailable",
} as const;

const SIGNAL_REASONS: Readonly<Record<string, string>> = {
  SEGV: "segfault",
  BUS: "sigbus",
  ILL: "sigill",
  FPE: "sigfpe",
  TRAP: "sigtrap",
  ABRT: "sigabrt",
};

/** How a mission ended. The first matching rule decides. */
export function missionVerdict(seen: Observed): Verdict {
  const { exit, final } = seen;
  const base: Verdict = {
    outcome: "failed",
    exitCode: exit?.code ?? -1,
    signal: exit?.signal ?? null,
    failReason: null,
    failMessage: null,
    failDetails: null,
    returnValue: null,
  };
  if (seen.killed !== undefined) return { ...base, ...killVerdict(seen, null) };
  if (exit === undefined) return { ...base, ...UNKNOWN };
  if (exit.claim !== undefined) return { ...base, ...exit.claim };
  if (seen.outOfMemory !== undefined) {
    const { reason, message } = seen.outOfMemory;
    return { ...base, outcome: "oom", failReason: reason, failMessage: message };
  }
  if (exit.signal === "KILL") {
    const failMessage =
      "ended by SIGKILL that this dugdale did not send; the kernel may have run out of memory";
    return { ...base, outcome: "killed", failReason: "unknown_sigkill", failMessage };
  }
  if (exit.signal !== null && final === undefined) {
    const failReason = SIGNAL_REASONS[exit.signal] ?? `signal_${exit.signal}`;
    return { ...base, failReason, failMessage: `ended by signal ${exit.signal}` };
  }
  if (seen.violation !== undefined) {
    const { reason, message, details } = seen.violation;
    return { ...base, failReason: reason, failMessage: message, failDetails: JSON.stringify(details) };
  }
  const bad = exit.code !== 0;
  const how = exit.signal === null ? `exit code ${exit.code}` : `signal ${exit.signal}`;
  if (final?.event === "success") {
    if (!bad) return { ...base, outcome: "success", returnValue: final.returnValue };
    return {
      ...base,
      failReason: "success_then_failed_exit",
      failMessage: `said success, then ended with ${how}`,
    };
  }
  if (final?.event === "fail") {
    const { message, details: failDetails } = final;
    if (bad) {
      return { ...base, failReason: final.reason || "explicit", failMessage: message || null, failDetails };
    }
    const failMessage = message || "said fail, then ended with exit code 0";
    return { ...base, failReason: "fail_then_zero_exit", failMessage, failDetails };
  }
  if (!bad) return { ...base, outcome: "success" };
  return {
    ...base,
    failReason: "no_event_nonzero_exit",
    failMessage: `ended with ${how} and without an event`,
  };
}

/** How an exec ended. */
export function execVerdict(seen: Pick<Observed, "exit" | "killed" | "timeoutMs" | "lane">): Verdict {
  const { exit } = seen;
  const base: Verdict = {
    outcome: "success",
    exitCode: exit?.code ?? -1,
    signal: exit?.signal ?? null,
    failReason: null,
    failMessage: null,
    failDetails: null,
    returnValue: null,
  };
  if (seen.killed !== undefined) return { ...base, ...killVerdict(seen, "timeout") };
  if (exit === undefined) return { ...base, ...UNKNOWN };
  if (exit.claim !== undefined) return { ...base, ...exit.claim };
  if (exit.signal !== null) {
    return {
      ...base,
      outcome: "killed",
      failReason: "signal",
      failMessage: SIGNAL_TEXTS[exit.signal] ?? `signal ${exit.signal}`,
    };
  }
  if (exit.code === 0) return base;
  return {
    ...base,
    outcome: "failed",
    failReason: "exit_nonzero",
    failMessage: `ended with exit code ${exit.code}`,
  };
}

/** The system's own error text, which callers of an exec expect. */
const SIGNAL_TEXTS: Readonly<Record<string, string>> = {
  KILL: "killed",
  TERM: "terminated",
  INT: "interrupt",
  QUIT: "quit",
  HUP: "hangup",
  SEGV: "segmentation fault",
  BUS: "bus error",
  ILL: "illegal instruction",
  FPE: "floating point exception",
  TRAP: "trace/breakpoint trap",
  ABRT: "aborted",
  PIPE: "broken pipe",
};

/** The ending of a run that was killed while its output files were collected. */
export function endedWhileCollecting(
  ending: Ending,
  seen: Pick<Observed, "timeoutMs" | "lane"> & { readonly killed: KillReason; readonly isExec: boolean },
): Ending {
  return { ...ending, ...killVerdict(seen, seen.isExec ? "timeout" : null), returnValue: null };
}

function killVerdict(
  seen: Pick<Observed, "killed" | "timeoutMs" | "lane">,
  timeoutReason: string | null,
): Pick<Verdict, "outcome" | "failReason" | "failMessage" | "failDetails"> {
  switch (seen.killed) {
    case "timeout": {
      const ms = seen.timeoutMs ?? 0;
      const failMessage = ms > 0
        ? `ran longer than its timeout of ${formatDuration(ms)}`
        : "ran longer than its timeout";
      const failDetails = ms > 0 ? JSON.stringify({ timeout_ms: ms }) : null;
      return { outcome: "timeout", failReason: timeoutReason, failMessage, failDetails };
    }
    case "force_delete":
      return killed("force_delete", "ended to be deleted");
    case "lane_removed":
      return killed("lane_removed", `ended because lane "${seen.lane}" was removed`);
    case "dugdale_shutdown":
      return killed("dugdale_shutdown", "ended because the dugdale shut down");
    default:
      return killed("killed_by_api", "ended on request");
  }
}

function killed(
  failReason: KillReason,
  failMessage: string,
): Pick<Verdict, "outcome" | "failReason" | "failMessage" | "failDetails"> {
  return { outcome: "killed", failReason, failMessage, failDetails: null };
}

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** Applies the size limits to an ending; 0 means no limit. */
export function capped(verdict: Verdict, limits: DugdaleLimits): Verdict {
  let result = verdict;
  const returnBytes = result.returnValue === null ? 0 : bytesOf(result.returnValue);
  if (limits.maxReturnValueBytes > 0 && returnBytes > limits.maxReturnValueBytes) {
    result = {
      ...result,
      outcome: "failed",
      failReason: "return_too_large",
      failMessage: `return value is ${returnBytes} bytes long, ${limits.maxReturnValueBytes} are allowed`,
      failDetails: JSON.stringify({
        return_bytes: returnBytes,
        max_return_value_size: limits.maxReturnValueBytes,
      }),
      returnValue: null,
    };
  }
  const messageMax = limits.maxFailMessageBytes;
  if (messageMax > 0 && result.failMessage !== null && bytesOf(result.failMessage) > messageMax) {
    result = { ...result, failMessage: clip(result.failMessage, messageMax, CUT_MARK) };
  }
  const detailsBytes = result.failDetails === null ? 0 : bytesOf(result.failDetails);
  if (limits.maxFailDetailsBytes > 0 && detailsBytes > limits.maxFailDetailsBytes) {
    const failDetails = JSON.stringify({
      truncated: true,
      reason: "fail_details_too_large",
      original_bytes: detailsBytes,
    });
    result = { ...result, failDetails };
  }
  return result;
}
