import type { DatabaseSync } from "node:sqlite";
import { initial } from "./migrations/0001_initial.ts";
import { attempts } from "./migrations/0002_attempts.ts";
import { listedTimes } from "./migrations/0003_listed_times.ts";
import { schedules } from "./migrations/0004_schedules.ts";
import { counts } from "./migrations/0005_counts.ts";
import { keys } from "./migrations/0006_keys.ts";
import { attemptOutput } from "./migrations/0007_attempt_output.ts";
import { owners } from "./migrations/0008_owners.ts";
import { laneRates } from "./migrations/0009_lane_rates.ts";
import { told } from "./migrations/0010_told.ts";
import { outbox } from "./migrations/0011_outbox.ts";
import { audit } from "./migrations/0012_audit.ts";
import { leftovers } from "./migrations/0013_leftovers.ts";
import { schema } from "./schema.ts";

/** In order of release; the database's `user_version` is the number of applied ones. */
const MIGRATIONS: readonly string[] = [
  initial,
  attempts,
  listedTimes,
  schedules,
  counts,
  keys,
  attemptOutput,
  owners,
  laneRates,
  told,
  outbox,
  audit,
  leftovers,
];

/** A newer letts has written the database. */
export class NewerDatabaseError extends Error {
  /** The name of the class. */
  override readonly name = "NewerDatabaseError";

  /** `version` is that of the file. */
  constructor(readonly file: string, readonly version: number) {
    super(
      `${file} has schema version ${version}, but this letts knows only ${MIGRATIONS.length}: use a newer letts`,
    );
  }
}

/**
 * Upgrades the database; a new one gets the latest schema directly.
 *
 * @param upgraded Called around an upgrade, which may take minutes where there are a million missions.
 * @throws {NewerDatabaseError}
 */
export function migrate(
  db: DatabaseSync,
  file: string,
  upgraded: (upgrade: () => void, from: number, to: number) => void = (upgrade) => upgrade(),
): void {
  const { user_version: version } = db.prepare("PRAGMA user_version").get() as { user_version: number };
  if (version > MIGRATIONS.length) throw new NewerDatabaseError(file, version);
  if (version === 0) step(db, schema, MIGRATIONS.length);
  else if (version < MIGRATIONS.length) {
    upgraded(() => migrateFrom(db, version), version, MIGRATIONS.length);
  }
}

/** Applies the missing migrations of a database, each in its own transaction. */
export function migrateFrom(db: DatabaseSync, version: number): void {
  for (const [index, sql] of MIGRATIONS.entries()) if (index >= version) step(db, sql, index + 1);
}

function step(db: DatabaseSync, sql: string, version: number): void {
  db.exec(`BEGIN IMMEDIATE; ${sql}; PRAGMA user_version = ${version}; COMMIT`);
}
