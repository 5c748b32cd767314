/**
 * How far running missions are, from their events.
 *
 * @module
 */
import type { LettsClient } from "../../../client/client.ts";
import { LettsError } from "../../../protocol/letts_error.ts";
import type { MissionRow } from "./dashboard.ts";

/** What a mission reported last. */
export interface Progress {
  /** From 0 to 1; undefined when it did not say. */
  readonly value: number | undefined;
  readonly message: string;
}

/** The most missions whose events are followed at the same time. */
const FOLLOWED_MAX = 20;

/** Follows the events of the missions that are on the screen. */
export class ProgressWatch implements Disposable {
  readonly #client: LettsClient;
  readonly #followed = new Map<string, AbortController>();
  readonly #progress = new Map<string, Progress>();

  constructor(client: LettsClient) {
    this.#client = client;
  }

  /** Follows the first of these missions and leaves the others. */
  follow(rows: readonly MissionRow[]): void {
    const wanted = new Map(rows.slice(0, FOLLOWED_MAX).map((row) => [row.key, row]));
    for (const [key, abort] of this.#followed) if (!wanted.has(key)) abort.abort();
    for (const [key, row] of wanted) {
      if (this.#followed.has(key)) continue;
      const abort = new AbortController();
      this.#followed.set(key, abort);
      this.#read(row, abort.signal).finally(() => {
        this.#followed.delete(key);
        this.#progress.delete(key);
      });
    }
  }

  /** What a mission reported last; undefined before its first report. */
  of(row: MissionRow): Progress | undefined {
    return this.#progress.get(row.key);
  }

  [Symbol.dispose](): void {
    for (const abort of this.#followed.values()) abort.abort();
  }

  async #read({ key, host, mission: { missionId, kind } }: MissionRow, signal: AbortSignal): Promise<void> {
    try {
      for await (const event of this.#client.follow({ host, missionId, kind }, { signal })) {
        if (event.event !== "progress") continue;
        const { value = this.#progress.get(key)?.value, message = "" } = event;
        this.#progress.set(key, { value, message });
      }
    } catch (error) {
      // Without its events a mission is shown without progress; the next look tells whether the dugdale answers.
      if (!signal.aborted && !(error instanceof LettsError)) throw error;
    }
  }
}
