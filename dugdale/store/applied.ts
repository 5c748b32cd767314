import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { LaneOptions } from "../../protocol/lane_options.ts";
import type { ApplyBody, LaneSettings, RuntimeSettings } from "../../protocol/lane.ts";

/** The state of the last apply, with every part present. */
export interface AppliedState {
  readonly mission_dir: string;
  readonly labels: readonly string[] | null;
  readonly lanes: Readonly<Record<string, LaneSettings>> | null;
  readonly runtime: RuntimeSettings;
  /** Of lanes that have options. */
  readonly lane_options?: Readonly<Record<string, LaneOptions>>;
}

/** An applied state and its time. */
export interface Applied {
  readonly appliedMs: number;
  readonly source: string;
  readonly state: AppliedState;
}

/** The stored configuration was not written by this program. */
export class AppliedStateError extends Error {
  override readonly name = "AppliedStateError";
}

/** The one row of table `applied`. */
export class AppliedConfigs {
  readonly #find: StatementSync;
  readonly #save: StatementSync;
  readonly #update: StatementSync;
  readonly #addRuntime: StatementSync;
  readonly #findRuntime: StatementSync;

  constructor(db: DatabaseSync) {
    this.#find = db.prepare(`SELECT state, applied_ms, source FROM applied`);
    this.#save = db.prepare(`
      INSERT INTO applied (id, state, applied_ms, source) VALUES (1, :state, :nowMs, :source)
      ON CONFLICT DO UPDATE SET state = excluded.state, applied_ms = excluded.applied_ms, source = excluded.source`);
    this.#update = db.prepare(`UPDATE applied SET state = :state`);
    this.#addRuntime = db.prepare(`
      INSERT INTO runtimes (mission_dir, command_template, mission_path_template, validate_mission_file)
      VALUES (:missionDir, :commandTemplate, :missionPathTemplate, :validate) ON CONFLICT DO NOTHING`);
    this.#findRuntime = db.prepare(`
      SELECT id FROM runtimes WHERE mission_dir = :missionDir AND command_template = :commandTemplate
      AND mission_path_template = :missionPathTemplate AND validate_mission_file = :validate`);
  }

  /** The applied state, undefined before the first apply. @throws {AppliedStateError} When it is invalid. */
  find(): Applied | undefined {
    const row = this.#find.get() as { state: string; applied_ms: number; source: string } | undefined;
    if (row === undefined) return undefined;
    try {
      return { appliedMs: row.applied_ms, source: row.source, state: JSON.parse(row.state) as AppliedState };
    } catch (cause) {
      throw new AppliedStateError("the applied configuration in the database is not JSON", { cause });
    }
  }

  /** Replaces the applied state. */
  save(state: AppliedState, source: string, nowMs: number): void {
    this.#save.run({ state: JSON.stringify(state), nowMs, source });
  }

  /** Changes the applied state but keeps its time: a pause is not an apply. */
  update(state: AppliedState): void {
    this.#update.run({ state: JSON.stringify(state) });
  }

  /** The row of `runtimes` for this state's runtime, created if new. */
  runtimeId(state: RuntimeOf): number {
    const key = keyOf(state);
    this.#addRuntime.run(key);
    return (this.#findRuntime.get(key) as { id: number }).id;
  }

  /** As {@linkcode runtimeId}, without creating it: undefined if there is none yet. */
  findRuntime(state: RuntimeOf): number | undefined {
    return (this.#findRuntime.get(keyOf(state)) as { id: number } | undefined)?.id;
  }
}

type RuntimeOf = Pick<ApplyBody, "mission_dir" | "runtime">;

function keyOf({ mission_dir, runtime }: RuntimeOf): Record<string, string | number> {
  return {
    missionDir: mission_dir ?? "",
    commandTemplate: JSON.stringify(runtime?.command_template ?? null),
    missionPathTemplate: runtime?.mission_path_template ?? "",
    validate: runtime?.validate_mission_file ? 1 : 0,
  };
}
