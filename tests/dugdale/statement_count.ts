import { StatementSync } from "node:sqlite";

/** Counts the statements that run until it is disposed of. */
export class StatementCount implements Disposable {
  count = 0;
  readonly #restore: (() => void)[] = [];

  constructor() {
    const prototype = StatementSync.prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
    for (const name of ["run", "get", "all", "iterate"]) {
      const original = prototype[name]!;
      const counted = (): void => void this.count++;
      prototype[name] = function (...args) {
        counted();
        return original.apply(this, args);
      };
      this.#restore.push(() => void (prototype[name] = original));
    }
  }

  [Symbol.dispose](): void {
    this.#restore.forEach((restore) => restore());
  }
}
