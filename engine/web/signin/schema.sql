-- Sign-ins on the way. Nothing here lets anyone in: state and the browser's
-- secret are kept as SHA-256 alone, and the nonce and the PKCE verifier are
-- made from the browser's secret when they are needed.
CREATE TABLE attempt (
	state   BLOB PRIMARY KEY,
	browser BLOB NOT NULL,
	made    INTEGER NOT NULL
) STRICT;

-- Sessions. id is the SHA-256 of what the cookie holds.
CREATE TABLE session (
	id      BLOB PRIMARY KEY,
	issuer  TEXT NOT NULL,
	subject TEXT NOT NULL,
	sid     TEXT NOT NULL,             -- the issuer's own session, '' for none
	user    TEXT NOT NULL,
	name    TEXT NOT NULL,
	choices TEXT NOT NULL,             -- JSON: the role profiles to choose from
	chosen  TEXT NOT NULL,             -- the choice acted as; '' until one is made
	made    INTEGER NOT NULL,          -- milliseconds, UTC: when the user signed in
	seen    INTEGER NOT NULL,
	ended   INTEGER,
	why     TEXT
) STRICT;
CREATE INDEX session_at_issuer ON session (issuer, sid);
CREATE INDEX session_of_subject ON session (issuer, subject);

-- Logout tokens already taken.
CREATE TABLE logout (
	token BLOB PRIMARY KEY,            -- SHA-256 of issuer and jti
	until INTEGER NOT NULL
) STRICT;

-- API tokens. secret is the SHA-256 of the whole token.
CREATE TABLE token (
	id           TEXT PRIMARY KEY,
	secret       BLOB NOT NULL,
	name         TEXT NOT NULL,
	scope        TEXT NOT NULL,        -- acts, by spaces
	organisation TEXT NOT NULL,
	made_by      TEXT NOT NULL,
	made         INTEGER NOT NULL,
	expires      INTEGER NOT NULL,
	used         INTEGER,
	revoked      INTEGER
) STRICT;
