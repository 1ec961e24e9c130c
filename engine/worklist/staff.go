package worklist

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"unicode/utf8"
)

// Member is a member of staff: one user of an organisation.
type Member struct{ Organisation, User string }

// Member is who acts.
func (a Actor) Member() Member { return Member{a.Organisation, a.User} }

// Called keeps what a member of staff is called, as the sign-in gave it, so that
// others can be told whom to speak to. What is kept already is not kept again;
// "" and a name that is no line of text are nothing.
func (s *Store) Called(ctx context.Context, m Member, name string) error {
	name = strings.TrimSpace(name)
	if name == "" || m.User == "" || !utf8.ValidString(name) || len(name) > 200 || strings.ContainsAny(name, "\n\t\r\x00") {
		return nil
	}
	had, err := s.Names(ctx)
	if err != nil || had[m] == name {
		return err
	}
	return s.change(ctx, func(tx *sql.Tx) error {
		var was string
		err := tx.QueryRow("SELECT name FROM staff WHERE organisation = ? AND user = ? ORDER BY seq DESC LIMIT 1", m.Organisation, m.User).Scan(&was)
		if err == nil && was == name {
			return nil
		}
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		_, err = tx.Exec("INSERT INTO staff (organisation, user, name, at) VALUES (?,?,?,?)", m.Organisation, m.User, name, s.now().UnixMilli())
		return err
	})
}

// Names gives what members of staff are called. Whoever has not acted here since
// names are kept has none.
func (s *Store) Names(ctx context.Context) (map[Member]string, error) {
	out := map[Member]string{}
	err := s.look(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT organisation, user, name FROM staff ORDER BY seq")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var m Member
			var name string
			if err := rows.Scan(&m.Organisation, &m.User, &name); err != nil {
				return err
			}
			out[m] = name
		}
		return rows.Err()
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
