package worklist

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"
	"unicode/utf8"
)

// LeastCapacity and MostCapacity bound what a team can set: more than 500 people
// in a month is no list that one team works.
const (
	LeastCapacity = 1
	MostCapacity  = 500
)

// LongestReason is the most characters of a reason for a capacity.
const LongestReason = 200

// Capacity is how many people a team says that it can work. It is heeded by the
// next run, and by every one after it until another is set.
type Capacity struct {
	List   string
	People int // LeastCapacity to MostCapacity; 0: the configured number again
	By     Actor
	At     time.Time
	Reason string // "": none was given
}

// SetCapacity sets how many people a list shall hold, 0 to go back to the
// configured number. The same key again does nothing again. The error is the
// fault worklist-capacity, -note, -key or -actor.
func (s *Store) SetCapacity(ctx context.Context, by Actor, key string, c Capacity) (Capacity, error) {
	c.By, c.At, c.Reason = by, time.Time{}, tidy(c.Reason)
	if err := errors.Join(by.check(), c.check(), checkKey(key)); err != nil {
		return Capacity{}, err
	}
	ask := digest(c)
	out := c
	err := s.change(ctx, func(tx *sql.Tx) error {
		var was string
		var at int64
		err := tx.QueryRow("SELECT ask, at FROM capacity WHERE organisation = ? AND user = ? AND key = ?", by.Organisation, by.User, key).Scan(&was, &at)
		switch {
		case err == nil && was != ask:
			return fault("worklist-key", "the key of this action was used for another one: give each action a new key")
		case err == nil:
			out.At = time.UnixMilli(at).UTC()
			return nil
		case !errors.Is(err, sql.ErrNoRows):
			return err
		}
		var people any
		if c.People > 0 {
			people = c.People
		}
		out.At = s.now()
		_, err = tx.Exec("INSERT INTO capacity (list, people, at, user, role, organisation, team, reason, key, ask) VALUES (?,?,?,?,?,?,?,?,?,?)",
			c.List, people, out.At.UnixMilli(), by.User, by.Role, by.Organisation, by.Team, c.Reason, key, ask)
		return err
	})
	if err != nil {
		return Capacity{}, err
	}
	return out, nil
}

func (c *Capacity) check() error {
	var faults []error
	if c.List == "" || c.People != 0 && (c.People < LeastCapacity || c.People > MostCapacity) {
		faults = append(faults, fault("worklist-capacity", "a list holds %d to %d people: give a whole number between these, or none for the configured one", LeastCapacity, MostCapacity))
	}
	if !utf8.ValidString(c.Reason) || strings.ContainsAny(c.Reason, "\n\t\x00") || utf8.RuneCountInString(c.Reason) > LongestReason {
		faults = append(faults, fault("worklist-note", "a reason is one line of at most %d characters: shorten it", LongestReason))
	}
	return errors.Join(faults...)
}

// Capacities gives what each list was last set to, by list; People is 0 where
// that was the configured number again.
func (s *Store) Capacities(ctx context.Context) (map[string]Capacity, error) {
	out := map[string]Capacity{}
	err := s.look(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT list, people, at, user, role, organisation, team, reason FROM capacity ORDER BY seq")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var c Capacity
			var people sql.NullInt64
			var at int64
			if err := rows.Scan(&c.List, &people, &at, &c.By.User, &c.By.Role, &c.By.Organisation, &c.By.Team, &c.Reason); err != nil {
				return err
			}
			c.People, c.At = int(people.Int64), time.UnixMilli(at).UTC()
			out[c.List] = c // the last stands
		}
		return rows.Err()
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
