/** Missions that the dugdale dispatches by itself. */
export const schedules: string = `
CREATE TABLE schedules (
  name         TEXT PRIMARY KEY,
  -- As it was applied, but for a pause: JSON.
  settings     TEXT NOT NULL,
  -- Makes the ids of its missions its own.
  seed         TEXT NOT NULL,
  -- The time of the next fire, and when it is due with jitter; NULL when there is none.
  next_at      INTEGER,
  due_at       INTEGER,
  last_at      INTEGER,
  last_mission TEXT,
  last_error   TEXT,
  -- JSON; NULL unless it is paused.
  pause        TEXT,
  fired        INTEGER NOT NULL DEFAULT 0,
  skipped      INTEGER NOT NULL DEFAULT 0,
  CHECK ((next_at IS NULL) = (due_at IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX schedules_due ON schedules (due_at) WHERE pause IS NULL AND due_at IS NOT NULL;

-- Which missions a schedule has made, and for which time.
CREATE TABLE scheduled (
  mission  INTEGER PRIMARY KEY REFERENCES missions (id) ON DELETE CASCADE,
  schedule TEXT NOT NULL,
  fire_at  INTEGER NOT NULL
) STRICT;
`;
