/**
 * How long to wait for an end.
 *
 * @module
 */
import { InvalidDurationError, parseDuration } from "../../protocol/duration.ts";
import { UsageError } from "../errors.ts";

/** What a dugdale gets to end a mission that ran into its timeout, before the wait for it ends. */
const AFTER_TIMEOUT_MS = 30_000;

/** The flags that decide. */
export interface WaitFlags {
  readonly timeout: string | undefined;
  readonly "wait-timeout": string | undefined;
}

/**
 * Milliseconds to wait, counted from the accepted dispatch; undefined for ever. Zero and less end at once.
 *
 * @throws {UsageError} When a flag is no duration.
 */
export function waitLimit({ timeout, "wait-timeout": wait }: WaitFlags): number | undefined {
  const timeoutMs = timeout === undefined ? undefined : duration("--timeout", timeout);
  if (wait === "0") return undefined;
  if (wait !== undefined) return duration("--wait-timeout", wait);
  return timeoutMs === undefined ? undefined : timeoutMs + AFTER_TIMEOUT_MS;
}

/** The milliseconds that a flag says. @throws {UsageError} When it is no duration. */
export function duration(flag: string, text: string): number {
  try {
    return parseDuration(text);
  } catch (cause) {
    if (cause instanceof InvalidDurationError) throw new UsageError(`${flag}: ${cause.message}`, { cause });
    throw cause;
  }
}
