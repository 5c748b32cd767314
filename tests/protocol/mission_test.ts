import { DatabaseSync } from "node:sqlite";
import { assertEquals } from "@std/assert";
import * as v from "valibot";
import { migrate } from "../../dugdale/store/migrations.ts";
import {
  MISSION_FIELDS,
  type MissionRecord,
  missionRecord,
  toMissionFields,
} from "../../protocol/mission.ts";

const QUEUED: MissionRecord = {
  mission_id: "01890a5d-ac96-774b-bcce-b302099a8057",
  kind: "mission",
  lane: "default",
  mission_name: "report",
  status: "queued",
  input: null,
  input_fingerprint: "ab12",
  time_created: 5,
  truncated_stdout: false,
  truncated_stderr: false,
  inputs: [],
  outputs: {},
};

Deno.test("MISSION_FIELDS names columns that the database has, of their kind", () => {
  using db = new DatabaseSync(":memory:");
  migrate(db, ":memory:");
  const columns = new Map(
    (db.prepare("PRAGMA table_info(missions)").all() as { name: string; type: string }[])
      .map(({ name, type }) => [name, type]),
  );
  for (const { column, kind } of Object.values(MISSION_FIELDS)) {
    if (column === undefined) continue;
    assertEquals([column, columns.get(column)], [
      column,
      kind === "text" || kind === "json" ? "TEXT" : "INTEGER",
    ]);
  }
});

Deno.test("missionRecord accepts a queued mission, drops unknown keys, and requires an id and a status", () => {
  assertEquals(v.parse(missionRecord, { ...QUEUED, later: 1 }), QUEUED);
  for (const key of ["mission_id", "status"]) {
    assertEquals(v.safeParse(missionRecord, { ...QUEUED, [key]: undefined }).success, false, key);
  }
  const { inputs, outputs, truncated_stdout, lane, time_created } = v.parse(missionRecord, {
    mission_id: QUEUED.mission_id,
    status: "later",
  });
  assertEquals([inputs, outputs, truncated_stdout, lane, time_created], [[], {}, false, "", 0]);
});

Deno.test("toMissionFields() leaves out what is null, but keeps an input that is", () => {
  const fields = toMissionFields({ ...QUEUED, return: null, fail_details: null, display_name: "x" });
  assertEquals([fields.return, fields.failDetails, fields.input], [undefined, undefined, null]);
  assertEquals([fields.missionId, fields.createdMs, fields.displayName], [QUEUED.mission_id, 5, "x"]);
  assertEquals([fields.startedMs, fields.outcome, fields.truncatedStdout], [undefined, undefined, false]);
});
