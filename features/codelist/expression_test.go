package codelist

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// concept makes the nth identifier with a right check digit.
func concept(n int) string {
	for d := 0; d < 10; d++ {
		if s := strconv.Itoa(1000+n) + "00" + strconv.Itoa(d); verhoeff(s) {
			return s
		}
	}
	panic("no check digit fits")
}

// c stands for concepts 0 to 9 in the texts below, as {0} to {9}.
func filled(text string) string {
	for n := range 10 {
		text = strings.ReplaceAll(text, "{"+strconv.Itoa(n)+"}", concept(n))
	}
	return text
}

func hierarchy(t testing.TB, text string) *Hierarchy {
	t.Helper()
	h, err := ReadHierarchy("x.csv", strings.NewReader(filled(text)))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// A diamond: 0 above 1 and 2, both above 3; 4 below 3; 5 below 2 no longer.
const diamond = "parent,child,active\n{0},{1},1\n{0},{2},1\n{1},{3},1\n{2},{3},1\n{3},{4},1\n{2},{5},0\n"

func TestExpand(t *testing.T) {
	h := hierarchy(t, diamond)
	for expression, want := range map[string]string{
		"<<{0}":                       "{0} {1} {2} {3} {4}",
		"<{0}":                        "{1} {2} {3} {4}",
		"{0}":                         "{0}",
		"<< {1} |one| OR {2} | two |": "{1} {2} {3} {4}",
		"<<{0} MINUS <<{3}":           "{0} {1} {2}",
		"<<{0} MINUS <{1} OR {4}":     "{0} {1} {2} {4}",
		"<<{4}":                       "{4}",
	} {
		e, err := ParseExpression(filled(expression))
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		got, err := h.Expand(e)
		list := strings.Fields(filled(want))
		slices.Sort(list)
		if err != nil || !slices.Equal(got, list) {
			t.Errorf("%s: %v, %v, want %v", expression, got, err, list)
		}
		again, err := ParseExpression(e.String())
		if err != nil || again.String() != e.String() {
			t.Errorf("%s is written %s, %v", expression, e, err)
		}
	}
	for expression, want := range map[string]string{
		"<<{5}":           "has no active relationship in this release",
		"<<{9}":           "has no active relationship in this release",
		"<{4}":            "covers no concept",
		"{1} MINUS <<{0}": "covers no concept",
	} {
		e, err := ParseExpression(filled(expression))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Expand(e); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", expression, err)
		}
	}
	for _, expression := range []string{"", "<<", "<<<{0}", "<<{0} AND {1}", "<<{0} {1}", "<<{0} |open", "<<{0}x", "<<12345", "<<{0} OR", "OR {0}", "<<{0}: 1=2"} {
		if e, err := ParseExpression(filled(expression)); err == nil {
			t.Errorf("%q is read as %s", expression, e)
		}
	}
}

// An RF2 full file: the newest version of a relationship counts; other types
// than is-a do not.
const rf2 = "id\teffectiveTime\tactive\tmoduleId\tsourceId\tdestinationId\trelationshipGroup\ttypeId\tcharacteristicTypeId\tmodifierId\r\n" +
	"1\t20200101\t1\tm\t{1}\t{0}\t0\t116680003\tx\ty\r\n" +
	"2\t20210101\t0\tm\t{2}\t{0}\t0\t116680003\tx\ty\r\n" + // ended ...
	"2\t20200101\t1\tm\t{2}\t{0}\t0\t116680003\tx\ty\r\n" + // ... though an older row follows
	"3\t20200101\t0\tm\t{3}\t{1}\t0\t116680003\tx\ty\r\n" +
	"3\t20220101\t1\tm\t{3}\t{1}\t0\t116680003\tx\ty\r\n" + // and one that came back
	"4\t20200101\t1\tm\t{4}\t{0}\t1\t363698007\tx\ty\r\n"

func TestRF2(t *testing.T) {
	h, err := ReadHierarchy("a/sct2_Relationship_UKCLFull_GB1000000_20240410.txt", strings.NewReader(filled(rf2)))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{concept(1), concept(3)}
	slices.Sort(want)
	if got := h.Below(concept(0)); !slices.Equal(got, want) || h.Release != "20240410" || len(h.Hash) != 64 {
		t.Errorf("%v of release %s, want %v", got, h.Release, want)
	}
	e, _ := ParseExpression("<<" + concept(0))
	l, err := h.ListOf("mine", "", e, map[string]string{concept(3): "three"})
	if err != nil || l.Release != "20240410" || l.Hierarchy != h.Hash || l.Expression != e.String() || l.Terms[concept(3)] != "three" || !l.Has(concept(0)) {
		t.Fatalf("%+v, %v", l, err)
	}
	other, _ := h.ListOf("mine", "20241120", e, nil)
	if other.Hash == l.Hash {
		t.Error("another release has the same hash")
	}
}

