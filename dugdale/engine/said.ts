import type { Said } from "../run/fd3.ts";
import { LogFile } from "../run/log_file.ts";
import type { ProgressGate } from "../run/progress_gate.ts";
import { Told } from "../run/told.ts";
import { saidLine } from "../store/mission_json.ts";
import type { RunningMission } from "../store/mission_row.ts";
import type { EngineParts } from "./parts.ts";

type SaidParts = Pick<EngineParts, "store" | "log" | "dataDir" | "clock" | "config" | "followers">;

/** Puts what a mission says on its way into its record, its events and its log. */
export class SaidRecorder implements Disposable {
  readonly #row: RunningMission;
  readonly #gate: Pick<ProgressGate, "add">;
  readonly #parts: SaidParts;
  #log: LogFile | undefined;
  #told: Told | undefined;
  /** A write is due that will keep everything said by then. */
  #isDue = false;

  constructor(row: RunningMission, gate: Pick<ProgressGate, "add">, parts: SaidParts) {
    this.#row = row;
    this.#gate = gate;
    this.#parts = parts;
  }

  [Symbol.dispose](): void {
    this.#log?.[Symbol.dispose]();
  }

  /** Takes what was said. The record has it before followers hear of it. */
  take(said: Said): void {
    if (said.event === "log") return (this.#log ??= this.#openLog()).write(said);
    const told = this.#told ??= this.#open();
    const event = told.take(said);
    this.#keep(told);
    if (event !== undefined) this.#gate.add((seq, timeMs) => saidLine(seq, timeMs, event));
  }

  #openLog(): LogFile {
    const { dataDir, log, clock, config, followers } = this.#parts;
    const { id, mission_id, mission_name, lane, attempt } = this.#row;
    return new LogFile({
      disk: dataDir.disk,
      path: () => dataDir.capture(mission_id, "log"),
      append: attempt > 1,
      limitBytes: config.limits.maxOutputBufferBytes,
      clock,
      log,
      facts: { mission_id, mission_name, lane },
      onWrite: () => followers.wrote(id),
      onFailure: (err) => log.error("io_error", { op: "capture", mission_id, stream: "log", err }),
    });
  }

  #open(): Told {
    const { attempt, id } = this.#row;
    return new Told(attempt === 1 ? undefined : this.#parts.store.missions.told.find(id));
  }

  #keep(told: Told): void {
    if (this.#isDue) return;
    this.#isDue = true;
    const { store, log } = this.#parts;
    const { id, mission_id } = this.#row;
    store.writeSoon(() => {
      this.#isDue = false;
      store.missions.told.keep(id, told.row());
    }).catch((err) => {
      this.#isDue = false;
      log.error("db_error", { op: "said", mission_id, err });
    });
  }
}
