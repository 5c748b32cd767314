/** What all migrations together make, for new databases. Written by `deno task schema`. */
export const schema: string = `
CREATE TABLE applied (
  id         INTEGER PRIMARY KEY CHECK (id = 1),
  state      TEXT NOT NULL,
  applied_ms INTEGER NOT NULL,
  source     TEXT NOT NULL
) STRICT;
CREATE TABLE runtimes (
  id                    INTEGER PRIMARY KEY,
  mission_dir           TEXT NOT NULL,
  command_template      TEXT NOT NULL,
  mission_path_template TEXT NOT NULL,
  validate_mission_file INTEGER NOT NULL CHECK (validate_mission_file IN (0, 1)),
  UNIQUE (mission_dir, command_template, mission_path_template, validate_mission_file)
) STRICT;
CREATE TABLE missions (
  id                INTEGER PRIMARY KEY,
  mission_id        TEXT NOT NULL UNIQUE,
  kind              TEXT NOT NULL CHECK (kind IN ('mission', 'exec')),
  lane              TEXT NOT NULL,
  mission_name      TEXT NOT NULL,
  status            TEXT NOT NULL CHECK (status IN ('queued', 'running', 'done', 'deleting')),
  time_created      INTEGER NOT NULL,
  time_started      INTEGER,
  time_finished     INTEGER,
  timeout_ms        INTEGER,
  -- 0 from pickup until the process has started. The process leads its own group, so this names the group too.
  pid               INTEGER,
  -- Tells the process from a later one with the same pid.
  process_start     INTEGER,
  outcome           TEXT CHECK (outcome IN ('success', 'failed', 'killed', 'timeout', 'crashed', 'lost', 'oom')),
  exit_code         INTEGER,
  signal            TEXT,
  fail_reason       TEXT,
  fail_message      TEXT,
  fail_details      TEXT,
  done_seq          INTEGER,
  progress_dropped  INTEGER NOT NULL DEFAULT 0,
  truncated_stdout  INTEGER NOT NULL DEFAULT 0,
  truncated_stderr  INTEGER NOT NULL DEFAULT 0,
  runtime           INTEGER REFERENCES runtimes (id),
  display_name      TEXT,
  group_id          TEXT,
  restarted_from    TEXT,
  input_fingerprint TEXT NOT NULL,
  -- W3C trace context of the dispatch, for the process.
  traceparent       TEXT,
  -- How the process ended, while its output files are being collected. Only such rows are safe to finish after a crash.
  ending            TEXT CHECK (ending IS NULL OR status = 'running'),
  return_value      TEXT,
  input             TEXT NOT NULL, class INTEGER NOT NULL DEFAULT 1, enqueued INTEGER, run_at INTEGER, attempt INTEGER NOT NULL DEFAULT 1, running_seq INTEGER, key TEXT, serial INTEGER NOT NULL DEFAULT 0, leftovers TEXT,
  CHECK ((status = 'running') <= (time_started IS NOT NULL)),
  CHECK ((status = 'done') <= (outcome IS NOT NULL AND time_finished IS NOT NULL AND done_seq IS NOT NULL))
) STRICT;
CREATE INDEX missions_running ON missions (time_created, mission_id) WHERE status = 'running';
CREATE INDEX missions_done ON missions (kind, outcome, time_finished, mission_id) WHERE status = 'done';
CREATE INDEX missions_unsuccessful ON missions (outcome, time_created, mission_id)
  WHERE status = 'done' AND outcome <> 'success';
CREATE INDEX missions_deleting ON missions (time_created, mission_id) WHERE status = 'deleting';
CREATE INDEX missions_created ON missions (time_created, mission_id);
CREATE INDEX missions_group ON missions (group_id, time_created, mission_id) WHERE group_id IS NOT NULL;
CREATE TABLE progress (
  mission INTEGER NOT NULL REFERENCES missions (id) ON DELETE CASCADE,
  seq     INTEGER NOT NULL,
  line    TEXT NOT NULL,
  PRIMARY KEY (mission, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE staging_files (
  staging_id     TEXT PRIMARY KEY,
  state          TEXT NOT NULL CHECK (state IN ('uploading', 'complete', 'deleting')),
  sha256         TEXT NOT NULL,
  size           INTEGER NOT NULL,
  bytes_received INTEGER NOT NULL,
  time_created   INTEGER NOT NULL,
  time_updated   INTEGER NOT NULL,
  -- NULL while a mission needs the file; 0 when it has to be worked out again.
  time_expires   INTEGER,
  downloaded_at  INTEGER
, owner TEXT) STRICT, WITHOUT ROWID;
CREATE INDEX staging_expiry ON staging_files (time_expires) WHERE state IN ('uploading', 'complete');
CREATE INDEX staging_state ON staging_files (state) WHERE state <> 'complete';
CREATE INDEX staging_content ON staging_files (sha256, size) WHERE state = 'complete';
CREATE TABLE mission_files (
  mission    INTEGER NOT NULL REFERENCES missions (id) ON DELETE CASCADE,
  ref_kind   TEXT NOT NULL CHECK (ref_kind IN ('input', 'output', 'script')),
  role       TEXT NOT NULL,
  staging_id TEXT NOT NULL REFERENCES staging_files (staging_id),
  PRIMARY KEY (mission, ref_kind, role)
) STRICT, WITHOUT ROWID;
CREATE INDEX mission_files_staging ON mission_files (staging_id);
CREATE TRIGGER mission_files_leave AFTER DELETE ON mission_files BEGIN
  UPDATE staging_files SET time_expires = 0 WHERE staging_id = OLD.staging_id;
END;
CREATE INDEX missions_due ON missions (lane, run_at) WHERE status = 'queued' AND run_at IS NOT NULL;
CREATE INDEX missions_moved ON missions (lane, time_created, mission_id)
  WHERE status = 'queued' AND (enqueued IS NOT NULL OR run_at IS NOT NULL);
CREATE INDEX missions_key ON missions (key) WHERE key IS NOT NULL AND status IN ('queued', 'running');
CREATE TABLE plans (
  mission INTEGER PRIMARY KEY REFERENCES missions (id) ON DELETE CASCADE,
  options TEXT NOT NULL
) STRICT;
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
  usage         TEXT, captured TEXT,
  PRIMARY KEY (mission, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE listed_names (
  id           INTEGER PRIMARY KEY,
  lane         TEXT NOT NULL,
  mission_name TEXT NOT NULL,
  UNIQUE (lane, mission_name)
) STRICT;
CREATE TABLE listed_times (
  name INTEGER NOT NULL REFERENCES listed_names (id),
  span INTEGER NOT NULL,
  PRIMARY KEY (name, span)
) STRICT, WITHOUT ROWID;
CREATE TABLE listed_until (
  id      INTEGER PRIMARY KEY CHECK (id = 1),
  mission INTEGER NOT NULL
) STRICT;
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
CREATE TABLE scheduled (
  mission  INTEGER PRIMARY KEY REFERENCES missions (id) ON DELETE CASCADE,
  schedule TEXT NOT NULL,
  fire_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX missions_queued ON missions (lane, class, coalesce(enqueued, time_created), mission_id, serial)
  WHERE status = 'queued' AND run_at IS NULL;
CREATE INDEX missions_keyed ON missions (key, id) WHERE key IS NOT NULL;
CREATE TABLE deduplicated (
  mission_id  TEXT PRIMARY KEY,
  mission     INTEGER NOT NULL REFERENCES missions (id) ON DELETE CASCADE,
  fingerprint TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX deduplicated_mission ON deduplicated (mission);
CREATE TABLE lane_rates (
  lane    TEXT NOT NULL,
  -- Empty: the rate of the whole lane.
  key     TEXT NOT NULL,
  -- When all tokens are back, in Unix milliseconds.
  full_at REAL NOT NULL,
  PRIMARY KEY (lane, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX lane_rates_full ON lane_rates (full_at);
CREATE TABLE told (
  mission  INTEGER PRIMARY KEY REFERENCES missions (id) ON DELETE CASCADE,
  -- JSON, but for the state.
  notes    TEXT,
  warnings TEXT,
  meta     TEXT,
  state    TEXT,
  states   TEXT,
  dropped  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE outbox (
  id      INTEGER PRIMARY KEY,
  -- The hook or sink.
  target  TEXT NOT NULL,
  -- The mission. The events of one are delivered in their order.
  subject TEXT NOT NULL,
  -- Id and type of the event, when it happened, and all of it as JSON.
  event   TEXT NOT NULL,
  type    TEXT NOT NULL,
  time    INTEGER NOT NULL,
  body    TEXT NOT NULL,
  tries   INTEGER NOT NULL DEFAULT 0,
  -- NULL: it waits for an earlier one of its subject, or is dead.
  next_at INTEGER,
  -- When it was given up.
  dead_at INTEGER,
  -- Of the last try.
  error   TEXT,
  CHECK (dead_at IS NULL OR next_at IS NULL)
) STRICT;
CREATE INDEX outbox_due ON outbox (target, next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX outbox_order ON outbox (target, subject, id) WHERE dead_at IS NULL;
CREATE INDEX outbox_dead ON outbox (target, id) WHERE dead_at IS NOT NULL;
CREATE TABLE audit (
  id      INTEGER PRIMARY KEY,
  time    INTEGER NOT NULL,
  actor   TEXT NOT NULL,
  address TEXT NOT NULL,
  action  TEXT NOT NULL,
  target  TEXT,
  -- JSON object.
  facts   TEXT NOT NULL
) STRICT;
`;
