package catalogue

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/features/matrix"
)

// denies is a word by which a sentence says that something is not there, or the
// value itself.
var denies = regexp.MustCompile(`(?i)\b(no|none|not|nothing|without|never|0)\b`)

// Of zero no built-in feature says what it says of more: it denies, gives the
// number, or, of a time or a rate, says "today" or "as".
func TestZeroIsNeverAFinding(t *testing.T) {
	c := load(t)
	columns := c.Columns()
	for i := range c.Definitions {
		d := &c.Definitions[i]
		if !d.zeroable() {
			continue
		}
		zero := Sentence(columns[i], 0, engine.NoDay, 20000)
		for _, one := range []float32{1, 2, -1, 0.5, 400} {
			for _, last := range []engine.Day{engine.NoDay, 19990} {
				if got := Sentence(columns[i], one, last, 20000); got == zero {
					t.Errorf("%s says %q of 0 and of %g", d.ID, got, one)
				}
			}
		}
		if d.Absence == matrix.AbsenceZero && d.Aggregate != Acceleration && !denies.MatchString(zero) {
			t.Errorf("%s says %q of 0", d.ID, zero)
		}
		if d.Unmeasured() && !strings.Contains(zero, "record") {
			t.Errorf("%s says %q of someone who was never measured", d.ID, zero)
		}
	}
}

// Whatever words a site's file has: one that loads never says the same of 0 and
// of more.
func TestNoFileSaysAFindingOfZero(t *testing.T) {
	lib, an := shelves(t)
	words := rapid.SampledFrom([]string{"", "Low pressure", "{n:fall|falls} seen", "Seen[, last on {last}]", "Seen on {last}", "{value}[ {unit}]", "Seen {in}[, {n} times]"})
	told, loaded := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		sentence, none := words.Draw(t, "sentence"), words.Draw(t, "none")
		aggregate := rapid.SampledFrom([]string{"any", "days", "count", "distinct_codes"}).Draw(t, "aggregate")
		text := strings.Replace(localEntry("x", "lists = [\"falls\"]\nsentence = \""+sentence+"\"\nnone = \""+none+"\"\n"), `"any"`, `"`+aggregate+`"`, 1)
		c, err := loadAll(lib, an, []Folder{{Name: "ours", FS: folderOf(text)}})
		if err != nil {
			if told++; !strings.Contains(err.Error(), "(zero)") {
				t.Fatal(err)
			}
			return
		}
		loaded++
		col := c.Find("x").Column()
		for _, v := range []float32{1, 3} {
			if zero, more := Sentence(col, 0, engine.NoDay, 20000), Sentence(col, v, engine.NoDay, 20000); zero == more {
				t.Fatalf("%q of 0 and of %g", zero, v)
			}
		}
	})
	if told == 0 || loaded == 0 {
		t.Errorf("%d told, %d loaded: the draws are too plain", told, loaded)
	}
}

// Only of rows that there must be is there no zero.
func TestZeroable(t *testing.T) {
	for _, c := range []struct {
		more string
		told bool
	}{
		{"", true}, {"none = \"No fall\"\n", false}, {"none = \"A fall\"\n", true},
	} {
		text := localEntry("x", "lists = [\"falls\"]\nsentence = \"A fall\"\n"+c.more)
		if _, f := aloneFaults(t, map[string]string{"a.toml": text}); (len(f) > 0) != c.told {
			t.Errorf("%q: %q", c.more, f)
		}
		if _, f := aloneFaults(t, map[string]string{"a.toml": strings.Replace(text, `"zero"`, `"unknown"`, 1)}); len(f) > 0 {
			t.Errorf("%q, of which there is no zero: %q", c.more, f)
		}
	}
	flag := "[[feature]]\nid = \"d\"\ntitle = \"D\"\nsentence = \"Old\"\nsource = \"derived\"\nterms = [\"age >= 90\"]\naggregate = \"holds\"\nabsence = \"unknown\"\ndisplay = \"team\"\narea = \"local\"\nwhy = \"We ask.\"\n"
	if _, f := faultsOf(t, map[string]string{"a.toml": flag}); len(f) != 1 || !strings.Contains(f[0], "(zero)") {
		t.Errorf("a flag: %q", f)
	}
}
