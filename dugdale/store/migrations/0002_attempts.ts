/**
 * Priorities, times to run at, keys, and missions that are tried more than once. Every new column is hot: a pick or the
 * end of a mission reads it. What only some missions have stands in tables of its own.
 */
export const attempts: string = `
-- 0 high, 1 normal, 2 low: in the order in which they are picked.
ALTER TABLE missions ADD COLUMN class INTEGER NOT NULL DEFAULT 1;
-- Since when it waits; NULL: since time_created. Set when it is put back, or when its time to run has come.
ALTER TABLE missions ADD COLUMN enqueued INTEGER;
-- Not to be picked before. NULL once that time has come, and for what may run at once.
ALTER TABLE missions ADD COLUMN run_at INTEGER;
ALTER TABLE missions ADD COLUMN attempt INTEGER NOT NULL DEFAULT 1;
-- The number of the attempt's event "running"; NULL: 2.
ALTER TABLE missions ADD COLUMN running_seq INTEGER;
-- Missions with the same key exclude each other.
ALTER TABLE missions ADD COLUMN key TEXT;

DROP INDEX missions_queued;
CREATE INDEX missions_queued ON missions (lane, class, coalesce(enqueued, time_created), mission_id)
  WHERE status = 'queued' AND run_at IS NULL;
CREATE INDEX missions_due ON missions (lane, run_at) WHERE status = 'queued' AND run_at IS NOT NULL;
-- What waits in another place than that of its creation, in the order of lists.
CREATE INDEX missions_moved ON missions (lane, time_created, mission_id)
  WHERE status = 'queued' AND (enqueued IS NOT NULL OR run_at IS NOT NULL);
CREATE INDEX missions_key ON missions (key) WHERE key IS NOT NULL AND status IN ('queued', 'running');

-- What is to become of a mission after its end, as JSON. Only missions that have more than their plain run.
CREATE TABLE plans (
  mission INTEGER PRIMARY KEY REFERENCES missions (id) ON DELETE CASCADE,
  options TEXT NOT NULL
) STRICT;

-- Attempts that were followed by another one. The last one is the mission's row itself.
CREATE TABLE attempts (
  mission       INTEGER NOT NULL REFERENCES missions (id) ON DELETE CASCADE,
  n             INTEGER NOT NULL,
  time_started  INTEGER,
  time_finished INTEGER NOT NULL,
  pid           INTEGER,
  host          TEXT,
  outcome       TEXT NOT NULL,
  exit_code     INTEGER,
  signal        TEXT,
  fail_reason   TEXT,
  fail_message  TEXT,
  usage         TEXT,
  PRIMARY KEY (mission, n)
) STRICT, WITHOUT ROWID;
`;
