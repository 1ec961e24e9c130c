-- Times are milliseconds since 1970-01-01T00:00:00Z, days are days since
-- 1970-01-01, null where there is none. All but item is only added to; item is
-- made from the rest and can be made again.

CREATE TABLE run (
  seq      INTEGER PRIMARY KEY,
  run      TEXT NOT NULL,
  snapshot TEXT NOT NULL CHECK (snapshot <> ''),
  as_of    INTEGER NOT NULL,
  digest   TEXT NOT NULL,         -- of what was published
  at       INTEGER NOT NULL
) STRICT;

-- What never changes of an item.
CREATE TABLE entry (
  id        INTEGER PRIMARY KEY,
  list      TEXT NOT NULL CHECK (list <> ''),
  person    INTEGER NOT NULL CHECK (person > 0),
  practice  TEXT NOT NULL,
  rule      TEXT NOT NULL,        -- that listed them
  source    TEXT NOT NULL CHECK (source IN ('list','hand')),
  worry     TEXT NOT NULL,        -- of those added by hand
  run       TEXT NOT NULL,        -- first listed by; '' by hand
  snapshot  TEXT NOT NULL,
  first_day INTEGER NOT NULL,     -- as-of day of that run, or the day added
  rank      INTEGER NOT NULL,     -- at first; 0 by hand
  probability REAL,               -- at first; null: not known
  reasons   TEXT NOT NULL,        -- digest, at first
  at        INTEGER NOT NULL,
  CHECK ((source = 'hand') = (worry <> ''))
) STRICT;
CREATE INDEX entry_person ON entry (person);

