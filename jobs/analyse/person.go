//go:build duckdb_arrow

package analyse

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/engine/schema"
	"leftshift/features/plan"
	"leftshift/features/record"
)

// ParsePerson reads a pseudonym as tables have it, or with the letter p before
// it as lists do.
func ParsePerson(text string) (engine.Person, error) {
	n, err := strconv.ParseInt(strings.TrimPrefix(text, "p"), 10, 64)
	if err != nil || n <= 0 {
		return 0, &engine.Fault{Code: "person-form", Say: "--person needs a pseudonym: the number of column person, as in `leftshift sql \"select person from risk_list\"`"}
	}
	return engine.Person(n), nil
}

// load reads the curated rows of one person, with the words of their codes.
func load(ctx context.Context, db *lake.DB, curated string, p engine.Person) (*record.Record, error) {
	people, err := lake.PersonRows[schema.CuratedPerson](ctx, db, curated, "person", p)
	if err != nil {
		return nil, err
	}
	if len(people) == 0 {
		return nil, &engine.Fault{Code: "person-unknown", Say: "nobody in the record has that pseudonym: the numbers are those of column person, and opted-out people are not in it"}
	}
	r := &record.Record{Person: people[0], Words: map[engine.Code]plan.Word{}}
	if r.Registrations, err = lake.PersonRows[schema.CuratedRegistration](ctx, db, curated, "registration", p); err != nil {
		return nil, err
	}
	if r.Residences, err = lake.PersonRows[schema.CuratedResidence](ctx, db, curated, "residence", p); err != nil {
		return nil, err
	}
	if r.Events, err = lake.PersonRows[schema.CuratedEvent](ctx, db, curated, "event", p); err != nil {
		return nil, err
	}
	if r.Spells, err = lake.PersonRows[schema.CuratedSpell](ctx, db, curated, "spell", p); err != nil {
		return nil, err
	}
	if r.Documents, err = lake.PersonRows[schema.CuratedDocument](ctx, db, curated, "document", p); err != nil {
		return nil, err
	}
	held := r.Codes()
	return r, db.Codes(ctx, curated, func(code engine.Code, system engine.System, text string) {
		if _, ok := slices.BinarySearch(held, code); ok {
			r.Words[code] = plan.Word{Code: code, System: system, Text: text}
		}
	})
}

// Words gives the dictionary of codes of a curated folder.
func Words(ctx context.Context, curated, temp string) (words []plan.Word, err error) {
	db, err := lake.Open(ctx, lake.Options{Threads: 1, MemoryMiB: 512, Temp: temp})
	if err != nil {
		return nil, err
	}
	err = db.Codes(ctx, curated, func(code engine.Code, system engine.System, text string) {
		words = append(words, plan.Word{Code: code, System: system, Text: text})
	})
	return words, errors.Join(err, db.Close())
}
