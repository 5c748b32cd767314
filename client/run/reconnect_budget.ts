/**
 * How long a broken stream is reconnected.
 *
 * @module
 */
import { LineTooLongError } from "../../protocol/lines.ts";
import { HttpError, NetworkError } from "../errors.ts";
import type { Connection } from "../http/connection.ts";
import { pause } from "../abort.ts";
import { backoff } from "../http/retry.ts";
import type { StreamBreak, StreamOptions } from "../types.ts";
import { IdleStreamError } from "./idle_watchdog.ts";

/** {@linkcode StreamOptions} with defaults applied. */
export interface StreamPolicy {
  readonly reconnectMs: number;
  /** Never empty. */
  readonly backoffMs: readonly number[];
  readonly silenceMs: number;
  readonly onBreak: ((broken: StreamBreak) => void) | undefined;
}

/** Applies the defaults. */
export function streamPolicy(options: StreamOptions = {}): StreamPolicy {
  return {
    reconnectMs: options.reconnectMs ?? 60_000,
    backoffMs: options.backoffMs?.length ? options.backoffMs : [100, 500, 2000],
    silenceMs: options.silenceMs ?? 30_000,
    onBreak: options.onBreak,
  };
}

/** How long a dugdale that has never responded is tried, in milliseconds. */
const FIRST_MS = 3000;
/** A connection that lasted this long was healthy, even without events, in milliseconds. */
const GOOD_MS = 1000;

/** A broken connection that should be reconnected. */
export interface Break {
  /** A short reason, such as `eof` or `http_502`. */
  readonly reason: string;
  /** The delay that the dugdale asked for. */
  readonly pauseMs: number;
  readonly cause?: unknown;
}

/** Why the connection broke. Throws errors that a reconnect cannot fix. */
export function breakOf(cause: unknown, connection: Connection, missionId: string): Break {
  if (cause instanceof HttpError) {
    const { status, retryAfterMs = Infinity } = cause;
    const bearable = retryAfterMs <= connection.retry.retryAfterMaxMs;
    if (status < 500 && !(status === 429 && bearable)) throw cause;
    return { reason: `http_${status}`, pauseMs: bearable ? retryAfterMs : 0, cause };
  }
  if (cause instanceof IdleStreamError) return { reason: cause.message, pauseMs: 0, cause };
  if (cause instanceof LineTooLongError) {
    throw new NetworkError(cause.message, { host: connection.host, missionId, cause }, "bad_reply");
  }
  if (cause instanceof NetworkError && cause.code !== "bad_reply") {
    return { reason: `transport: ${cause.message}`, pauseMs: 0, cause };
  }
  throw cause;
}

/** One interruption of a stream. */
export interface Drop extends Break {
  /** How long the connection lasted since its response began; undefined without a response. */
  readonly openMs: number | undefined;
  /** The last event, or the last byte, received so far. */
  readonly position: number;
}

/**
 * Repeats a call while its dugdale is unreachable or its response breaks off, within the limits of a stream.
 *
 * @throws The error of the last call.
 */
export async function reconnecting<Value>(
  { connection, policy }: { readonly connection: Connection; readonly policy: StreamPolicy },
  { missionId, signal }: { readonly missionId: string; readonly signal: AbortSignal | undefined },
  call: () => Promise<Value>,
): Promise<Value> {
  const facts = { host: connection.host, missionId };
  const budget = new ReconnectBudget(policy, facts, { position: 0, isKnown: true });
  for (;;) {
    try {
      return await call();
    } catch (error) {
      // Unlike 502, 503 and 504, a 500 comes from the dugdale itself.
      if (signal?.aborted || (error instanceof HttpError && error.status === 500)) throw error;
      const broken = breakOf(error, connection, missionId);
      await pause(
        pauseOrThrow(error, () => budget.count({ ...broken, openMs: undefined, position: 0 })),
        signal,
      );
    }
  }
}

function pauseOrThrow(error: unknown, count: () => number): number {
  try {
    return count();
  } catch {
    throw error; // it says better what is wrong than that there were too many of it
  }
}

/** Number of interruptions named in the error message. */
const REASONS_MAX = 8;

/** Measures how long a stream has delivered nothing. A healthy connection resets the time. */
export class ReconnectBudget {
  readonly #policy: StreamPolicy;
  readonly #facts: { readonly host: string; readonly missionId: string };
  #reasons: string[] = [];
  #sinceMs: number;
  #limitMs: number;
  #position: number;

  /** @param isKnown Whether the dugdale has responded before. If not, the first response must come within 3 s. */
  constructor(
    policy: StreamPolicy,
    facts: { readonly host: string; readonly missionId: string },
    { position, isKnown = false }: { readonly position: number; readonly isKnown?: boolean | undefined },
  ) {
    this.#policy = policy;
    this.#facts = facts;
    this.#sinceMs = performance.now();
    this.#limitMs = isKnown ? policy.reconnectMs : Math.min(FIRST_MS, policy.reconnectMs);
    this.#position = position;
  }

  /**
   * Counts an interruption and returns the delay before the next connection, in milliseconds.
   *
   * @throws {NetworkError} When the stream has delivered nothing for too long; code `stream_given_up`.
   */
  count({ reason, pauseMs, cause, openMs, position }: Drop): number {
    const { reconnectMs, backoffMs, onBreak } = this.#policy;
    const nowMs = performance.now();
    if (openMs !== undefined) this.#limitMs = reconnectMs;
    if (position > this.#position || (openMs ?? 0) >= GOOD_MS) {
      this.#sinceMs = nowMs;
      this.#reasons = [];
      this.#position = position;
    }
    this.#reasons.push(reason);
    const downMs = nowMs - this.#sinceMs;
    const leftMs = this.#limitMs - downMs;
    if (leftMs > 0) {
      onBreak?.({ ...this.#facts, reason, cause, downMs, leftMs });
      return Math.max(pauseMs, Math.min(leftMs, backoff(backoffMs, this.#reasons.length - 1)));
    }
    const tries = this.#reasons.length;
    const last = [...new Set(this.#reasons.slice(-REASONS_MAX))].join("; ");
    throw new NetworkError(
      `mission ${this.#facts.missionId} cannot be followed: ${last} (${tries} ${
        tries === 1 ? "connection" : "connections"
      } in ${(downMs / 1000).toFixed(1)} s brought nothing)`,
      { ...this.#facts, cause },
      "stream_given_up",
    );
  }
}
