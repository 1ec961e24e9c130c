package audit

import "fmt"

// Kind of a break.
type Kind string

const (
	File      Kind = "file"       // the database is damaged, or an index disagrees with its table
	Schema    Kind = "schema"     // tables or guards are not those this program made
	Gap       Kind = "gap"        // entries are missing between others
	Changed   Kind = "changed"    // an entry does not follow from the one before
	Persons   Kind = "persons"    // the persons of an entry are not those it was written with
	Cut       Kind = "cut"        // entries that a checkpoint knows are gone from the end
	Rewritten Kind = "rewritten"  // the chain holds together and contradicts a checkpoint
	Other     Kind = "other"      // a checkpoint is of another log
	Unsigned  Kind = "checkpoint" // a line of the checkpoints is not one, or no given key signed it
)

// Break is one place where the audit is not what was written.
type Break struct {
	Kind     Kind
	From, To int64 // sequences, both included; 0: none
	Line     int   // of the checkpoints, from 1; 0: none
	Say      string
}

func (b Break) String() string { return fmt.Sprintf("%s [%s]", b.Say, b.Kind) }

// Report is what a verification found.
type Report struct {
	Log         string // id of the log
	Entries     int64  // read
	Persons     int64  // read, over all entries
	Last        int64  // highest sequence; 0: none
	Checkpoints int    // signed by a given key and agreed with
	Proved      int64  // entries up to this sequence are those a checkpoint states, if Breaks is 0
	Torn        bool   // the last line of the checkpoints has no end, as a crash or a copy in progress leaves it; it was not used
	Breaks      int64
}

// Sound says that no break was found. Entries after Proved may still have been
// cut or rewritten at the end.
func (r Report) Sound() bool { return r.Breaks == 0 }
