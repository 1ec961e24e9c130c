package audit

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// point is a checkpoint that a given key signed, not yet passed.
type point struct {
	seq  int64
	hash [sha256.Size]byte
	log  string
	line int
}

// marks reads the checkpoints. Lines that are none, and those that no given
// key signed, are breaks: who holds the audit may have changed them.
func (v *verification) marks(proof Proof) error {
	if proof.Checkpoints == nil {
		return nil
	}
	in := bufio.NewReaderSize(proof.Checkpoints, lineBytes)
	for n := 1; ; n++ {
		text, err := in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			for errors.Is(err, bufio.ErrBufferFull) {
				_, err = in.ReadSlice('\n')
			}
			text = []byte("too long\n")
		}
		switch {
		case errors.Is(err, io.EOF):
			v.report.Torn = len(text) > 0
			slices.SortStableFunc(v.points, func(a, b point) int { return cmp.Compare(a.seq, b.seq) })
			return nil
		case err != nil:
			return fault("audit-checkpoint-read", "the checkpoints cannot be read", err)
		}
		line := strings.TrimSuffix(string(bytes.TrimSuffix(text, []byte("\n"))), "\r")
		c, err := ParseCheckpoint(line)
		switch {
		case err != nil:
			v.find(Break{Kind: Unsigned, Line: n, Say: fmt.Sprintf("line %d of the checkpoints is no checkpoint: it was changed or is of another file", n)})
		case !c.signedBy(proof.Keys...):
			v.find(Break{Kind: Unsigned, Line: n, Say: fmt.Sprintf("line %d of the checkpoints, of entry %d, is not signed by a key that was given: it was changed or forged, or its key (%s) is missing", n, c.Sequence, c.Key)})
		default:
			v.points = append(v.points, point{c.Sequence, c.Hash, c.Log, n})
		}
	}
}

// foreign sets aside the checkpoints of other logs.
func (v *verification) foreign() {
	v.points = slices.DeleteFunc(v.points, func(p point) bool {
		if p.log == v.report.Log {
			return false
		}
		v.find(Break{Kind: Other, Line: p.line, Say: fmt.Sprintf("line %d of the checkpoints is of another audit: this file was put in the place of that one, or the checkpoints are not this audit's", p.line)})
		return true
	})
}

// held holds the checkpoints of an entry against its hash. Those of entries
// that are missing were passed over: the gap is a break already.
func (v *verification) held(seq int64, hash [sha256.Size]byte) {
	for len(v.points) > 0 && v.points[0].seq <= seq {
		p := v.points[0]
		v.points = v.points[1:]
		switch {
		case p.seq < seq:
		case p.hash == hash:
			v.report.Checkpoints++
			v.report.Proved = seq
		default:
			from := v.report.Proved + 1
			v.find(Break{Kind: Rewritten, From: min(from, seq), To: seq, Line: p.line,
				Say: fmt.Sprintf("the hash of entry %d is not the one that line %d of the checkpoints states: the chain was rewritten somewhere from entry %d to entry %d", seq, p.line, min(from, seq), seq)})
		}
	}
}

// cut reports checkpoints past the end.
func (v *verification) cut() {
	if len(v.points) == 0 {
		return
	}
	p := v.points[len(v.points)-1]
	from := v.report.Last + 1
	v.find(Break{Kind: Cut, From: from, To: p.seq, Line: p.line,
		Say: fmt.Sprintf("the audit ends at entry %d, and line %d of the checkpoints knows entry %d: at least %d entries were cut from the end", v.report.Last, p.line, p.seq, p.seq-v.report.Last)})
}
