-- The audit, version 1. Times are milliseconds since 1970-01-01 UTC. Every
-- column of entry but hash is covered by hash; seen is covered by people and
-- digest; log.id begins the chain.

CREATE TABLE log (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id  BLOB NOT NULL CHECK (length(id) = 16) -- random, made with the file
) STRICT;

CREATE TABLE entry (
  seq          INTEGER PRIMARY KEY CHECK (seq > 0), -- 1, 2, 3 ... without gap
  time         INTEGER NOT NULL,
  user         TEXT NOT NULL,
  name         TEXT NOT NULL,
  role_profile TEXT NOT NULL,
  role         TEXT NOT NULL,
  organisation TEXT NOT NULL,
  authoriser   TEXT NOT NULL,
  purpose      TEXT NOT NULL,
  reason       TEXT NOT NULL,
  session      TEXT NOT NULL,
  device       TEXT NOT NULL,
  event        TEXT NOT NULL,
  route        TEXT NOT NULL,
  object       TEXT NOT NULL,
  snapshot     TEXT NOT NULL,
  query        TEXT NOT NULL,
  outcome      TEXT NOT NULL,
  row_count    INTEGER NOT NULL CHECK (row_count >= 0),
  people       INTEGER NOT NULL CHECK (people >= 0),     -- rows of seen
  digest       BLOB NOT NULL CHECK (length(digest) = 32), -- of those rows
  hash         BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE INDEX entry_by_time    ON entry (time);
CREATE INDEX entry_by_user    ON entry (user);
CREATE INDEX entry_by_event   ON entry (event);
CREATE INDEX entry_by_refusal ON entry (outcome) WHERE outcome <> 'allowed';

-- The persons whom an entry is about.
CREATE TABLE seen (
  seq    INTEGER NOT NULL REFERENCES entry (seq),
  person INTEGER NOT NULL CHECK (person > 0),
  PRIMARY KEY (seq, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX seen_by_person ON seen (person);

-- The file refuses change. INSERT OR REPLACE deletes without firing a DELETE
-- trigger, so what is inserted must be the next entry, and persons belong to
-- the newest.
CREATE TRIGGER log_one      BEFORE INSERT ON log WHEN EXISTS (SELECT 1 FROM log) BEGIN SELECT RAISE(ABORT, 'the audit has its name'); END;
CREATE TRIGGER log_kept     BEFORE UPDATE ON log   BEGIN SELECT RAISE(ABORT, 'the audit is never changed'); END;
CREATE TRIGGER log_stays    BEFORE DELETE ON log   BEGIN SELECT RAISE(ABORT, 'the audit is never deleted'); END;
CREATE TRIGGER entry_next   BEFORE INSERT ON entry WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entry) BEGIN SELECT RAISE(ABORT, 'an entry is added at the end'); END;
CREATE TRIGGER entry_kept   BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'the audit is never changed'); END;
CREATE TRIGGER entry_stays  BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'the audit is never deleted'); END;
CREATE TRIGGER seen_newest  BEFORE INSERT ON seen WHEN NEW.seq IS NOT (SELECT max(seq) FROM entry) BEGIN SELECT RAISE(ABORT, 'persons belong to the newest entry'); END;
CREATE TRIGGER seen_kept    BEFORE UPDATE ON seen  BEGIN SELECT RAISE(ABORT, 'the audit is never changed'); END;
CREATE TRIGGER seen_stays   BEFORE DELETE ON seen  BEGIN SELECT RAISE(ABORT, 'the audit is never deleted'); END;
