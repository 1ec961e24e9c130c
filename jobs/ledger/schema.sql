-- Times are milliseconds since 1970-01-01T00:00:00Z.
CREATE TABLE job (
  name  TEXT PRIMARY KEY,
  since INTEGER NOT NULL          -- when its schedule was first seen
) WITHOUT ROWID;

CREATE TABLE slot (
  job           TEXT NOT NULL,
  scheduled_for INTEGER NOT NULL,
  state   TEXT NOT NULL CHECK (state IN ('due','running','succeeded','failed','cancelled','abandoned','skipped','missed')),
  code    TEXT NOT NULL DEFAULT '',
  say     TEXT NOT NULL DEFAULT '',
  changed INTEGER NOT NULL,
  PRIMARY KEY (job, scheduled_for)
) WITHOUT ROWID;

CREATE TABLE run (
  seq           INTEGER PRIMARY KEY AUTOINCREMENT,
  id            TEXT NOT NULL UNIQUE,
  job           TEXT NOT NULL,
  scheduled_for INTEGER,          -- null: by hand
  attempt INTEGER NOT NULL,       -- of the slot, from 1
  state   TEXT NOT NULL CHECK (state IN ('running','succeeded','failed','cancelled','abandoned')),
  pid     INTEGER NOT NULL,
  host    TEXT NOT NULL,
  version TEXT NOT NULL,          -- of the program
  config  TEXT NOT NULL,          -- hash of the configuration
  started INTEGER NOT NULL,
  lease   INTEGER NOT NULL,       -- believed alive until
  ended   INTEGER,
  code    TEXT NOT NULL DEFAULT '',
  say     TEXT NOT NULL DEFAULT '',
  FOREIGN KEY (job, scheduled_for) REFERENCES slot (job, scheduled_for)
);

CREATE UNIQUE INDEX one_running ON run (state) WHERE state = 'running';
CREATE INDEX run_of_slot ON run (job, scheduled_for);

CREATE TABLE step (
  run     INTEGER NOT NULL REFERENCES run (seq),
  n       INTEGER NOT NULL,       -- from 1
  name    TEXT NOT NULL,
  state   TEXT NOT NULL CHECK (state IN ('running','succeeded','failed','cancelled','abandoned','reused')),
  digest  TEXT NOT NULL,          -- of its inputs
  started INTEGER NOT NULL,
  ended   INTEGER,
  code    TEXT NOT NULL DEFAULT '',
  say     TEXT NOT NULL DEFAULT '',
  counts  TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(counts)),
  PRIMARY KEY (run, n)
) WITHOUT ROWID;

-- The state machine, kept by the file itself.
CREATE TRIGGER slot_moves BEFORE UPDATE OF state ON slot
WHEN NOT ((OLD.state = 'due'       AND NEW.state IN ('running','skipped','missed'))
       OR (OLD.state = 'running'   AND NEW.state IN ('succeeded','failed','cancelled','abandoned','due'))
       OR (OLD.state = 'abandoned' AND NEW.state IN ('running','failed','missed'))
       OR (OLD.state IN ('skipped','missed') AND NEW.state = 'due' AND NEW.scheduled_for > NEW.changed))
BEGIN SELECT RAISE(ABORT, 'a slot cannot move so'); END;

CREATE TRIGGER run_moves BEFORE UPDATE OF state ON run
WHEN NOT (OLD.state = 'running' AND NEW.state IN ('succeeded','failed','cancelled','abandoned'))
BEGIN SELECT RAISE(ABORT, 'a run cannot move so'); END;

CREATE TRIGGER step_moves BEFORE UPDATE OF state ON step
WHEN NOT (OLD.state = 'running')
BEGIN SELECT RAISE(ABORT, 'a step cannot move so'); END;

CREATE TRIGGER run_stays  BEFORE DELETE ON run  BEGIN SELECT RAISE(ABORT, 'runs are kept'); END;
CREATE TRIGGER slot_stays BEFORE DELETE ON slot BEGIN SELECT RAISE(ABORT, 'slots are kept'); END;
CREATE TRIGGER step_stays BEFORE DELETE ON step BEGIN SELECT RAISE(ABORT, 'steps are kept'); END;
