package audit

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"fmt"
	"hash"
)

// seenRows reads table seen in the order of entries and persons, one row
// ahead.
type seenRows struct {
	rows        *sql.Rows
	seq, person int64
	more        bool
	sum         hash.Hash
}

func newSeen(ctx context.Context, tx *sql.Tx) (*seenRows, error) {
	rows, err := tx.QueryContext(ctx, "SELECT seq, person FROM seen ORDER BY seq, person")
	if err != nil {
		return nil, err
	}
	s := &seenRows{rows: rows, sum: sha256.New()}
	return s, s.next()
}

func (s *seenRows) next() error {
	if s.more = s.rows.Next(); !s.more {
		return s.rows.Err()
	}
	return s.rows.Scan(&s.seq, &s.person)
}

// people holds the persons of an entry against its count and digest, which the
// chain covers.
func (v *verification) people(seen *seenRows, s *stored, readable bool) error {
	if err := v.nobodys(seen, s.Sequence); err != nil {
		return err
	}
	seen.sum.Reset()
	seen.sum.Write([]byte(personsForm))
	var n int64
	var b [8]byte
	for seen.more && seen.seq == s.Sequence {
		binary.BigEndian.PutUint64(b[:], uint64(seen.person))
		seen.sum.Write(b[:])
		n++
		if err := seen.next(); err != nil {
			return err
		}
	}
	v.report.Persons += n
	if !readable {
		return nil
	}
	switch seen.sum.Sum(v.sum[:0]); {
	case n != s.People:
		v.find(Break{Kind: Persons, From: s.Sequence, To: s.Sequence, Say: fmt.Sprintf("entry %d was written about %d persons and now has %d: persons were added or removed", s.Sequence, s.People, n)})
	case v.sum != s.digest:
		v.find(Break{Kind: Persons, From: s.Sequence, To: s.Sequence, Say: fmt.Sprintf("the persons of entry %d are not those it was written about: one was exchanged for another, or the entry's digest was changed", s.Sequence)})
	}
	return nil
}

// nobodys reports persons whose entry is not there, before an entry; 0: all
// that are left.
func (v *verification) nobodys(seen *seenRows, before int64) error {
	for seen.more && (before == 0 || seen.seq < before) {
		seq, n := seen.seq, 0
		for seen.more && seen.seq == seq {
			n++
			if err := seen.next(); err != nil {
				return err
			}
		}
		v.report.Persons += int64(n)
		v.find(Break{Kind: Persons, From: seq, To: seq, Say: fmt.Sprintf("%d persons are recorded for entry %d, which is not there: the entry was removed or renumbered, or the persons were added", n, seq)})
	}
	return nil
}
