/** Numbers that follow from a seed. @module */

/** A small generator (xorshift with 32 bits): the same seed gives the same numbers everywhere. */
export class Random {
  #state: number;

  constructor(seed: number) {
    // Seeds that lie side by side must not begin alike, and 0 would stay 0.
    this.#state = Math.imul(seed + 1, 0x9e3779b1) | 1;
    for (let count = 0; count < 8; count++) this.#next();
  }

  /** A whole number from 0 to below the limit. */
  readonly below = (limit: number): number => Math.floor(this.#next() * limit);

  /** Whether something with that probability happens. */
  readonly chance = (probability: number): boolean => this.#next() < probability;

  /** One of the values; undefined of none. */
  pick<T>(values: readonly [T, ...T[]]): T;
  pick<T>(values: readonly T[]): T | undefined;
  pick<T>(values: readonly T[]): T | undefined {
    return values[this.below(values.length)];
  }

  /** From 0 to below 1. */
  #next(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) / 2 ** 32;
  }
}
