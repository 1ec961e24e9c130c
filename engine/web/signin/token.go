package signin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"database/sql"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"leftshift/engine"
	"leftshift/engine/access"
)

// tokenPrefix lets a scanner of files find a token that was left somewhere.
const tokenPrefix = "leftshift_"

// TokenLasts is the longest that an API token lasts.
const TokenLasts = 90 * 24 * time.Hour

// TokenAsk is what a new API token is for.
type TokenAsk struct {
	Name         string       // of the connected system
	Scope        []access.Act // what it may ask; each must be one that a connected system may
	Organisation string       // ODS code that it acts for
	By           string       // who makes it: the authorising identity in the audit
	Lasts        time.Duration
}

// Token is an API token without its secret.
type Token struct {
	ID, Name, Organisation, By   string
	Scope                        []access.Act
	Made, Expires, Used, Revoked time.Time // Used and Revoked zero when never
}

// scopes is what a connected system may be given.
func scopes() []access.Act {
	var out []access.Act
	for _, p := range access.Table() {
		if p.Role == access.Service {
			out = append(out, p.Act)
		}
	}
	return out
}

// IssueToken makes an API token and gives its text, which is shown once and kept
// nowhere. Faults report everything that is wrong with the question.
func (s *Store) IssueToken(ctx context.Context, ask TokenAsk) (string, Token, error) {
	var wrong []string
	for what, text := range map[string]string{"name": ask.Name, "organisation": ask.Organisation, "maker": ask.By} {
		if strings.TrimSpace(text) == "" {
			wrong = append(wrong, "it needs its "+what)
		}
	}
	if ask.Lasts <= 0 || ask.Lasts > TokenLasts {
		wrong = append(wrong, "it lasts at most 90 days, and more than none")
	}
	var words []string
	for _, a := range ask.Scope {
		if !slices.Contains(scopes(), a) {
			wrong = append(wrong, "its scope may not have "+string(a))
		}
		words = append(words, string(a))
	}
	if len(words) == 0 {
		wrong = append(wrong, "it needs a scope")
	}
	if len(wrong) > 0 {
		slices.Sort(wrong)
		return "", Token{}, &engine.Fault{Code: "token-ask-invalid", Say: "the API token cannot be made: " + strings.Join(wrong, "; ")}
	}
	t := Token{ID: rand.Text()[:16], Name: ask.Name, Organisation: ask.Organisation, By: ask.By, Scope: slices.Clone(ask.Scope), Made: time.UnixMilli(s.ms()).UTC()}
	t.Expires = t.Made.Add(ask.Lasts)
	text := tokenPrefix + t.ID + "_" + secret()
	err := s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO token (id, secret, name, scope, organisation, made_by, made, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			t.ID, hash(text), t.Name, strings.Join(words, " "), t.Organisation, t.By, t.Made.UnixMilli(), t.Expires.UnixMilli())
		return err
	})
	return text, t, err
}

// RevokeToken ends a token at once. A Fault token-unknown when there is none.
func (s *Store) RevokeToken(ctx context.Context, id string) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, `UPDATE token SET revoked = coalesce(revoked, ?) WHERE id = ?`, s.ms(), id)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n != 1 {
			return &engine.Fault{Code: "token-unknown", Say: "there is no API token of that identifier: list them", Err: err}
		}
		return nil
	})
}

const tokenColumns = `id, name, scope, organisation, made_by, made, expires, used, revoked, secret`

// Tokens lists every API token, the newest first.
func (s *Store) Tokens(ctx context.Context) ([]Token, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+tokenColumns+` FROM token ORDER BY made DESC, id`)
	if err != nil {
		return nil, broken("the file of sessions cannot be read", err)
	}
	defer rows.Close()
	var out []Token
	for rows.Next() {
		t, _, err := readToken(rows)
		if err != nil {
			return nil, broken("the file of sessions cannot be read", err)
		}
		out = append(out, t)
	}
	return out, rows.Err()
}

func readToken(row interface{ Scan(...any) error }) (t Token, secret []byte, err error) {
	var scope string
	var made, expires int64
	var used, revoked sql.NullInt64
	err = row.Scan(&t.ID, &t.Name, &scope, &t.Organisation, &t.By, &made, &expires, &used, &revoked, &secret)
	for _, w := range strings.Fields(scope) {
		t.Scope = append(t.Scope, access.Act(w))
	}
	t.Made, t.Expires = time.UnixMilli(made).UTC(), time.UnixMilli(expires).UTC()
	if used.Valid {
		t.Used = time.UnixMilli(used.Int64).UTC()
	}
	if revoked.Valid {
		t.Revoked = time.UnixMilli(revoked.Int64).UTC()
	}
	return t, secret, err
}

// CheckToken gives the token of a text. One answer, token-refused, is for a
// text that is no token, an identifier that is not there and a wrong secret;
// token-revoked and token-expired only for the holder of the secret.
func (s *Store) CheckToken(ctx context.Context, text string) (Token, error) {
	refused := &engine.Fault{Code: "token-refused", Say: "this API token is not known: ask whoever manages access for one"}
	rest, _ := strings.CutPrefix(text, tokenPrefix)
	id, _, _ := strings.Cut(rest, "_")
	t, want, err := readToken(s.read.QueryRowContext(ctx, `SELECT `+tokenColumns+` FROM token WHERE id = ?`, id))
	if errors.Is(err, sql.ErrNoRows) {
		want, err = make([]byte, 32), nil
	}
	if err != nil {
		return Token{}, broken("the file of sessions cannot be read", err)
	}
	now := s.now()
	switch same := subtle.ConstantTimeCompare(want, hash(text)) == 1; {
	case !same || t.ID == "":
		return Token{}, refused
	case !t.Revoked.IsZero():
		return Token{}, &engine.Fault{Code: "token-revoked", Say: "this API token was revoked: ask whoever manages access for another"}
	case !now.Before(t.Expires):
		return Token{}, &engine.Fault{Code: "token-expired", Say: "this API token has expired: ask whoever manages access for another"}
	}
	if now.Sub(t.Used) >= time.Minute { // to the minute: not every call is a write
		t.Used = time.UnixMilli(now.UnixMilli()).UTC()
		s.note(ctx, `UPDATE token SET used = ? WHERE id = ?`, now.UnixMilli(), t.ID)
	}
	return t, err
}

// bearer takes a token from the Authorization header, and from nowhere else: a
// URL is written to logs.
func bearer(r *http.Request) (string, error) {
	for name, values := range r.URL.Query() {
		for _, v := range append(values, name) {
			if strings.Contains(v, tokenPrefix) || strings.EqualFold(name, "access_token") {
				return "", &engine.Fault{Code: "token-in-url", Say: "an API token is sent in the Authorization header, never in the address: revoke this one, since addresses are written to logs"}
			}
		}
	}
	scheme, text, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") || text == "" {
		return "", &engine.Fault{Code: "token-none", Say: "send the API token in the header Authorization: Bearer"}
	}
	return text, nil
}
