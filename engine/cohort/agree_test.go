//go:build duckdb_arrow

package cohort

import (
	"context"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
)

// anyNode draws a tree as a file would hold it.
func anyNode(t *rapid.T, d *Dictionary, depth int) any {
	if depth > 0 && rapid.IntRange(0, 2).Draw(t, "inner") > 0 {
		var kids []any
		for range rapid.IntRange(1, 3).Draw(t, "kids") {
			kids = append(kids, anyNode(t, d, depth-1))
		}
		return map[string]any{rapid.SampledFrom([]string{"all", "any", "none"}).Draw(t, "group"): kids}
	}
	f := rapid.SampledFrom(d.Fields()).Draw(t, "field")
	op := rapid.SampledFrom(OpsOf(f.Kind)).Draw(t, "op")
	m := map[string]any{"field": f.ID, "op": string(op)}
	value := func() any {
		switch {
		case f.Kind == Number:
			return rapid.OneOf(rapid.SampledFrom([]float64{0, 1, 2, 5, 30, 50, 75, 0.1, 0.5}), rapid.Float64Range(-5, 400)).Draw(t, "number")
		case f.Kind == Flag:
			return rapid.Bool().Draw(t, "flag")
		case f.Values != nil:
			return rapid.SampledFrom(f.Values).Draw(t, "word")
		}
		return rapid.OneOf(rapid.SampledFrom([]string{"P0", "P1", "U0", "team-0", "team-1", "'; DROP TABLE people; --", "$$", "’ OR 1=1", "?"}), rapid.StringMatching(`[a-zA-Z' "\\;%_-]{1,8}`)).Draw(t, "text")
	}
	switch n := takes[op].values; n {
	case 0:
	case 1:
		m["value"] = value()
	default:
		var list []any
		for range max(n, rapid.IntRange(1, 3).Draw(t, "values")*-n) {
			list = append(list, value())
		}
		m["values"] = list
	}
	return m
}

// rowsOf reads everyone's values, by plain queries of one column each.
func rowsOf(t testing.TB, e *sqlExecutor) []map[string]Value {
	t.Helper()
	ctx := context.Background()
	out := make([]map[string]Value, e.n)
	unseen := make([]string, e.n)
	read := func(column, from string, f func(n int, v any)) {
		rows, err := e.db.Query(ctx, "SELECT p.n, "+column+" FROM people p"+from+" ORDER BY p.n")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var n int
			var v any
			if err := rows.Scan(&n, &v); err != nil {
				t.Fatal(err)
			}
			f(n, v)
		}
	}
	for i := range out {
		out[i] = map[string]Value{}
	}
	features := " LEFT JOIN read_parquet('" + e.features + "') f ON f.person = p.person"
	read("f.not_observable", features, func(n int, v any) { unseen[n], _ = v.(string) })
	for _, f := range e.dictionary.Fields() {
		from := ""
		if f.Source == Feature {
			from = features
		}
		read(f.column, from, func(n int, v any) {
			x := Value{State: Known}
			switch v := v.(type) {
			case nil:
				x.State = Unknown
				if f.unseen(unseen[n]) {
					x.State = Unobservable
				}
			case float64:
				x.Number = v
			case string:
				x.Text = v
			case bool:
				x.Flag = v
			case []any:
				for _, l := range v {
					x.Labels = append(x.Labels, l.(string))
				}
			default:
				t.Fatalf("%s is a %T", f.ID, v)
			}
			out[n][f.ID] = x
		})
	}
	return out
}

