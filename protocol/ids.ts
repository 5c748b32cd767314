/**
 * New ids: UUIDv7s, which sort by their time.
 *
 * @module
 */
import type { MissionId, StagingId } from "./names.ts";

/** Number of ids within a millisecond. */
const PER_MS = 0x1000;

/**
 * Generates ascending UUIDv7s, also within one millisecond. Ascending ids keep inserts at the end of a database's
 * index, where they are several times faster.
 */
export class Ids {
  readonly #wallMs: () => number;
  #lastMs = -1;
  #counter = 0;

  /** @param wallMs The time, in Unix milliseconds. Default: the system clock. */
  constructor(wallMs: () => number = Date.now) {
    this.#wallMs = wallMs;
  }

  /** A new mission id. */
  mission(): MissionId {
    return this.#next() as MissionId;
  }

  /** A new staging id. */
  staging(): StagingId {
    return this.#next() as StagingId;
  }

  #next(): string {
    const nowMs = this.#wallMs();
    if (nowMs > this.#lastMs) [this.#lastMs, this.#counter] = [nowMs, 0];
    else if (++this.#counter === PER_MS) [this.#lastMs, this.#counter] = [this.#lastMs + 1, 0];
    // Not node:crypto, which takes long to load for a single id.
    const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
    return toUuidV7(hex(this.#lastMs, 12), hex(this.#counter, 3) + hex(high, 8) + hex(low, 8));
  }
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, "0");
}

/** Formats twelve hex digits of time and at least nineteen random ones as a UUIDv7. */
export function toUuidV7(time: string, rest: string): string {
  const variant = "89ab"[parseInt(rest.slice(3, 4), 16) & 3];
  return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(0, 3)}-${variant}${rest.slice(4, 7)}-${
    rest.slice(7, 19)
  }`;
}
