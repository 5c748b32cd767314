/**
 * Evaluates the two runs of a mission.
 *
 * @module
 */
import type { JsonValue } from "../../../protocol/json_value.ts";
import { parseJson } from "../../output/json.ts";
import type { HandRun } from "./by_hand.ts";
import type { SeenRun } from "./under_dugdale.ts";

/** More output than this is noted: both streams share 16 MiB. */
const NOISE_BYTES = 1024 * 1024;

/** The findings, with the names printed by `-o json`. */
export interface CheckReport {
  readonly clean: boolean;
  readonly command: readonly string[];
  readonly outcome: string;
  readonly exit_code: number;
  readonly signal: string | null;
  readonly fail_reason: string | null;
  readonly fail_message: string | null;
  readonly fail_details: JsonValue;
  readonly return: JsonValue;
  /** Number of progress reports. */
  readonly progress: number;
  /** Sizes of the output files that would be kept, by key. */
  readonly outputs: Readonly<Record<string, number>>;
  readonly stdout_bytes: number;
  readonly stderr_bytes: number;
  readonly by_hand: {
    readonly exit_code: number;
    readonly signal: string | null;
    readonly timed_out: boolean;
  };
  /** Errors. */
  readonly problems: readonly string[];
  /** Notes about possible mistakes. */
  readonly notes: readonly string[];
}

/** Evaluates both runs. */
export function checkReport(command: readonly string[], seen: SeenRun, hand: HandRun): CheckReport {
  const { verdict } = seen;
  const problems = problemsOf(seen);
  return {
    clean: problems.length === 0,
    command,
    outcome: verdict.outcome,
    exit_code: verdict.exitCode,
    signal: verdict.signal,
    fail_reason: verdict.failReason,
    fail_message: verdict.failMessage,
    fail_details: valueOf(verdict.failDetails),
    return: valueOf(verdict.returnValue),
    progress: seen.transcript.progress,
    outputs: Object.fromEntries(seen.outputs),
    stdout_bytes: seen.stdout.bytes,
    stderr_bytes: seen.stderr.bytes,
    by_hand: { exit_code: hand.exit.code, signal: hand.exit.signal, timed_out: hand.timedOut },
    problems,
    notes: [...seen.transcript.notes, ...notesOf(seen), ...handNotes(seen, hand)],
  };
}

function problemsOf(seen: SeenRun): readonly string[] {
  const { verdict, transcript } = seen;
  const violations = transcript.violations.map(({ message }) => message);
  const strays = (["stdout", "stderr"] as const).flatMap((stream) => {
    const stray = seen[stream].strayEvent;
    return stray === undefined
      ? []
      : [`line ${stray.line} of ${stream} is an event; events are read on descriptor 3 only: ${stray.text}`];
  });
  // The output files of a failed mission are discarded in any case.
  const good = verdict.outcome === "success" || seen.lostOutputs.length > 0;
  const undeclared = good
    ? seen.undeclared.map((name) => `out/${name} was not declared, and so it would be discarded`)
    : [];
  const lost = good ? seen.lostOutputs : [];
  const told = violations.length > 0 && transcript.violations[0]?.reason === verdict.failReason ||
    lost.length > 0;
  return [...violations, ...lost, ...undeclared, ...strays, ...(told ? [] : endingProblem(seen))];
}

function endingProblem({ verdict, stderr }: SeenRun): readonly string[] {
  const { outcome, failReason, failMessage } = verdict;
  if (outcome === "success") return [];
  const reason = failReason === null ? "" : ` (${failReason})`;
  const message = failMessage === null ? "" : `: ${failMessage}`;
  const last = failReason === "no_event_nonzero_exit" ? stderr.lastWords : "";
  return [`it ends as ${outcome}${reason}${message}${last === "" ? "" : `; stderr: ${last}`}`];
}

function notesOf({ verdict, transcript, stdout, stderr }: SeenRun): readonly string[] {
  const notes: string[] = [];
  if (verdict.outcome === "success" && transcript.final === undefined) {
    notes.push("it has no final event; with exit code 0 that is a success without a result");
  }
  for (const [name, { bytes }] of [["stdout", stdout], ["stderr", stderr]] as const) {
    if (bytes > NOISE_BYTES) {
      notes.push(`it prints ${bytes} bytes on ${name}; beyond 16 MiB on both together a log is cut`);
    }
  }
  return notes;
}

/** A mission need not run by hand: only a note. */
function handNotes({ verdict }: SeenRun, { exit, timedOut, stderr }: HandRun): readonly string[] {
  if (timedOut) return ["by hand it did not end in time"];
  if (verdict.outcome !== "success" || exit.code === 0) return [];
  const how = exit.signal === null ? `exit code ${exit.code}` : `signal ${exit.signal}`;
  const last = stderr.lastWords;
  return [`by hand it ends with ${how}${last === "" ? "" : `; stderr: ${last}`}`];
}

function valueOf(json: string | null): JsonValue {
  // Parsed JSON is a JsonValue.
  return json === null ? null : parseJson(json) as JsonValue;
}
