//go:build duckdb_arrow

package analyse

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"
	"strings"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/engine/schema"
	"leftshift/features/catalogue"
	"leftshift/features/codelist"
	"leftshift/features/compute"
	"leftshift/features/plan"
	"leftshift/features/record"
	"leftshift/jobs/definitions"
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
	r := &record.Record{Person: people[0], Words: map[engine.Code]plan.Word{}, Said: map[engine.Code]string{}}
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
	if len(held) == 0 {
		return r, nil
	}
	list := make([]string, len(held))
	for i, c := range held {
		list[i] = strconv.FormatInt(int64(c), 10)
	}
	codes, err := lake.Rows[schema.CodeText](ctx, db, filepath.Join(curated, "code.parquet"), "code IN ("+strings.Join(list, ", ")+")", "code")
	if err != nil {
		return nil, err
	}
	for _, c := range codes {
		r.Words[c.Key] = plan.Word{Code: c.Key, System: c.System, Text: c.Text}
		r.Said[c.Key] = c.Display
	}
	return r, nil
}

// Words gives the dictionary of codes of a curated folder.
func Words(ctx context.Context, curated, temp string) (words []plan.Word, err error) {
	db, err := lake.Open(ctx, lake.Options{Threads: 1, MemoryMiB: 512, Temp: temp})
	if err != nil {
		return nil, err
	}
	words, err = compute.Words(ctx, db, curated)
	return words, errors.Join(err, db.Close())
}

// Terms adds to names what the code lists that a catalogue reads say of their
// codes: "snomed:217082002 Accidental fall".
func Terms(names map[engine.Code]string, c *catalogue.Catalogue, s *definitions.Set) {
	for i := range c.Definitions {
		for _, m := range c.Definitions[i].Members {
			for _, name := range m.Lists {
				l := s.Codelists.List(name)
				if l.Match != codelist.Exact {
					continue // whole codes are those of the record
				}
				for _, code := range l.Codes {
					text := l.System + ":" + code
					if t := l.Terms[code]; t != "" {
						text += " " + strings.NewReplacer("\n", " ", "\r", " ").Replace(t)
					}
					names[engine.CodeKey(engine.ParseSystem(l.System), code)] = text
				}
			}
		}
	}
}
