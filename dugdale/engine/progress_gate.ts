import type { Progress } from "../run/control.ts";
import { progressLine, runningSeq } from "../store/mission_json.ts";
import type { RunningMission } from "../store/mission_row.ts";
import type { EngineParts } from "./parts.ts";

const encoder = new TextEncoder();
const REFILL_MS = 1000;
/** The queue's length follows from its configured bytes by an assumed size of a line. */
const ASSUMED_LINE_BYTES = 256, MIN_QUEUE = 64;

/** Lets progress into a mission's events as far as rate, queue and size allow, and counts what it drops. */
export class ProgressGate {
  dropped = 0;
  readonly #row: RunningMission;
  readonly #parts: EngineParts;
  #seq: number;
  #tokens: number;
  #refilledMs: number;
  #waiting = 0;
  #bytes = 0;

  constructor(row: RunningMission, parts: EngineParts) {
    this.#row = row;
    this.#seq = runningSeq(row);
    this.#parts = parts;
    this.#tokens = parts.config.limits.maxProgressRate;
    this.#refilledMs = parts.clock.steadyMs();
  }

  /** Takes what the mission said. */
  take(progress: Progress): void {
    const { clock, config, store, followers, log } = this.#parts;
    const { limits } = config;
    const line = progressLine(this.#seq + 1, clock.wallMs(), progress.value, progress.message);
    const bytes = encoder.encode(line).length + 1;
    const tooLong = limits.maxEventLineBytes > 0 && bytes > limits.maxEventLineBytes;
    const tooMany = limits.maxEventsBufferBytes > 0 && this.#bytes + bytes > limits.maxEventsBufferBytes;
    const queue = Math.max(MIN_QUEUE, Math.floor(limits.progressBufferBytes / ASSUMED_LINE_BYTES));
    if (this.#waiting >= queue || !this.#takeToken() || tooLong || tooMany) {
      this.dropped++;
      return;
    }
    const seq = ++this.#seq;
    this.#bytes += bytes;
    this.#waiting++;
    const { id, mission_id } = this.#row;
    void store.writeSoon(() => store.missions.addProgress(id, seq, line)).then(
      () => followers.publish(id, seq, () => line),
      (error) => {
        this.dropped++;
        log.error("db_error", { op: "progress", mission_id, err: error });
      },
    ).finally(() => this.#waiting--);
  }

  #takeToken(): boolean {
    const rate = this.#parts.config.limits.maxProgressRate;
    if (rate <= 0) return true;
    const nowMs = this.#parts.clock.steadyMs();
    if (nowMs - this.#refilledMs >= REFILL_MS) {
      this.#tokens = rate;
      this.#refilledMs = nowMs;
    }
    if (this.#tokens <= 0) return false;
    this.#tokens--;
    return true;
  }
}
