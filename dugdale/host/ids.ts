import type { MissionId, StagingId } from "../../protocol/names.ts";
import type { Clock } from "./clock.ts";

const RANDOM_BITS = 74n;
const RANDOM_MASK = (1n << RANDOM_BITS) - 1n;

/**
 * Draws UUIDv7 ids that rise strictly within this process: ids made in the same millisecond count up. Rising ids
 * keep inserts at the end of the database's index, where they are several times faster.
 */
export class Ids {
  readonly #clock: Clock;
  #lastMs = -1;
  #random = 0n;

  constructor(clock: Clock) {
    this.#clock = clock;
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
    const nowMs = this.#clock.wallMs();
    if (nowMs > this.#lastMs) {
      this.#lastMs = nowMs;
      const words = crypto.getRandomValues(new BigUint64Array(2));
      this.#random = ((words[0]! << 64n) | words[1]!) & RANDOM_MASK;
    } else {
      this.#random = (this.#random + 1n) & RANDOM_MASK;
      if (this.#random === 0n) this.#lastMs++;
    }
    const high = (this.#random >> 62n) & 0xfffn;
    const low = this.#random & ((1n << 62n) - 1n);
    const bits = (BigInt(this.#lastMs) << 80n) | (7n << 76n) | (high << 64n) | (2n << 62n) | low;
    const hex = bits.toString(16).padStart(32, "0");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${
      hex.slice(20)
    }`;
  }
}
