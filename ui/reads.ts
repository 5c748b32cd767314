/**
 * A short memory of answers: many tabs are one look at the dugdales.
 *
 * @module
 */
import type { Clock } from "../dugdale/host/clock.ts";

interface Entry {
  readonly value: Promise<unknown>;
  /** Infinity until the value is there. */
  untilMs: number;
}

const ENTRIES_MAX = 500;

/** Answers by key, for a short time. What is being fetched is fetched once. */
export class Reads {
  readonly #ttlMs: number;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  /** With a `ttlMs` of 0 only simultaneous reads share an answer. */
  constructor(ttlMs: number, clock: Clock) {
    this.#ttlMs = ttlMs;
    this.#clock = clock;
  }

  /** The answer for a key; errors are not kept. */
  get<Value>(key: string, read: () => Promise<Value>): Promise<Value> {
    const known = this.#entries.get(key);
    // The key tells the type.
    if (known !== undefined && known.untilMs > this.#clock.steadyMs()) return known.value as Promise<Value>;
    const value = read();
    const entry: Entry = { value, untilMs: Infinity };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > ENTRIES_MAX && oldest !== undefined) this.#entries.delete(oldest);
    value.then(
      () => void (entry.untilMs = this.#clock.steadyMs() + this.#ttlMs),
      () => {
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      },
    );
    return value;
  }

  /** Forgets everything, after a change; what is being fetched is not kept either. */
  clear(): void {
    this.#entries.clear();
  }
}
