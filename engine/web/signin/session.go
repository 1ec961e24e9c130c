package signin

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"leftshift/engine"
)

// Choice is one role profile that a user may act as.
type Choice struct {
	ID           string // the issuer's identifier of the profile
	Code         string // role code, application role or group
	Title        string // in words, for the page; "" when the issuer says none
	Organisation string // ODS code
}

// Identity is who an issuer says a user is.
type Identity struct {
	Issuer, Subject, SID string // SID: the issuer's own session, "" for none
	Hint                 string // the ID token, for signing out at the issuer; "" where that is not done. Gone when the session ends
	User                 string // stable key: nhsid_useruid, or oid; never an e-mail address
	Name                 string
	Choices              []Choice
}

// Session is one sign-in of one user.
type Session struct {
	Reference string // for the audit: not the secret
	Identity
	Chosen     string // ID of the choice acted as; "" until one is made
	Made, Seen time.Time
}

// choice is what the session acts as.
func (s Session) choice() (Choice, bool) {
	i := slices.IndexFunc(s.Choices, func(c Choice) bool { return c.ID == s.Chosen && c.ID != "" })
	if i < 0 {
		return Choice{}, false
	}
	return s.Choices[i], true
}

// Lasts is how long sessions last.
type Lasts struct {
	Idle     time.Duration // without a sign of the user; 0: 15 minutes
	Absolute time.Duration // since the user signed in; 0: 10 hours
}

func (l Lasts) orDefault() Lasts {
	if l.Idle == 0 {
		l.Idle = 15 * time.Minute
	}
	if l.Absolute == 0 {
		l.Absolute = 10 * time.Hour
	}
	return l
}

// kept is how long an ended session is remembered, so that its cookie gets the
// right answer.
const kept = 24 * time.Hour

// Begin makes a session and gives the secret for the cookie, which is kept
// nowhere else. chosen is the ID of the choice to act as, "" to ask. With old,
// the secret of a session of the same browser, that one ends.
func (s *Store) Begin(ctx context.Context, id Identity, chosen, old string) (string, error) {
	choices, err := json.Marshal(id.Choices)
	if err != nil {
		return "", err
	}
	fresh := secret()
	err = s.write(ctx, func(tx *sql.Tx) error {
		now := s.ms()
		if _, err := tx.ExecContext(ctx, `DELETE FROM session WHERE coalesce(ended, made + ?) < ?`, kept.Milliseconds(), now-kept.Milliseconds()); err != nil {
			return err
		}
		if err := end(ctx, tx, old, "replaced", now); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO session (id, issuer, subject, sid, hint, user, name, choices, chosen, made, seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			hash(fresh), id.Issuer, id.Subject, id.SID, id.Hint, id.User, id.Name, string(choices), chosen, now, now)
		return err
	})
	return fresh, err
}

// Find gives the session of a secret. Faults session-none, session-ended,
// session-idle and session-expired say why there is none. With seen, the
// session is taken to be in use now; a page that asks by itself leaves it be.
func (s *Store) Find(ctx context.Context, secret string, lasts Lasts, seen bool) (Session, error) {
	lasts = lasts.orDefault()
	found, err := s.find(ctx, secret)
	if err != nil {
		return Session{}, err
	}
	now := s.now()
	var code, say string
	switch {
	case now.Sub(found.Made) >= lasts.Absolute:
		code, say = "session-expired", "you have been signed in for as long as this system allows: sign in again"
	case now.Sub(found.Seen) >= lasts.Idle:
		code, say = "session-idle", "you were signed out because nothing was done for a while: sign in again"
	}
	if code != "" {
		if err := s.End(ctx, secret, code); err != nil {
			return Session{}, err
		}
		return Session{}, &engine.Fault{Code: code, Say: say}
	}
	// The idle time may be counted from up to a fifteenth of itself too early,
	// so that not every page is a write.
	if seen && now.Sub(found.Seen) >= lasts.Idle/15 {
		s.note(ctx, `UPDATE session SET seen = ? WHERE id = ? AND ended IS NULL`, now.UnixMilli(), hash(secret))
	}
	return found, nil
}

