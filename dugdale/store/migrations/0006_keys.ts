/** Missions with the same key: one at a time, and repeats that start nothing. */
export const keys: string = `
-- 1: not picked while another one with the same key runs.
ALTER TABLE missions ADD COLUMN serial INTEGER NOT NULL DEFAULT 0;
DROP INDEX missions_queued;
CREATE INDEX missions_queued ON missions (lane, class, coalesce(enqueued, time_created), mission_id, serial)
  WHERE status = 'queued' AND run_at IS NULL;
-- The newest mission with a key, whatever became of it.
CREATE INDEX missions_keyed ON missions (key, id) WHERE key IS NOT NULL;
-- Dispatches that have started nothing, because there was a mission with the same key.
CREATE TABLE deduplicated (
  mission_id  TEXT PRIMARY KEY,
  mission     INTEGER NOT NULL REFERENCES missions (id) ON DELETE CASCADE,
  fingerprint TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX deduplicated_mission ON deduplicated (mission);
`;
