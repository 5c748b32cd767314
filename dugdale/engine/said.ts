import type { Said } from "../run/fd3.ts";
import type { ProgressGate } from "../run/progress_gate.ts";
import { Told } from "../run/told.ts";
import { saidLine } from "../store/mission_json.ts";
import type { RunningMission } from "../store/mission_row.ts";
import type { EngineParts } from "./parts.ts";

/** Puts what a mission says on its way into its record and its events. */
export class SaidRecorder {
  readonly #row: RunningMission;
  readonly #gate: Pick<ProgressGate, "add">;
  readonly #parts: Pick<EngineParts, "store" | "log">;
  #told: Told | undefined;
  /** A write is due that will keep everything said by then. */
  #isDue = false;

  constructor(
    row: RunningMission,
    gate: Pick<ProgressGate, "add">,
    parts: Pick<EngineParts, "store" | "log">,
  ) {
    this.#row = row;
    this.#gate = gate;
    this.#parts = parts;
  }

  /** Takes what was said. The record has it before followers hear of it. */
  take(said: Said): void {
    const told = this.#told ??= this.#open();
    const event = told.take(said);
    this.#keep(told);
    if (event !== undefined) this.#gate.add((seq, timeMs) => saidLine(seq, timeMs, event));
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
