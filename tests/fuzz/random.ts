/** Chance that can be repeated: the same seed gives the same draws. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, but without, 1. The generator is mulberry32: 32 bits of state are plenty here. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let word = this.#state;
    word = Math.imul(word ^ (word >>> 15), word | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number below `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** True in that part of all cases. */
  chance(part: number): boolean {
    return this.next() < part;
  }

  /** One of these. */
  pick<T>(from: readonly [T, ...T[]]): T {
    return from[this.below(from.length)] ?? from[0];
  }

  /** So many characters, mostly printable. */
  text(length: number): string {
    return Array.from({ length }, () => {
      const code = this.chance(0.9) ? 32 + this.below(95) : this.below(0x2000);
      return String.fromCharCode(code);
    }).join("");
  }

  /** So many bytes of any value. */
  bytes(length: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length }, () => this.below(256));
  }
}
