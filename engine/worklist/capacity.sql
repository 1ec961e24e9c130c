-- Version 2. Both tables are only added to.

-- How many people a team says that it can work. The newest row of a list holds.
CREATE TABLE capacity (
  seq    INTEGER PRIMARY KEY,
  list   TEXT NOT NULL CHECK (list <> ''),
  people INTEGER CHECK (people BETWEEN 1 AND 500), -- null: the configured number again
  at     INTEGER NOT NULL,
  user   TEXT NOT NULL CHECK (user <> ''),
  role   TEXT NOT NULL,
  organisation TEXT NOT NULL CHECK (organisation <> ''),
  team   TEXT NOT NULL,
  reason TEXT NOT NULL,
  key    TEXT NOT NULL CHECK (key <> ''),
  ask    TEXT NOT NULL
) STRICT;
CREATE INDEX capacity_list ON capacity (list, seq);
CREATE UNIQUE INDEX capacity_key ON capacity (organisation, user, key);

-- What members of staff are called. The newest row of one holds.
CREATE TABLE staff (
  seq    INTEGER PRIMARY KEY,
  organisation TEXT NOT NULL,
  user   TEXT NOT NULL,
  name   TEXT NOT NULL,
  at     INTEGER NOT NULL
) STRICT;
CREATE INDEX staff_user ON staff (organisation, user, seq);

CREATE TRIGGER capacity_kept  BEFORE UPDATE ON capacity BEGIN SELECT RAISE(ABORT, 'capacities are kept'); END;
CREATE TRIGGER capacity_stays BEFORE DELETE ON capacity BEGIN SELECT RAISE(ABORT, 'capacities are kept'); END;
CREATE TRIGGER staff_kept     BEFORE UPDATE ON staff    BEGIN SELECT RAISE(ABORT, 'names are kept'); END;
CREATE TRIGGER staff_stays    BEFORE DELETE ON staff    BEGIN SELECT RAISE(ABORT, 'names are kept'); END;
