/**
 * Progress of running missions, from their events.
 *
 * @module
 */
import type { LettsClient } from "../../../client/client.ts";
import { LettsError } from "../../../protocol/letts_error.ts";
import type { MissionRow } from "./dashboard.ts";

/** The last report of a mission. */
export interface Progress {
  /** From 0 to 1; undefined if not reported. */
  readonly value: number | undefined;
  readonly message: string;
}

/** Maximum number of missions whose events are followed at the same time. */
const FOLLOWED_MAX = 20;

/** Follows the events of the visible missions. */
export class ProgressWatch implements Disposable {
  readonly #client: LettsClient;
  readonly #followed = new Map<string, AbortController>();
  readonly #progress = new Map<string, Progress>();

  constructor(client: LettsClient) {
    this.#client = client;
  }

  /** Follows the first of these missions and stops following the others. */
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

  /** The last report of a mission; undefined before the first one. */
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
      // Without its events a mission is shown without progress; the next update shows whether the dugdale responds.
      if (!signal.aborted && !(error instanceof LettsError)) throw error;
    }
  }
}
