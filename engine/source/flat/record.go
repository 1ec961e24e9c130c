package flat

import "leftshift/engine"

// limit is how many bytes one record may have.
const limit = 1 << 20

// record is one source record: the text of its fields, in the order of the
// file's columns, valid for ever.
type record struct {
	position int64 // line from 1 of a text file, row from 1 of a table
	fields   []string
	reason   string // why it cannot be used; "" when it can
}

// records is a file being read. A reader stops with a Fault only for what
// makes the rest of the file unsure.
type records interface {
	// header is the names of the columns in order.
	header() []string
	// iso says that the values of a column are ISO dates whatever the map
	// declares, because the file itself types them.
	iso(column int) bool
	// next gives the next record, or nil at the end. The record is the
	// reader's and changes with the next call; its strings do not.
	next() (*record, error)
}

func fault(code, say string) *engine.Fault { return &engine.Fault{Code: code, Say: say} }
