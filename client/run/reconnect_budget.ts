/**
 * How often a stream may break before it is given up.
 *
 * @module
 */
import { LineTooLongError } from "../../protocol/lines.ts";
import { HttpError, NetworkError } from "../errors.ts";
import type { Connection } from "../http/connection.ts";
import { backoff } from "../http/retry.ts";
import type { StreamOptions } from "../types.ts";
import { IdleStreamError } from "./idle_watchdog.ts";

/** {@linkcode StreamOptions} with the defaults filled in. */
export interface StreamPolicy {
  readonly idleDropsMax: number;
  readonly dropsMax: number;
  /** Never empty. */
  readonly backoffMs: readonly number[];
  readonly silenceMs: number;
}

/** Fills in the defaults. */
export function streamPolicy(options: StreamOptions = {}): StreamPolicy {
  return {
    idleDropsMax: options.idleDropsMax ?? 3,
    dropsMax: options.dropsMax ?? 1000,
    backoffMs: options.backoffMs?.length ? options.backoffMs : [100, 500, 2000],
    silenceMs: options.silenceMs ?? 30_000,
  };
}

/** A broken connection that is worth a reconnect. */
export interface Break {
  /** A short reason, such as `eof` or `http_502`. */
  readonly reason: string;
  /** What the dugdale asked to wait. */
  readonly pauseMs: number;
  readonly cause?: unknown;
}

/** Why the connection broke. Throws what a new connection cannot fix. */
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

/** One break of a stream. */
export interface Drop extends Omit<Break, "pauseMs"> {
  /** How long the connection had lasted. */
  readonly lastedMs: number;
  /** The last event, or the last byte, that was seen so far. */
  readonly lastSeq: number;
}

/** How many breaks the error message names. */
const REASONS_MAX = 8;

/** Counts the breaks of one stream. Those that follow news are forgiven; a thousand are too many in any case. */
export class ReconnectBudget {
  readonly #policy: StreamPolicy;
  readonly #reasons: string[] = [];
  #total = 0;
  #idle = 0;
  #lastReset: number;

  constructor(policy: StreamPolicy, from: number) {
    this.#policy = policy;
    this.#lastReset = from;
  }

  /**
   * Counts a break and returns the pause before the next connection, in milliseconds.
   *
   * @throws {NetworkError} When there were too many; code `stream_given_up`.
   */
  count(drop: Drop, facts: { readonly host: string; readonly missionId: string }): number {
    this.#total++;
    this.#reasons.push(`${drop.reason} (${(drop.lastedMs / 1000).toFixed(1)}s)`);
    if (this.#reasons.length > REASONS_MAX) this.#reasons.shift();
    if (drop.lastSeq > this.#lastReset) {
      this.#idle = 0;
      this.#lastReset = drop.lastSeq;
    } else {
      this.#idle++;
    }
    const { idleDropsMax, dropsMax, backoffMs } = this.#policy;
    const limit = this.#total > dropsMax
      ? `more than ${dropsMax} drops`
      : this.#idle > idleDropsMax
      ? `more than ${idleDropsMax} drops in a row without a new event`
      : undefined;
    if (limit === undefined) return backoff(backoffMs, Math.max(1, this.#idle) - 1);
    throw new NetworkError(
      `stopped following mission ${facts.missionId} after ${limit}: ${this.#reasons.join("; ")}`,
      { ...facts, cause: drop.cause },
      "stream_given_up",
    );
  }
}
