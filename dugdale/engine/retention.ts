import type { DugdaleConfig } from "../../config/dugdale/config.ts";
import { type MissionKind, type OutcomeKind, OUTCOMES } from "../../protocol/mission.ts";
import type { MissionId } from "../../protocol/names.ts";
import { retentionTtls } from "../staging/expiry.ts";
import type { HiddenMission } from "../store/mission_retention.ts";
import type { EngineParts } from "./parts.ts";

/** Missions between two pauses. Their removal is one transaction, which blocks other writes. */
const BATCH = 50;
const PAUSE_MS = 10;
/** Maximum number of files that get a new expiry with one batch; the staging sweep handles the rest. */
const SETTLE_MAX = 1000;
const KINDS: readonly MissionKind[] = ["mission", "exec"];

/** Removes expired missions: they are hidden, then their files are removed, then their rows. */
export class Retention {
  readonly #parts: Pick<
    EngineParts,
    "store" | "transitions" | "dataDir" | "clock" | "slots" | "config" | "log"
  >;

  constructor(
    parts: Pick<EngineParts, "store" | "transitions" | "dataDir" | "clock" | "slots" | "config" | "log">,
  ) {
    this.#parts = parts;
  }

  /**
   * Removes hidden and expired missions, or a part of them until `stopping`.
   *
   * @returns Number of removed missions.
   */
  async run(stopping: AbortSignal): Promise<number> {
    let removed = 0;
    while (!stopping.aborted) {
      const batch = this.#parts.store.missions.retention.hidden(BATCH);
      if (batch.length === 0 && await this.#hide() === 0) break;
      await this.#remove(batch);
      removed += batch.length;
      await this.#parts.clock.sleep(PAUSE_MS, stopping);
    }
    return removed;
  }

  /** Durable, because files are removed next: a mission must not be listed again when its output is gone. */
  #hide(): Promise<number> {
    const { transitions, clock, config } = this.#parts;
    return transitions.write(() => {
      const nowMs = clock.wallMs();
      let room = BATCH;
      for (const kind of KINDS) {
        for (const outcome of OUTCOMES) {
          if (room === 0) break;
          room -= transitions.hideEnded(kind, outcome, nowMs - ttlMs(kind, outcome, config), room);
        }
      }
      return BATCH - room;
    });
  }

  async #remove(batch: readonly HiddenMission[]): Promise<void> {
    const { store, config } = this.#parts;
    if (batch.length === 0) return;
    await Promise.all(batch.map(({ mission_id }) => this.#removeFiles(mission_id)));
    await store.writeSoon(() => {
      for (const { id } of batch) store.missions.retention.remove(id);
      store.staging.retention.settle(retentionTtls(config), SETTLE_MAX);
    });
  }

  /** A file that cannot be removed does not keep the row: the search for orphans finds it again. */
  async #removeFiles(id: MissionId): Promise<void> {
    const { dataDir, slots, log } = this.#parts;
    const paths = [...dataDir.captures(id), dataDir.work(id)];
    for (const path of paths) {
      await slots.run(() => dataDir.remove(path, log)).catch((err) =>
        log.error("io_error", { op: "retention", mission_id: id, err })
      );
    }
  }
}

/** Retention of a mission after its end, in milliseconds. */
function ttlMs(kind: MissionKind, outcome: OutcomeKind, { cleanup, exec }: DugdaleConfig): number {
  const [success, failed] = kind === "mission"
    ? [cleanup.successTtlMs, cleanup.failedTtlMs]
    : [exec.execSuccessTtlMs, exec.execFailedTtlMs];
  if (outcome === "success") return success;
  return outcome === "lost" ? failed + cleanup.lostCleanupGraceMs : failed;
}
