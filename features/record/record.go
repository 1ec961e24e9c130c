// Package record holds the curated rows of one person in memory, in the very
// columns that the lake keeps: to run the kernel on a few rows that were typed,
// and to show which rows of a person's record made a feature.
package record

import (
	"context"
	"slices"
	"sort"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"leftshift/engine"
	"leftshift/engine/schema"
	"leftshift/features/kernel"
	"leftshift/features/plan"
)

// Record is one person's rows of the curated tables. Rows are in any order;
// Words has the text of their codes.
type Record struct {
	Person        schema.CuratedPerson
	Registrations []schema.CuratedRegistration
	Residences    []schema.CuratedResidence
	Events        []schema.CuratedEvent
	Spells        []schema.CuratedSpell
	Documents     []schema.CuratedDocument
	Words         map[engine.Code]plan.Word
	Said          map[engine.Code]string // the source's own words for a code, where it gave them
}

// Word gives the system and text of a code; the zero Word for one that the
// dictionary lacks and for no code.
func (r *Record) Word(c engine.Code) plan.Word { return r.Words[c] }

// Dictionary gives the words in order of code, for plan.Compile.
func (r *Record) Dictionary(yield func(plan.Word) bool) {
	codes := make([]engine.Code, 0, len(r.Words))
	for c := range r.Words {
		codes = append(codes, c)
	}
	slices.Sort(codes)
	for _, c := range codes {
		if !yield(r.Words[c]) {
			return
		}
	}
}

// Codes gives every code that the rows hold, in order, each once.
func (r *Record) Codes() []engine.Code {
	var out []engine.Code
	add := func(c engine.Code) {
		if c != 0 {
			out = append(out, c)
		}
	}
	for i := range r.Registrations {
		add(r.Registrations[i].Practice)
	}
	for i := range r.Events {
		add(r.Events[i].Code)
		add(r.Events[i].Unit)
	}
	for i := range r.Spells {
		add(r.Spells[i].Specialty)
		add(r.Spells[i].ArrivalMode)
	}
	for i := range r.Documents {
		add(r.Documents[i].Type)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Sort puts rows in the order of the curated files: by day; rows that tie stay
// as they are, for nothing may depend on them.
func (r *Record) Sort() {
	sort.SliceStable(r.Events, func(i, j int) bool { return r.Events[i].Day < r.Events[j].Day })
	sort.SliceStable(r.Spells, func(i, j int) bool { return r.Spells[i].StartDay < r.Spells[j].StartDay })
	sort.SliceStable(r.Documents, func(i, j int) bool { return r.Documents[i].Day < r.Documents[j].Day })
}

// Run gives the kernel's result for the person on one day, eligible or not,
// with days of newest rows: one row. The plan must have been compiled with a
// dictionary that has the record's words. Errors are the kernel's.
func (r *Record) Run(ctx context.Context, p *plan.Plan, on, knowledge engine.Day, opt kernel.Options) (*kernel.Result, error) {
	r.Sort()
	opt.Everyone, opt.Days = true, true
	var in kernel.Input
	for _, t := range kernel.Tables {
		x := r.reader(t.Name)
		defer x.Release()
		*t.Of(&in) = x
	}
	return kernel.Run(ctx, p, in, []engine.Day{on}, knowledge, opt)
}

// reader streams the rows of a curated table.
func (r *Record) reader(table string) array.RecordReader {
	switch table {
	case "person":
		return stream(table, []schema.CuratedPerson{r.Person})
	case "registration":
		return stream(table, r.Registrations)
	case "residence":
		return stream(table, r.Residences)
	case "event":
		return stream(table, r.Events)
	case "spell":
		return stream(table, r.Spells)
	case "document":
		return stream(table, r.Documents)
	}
	panic("record: the kernel reads a table that no record holds: " + table)
}

func stream[T any](table string, rows []T) array.RecordReader {
	t := schema.CuratedTable(table)
	b := t.NewBuilder(memory.DefaultAllocator)
	defer b.Release()
	for i := range rows {
		if err := b.Add(&rows[i]); err != nil {
			panic("record: " + err.Error()) // Add refuses nothing
		}
	}
	batch := b.Flush()
	defer batch.Release()
	out, err := array.NewRecordReader(t.Arrow, []arrow.RecordBatch{batch})
	if err != nil {
		panic("record: " + err.Error()) // the batch is of this schema
	}
	return out
}
