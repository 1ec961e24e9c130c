package query_test

import (
	"context"
	"database/sql"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/features/plan"
	"leftshift/features/query"
	"leftshift/features/query/agree"
	"leftshift/features/sample"
)

func builtIn(t *testing.T) (*sample.Shelf, *catalogue.Catalogue) {
	t.Helper()
	shelf, err := sample.LoadWhole()
	if err != nil {
		t.Fatal(err)
	}
	cat, err := catalogue.Load(shelf.Library, shelf.Analytes)
	if err != nil {
		t.Fatal(err)
	}
	return shelf, cat
}

var (
	comment = regexp.MustCompile(`--[^\n]*`)
	text    = regexp.MustCompile(`'[^']*'`)
)

// What standard engines do not share, or do not do alike.
var banned = regexp.MustCompile(`(?i)\b(FILTER|QUALIFY|ARG_M\w+|MAX_BY|MIN_BY|GREATEST|LEAST|LIST|ARRAY_AGG|AVG|STDDEV\w*|FLOAT|DOUBLE|REAL|ILIKE|DISTINCT ON|NOW|CURRENT_DATE|LIMIT)\b|::|/|"|\[|\d\.\d`)

// Every built-in feature is one statement by itself, which says what it is, and
// keeps to what engines share.
func TestBuiltInSQL(t *testing.T) {
	shelf, cat := builtIn(t)
	dates := []engine.Day{19782, 19904}
	spark := query.Dialect{Name: "spark", Table: func(n string) string { return n }, Day: func(c string) string { return "DAYS(" + c + ")" },
		Year: func(c string) string { return "YEAR(" + c + ")" }, Month: func(c string) string { return "MONTH(" + c + ")" }}
	for i := range cat.Definitions {
		d := &cat.Definitions[i]
		if d.Source == catalogue.Derived {
			continue
		}
		p, err := plan.Compile(cat.Subset([]string{d.ID}), shelf.Library, shelf.Analytes, shelf.Dictionary)
		if err != nil {
			t.Fatal(err)
		}
		for _, dialect := range []query.Dialect{query.DuckDB("lake", -1), query.SQLite(), spark} {
			list, err := query.Compile(p, dates, dialect, query.Options{Names: func(engine.Code) string { return "a\ncode" }})
			if err != nil {
				t.Fatal(err)
			}
			if len(list) != 1 {
				t.Fatalf("%s is %d statements", d.ID, len(list))
			}
			s := list[0].SQL
			if !strings.Contains(s, d.ID) || !strings.Contains(s, strings.Join(strings.Fields(d.Title), " ")) {
				t.Errorf("%s does not say what it is:\n%s", d.ID, s)
			}
			if strings.Contains(s, "code_map") && !strings.Contains(s, "-- a code\n") && !strings.Contains(s, "holds none") {
				t.Errorf("%s does not say its codes", d.ID)
			}
			bare := text.ReplaceAllString(comment.ReplaceAllString(s, ""), "''")
			if x := banned.FindString(bare); x != "" {
				t.Errorf("%s has %q:\n%s", d.ID, x, s)
			}
			if strings.ToLower(strings.Join(list[0].Columns, "")) != strings.Join(list[0].Columns, "") {
				t.Errorf("%s has columns %v", d.ID, list[0].Columns)
			}
			if again, _ := query.Compile(p, dates, dialect, query.Options{Names: func(engine.Code) string { return "a\ncode" }}); again[0].SQL != s {
				t.Errorf("%s is written in another way each time", d.ID)
			}
		}
	}
	p, err := plan.Compile(cat, shelf.Library, shelf.Analytes, shelf.Dictionary)
	if err != nil {
		t.Fatal(err)
	}
	all, err := query.Compile(p, dates, query.DuckDB("lake", -1), query.Options{})
	if err != nil {
		t.Fatal(err)
	}
	filled := map[int]int{}
	for _, s := range all {
		for _, c := range s.Cells {
			for _, j := range c.Columns {
				filled[j]++
			}
		}
	}
	for j := range cat.Definitions {
		if n := filled[j]; n != 1 && cat.Definitions[j].Source != catalogue.Derived {
			t.Errorf("%s is filled by %d statements", cat.Definitions[j].ID, n)
		}
	}
	t.Logf("%d features in %d statements", len(cat.Definitions), len(all))
	if len(all) > len(cat.Definitions)/5 {
		t.Errorf("%d statements for %d features", len(all), len(cat.Definitions))
	}
}

