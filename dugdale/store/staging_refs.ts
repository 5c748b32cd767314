import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { MissionKind, MissionStatus } from "../../protocol/mission.ts";
import type { MissionId, StagingId } from "../../protocol/names.ts";
import type { StagingRow } from "./staging_row.ts";

/** How a mission uses a file. */
export type RefKind = "input" | "output" | "script";

/** A mission that refers to a file. */
export interface ReferringMission {
  /** Row number of the mission. */
  readonly id: number;
  readonly mission_id: MissionId;
  readonly status: MissionStatus;
  readonly kind: MissionKind;
  readonly lane: string;
  readonly mission_name: string;
}

/** A file as referred to by one mission. */
export interface ReferredFile extends StagingRow {
  readonly ref_kind: RefKind;
  readonly role: string;
}

/** The entry after which a page of {@linkcode StagingRefs.list} starts. */
export interface RefPosition {
  readonly time_created: number;
  readonly staging_id: string;
  /** Kind and role distinguish several uses of one file; without them all of them are skipped. */
  readonly ref_kind: string;
  readonly role: string;
}

/** Table `mission_files`, by file. */
export class StagingRefs {
  readonly #missions: StatementSync;
  readonly #list: StatementSync;
  readonly #addOutput: StatementSync;

  constructor(db: DatabaseSync) {
    this.#missions = db.prepare(`
      SELECT DISTINCT m.id, m.mission_id, m.status, m.kind, m.lane, m.mission_name FROM mission_files f JOIN missions m ON m.id = f.mission
      WHERE f.staging_id = ? ORDER BY m.id`);
    this.#list = db.prepare(`
      SELECT s.*, f.ref_kind, f.role
      FROM missions m JOIN mission_files f ON f.mission = m.id JOIN staging_files s USING (staging_id)
      WHERE m.mission_id = :missionId AND (:refKind = '' OR f.ref_kind = :refKind)
        AND (:timeCreated IS NULL
          OR (s.time_created, s.staging_id, f.ref_kind, f.role) < (:timeCreated, :stagingId, :afterKind, :afterRole))
      ORDER BY s.time_created DESC, s.staging_id DESC, f.ref_kind DESC, f.role DESC LIMIT :limit`);
    this.#addOutput = db.prepare(`
      INSERT INTO mission_files (mission, staging_id, ref_kind, role) VALUES (:mission, :stagingId, 'output', :role)`);
  }

  /** The missions that refer to a file, without duplicates, the oldest first. */
  missions(stagingId: StagingId): ReferringMission[] {
    return this.#missions.all(stagingId) as unknown as ReferringMission[];
  }

  /** Files of a mission, newest first. @param refKind `""` for every kind. */
  list(
    missionId: MissionId,
    refKind: RefKind | "",
    after: RefPosition | undefined,
    limit: number,
  ): ReferredFile[] {
    return this.#list.all({
      missionId,
      refKind,
      limit,
      timeCreated: after?.time_created ?? null,
      stagingId: after?.staging_id ?? "",
      afterKind: after?.ref_kind ?? "",
      afterRole: after?.role ?? "",
    }) as unknown as ReferredFile[];
  }

  /** Makes a file an output of a mission. */
  addOutput(mission: number, stagingId: StagingId, role: string): void {
    this.#addOutput.run({ mission, stagingId, role });
  }
}
