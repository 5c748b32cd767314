/** How a mission ends, ready to be reported. @module */
import type { FailLine, RuntimeFailReason } from "../protocol/fd3.ts";
import type { JsonObject } from "../protocol/json_value.ts";
import { clip, CUT_MARK } from "../protocol/clip.ts";
import { InterruptedError, InvalidInputError } from "./errors.ts";
import { MissionFailure } from "./failure.ts";
import { encodeObject } from "./json.ts";
import { messageOf } from "./permission.ts";
import { describeThrown, traceOf } from "./thrown.ts";

const MESSAGE_BYTES = 16 * 1024;

/** A mission that did what it was asked for. */
export interface Success {
  readonly ok: true;
  /** The result as JSON text of an object, or undefined when there is none. */
  readonly returnJson: string | undefined;
}

/** A mission that did not. */
export interface Failure {
  readonly ok: false;
  readonly message: string;
  readonly reason: string;
  /** 1 to 255. */
  readonly exitCode: number;
  readonly details: JsonObject | undefined;
  /** As of {@linkcode MissionFailure}. */
  readonly retry?: false | number | undefined;
  /** What stderr gets beside the report, or undefined when the message is enough. */
  readonly trace: string | undefined;
}

/** One of the two endings. */
export type Ending = Success | Failure;

/** What else is known at the moment of a failure. */
export interface FailureScene {
  /** Whether a signal came first: what is thrown after it is taken for its consequence. */
  readonly interrupted: boolean;
  /** The named state that the mission was in. */
  readonly state: string | undefined;
}

/**
 * The success with a value as its result.
 *
 * @throws {NotJsonError} When the value is neither undefined nor an object that JSON can hold.
 */
export function toSuccess(value: unknown): Success {
  return { ok: true, returnJson: value === undefined ? undefined : encodeObject(value, "return value") };
}

/** The failure that something thrown amounts to. */
export function toFailure(error: unknown, scene: FailureScene): Failure {
  const state = scene.state === undefined ? undefined : { state: scene.state };
  if (error instanceof MissionFailure) {
    const { reason, exitCode, retry } = error;
    const details = error.details === undefined ? state : { ...state, ...readableDetails(error.details) };
    return {
      ok: false,
      message: clip(error.message, MESSAGE_BYTES, CUT_MARK),
      reason,
      exitCode,
      details,
      retry,
      trace: undefined,
    };
  }
  const reason = reasonOf(error, scene.interrupted);
  return {
    ok: false,
    message: clip(messageOf(error), MESSAGE_BYTES, CUT_MARK),
    reason,
    exitCode: 1,
    details: { ...describeThrown(error), ...state },
    trace: reason === "uncaught_exception" ? traceOf(error) : undefined,
  };
}

function reasonOf(error: unknown, interrupted: boolean): RuntimeFailReason {
  if (interrupted || error instanceof InterruptedError) return "interrupted";
  return error instanceof InvalidInputError ? "invalid_input" : "uncaught_exception";
}

/** Details that JSON cannot hold must not hide the failure that they belong to. */
function readableDetails(details: object): JsonObject {
  try {
    return JSON.parse(encodeObject(details, "details")) as JsonObject;
  } catch (error) {
    return { details_error: messageOf(error) };
  }
}

/**
 * The line on the control channel for a failure.
 *
 * @param isRetried Whether the dugdale knows of attempts.
 */
export function toFailLine(failure: Failure, isRetried: boolean): FailLine {
  const { message, reason, exitCode, details, retry } = failure;
  return {
    event: "fail",
    message,
    reason,
    exit_code: exitCode,
    ...(details && { details }),
    ...(isRetried && retry !== undefined && { retry: retry === false ? retry : `${retry}ms` }),
  };
}
