/**
 * Validation of arguments, done before anything is sent.
 *
 * @module
 */
import { InvalidAdditionError } from "../protocol/dispatch_options.ts";
import { formatDuration, InvalidDurationError, isCutToZero, parseDuration } from "../protocol/duration.ts";
import { InvalidNameError } from "../protocol/names.ts";
import { ArgumentError } from "./errors.ts";
import type { Duration } from "./types.ts";

/** Runs a parser on an argument. @throws {ArgumentError} Instead of the parser's own error. */
export function argument<Value>(parse: () => Value): Value {
  try {
    return parse();
  } catch (cause) {
    if (!isParseError(cause)) throw cause;
    throw new ArgumentError(cause.message, { cause });
  }
}

function isParseError(error: unknown): error is Error {
  return error instanceof InvalidNameError || error instanceof InvalidDurationError ||
    error instanceof InvalidAdditionError;
}

/** A duration in wire format. @throws {ArgumentError} When it is negative or not a duration. */
export function toWireDuration(what: string, duration: Duration): string {
  const ms = typeof duration === "number" ? duration : argument(() => parseDuration(duration));
  if (!Number.isSafeInteger(ms) || ms < 0) {
    throw new ArgumentError(`${what} ${JSON.stringify(duration)} must be whole milliseconds, not negative`);
  }
  if (typeof duration === "number") return formatDuration(ms);
  if (isCutToZero(duration)) {
    throw new ArgumentError(`${what} ${JSON.stringify(duration)} must be at least 1ms`);
  }
  return duration;
}

/** @throws {ArgumentError} When a wait is not a number. */
export function checkWait(waitMs: number | undefined): void {
  if (waitMs === undefined || (typeof waitMs === "number" && !Number.isNaN(waitMs))) return;
  throw new ArgumentError(`waitMs ${JSON.stringify(waitMs)} must be a number of milliseconds`);
}

/** A value as JSON text. @throws {ArgumentError} When it cannot be represented in JSON. */
export function toJson(what: string, value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new ArgumentError(`${what} cannot be written as JSON`, { cause });
  }
  if (text === undefined) throw new ArgumentError(`${what} cannot be written as JSON`);
  // JSON.stringify escapes only lone surrogates.
  const alone = /(?<!\\)(?:\\\\)*(\\ud[89a-f][0-9a-f]{2})/.exec(text)?.[1];
  if (alone === undefined) return text;
  throw new ArgumentError(
    `${what} has a lone surrogate, ${alone}, which is no character and would be replaced`,
  );
}

/** A W3C trace context, if given. @throws {ArgumentError} When it is malformed. */
export function checkTraceparent(traceparent: string | undefined): string | undefined {
  if (traceparent === undefined || /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(traceparent)) {
    return traceparent;
  }
  throw new ArgumentError(`traceparent ${JSON.stringify(traceparent)} must be like 00-<32 hex>-<16 hex>-01`);
}
