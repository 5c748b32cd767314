/**
 * How often an event stream may break before following it is given up.
 *
 * @module
 */
import { NetworkError } from "../errors.ts";
import { backoff } from "../http/retry.ts";
import type { StreamOptions } from "../types.ts";

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

/** One break of a stream. */
export interface Drop {
  /** In a word or two, such as `eof` or `http_502`. */
  readonly reason: string;
  /** How long the connection had lasted. */
  readonly lastedMs: number;
  /** The last event that was seen so far. */
  readonly lastSeq: number;
  readonly cause?: unknown;
}

/** How many breaks the message about them tells. */
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
