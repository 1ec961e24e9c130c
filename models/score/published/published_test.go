package published

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"leftshift/features/codelist"
	"leftshift/models/score"

	"pgregory.net/rapid"
)

func TestWorkedCases(t *testing.T) {
	var out strings.Builder
	passed, failed, err := Check(&out)
	if err != nil {
		t.Fatal(err)
	}
	if failed > 0 || passed != 38+40+27+40 {
		t.Errorf("%d passed, %d failed, want 145 and 0:\n%s", passed, failed, out.String())
	}
}

func TestNamesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range All() {
		n := s.Info().Name
		if seen[n] {
			t.Errorf("two scores are called %s", n)
		}
		seen[n] = true
		if got := Find(n); got == nil || got.Info() != s.Info() {
			t.Errorf("Find(%s) gives another score", n)
		}
		if f, err := Cases(n); err != nil || len(f.Cases) < 20 {
			t.Errorf("score %s has no worked cases: %v", n, err)
		}
	}
	if Find("none") != nil {
		t.Error("a score that does not exist was found")
	}
	if _, err := Cases("none"); err == nil {
		t.Error("a score that does not exist has worked cases")
	}
}

// A score is of a set of codes: order, repeats and the ways that records
// write a code do not matter.
func TestScoresAreOfASet(t *testing.T) {
	for _, s := range All() {
		t.Run(s.Info().Name, func(t *testing.T) {
			known := prefixes(s)
			if r := s.Compute(nil); r.Value != 0 || r.Parts != nil || r.Unread != 0 {
				t.Errorf("no codes give %+v", r)
			}
			rapid.Check(t, func(t *rapid.T) {
				code := rapid.OneOf(rapid.SampledFrom(known), rapid.StringMatching(`[A-Z][0-9]{2,4}`))
				codes := rapid.SliceOfN(code, 1, 30).Draw(t, "codes")
				want := s.Compute(codes)

				mixed := slices.Clone(codes)
				mixed = append(mixed, codes[rapid.IntRange(0, len(codes)-1).Draw(t, "again")])
				r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
				r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
				if got := s.Compute(mixed); !reflect.DeepEqual(got, want) {
					t.Fatalf("%v gives %+v, and %v gives %+v", codes, want, mixed, got)
				}
				for i := range mixed {
					mixed[i] = written(r, mixed[i])
				}
				if got := s.Compute(mixed); !reflect.DeepEqual(got, want) {
					t.Fatalf("%v gives %+v, and as written %q gives %+v", codes, want, mixed, got)
				}
			})
		})
	}
}

// written puts back what records add to a code.
func written(r *rand.Rand, code string) string {
	if len(code) == 3 {
		code += []string{"", "X", ".X", "-", ".-", "*"}[r.IntN(6)]
	} else {
		code = code[:3] + []string{"", "."}[r.IntN(2)] + code[3:] + []string{"", "†", "+", " ", "*"}[r.IntN(5)]
	}
	if r.IntN(2) == 0 {
		code = strings.ToLower(code)
	}
	return code
}

func prefixes(s score.Score) []string {
	var out []string
	for _, g := range s.(*score.Table).Groups() {
		out = append(out, g.Prefixes...)
	}
	return out
}

// Every code of every table, alone, gives its group's points.
func TestEveryCodeOfTheTablesCounts(t *testing.T) {
	for _, s := range All() {
		for _, g := range s.(*score.Table).Groups() {
			for _, p := range g.Prefixes {
				found := false
				for _, part := range s.Compute([]string{p}).Parts {
					found = found || part.Category == g.Category && part.Points == g.Points
				}
				if !found {
					t.Errorf("%s: code %s does not count for %s", s.Info().Name, p, g.Category)
				}
			}
		}
	}
}

// The code lists of the same categories say the same.
func TestCodeListsAgree(t *testing.T) {
	lib, err := codelist.Load()
	if err != nil {
		t.Fatal(err)
	}
	same := func(list string, want []string) {
		l := lib.List(list)
		if l == nil {
			t.Errorf("there is no code list %s", list)
			return
		}
		want = slices.Clone(want)
		slices.Sort(want)
		if !slices.Equal(l.Codes, want) {
			t.Errorf("code list %s has %v, the score has %v", list, l.Codes, want)
		}
	}
	for name, prefix := range map[string]string{"charlson_1987": "charlson_", "charlson_quan2011": "charlson_", "charlson_shmi": "shmi_", "elixhauser_swiss": "elixhauser_"} {
		for _, g := range Find(name).(*score.Table).Groups() {
			same(prefix+g.Category, g.Prefixes)
		}
	}
	same("hfrs", prefixes(Find("hfrs")))
}