// A part of a definition that this package does not know would be left out of
// the SQL in silence. Who adds one teaches the SQL, and this list.
func TestEveryPartOfADefinitionIsKnown(t *testing.T) {
	known := strings.Fields(`ID Title Sentence None Unknown Source Item Kinds Statuses Modes Positions Members Analyte ValueFrom ValueTo
		Weights Within Spells FirstOfCIS NoAdmission Attended Readmission Destinations Specialties Arrivals Categories Current Terms Days Gap
		Recent Pick ByMember Aggregate Absence Display Raised Area Unit Decimals Why Tests Since Story File Line Origin`)
	d := reflect.TypeFor[catalogue.Definition]()
	for i := range d.NumField() {
		if name := d.Field(i).Name; !slices.Contains(known, name) {
			t.Errorf("catalogue.Definition has a part %s: write it as SQL in features/query, draw it in features/sample, and name it here", name)
		}
	}
}

// One person's features are the same alone as among others.
func TestOnePerson(t *testing.T) {
	shelf, l := load(t), openLite(t)
	rapid.Check(t, func(t *rapid.T) {
		x := drawExample(t, shelf)
		_, all, err := x.run(l)
		if err != nil {
			t.Fatal(err)
		}
		if len(all.Persons) == 0 {
			return
		}
		id := rapid.SampledFrom(all.Persons).Draw(t, "one")
		one, err := query.Run(context.Background(), l, x.plan, x.dates, query.SQLite(), query.Options{DataFrom: x.dataFrom, Person: id})
		if err != nil {
			t.Fatal(err)
		}
		k := slices.Index(all.Persons, id)
		if len(one.Persons) != len(x.dates) || one.Persons[0] != id || one.Orphans != 0 {
			t.Fatalf("%d rows of one person, %d of others", len(one.Persons), one.Orphans)
		}
		for j := range one.Matrix.Values {
			for i := range x.dates {
				if v, w := one.Matrix.Values[j][i], all.Matrix.Values[j][k+i]; math.Float32bits(v) != math.Float32bits(w) {
					t.Fatalf("%s is %v alone and %v among others", one.Matrix.Columns[j].ID, v, w)
				}
			}
		}
	})
}

// empty answers every query with one row of one text.
type empty struct{ *lite }

func (e empty) Query(ctx context.Context, q string) (*sql.Rows, error) {
	return e.db.QueryContext(ctx, "SELECT 'x'")
}

func TestFaults(t *testing.T) {
	shelf, l := load(t), openLite(t)
	x := rapid.Custom(func(t *rapid.T) *example { return drawExample(t, shelf) }).Example(1)
	if err := l.fill(agree.TablesOf(x.people)); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	run := func(c query.Conn, dates []engine.Day) error {
		_, err := query.Run(ctx, c, x.plan, dates, query.SQLite(), query.Options{})
		return err
	}
	stopped, stop := context.WithCancel(ctx)
	stop()
	for name, c := range map[string]struct {
		err  error
		code string
	}{
		"no dates":        {run(l, nil), "index-dates"},
		"a date twice":    {run(l, []engine.Day{5, 5}), "index-dates"},
		"text for number": {run(empty{l}, x.dates), "sql-answer"},
		"unknown feature": {second(query.Rows(x.plan, "no_such", 1, 5, query.SQLite(), query.Options{})), "feature-unknown"},
	} {
		if f, ok := c.err.(*engine.Fault); !ok || f.Code != c.code {
			t.Errorf("%s: %v, want %s", name, c.err, c.code)
		}
	}
	if _, err := query.Run(stopped, l, x.plan, x.dates, query.SQLite(), query.Options{}); err == nil {
		t.Error("a stopped run ended well")
	}
	if _, err := l.db.Exec("INSERT INTO person (person) VALUES (77), (77)"); err != nil {
		t.Fatal(err)
	}
	if f, ok := run(l, x.dates).(*engine.Fault); !ok || f.Code != "person-twice" {
		t.Error("a person twice is accepted")
	}
}

func second(_ query.Listing, err error) error { return err }
