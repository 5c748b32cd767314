/** The end of a mission, ready to be reported. @module */
import type { FailLine, RuntimeFailReason } from "../protocol/fd3.ts";
import type { JsonObject } from "../protocol/json_value.ts";
import { clip, CUT_MARK } from "../protocol/clip.ts";
import { InterruptedError, InvalidInputError } from "./errors.ts";
import { MissionFailure } from "./failure.ts";
import { encodeObject } from "./json.ts";
import { messageOf } from "./permission.ts";
import { describeThrown, traceOf } from "./thrown.ts";

const MESSAGE_BYTES = 16 * 1024;

/** A successful mission. */
export interface Success {
  readonly ok: true;
  /** The result as JSON text of an object, or undefined without a result. */
  readonly returnJson: string | undefined;
}

/** A failed mission. */
export interface Failure {
  readonly ok: false;
  readonly message: string;
  readonly reason: string;
  /** 1 to 255. */
  readonly exitCode: number;
  readonly details: JsonObject | undefined;
  /** See {@linkcode MissionFailure}. */
  readonly retry?: false | number | undefined;
  /** Text for stderr besides the report, or undefined if the message is sufficient. */
  readonly trace: string | undefined;
}

/** A success or a failure. */
export type Ending = Success | Failure;

/** Circumstances of a failure. */
export interface FailureScene {
  /** Whether a signal came first: later exceptions count as its consequence. */
  readonly interrupted: boolean;
  /** The named state at that time. */
  readonly state: string | undefined;
}

/**
 * A success with a value as its result.
 *
 * @throws {NotJsonError} When the value is neither undefined nor an object that can be represented in JSON.
 */
export function toSuccess(value: unknown): Success {
  return { ok: true, returnJson: value === undefined ? undefined : encodeObject(value, "return value") };
}

/** The failure for a thrown value. */
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

/** Details that cannot be represented in JSON must not hide the failure. */
function readableDetails(details: object): JsonObject {
  try {
    return JSON.parse(encodeObject(details, "details")) as JsonObject;
  } catch (error) {
    return { details_error: messageOf(error) };
  }
}

/**
 * The failure as a line of the control channel.
 *
 * @param isRetried Whether the dugdale supports attempts.
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