// SQL and Go decide alike, for every person and every tree; and no byte of the
// user's is in the SQL, whose text is the same for other values.
func TestB4SQLAndGoAgreeAndHoldNothingOfTheUsers(t *testing.T) {
	s := publishMade(t, 300, 9)
	desk := openMade(t, s, t.TempDir(), Options{})
	e := desk.run.(*sqlExecutor)
	rows := rowsOf(t, e)
	ours := regexp.MustCompile(`^[a-zA-Z0-9_ .,"=<>?()\[\]']*$`)
	seen := map[Truth]int{}
	rapid.Check(t, func(t *rapid.T) {
		var nodes []Node
		for range 3 {
			n, err := desk.Dictionary.ParseNode(anyNode(t, desk.Dictionary, 3), true)
			if err != nil {
				t.Fatal(err)
			}
			nodes = append(nodes, n)
		}
		found, err := e.decide(context.Background(), nodes)
		if err != nil {
			t.Fatal(err)
		}
		for j, n := range nodes {
			c := desk.Dictionary.Compile(n)
			if strings.Count(c.SQL, "?") != len(c.Args) || !ours.MatchString(c.SQL) || strings.Count(c.SQL, "'")%4 != 0 {
				t.Fatalf("%d arguments for %s", len(c.Args), c.SQL)
			}
			if other := desk.Dictionary.Compile(otherValues(n)); other.SQL != c.SQL {
				t.Fatalf("the text follows the values: %s and %s", c.SQL, other.SQL)
			}
			for i, row := range rows {
				want := desk.Dictionary.Eval(n, func(id string) Value { return row[id] })
				seen[want]++
				got := False
				switch {
				case found[j].yes.has(i):
					got = True
				case found[j].unsure.has(i):
					got = Undecided
				}
				if got != want {
					t.Fatalf("person %d: SQL says %d and Go %d of %s", i, got, want, raw(n))
				}
			}
		}
	})
	if seen[True] == 0 || seen[False] == 0 || seen[Undecided] == 0 {
		t.Errorf("not every truth came up: %v", seen)
	}
}

func otherValues(n Node) Node {
	out := n
	for _, k := range []*[]Node{&out.All, &out.Any, &out.None} {
		var kids []Node
		for _, kid := range *k {
			kids = append(kids, otherValues(kid))
		}
		*k = kids
	}
	out.Values = nil
	for _, v := range n.Values {
		switch v.(type) {
		case float64:
			v = 12345.678
		case string:
			v = "zzz"
		case bool:
			v = true
		}
		out.Values = append(out.Values, v)
	}
	return out
}

// What tries to get out of a value is a value, found in nobody, or refused.
func TestB4Payloads(t *testing.T) {
	desk := openMade(t, publishMade(t, 100, 3), t.TempDir(), Options{})
	d := desk.Dictionary
	for _, bad := range []string{"'; DROP TABLE people; --", "$$", "$1", "?", "‘ OR ’1’=’1", "\" OR 1=1 --", "\\", "a\x00b", "%", "read_parquet('/etc/passwd')", strings.Repeat("x", 10_000), "\xff"} {
		for _, op := range []Op{Is, In} {
			m := map[string]any{"field": "practice", "op": string(op), "value": bad}
			if op == In {
				m = map[string]any{"field": "practice", "op": string(op), "values": []any{bad, bad}}
			}
			n, err := d.ParseNode(m, false)
			if err != nil {
				var f *engine.Fault
				if !errors.As(err, &f) || strings.Contains(f.Say, bad) {
					t.Errorf("%q: %v", bad, err)
				}
				continue
			}
			found, err := desk.run.decide(context.Background(), []Node{n})
			if err != nil || fmt.Sprint(found[0].yes) != "[0 0]" {
				t.Errorf("%q found %v, %v", bad, found, err)
			}
		}
		for _, m := range []map[string]any{{"field": bad, "op": "is", "value": "x"}, {"field": "practice", "op": bad, "value": "x"}, {bad: []any{}}, {"field": "age", "op": "is", "value": bad}, {"field": "sex", "op": "is", "value": bad}} {
			if _, err := d.ParseNode(m, true); err == nil || len(bad) > 1 && strings.Contains(err.Error(), bad) {
				t.Errorf("%v: %v", m, err)
			}
		}
	}
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if _, err := d.ParseNode(map[string]any{"field": "age", "op": "is", "value": x}, true); err == nil {
			t.Errorf("%v is taken", x)
		}
	}
	var deep any = map[string]any{"field": "age", "op": "is", "value": 1.0}
	for range maxDepth {
		deep = map[string]any{"all": []any{deep}}
	}
	if _, err := d.ParseNode(deep, true); err == nil {
		t.Error("too deep a tree is taken")
	}
}

// unseen says whether all that a field reads stands among kinds unseen: what
// unseenSQL says, said again.
func (f *Field) unseen(kinds string) bool {
	if len(f.Observed) == 0 || kinds == "" {
		return false
	}
	have := strings.Fields(kinds)
	for _, k := range f.Observed {
		if !slices.Contains(have, k) {
			return false
		}
	}
	return true
}
