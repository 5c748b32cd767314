PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE applied (
  id         INTEGER PRIMARY KEY CHECK (id = 1),
  state      TEXT NOT NULL,
  applied_ms INTEGER NOT NULL,
  source     TEXT NOT NULL
) STRICT;
INSERT INTO applied VALUES(1,'{"mission_dir":"/srv/missions","labels":["eu"],"lanes":{"a":{"concurrency":2,"paused":true,"paused_by":"ctl"}},"runtime":{"validate_mission_file":false}}',1700000000000,'');
CREATE TABLE runtimes (
  id                    INTEGER PRIMARY KEY,
  mission_dir           TEXT NOT NULL,
  command_template      TEXT NOT NULL,
  mission_path_template TEXT NOT NULL,
  validate_mission_file INTEGER NOT NULL CHECK (validate_mission_file IN (0, 1)),
  UNIQUE (mission_dir, command_template, mission_path_template, validate_mission_file)
) STRICT;
INSERT INTO runtimes VALUES(1,'/srv/missions','null','',0);
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
  input             TEXT NOT NULL,
  CHECK ((status = 'running') <= (time_started IS NOT NULL)),
  CHECK ((status = 'done') <= (outcome IS NOT NULL AND time_finished IS NOT NULL AND done_seq IS NOT NULL))
) STRICT;
INSERT INTO missions VALUES(1,'0192a8b3-d2c1-7abc-bad0-000000000001','mission','a','report','done',1700000000001,1700000001001,1700000002000,NULL,4711,99,'success',0,NULL,NULL,NULL,NULL,4,0,0,0,1,NULL,NULL,NULL,'f1',NULL,NULL,'{"sum":1.0}','{"n":12345678901234567890}');
INSERT INTO missions VALUES(2,'0192a8b3-d2c1-7abc-bad0-000000000002','mission','a','report','done',1700000000002,1700000002500,1700000003000,NULL,4712,0,'failed',3,NULL,'explicit',NULL,'{"row":7}',3,0,0,0,1,NULL,NULL,NULL,'f2',NULL,NULL,NULL,'{"n":12345678901234567890}');
INSERT INTO missions VALUES(3,'0192a8b3-d2c1-7abc-bad0-000000000003','exec','a','exec','running',1700000000003,1700000001002,NULL,NULL,4713,98,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,'nightly',NULL,NULL,'f3',NULL,'{"ending":{"outcome":"success","exitCode":0,"signal":null,"failReason":null,"failMessage":null,"failDetails":null,"returnValue":null,"progressDropped":0,"truncatedStdout":false,"truncatedStderr":false},"outputs":["a"]}',NULL,'{"lane":"a","command":["true"],"out":[{"key":"a"}]}');
INSERT INTO missions VALUES(4,'0192a8b3-d2c1-7abc-bad0-000000000004','mission','a','report','running',1700000000004,1700000001000,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1,NULL,NULL,NULL,'f4',NULL,NULL,NULL,'{"n":12345678901234567890}');
INSERT INTO missions VALUES(5,'0192a8b3-d2c1-7abc-bad0-000000000006','mission','a','report','queued',1700000000500,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1,NULL,NULL,NULL,'f6',NULL,NULL,NULL,'{"n":12345678901234567890}');
INSERT INTO missions VALUES(6,'0192a8b3-d2c1-7abc-bad0-000000000005','mission','a','report','queued',1700000000500,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1,NULL,NULL,NULL,'f5',NULL,NULL,NULL,'{"n":12345678901234567890}');
INSERT INTO missions VALUES(7,'0192a8b3-d2c1-7abc-bad0-000000000007','mission','a','report','queued',1700000000007,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1,NULL,NULL,NULL,'f7',NULL,NULL,NULL,'{"n":12345678901234567890}');
INSERT INTO missions VALUES(8,'0192a8b3-d2c1-7abc-bad0-000000000008','mission','a','report','deleting',1700000000008,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1,NULL,NULL,NULL,'f8',NULL,NULL,NULL,'{"n":12345678901234567890}');
CREATE TABLE unfinished (
  lane   TEXT NOT NULL,
  kind   TEXT NOT NULL,
  status TEXT NOT NULL,
  count  INTEGER NOT NULL,
  PRIMARY KEY (lane, kind, status)
) STRICT, WITHOUT ROWID;
INSERT INTO unfinished VALUES('a','exec','queued',0);
INSERT INTO unfinished VALUES('a','exec','running',1);
INSERT INTO unfinished VALUES('a','mission','queued',3);
INSERT INTO unfinished VALUES('a','mission','running',1);
CREATE TABLE progress (
  mission INTEGER NOT NULL REFERENCES missions (id) ON DELETE CASCADE,
  seq     INTEGER NOT NULL,
  line    TEXT NOT NULL,
  PRIMARY KEY (mission, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO progress VALUES(1,3,'{"event":"progress","seq":3,"time":1700000001500,"value":0.5}');
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
) STRICT, WITHOUT ROWID;
CREATE TABLE mission_files (
  mission    INTEGER NOT NULL REFERENCES missions (id) ON DELETE CASCADE,
  ref_kind   TEXT NOT NULL CHECK (ref_kind IN ('input', 'output', 'script')),
  role       TEXT NOT NULL,
  staging_id TEXT NOT NULL REFERENCES staging_files (staging_id),
  PRIMARY KEY (mission, ref_kind, role)
) STRICT, WITHOUT ROWID;
CREATE INDEX missions_queued ON missions (lane, time_created, mission_id) WHERE status = 'queued';
CREATE INDEX missions_running ON missions (time_created, mission_id) WHERE status = 'running';
CREATE INDEX missions_done ON missions (kind, outcome, time_finished, mission_id) WHERE status = 'done';
CREATE INDEX missions_unsuccessful ON missions (outcome, time_created, mission_id)
  WHERE status = 'done' AND outcome <> 'success';
CREATE INDEX missions_deleting ON missions (time_created, mission_id) WHERE status = 'deleting';
CREATE INDEX missions_created ON missions (time_created, mission_id);
CREATE INDEX missions_group ON missions (group_id, time_created, mission_id) WHERE group_id IS NOT NULL;
CREATE TRIGGER missions_enter AFTER INSERT ON missions WHEN NEW.status IN ('queued', 'running') BEGIN
  INSERT INTO unfinished VALUES (NEW.lane, NEW.kind, NEW.status, 1)
  ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER missions_move AFTER UPDATE OF status ON missions WHEN NEW.status <> OLD.status BEGIN
  UPDATE unfinished SET count = count - 1 WHERE lane = OLD.lane AND kind = OLD.kind AND status = OLD.status;
  INSERT INTO unfinished SELECT NEW.lane, NEW.kind, NEW.status, 1 WHERE NEW.status IN ('queued', 'running')
  ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE INDEX staging_expiry ON staging_files (time_expires) WHERE state IN ('uploading', 'complete');
CREATE INDEX staging_state ON staging_files (state) WHERE state <> 'complete';
CREATE INDEX staging_content ON staging_files (sha256, size) WHERE state = 'complete';
CREATE INDEX mission_files_staging ON mission_files (staging_id);
CREATE TRIGGER mission_files_leave AFTER DELETE ON mission_files BEGIN
  UPDATE staging_files SET time_expires = 0 WHERE staging_id = OLD.staging_id;
END;
PRAGMA user_version = 1;
COMMIT;