func (s *Store) find(ctx context.Context, secret string) (Session, error) {
	var out Session
	var choices string
	var made, seen int64
	var ended sql.NullInt64
	err := s.read.QueryRowContext(ctx, `SELECT issuer, subject, sid, hint, user, name, choices, chosen, made, seen, ended FROM session WHERE id = ?`, hash(secret)).
		Scan(&out.Issuer, &out.Subject, &out.SID, &out.Hint, &out.User, &out.Name, &choices, &out.Chosen, &made, &seen, &ended)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Session{}, &engine.Fault{Code: "session-none", Say: "you are not signed in: sign in"}
	case err != nil:
		return Session{}, broken("the file of sessions cannot be read", err)
	case ended.Valid:
		return Session{}, &engine.Fault{Code: "session-ended", Say: "this session was ended: sign in again"}
	}
	if err := json.Unmarshal([]byte(choices), &out.Choices); err != nil {
		return Session{}, broken("the file of sessions cannot be read", err)
	}
	out.Reference = hex.EncodeToString(hash(secret)[:8])
	out.Made, out.Seen = time.UnixMilli(made).UTC(), time.UnixMilli(seen).UTC()
	return out, nil
}

// Choose makes a session act as one of its choices, under a new secret: the old
// one ends. The time of signing in stays. A choice that is not the session's is
// a Fault role-not-yours.
func (s *Store) Choose(ctx context.Context, old, choice string, lasts Lasts) (string, error) {
	have, err := s.Find(ctx, old, lasts, true)
	if err != nil {
		return "", err
	}
	have.Chosen = choice
	if _, ok := have.choice(); !ok {
		return "", &engine.Fault{Code: "role-not-yours", Say: "that role is none of yours: choose one of those shown"}
	}
	fresh := secret()
	err = s.write(ctx, func(tx *sql.Tx) error {
		now := s.ms()
		done, err := tx.ExecContext(ctx, `INSERT INTO session (id, issuer, subject, sid, hint, user, name, choices, chosen, made, seen)
			SELECT ?, issuer, subject, sid, hint, user, name, choices, ?, made, ? FROM session WHERE id = ? AND ended IS NULL`, hash(fresh), choice, now, hash(old))
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n != 1 {
			return &engine.Fault{Code: "session-ended", Say: "this session was ended: sign in again", Err: err}
		}
		return end(ctx, tx, old, "replaced", now)
	})
	if err != nil {
		return "", err
	}
	return fresh, nil
}

// End ends a session; one that is not there or has ended stays as it is.
func (s *Store) End(ctx context.Context, secret, why string) error {
	return s.write(ctx, func(tx *sql.Tx) error { return end(ctx, tx, secret, why, s.ms()) })
}

func end(ctx context.Context, tx *sql.Tx, secret, why string, now int64) error {
	_, err := tx.ExecContext(ctx, `UPDATE session SET ended = ?, why = ?, hint = '' WHERE id = ? AND ended IS NULL`, now, why, hash(secret))
	return err
}

// EndUser ends every session of a user, and says how many there were.
func (s *Store) EndUser(ctx context.Context, user, why string) (int, error) {
	return s.endWhere(ctx, why, `user = ?`, user)
}

func (s *Store) endWhere(ctx context.Context, why, where string, args ...any) (int, error) {
	var n int64
	err := s.write(ctx, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, `UPDATE session SET ended = ?, why = ?, hint = '' WHERE ended IS NULL AND `+where, append([]any{s.ms(), why}, args...)...)
		if err == nil {
			n, err = done.RowsAffected()
		}
		return err
	})
	return int(n), err
}

// logout ends what a logout token names: the issuer's session, or every one of
// the subject when it names none. A token is taken once.
func (s *Store) logout(ctx context.Context, issuer, jti, sid, subject string, until time.Time) (int, error) {
	err := s.write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM logout WHERE until < ?`, s.ms()); err != nil {
			return err
		}
		done, err := tx.ExecContext(ctx, `INSERT INTO logout (token, until) VALUES (?, ?) ON CONFLICT DO NOTHING`, hash(issuer+"\n"+jti), until.UnixMilli())
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n != 1 {
			return &engine.Fault{Code: "logout-replayed", Say: "this logout token was taken already", Err: err}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	if sid != "" {
		return s.endWhere(ctx, "issuer", `issuer = ? AND sid = ? AND (? = '' OR subject = ?)`, issuer, sid, subject, subject)
	}
	return s.endWhere(ctx, "issuer", `issuer = ? AND subject = ?`, issuer, subject)
}