func TestHierarchyFaults(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":             {"", "the file is empty"},
		"a header":          {"a,b\n1,2\n", "x.csv:1: the header is neither"},
		"a code":            {"parent,child\n{0},{1}\n{0},195967002\n", `x.csv:3: "195967002" has a wrong check digit`},
		"a column too many": {"parent,child\n{0},{1},1\n", "x.csv:2: the row has 3 columns"},
		"active":            {"parent,child,active\n{0},{1},yes\n", `x.csv:2: active is "yes"`},
		"none active":       {"parent,child,active\n{0},{1},0\n", "no active is-a"},
		"itself":            {"parent,child\n{0},{1}\n{1},{1}\n", "{1} > {1}"},
		"a circle":          {"parent,child\n{0},{1}\n{1},{2}\n{2},{3}\n{3},{1}\n", "{1} > {2} > {3} > {1}"},
	} {
		_, err := ReadHierarchy("x.csv", strings.NewReader(filled(c.text)))
		if err == nil || !strings.Contains(err.Error(), filled(c.want)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A circle through a relationship that has ended is none.
	hierarchy(t, "parent,child,active\n{0},{1},1\n{1},{2},1\n{2},{0},0\n")
}

// Below is the transitive closure, whatever the order of rows.
func TestBelowIsTheClosure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const n = 8
		var rows []string
		var reach [n][n]bool
		for p := range n {
			for c := p + 1; c < n; c++ { // downwards only: no circle
				if rapid.Bool().Draw(t, "edge") {
					rows = append(rows, concept(p)+","+concept(c))
					reach[p][c] = true
				}
			}
		}
		if len(rows) == 0 {
			return
		}
		rows = rapid.Permutation(rows).Draw(t, "order")
		h, err := ReadHierarchy("x.csv", strings.NewReader("parent,child\n"+strings.Join(rows, "\n")+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		for k := range n {
			for i := range n {
				for j := range n {
					reach[i][j] = reach[i][j] || reach[i][k] && reach[k][j]
				}
			}
		}
		for i := range n {
			var want []string
			for j := range n {
				if reach[i][j] {
					want = append(want, concept(j))
				}
			}
			slices.Sort(want)
			if got := h.Below(concept(i)); !slices.Equal(got, want) {
				t.Fatalf("below %d: %v, want %v of %v", i, got, want, rows)
			}
		}
		// A way back up makes a circle wherever one leads down.
		for i := range n {
			for j := range n {
				if !reach[i][j] {
					continue
				}
				if _, err := ReadHierarchy("x.csv", strings.NewReader("parent,child\n"+strings.Join(rows, "\n")+"\n"+concept(j)+","+concept(i)+"\n")); err == nil {
					t.Fatalf("a circle %d > %d is not noticed", i, j)
				}
			}
		}
	})
}

func TestReadTerms(t *testing.T) {
	const head = "id\teffectiveTime\tactive\tmoduleId\tconceptId\tlanguageCode\ttypeId\tterm\tcaseSignificanceId\n"
	row := func(id, time, active, concept, kind, term string) string {
		return strings.Join([]string{id, time, active, "m", concept, "en", kind, term, "c"}, "\t") + "\n"
	}
	got, err := ReadTerms("d.txt", strings.NewReader(head+
		row("1", "2020", "1", "a", synonym, "Aa")+row("2", "2020", "1", "a", fullySpecified, "A (finding)")+row("3", "2020", "1", "a", synonym, "AA")+
		row("4", "2020", "1", "b", synonym, "Bb")+row("5", "2020", "1", "b", synonym, "Ba")+
		row("6", "2020", "1", "c", fullySpecified, "old")+row("6", "2021", "0", "c", fullySpecified, "old")+row("7", "2020", "1", "c", synonym, "new")))
	if err != nil || got["a"] != "A (finding)" || got["b"] != "Ba" || got["c"] != "new" {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := ReadTerms("d.txt", strings.NewReader("code,term\n")); err == nil {
		t.Error("another file is read")
	}
}
