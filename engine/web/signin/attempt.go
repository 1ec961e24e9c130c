package signin

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"encoding/base64"
	"errors"
	"time"

	"leftshift/engine"
)

// attemptLasts is how long a user has to come back from the issuer.
const attemptLasts = 10 * time.Minute

// attempt is one sign-in on the way, known to one browser by its secret.
type attempt struct {
	state, browser string
}

// nonce and verifier are made from the browser's secret, so that neither is
// kept here and neither is of use without the cookie.
func (a attempt) nonce() string    { return derive(a.browser, "nonce") }
func (a attempt) verifier() string { return derive(a.browser, "pkce") }

func derive(secret, use string) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte("leftshift sign-in " + use))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// start begins a sign-in and forgets those that were never finished.
func (s *Store) start(ctx context.Context) (attempt, error) {
	a := attempt{state: secret(), browser: secret()}
	err := s.write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM attempt WHERE made < ?`, s.ms()-attemptLasts.Milliseconds()); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO attempt (state, browser, made) VALUES (?, ?, ?)`, hash(a.state), hash(a.browser), s.ms())
		return err
	})
	return a, err
}

// take ends a sign-in: a state is good once, for the browser that began it, and
// for ten minutes. It gives the moment of the beginning.
func (s *Store) take(ctx context.Context, a attempt) (time.Time, error) {
	refused := &engine.Fault{Code: "sign-in-state", Say: "this sign-in was not begun in this browser, was used already, or took longer than ten minutes: begin again"}
	var browser []byte
	var made int64
	err := s.write(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `DELETE FROM attempt WHERE state = ? RETURNING browser, made`, hash(a.state)).Scan(&browser, &made)
	})
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return time.Time{}, refused
	case err != nil:
		return time.Time{}, err
	case a.browser == "" || subtle.ConstantTimeCompare(browser, hash(a.browser)) != 1 || s.ms()-made > attemptLasts.Milliseconds():
		return time.Time{}, refused
	}
	return time.UnixMilli(made), nil
}
