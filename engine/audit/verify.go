package audit

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/mattn/go-sqlite3"

	"leftshift/engine/store"
)

// Proof is what an audit is held against. The zero value checks the chain
// alone, which shows neither a cut end nor a chain recomputed to its end.
type Proof struct {
	// Checkpoints are lines of Checkpoint.String, in any order, several copies
	// one after another if need be: of the copy kept elsewhere. nil: none.
	Checkpoints io.Reader
	// Keys are the public keys that may have signed them.
	Keys []ed25519.PublicKey
}

// Verify reads the whole audit at path and calls each (which may be nil) for
// every break, in the order of finding. It reads one moment of the file, which
// may be in use, and changes nothing in it. Memory does not grow with the
// entries, only with the checkpoints (some 100 bytes for each). An error means
// that the verification was not finished: no file, no right to read it, or a
// context that ended; what is wrong with the audit is a break.
//
// After a gap or a change the chain is taken up again at the stored hash, so
// that each later break is found too. The entry after a gap cannot be held
// against the one before it, which is gone.
func Verify(ctx context.Context, path string, proof Proof, each func(Break)) (Report, error) {
	v := &verification{each: each}
	if err := v.marks(proof); err != nil { // before the file: it may grow meanwhile
		return v.report, err
	}
	if _, err := os.Stat(path); err != nil {
		return v.report, fault("audit-missing", "there is no audit at "+path+": correct the path", err)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return v.report, unusable("the audit's path is none", err)
	}
	db, err := sql.Open("sqlite3", store.Address(path, "mode=ro&_query_only=1&_busy_timeout=20000"))
	if err != nil {
		return v.report, unusable("the audit cannot be opened", err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	tx, err := db.BeginTx(ctx, nil)
	if err == nil {
		defer tx.Rollback()
		err = v.verify(ctx, tx)
	}
	switch {
	case err == nil:
		return v.report, nil
	case ctx.Err() != nil:
		return v.report, fault("audit-verify-stopped", "the verification was stopped before its end: start it again", ctx.Err())
	case damaged(err):
		v.find(Break{Kind: File, From: v.report.Last + 1, Say: fmt.Sprintf("the database is damaged and could be read only up to entry %d: %v", v.report.Last, err)})
		return v.report, nil
	}
	return v.report, unusable("the audit cannot be read; a copy in a folder that cannot be written needs its -wal and -shm files beside it", err)
}

// damaged says whether SQLite could not make sense of the file.
func damaged(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && (e.Code == sqlite3.ErrCorrupt || e.Code == sqlite3.ErrNotADB || e.Code == sqlite3.ErrError || e.Code == sqlite3.ErrFormat)
}

type verification struct {
	report Report
	each   func(Break)
	points []point // rising
	sum    [sha256.Size]byte
}

func (v *verification) find(b Break) {
	v.report.Breaks++
	if v.each != nil {
		v.each(b)
	}
}

func (v *verification) verify(ctx context.Context, tx *sql.Tx) error {
	if ok, err := v.shape(ctx, tx); err != nil || !ok {
		return err
	}
	if err := v.integrity(ctx, tx); err != nil {
		return err
	}
	var id []byte
	if err := tx.QueryRowContext(ctx, "SELECT id FROM log").Scan(&id); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if len(id) != idBytes {
		v.find(Break{Kind: Schema, Say: "the audit has lost its id, with which the chain begins"})
	}
	v.report.Log = hex.EncodeToString(id)
	v.foreign()
	return v.chain(ctx, tx, start(id))
}

// chain walks entries and their persons side by side.
func (v *verification) chain(ctx context.Context, tx *sql.Tx, before [sha256.Size]byte) error {
	rows, err := tx.QueryContext(ctx, "SELECT "+entryColumns+" FROM entry NOT INDEXED ORDER BY seq")
	if err != nil {
		return err
	}
	defer rows.Close()
	seen, err := newSeen(ctx, tx)
	if err != nil {
		return err
	}
	defer seen.rows.Close()
	v.held(0, before)
	linked := true // before is the hash of the entry before
	for rows.Next() {
		if err := ctx.Err(); err != nil {
			return err
		}
		var s stored
		bad := s.scan(rows)
		seq := s.Sequence
		v.report.Entries++
		if seq < 1 {
			v.find(Break{Kind: Changed, From: seq, To: seq, Say: fmt.Sprintf("entry %d has a number that is never given: it was added or renumbered", seq)})
			continue
		}
		if want := v.report.Last + 1; seq > want {
			linked = false
			v.find(Break{Kind: Gap, From: want, To: seq - 1, Say: gap(want, seq-1)})
		}
		if err := v.people(seen, &s, bad == nil); err != nil {
			return err
		}
		switch {
		case bad != nil:
			v.find(Break{Kind: Changed, From: seq, To: seq, Say: fmt.Sprintf("entry %d cannot be read: a column was changed to what it never holds", seq)})
		case linked && s.chain(before, s.digest) != s.Hash:
			say := fmt.Sprintf("entry %d does not follow from entry %d: it was changed, or its hash or the hash before it, or entries were moved or renumbered", seq, seq-1)
			if seq == 1 {
				say = "entry 1 does not follow from the id of the audit: it was changed, or its hash or the id, or entries were removed and renumbered"
			}
			v.find(Break{Kind: Changed, From: seq, To: seq, Say: say})
		}
		before, linked = s.Hash, bad == nil
		v.report.Last = seq
		v.held(seq, s.Hash)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if err := v.nobodys(seen, 0); err != nil {
		return err
	}
	v.cut()
	return nil
}

func gap(from, to int64) string {
	if from == to {
		return fmt.Sprintf("entry %d is missing; entry %d cannot be held against it", from, to+1)
	}
	return fmt.Sprintf("entries %d to %d are missing; entry %d cannot be held against them", from, to, to+1)
}

// stored is an entry as the file has it.
type stored struct {
	Entry
	digest [sha256.Size]byte
}

// scan reads a row of entryColumns and what follows them. The sequence is read
// even when the rest cannot be.
func (s *stored) scan(rows *sql.Rows, more ...any) error {
	var at int64
	var digest, hash []byte
	to := []any{&s.Sequence, &at}
	for _, t := range s.texts() {
		to = append(to, t.value)
	}
	to = append(append(to, &s.Rows, &s.People, &digest, &hash), more...)
	if err := rows.Scan(to...); err != nil {
		return err
	}
	s.Time = time.UnixMilli(at).UTC()
	if len(digest) != sha256.Size || len(hash) != sha256.Size {
		return errors.New("a hash has another length")
	}
	s.digest, s.Hash = [sha256.Size]byte(digest), [sha256.Size]byte(hash)
	return nil
}
