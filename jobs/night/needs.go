//go:build duckdb_arrow

package night

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/engine/risklist"
	"leftshift/engine/schema"
)

// needLists are the code lists of what a person needs of who calls them, with
// the words where the record has none.
var needLists = []struct{ kind, list, words string }{
	{"interpreter", "interpreter_spoken", "Needs an interpreter"},
	{"communication", "communication_support", "Needs help with communication"},
	{"format", "information_format", "Needs information in another format"},
	{"adjustment", "reasonable_adjustment", "Reasonable adjustment recorded"},
	{"carer", "carer", "Cares for someone"},
}

// writeNeeds writes, from the table listed_event, what the people on lists need: of each code the newest day.
// A newer code that someone is no longer a carer ends that need.
func (n *Night) writeNeeds(ctx context.Context, db *lake.DB, dir string) error {
	var all []schema.Need
	read := func(list string) ([]happened, error) {
		in := n.inLists(list)
		if in == "" {
			return nil, nil
		}
		return lake.Collect[happened](ctx, db, "SELECT t.person, max(t.day) AS day, CAST(NULL AS DATE) AS end_day, CAST(0 AS UTINYINT) AS kind, CAST(0 AS UTINYINT) AS attended, '' AS source, "+
			"max(t.system) AS system, max(t.text) AS text, max(t.display) AS display FROM listed_event t"+
			fmt.Sprintf(" WHERE t.kind IN (%d, %d, %d) AND t.status IN (0, 1) AND (t.end_day IS NULL OR t.end_day > DATE '%s') AND (%s) GROUP BY t.person, t.code", engine.Problem, engine.Observation, engine.Flag, n.AsOf, in))
	}
	ended := map[engine.Person]engine.Day{}
	rows, err := read("not_carer")
	if err != nil {
		return err
	}
	for _, x := range rows {
		ended[x.Person] = max(ended[x.Person], x.Day)
	}
	for _, k := range needLists {
		rows, err := read(k.list)
		if err != nil {
			return err
		}
		for _, x := range rows {
			if day, ok := ended[x.Person]; ok && k.kind == "carer" && day >= x.Day {
				continue
			}
			text := cmp.Or(strings.TrimSpace(x.Display), n.Codelists.List(k.list).Terms[x.Text], k.words)
			if k.kind == "carer" { // one of many codes of the same
				text = k.words
			}
			class := risklist.CareTeam
			if n.Codelists.ClinicianOnly(k.list) || len(n.Codelists.TopicsOf(x.System.String(), x.Text)) > 0 {
				class = risklist.Clinicians
			}
			all = append(all, schema.Need{Person: x.Person, Kind: k.kind, Day: x.Day, Text: text, Class: class.String()})
		}
	}
	slices.SortFunc(all, func(a, b schema.Need) int {
		return cmp.Or(cmp.Compare(a.Person, b.Person), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Text, b.Text), cmp.Compare(b.Day, a.Day), cmp.Compare(a.Class, b.Class))
	})
	all = slices.CompactFunc(all, func(a, b schema.Need) bool { return a.Person == b.Person && a.Kind == b.Kind && a.Text == b.Text })
	return schema.Write(filepath.Join(dir, "need.parquet"), schema.PublishedTable("need"), func(yield func(any) bool) {
		for i := range all {
			if !yield(&all[i]) {
				return
			}
		}
	})
}
