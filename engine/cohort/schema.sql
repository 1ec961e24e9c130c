-- What analysts asked of each snapshot, in the order of the answers:
-- what each may be told depends on those before it. Definitions only, no people.

CREATE TABLE asked (
  snapshot TEXT NOT NULL,
  seq      INTEGER NOT NULL CHECK (seq > 0), -- 1, 2, 3 ... without gap
  request  TEXT NOT NULL,                    -- JSON
  time     INTEGER NOT NULL,                 -- milliseconds since 1970-01-01 UTC
  PRIMARY KEY (snapshot, seq),
  UNIQUE (snapshot, request)
) STRICT;