-- Every listing of an item by a run.
CREATE TABLE listing (
  run         INTEGER NOT NULL REFERENCES run (seq),
  item        INTEGER NOT NULL REFERENCES entry (id),
  rank        INTEGER NOT NULL,
  probability REAL,
  reasons     TEXT NOT NULL,
  PRIMARY KEY (run, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX listing_item ON listing (item, run);

CREATE TABLE history (
  seq        INTEGER PRIMARY KEY AUTOINCREMENT,
  item       INTEGER NOT NULL REFERENCES entry (id),
  kind       TEXT NOT NULL CHECK (kind IN ('listed','relisted','left','died','added','claimed','released','taken','moved','planned','noted')),
  at         INTEGER NOT NULL,
  user       TEXT NOT NULL,       -- '': a run
  role       TEXT NOT NULL,
  organisation TEXT NOT NULL,
  team       TEXT NOT NULL,
  from_state TEXT NOT NULL,       -- '': was not there
  to_state   TEXT NOT NULL,
  reason     TEXT NOT NULL,
  note       TEXT NOT NULL,
  next_day   INTEGER,             -- after it
  probability REAL,               -- latest known then
  reasons    TEXT NOT NULL,       -- digest, latest known then
  run        TEXT NOT NULL,
  snapshot   TEXT NOT NULL,
  version    INTEGER NOT NULL,    -- of the item after it
  key        TEXT NOT NULL,       -- of the action; '': a run
  ask        TEXT NOT NULL,       -- digest of the action
  CHECK ((user <> '') = (kind IN ('added','claimed','released','taken','moved','planned','noted'))),
  CHECK ((user <> '') = (organisation <> '')),
  CHECK ((user <> '') = (key <> '')),
  -- a run only opens and closes; what is done for a person, a person does
  CHECK (kind IN ('moved','added') OR from_state = to_state OR (user = '' AND to_state IN ('new','closed')))
) STRICT;
CREATE INDEX history_item ON history (item, seq);
CREATE UNIQUE INDEX history_key ON history (organisation, user, key) WHERE key <> '';
CREATE INDEX history_moved ON history (to_state, at) WHERE kind = 'moved';

CREATE TABLE outcome (
  seq      INTEGER PRIMARY KEY,
  person   INTEGER NOT NULL CHECK (person > 0),
  kind     TEXT NOT NULL CHECK (kind IN ('admitted','attended','died','moved')),
  day      INTEGER NOT NULL,
  stands   INTEGER NOT NULL CHECK (stands IN (0, 1)), -- 0: the record took it back
  run      TEXT NOT NULL,
  snapshot TEXT NOT NULL,
  at       INTEGER NOT NULL
) STRICT;
CREATE INDEX outcome_person ON outcome (person, kind, day, seq);

-- Until when outcomes are known.
CREATE TABLE followed (
  seq      INTEGER PRIMARY KEY,
  to_day   INTEGER NOT NULL,
  run      TEXT NOT NULL,
  snapshot TEXT NOT NULL,
  at       INTEGER NOT NULL
) STRICT;

CREATE TABLE item (
  id        INTEGER PRIMARY KEY REFERENCES entry (id),
  list      TEXT NOT NULL,
  person    INTEGER NOT NULL,
  state     TEXT NOT NULL CHECK (state IN ('new','in_review','contacted','accepted','declined','not_suitable','referred','done','closed')),
  open      INTEGER NOT NULL,     -- there is something to do
  reason    TEXT NOT NULL,
  owner     TEXT NOT NULL,        -- '': nobody
  owner_role TEXT NOT NULL,
  owner_organisation TEXT NOT NULL,
  owner_team TEXT NOT NULL,
  next_day  INTEGER,
  listed    INTEGER NOT NULL,     -- by the last run
  begun     INTEGER NOT NULL,     -- somebody did something
  gone      TEXT NOT NULL,        -- why it left the list
  rank      INTEGER NOT NULL,     -- of the latest listing
  probability REAL,
  reasons   TEXT NOT NULL,
  notes     INTEGER NOT NULL,
  version   INTEGER NOT NULL,
  changed   INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX one_owner   ON item (person) WHERE owner <> '';
CREATE UNIQUE INDEX one_current ON item (list, person) WHERE open OR listed;
CREATE INDEX item_list ON item (list, id);
CREATE INDEX item_person ON item (person, id);
CREATE INDEX item_owner ON item (owner_organisation, owner) WHERE owner <> '';

CREATE TRIGGER history_moves BEFORE INSERT ON history
WHEN NEW.kind = 'moved' AND NOT (
     (NEW.from_state = 'new'          AND NEW.to_state IN ('in_review','contacted','not_suitable'))
  OR (NEW.from_state = 'in_review'    AND NEW.to_state IN ('contacted','referred','not_suitable','done'))
  OR (NEW.from_state = 'contacted'    AND NEW.to_state IN ('accepted','declined','referred','not_suitable','done'))
  OR (NEW.from_state = 'accepted'     AND NEW.to_state IN ('referred','declined','not_suitable','done'))
  OR (NEW.from_state = 'referred'     AND NEW.to_state IN ('accepted','declined','not_suitable','done'))
  OR (NEW.from_state = 'declined'     AND NEW.to_state IN ('in_review','accepted'))
  OR (NEW.from_state = 'not_suitable' AND NEW.to_state = 'in_review')
  OR (NEW.from_state = 'done'         AND NEW.to_state = 'in_review'))
BEGIN SELECT RAISE(ABORT, 'an item cannot move so'); END;

CREATE TRIGGER run_kept      BEFORE UPDATE ON run      BEGIN SELECT RAISE(ABORT, 'runs are kept'); END;
CREATE TRIGGER run_stays     BEFORE DELETE ON run      BEGIN SELECT RAISE(ABORT, 'runs are kept'); END;
CREATE TRIGGER entry_kept    BEFORE UPDATE ON entry    BEGIN SELECT RAISE(ABORT, 'entries are kept'); END;
CREATE TRIGGER entry_stays   BEFORE DELETE ON entry    BEGIN SELECT RAISE(ABORT, 'entries are kept'); END;
CREATE TRIGGER listing_kept  BEFORE UPDATE ON listing  BEGIN SELECT RAISE(ABORT, 'listings are kept'); END;
CREATE TRIGGER listing_stays BEFORE DELETE ON listing  BEGIN SELECT RAISE(ABORT, 'listings are kept'); END;
CREATE TRIGGER history_kept  BEFORE UPDATE ON history  BEGIN SELECT RAISE(ABORT, 'history is kept'); END;
CREATE TRIGGER history_stays BEFORE DELETE ON history  BEGIN SELECT RAISE(ABORT, 'history is kept'); END;
CREATE TRIGGER outcome_kept  BEFORE UPDATE ON outcome  BEGIN SELECT RAISE(ABORT, 'outcomes are kept'); END;
CREATE TRIGGER outcome_stays BEFORE DELETE ON outcome  BEGIN SELECT RAISE(ABORT, 'outcomes are kept'); END;
CREATE TRIGGER followed_kept  BEFORE UPDATE ON followed BEGIN SELECT RAISE(ABORT, 'outcomes are kept'); END;
CREATE TRIGGER followed_stays BEFORE DELETE ON followed BEGIN SELECT RAISE(ABORT, 'outcomes are kept'); END;
