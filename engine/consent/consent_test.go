package consent

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/engine/identity"
	"leftshift/engine/schema"
)

// The test names carry the ids of the governance rules that they check.

func keyer(t testing.TB) *identity.Keyer {
	k, err := identity.NewKeyer(bytes.Repeat([]byte{3}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func person(t testing.TB, number string) engine.Person {
	k, _ := keyer(t).Key(identity.NHSNamespace, number)
	return engine.Person(k)
}

func wantFault(t testing.TB, err error, code string) {
	t.Helper()
	var f *engine.Fault
	if !errors.As(err, &f) || f.Code != code {
		t.Fatalf("got %v, want the fault %q", err, code)
	}
}

func policy(t testing.TB) *Policy {
	text, err := os.ReadFile("testdata/policy.toml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := ReadPolicy("policy.toml", text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func on(s string) engine.Day {
	d, ok := engine.ParseDay(s)
	if !ok {
		panic(s)
	}
	return d
}

func numbers(t testing.TB, list ...string) *Numbers {
	t.Helper()
	text := ""
	for _, n := range list {
		text += n + ",\n"
	}
	n, err := ReadNumbers(strings.NewReader(text), keyer(t))
	if err != nil || len(n.Refused) > 0 {
		t.Fatal(err, n)
	}
	return n
}

const (
	ann = "9434765919"
	bob = "9000000009"
	cat = "9999999999"
)

func TestG1FlowsAreRefusedPastTheirEndOrOutsideTheirScope(t *testing.T) {
	p := policy(t)
	for _, c := range []struct{ flow, dataset, purpose, day, code string }{
		{"gp", "gp", "planning", "2026-09-30", ""},
		{"gp", "gp", "planning", "2026-10-01", "flow-expired"},
		{"gp", "hospital", "planning", "2026-09-30", "dataset-not-covered"}, // under the basis, not in the flow
		{"none", "gp", "planning", "2026-01-01", "flow-unknown"},
		{"gp", "gp", "research", "2026-01-01", "purpose-unknown"},
		{"gp", "gp", "evaluation", "2026-01-01", "purpose-unsigned"},
		{"social", "social-care", "case-finding", "2026-12-31", ""},
		{"social", "social-care", "case-finding", "2027-01-01", "basis-expired"},
		{"social", "social-care", "planning", "2026-01-01", "purpose-not-covered"},
		{"gp", "gp-connect", "planning", "2026-01-01", "dataset-direct-care-only"},
		{"gp", "gp-connect", "case-finding", "2026-01-01", ""},
		{"gp", "drug-and-alcohol", "case-finding", "2026-01-01", "dataset-sensitive"},
	} {
		err := p.Allow(c.flow, c.dataset, c.purpose, on(c.day))
		if c.code == "" {
			if err != nil {
				t.Errorf("%v: %v", c, err)
			}
			continue
		}
		wantFault(t, err, c.code)
	}
	for i := range p.Purposes {
		p.Purposes[i].Sensitive = []string{"drug-and-alcohol"}
	}
	if err := p.Allow("gp", "drug-and-alcohol", "case-finding", on("2026-01-01")); err != nil {
		t.Errorf("a purpose that names it: %v", err)
	}
	wantFault(t, (&Policy{}).Allow("gp", "gp", "planning", 0), "purpose-unknown")
}

func TestG1PolicyReportsEveryFaultAtOnce(t *testing.T) {
	text, err := os.ReadFile("testdata/policy.toml")
	if err != nil {
		t.Fatal(err)
	}
	bad := strings.NewReplacer(`reference = "CAG 7-04(a)"`, ``, `ends = "2026-09-30"`, `ends = "soon"`,
		`purposes = ["case-finding"]`, `purposes = ["marketing"]`, `because = "direct care decision DC-7"`, ``).Replace(string(text))
	_, err = ReadPolicy("policy.toml", []byte(bad))
	wantFault(t, err, "policy-faults")
	for _, part := range []string{`basis "s251": give its reference`, `flow "gp": ends must be a day`, `flow "social": there is no purpose "marketing"`, `purpose "case-finding": because must name`} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("no %q in %v", part, err)
		}
	}
	_, err = ReadPolicy("policy.toml", []byte("[[purpose]]\nname = \"x\"\nnatoinal = \"use\"\n"))
	wantFault(t, err, "policy-faults")
	if !strings.Contains(err.Error(), "policy.toml:3:1") || !strings.Contains(err.Error(), "natoinal") {
		t.Errorf("no position of the unknown key: %v", err)
	}
}

func TestG2SocialCareNeedsItsOwnBasis(t *testing.T) {
	p := policy(t)
	p.Flows[0].Datasets = append(p.Flows[0].Datasets, "social-care")
	err := p.Validate()
	wantFault(t, err, "policy-faults")
	if !strings.Contains(err.Error(), `basis "s251" does not cover social-care`) {
		t.Error(err)
	}
	wantFault(t, p.Allow("gp", "social-care", "case-finding", on("2026-01-01")), "dataset-not-covered")
	p.Bases[0].Covers = append(p.Bases[0].Covers, "social-care")
	if err := p.Validate(); err == nil || !strings.Contains(err.Error(), "social care data needs its own basis") {
		t.Errorf("a health basis that claims social care: %v", err)
	}
}

func TestG3OnePurposeIsNotReadForAnother(t *testing.T) {
	p := policy(t)
	if err := p.Read("planning", "planning"); err != nil {
		t.Error(err)
	}
	wantFault(t, p.Read("case-finding", "planning"), "purpose-crossed")
	wantFault(t, p.Read("planning", "evaluation"), "purpose-unsigned")
}

func TestG4Type1DissentAndWithdrawal(t *testing.T) {
	p := policy(t)
	d := func(day string) engine.Day { return on(day) }
	entries := []Dissent{
		{1, d("2020-01-01"), false},                             // dissents
		{2, d("2020-01-01"), false}, {2, d("2021-01-01"), true}, // and withdraws
		{3, d("2020-01-01"), true}, {3, d("2021-01-01"), false}, // dissents again
		{4, d("2020-01-01"), true}, {4, d("2020-01-01"), false}, // both on one day
		{5, d("2026-08-01"), false},                          // only later
		{6, engine.NoDay, false}, {6, d("2021-01-01"), true}, // no day
		{7, engine.NoDay, true}, {7, d("2021-01-01"), false}, // withdrawal without a day ends nothing
		{8, d("2020-01-01"), false}, {8, d("2026-08-01"), true}, // withdrawn only later
	}
	today := on("2026-06-01")
	empty := func(k Kind) *List { return Listed(k, today, numbers(t)) }
	rapid.Check(t, func(rt *rapid.T) {
		type1 := Dissented(today, rapid.Permutation(entries).Draw(rt, "order"))
		s, err := p.Withheld("planning", today, type1, empty(National), empty(Objection))
		if err != nil {
			rt.Fatal(err)
		}
		for who, want := range map[engine.Person]bool{1: true, 2: false, 3: true, 4: true, 5: false, 6: true, 7: true, 8: true, 9: false} {
			if got := s.Reason(who) == ReasonType1; got != want {
				rt.Errorf("person %d withheld: %v, want %v", who, got, want)
			}
		}
		// The controller declares case finding as direct care: there they stay.
		s, err = p.Withheld("case-finding", today, type1, empty(Objection))
		if err != nil || s.Reason(1) != "" {
			rt.Fatalf("direct care: %q %v", s.Reason(1), err)
		}
	})
	p.Purposes[0].DirectCare = false
	if err := p.Validate(); err == nil || !strings.Contains(err.Error(), "Type 1 opt-outs can be used only where the controller declares direct_care") {
		t.Error(err)
	}
}

func TestG5NationalOptOutByPurpose(t *testing.T) {
	p, today := policy(t), on("2026-06-01")
	national := Listed(National, today, numbers(t, ann))
	none := func(k Kind) *List { return Listed(k, today, numbers(t)) }
	s, err := p.Withheld("planning", today, national, none(Type1), none(Objection))
	if err != nil || s.Reason(person(t, ann)) != ReasonNational || s.Reason(person(t, bob)) != "" {
		t.Errorf("planning: %q %v", s.Reason(person(t, ann)), err)
	}
	s, err = p.Withheld("case-finding", today, national, none(Type1), none(Objection))
	if err != nil || s.Reason(person(t, ann)) != "" {
		t.Errorf("direct care: %q %v", s.Reason(person(t, ann)), err)
	}
	// Doubt withholds everyone and refuses the run.
	for purpose, code := range map[string]string{"unheard-of": "purpose-unknown", "evaluation": "purpose-unsigned"} {
		s, err = p.Withheld(purpose, today, national, none(Type1), none(Objection))
		wantFault(t, err, code)
		if s == nil || s.Reason(person(t, cat)) != ReasonNoPurpose {
			t.Errorf("%s: not everyone is withheld", purpose)
		}
	}
	s, err = p.Withheld("planning", today, national, none(Type1))
	wantFault(t, err, "optout-list-missing")
	if s.Reason(person(t, cat)) == "" {
		t.Error("a missing list withholds nobody")
	}
	_, err = p.Withheld("planning", today, national, national, none(Type1), none(Objection))
	wantFault(t, err, "optout-list-twice")
}

func TestG6NewOptOutCountsAtTheNextRun(t *testing.T) {
	p, today := policy(t), on("2026-06-01")
	run := func(day engine.Day, out ...string) string {
		s, err := p.Withheld("planning", day, Listed(National, day, numbers(t, out...)), Listed(Type1, day, numbers(t)), Listed(Objection, day, numbers(t)))
		if err != nil {
			t.Fatal(err)
		}
		return s.Reason(person(t, ann))
	}
	if got := []string{run(today), run(today+1, ann), run(today + 2)}; !reflect.DeepEqual(got, []string{"", ReasonNational, ""}) {
		t.Errorf("none, out, back: %q", got)
	}
}

func TestG7OptOutStatusIsNeverStored(t *testing.T) {
	p, today := policy(t), on("2026-06-01")
	list := Listed(National, today, numbers(t, ann))
	s, err := p.Withheld("planning", today, list, Listed(Type1, today, numbers(t)), Listed(Objection, today, numbers(t)))
	if err != nil {
		t.Fatal(err)
	}
	_, counts := s.Against([]engine.Person{person(t, ann)})
	secret := fmt.Sprint(int64(person(t, ann)))
	for _, x := range []any{list, s, numbers(t, ann), counts} {
		if _, err := json.Marshal(x); err == nil {
			t.Errorf("%T can be written as JSON", x)
		}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			if text := fmt.Sprintf(verb, x); strings.Contains(text, secret) || strings.Contains(text, ann) || strings.Contains(text, ":1") {
				t.Errorf("%T shows with %s: %s", x, verb, text)
			}
		}
	}
	for _, table := range schema.Landed {
		for _, c := range table.Columns {
			for _, word := range []string{"opt_out", "optout", "dissent", "withheld", "consent", "objection"} {
				if strings.Contains(c.Name, word) {
					t.Errorf("%s.%s stores opt-out status", table.Name, c.Name)
				}
			}
		}
	}
	// A list is used for a limited time: here 14 days, elsewhere the default.
	for age, code := range map[int]string{0: "", 14: "", 15: "optout-list-stale", -1: "optout-list-postdated"} {
		old := Listed(National, today-engine.Day(age), numbers(t))
		_, err := p.Withheld("planning", today, old, Listed(Type1, today, numbers(t)), Listed(Objection, today, numbers(t)))
		if code == "" && err != nil {
			t.Errorf("%d days: %v", age, err)
		} else if code != "" {
			wantFault(t, err, code)
		}
	}
	_, err = p.Withheld("case-finding", today, Listed(Objection, today-DefaultMaxAge, numbers(t)))
	if err != nil {
		t.Error(err)
	}
	_, err = p.Withheld("case-finding", today, Listed(Objection, today-DefaultMaxAge-1, numbers(t)))
	wantFault(t, err, "optout-list-stale")
}

func TestG8CheckFileShape(t *testing.T) {
	f, err := os.Open("testdata/optouts.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n, err := ReadNumbers(f, keyer(t))
	if err != nil {
		t.Fatal(err)
	}
	want := []Refusal{{3, "nhs-number-invalid"}, {4, "line-shape"}}
	if n.Lines != 5 || n.People() != 3 || !reflect.DeepEqual(n.Refused, want) {
		t.Errorf("%d lines, %d people, refused %v", n.Lines, n.People(), n.Refused)
	}
	for text, code := range map[string]string{
		ann + ",\r\n":               "optout-crlf",
		ann + ",\n" + bob + ",\r\n": "optout-crlf",
		ann + ",\n" + bob + ",":     "optout-truncated",
		ann + ",\n" + bob[:4]:       "optout-truncated",
	} {
		_, err := ReadNumbers(strings.NewReader(text), keyer(t))
		wantFault(t, err, code)
		if strings.Contains(err.Error(), ann) || strings.Contains(err.Error(), bob) {
			t.Error("the fault shows a number")
		}
	}
	if _, err := ReadNumbers(strings.NewReader(ann+",\n"+bob+",\r\n"), keyer(t)); !strings.Contains(err.Error(), "line 2 ") {
		t.Errorf("no line: %v", err)
	}
	for _, line := range []string{"", ",", ann, " " + ann + ",", ann + ", ", ann + ",x", "943 476 5919,", "\ufeff" + ann + ",", strings.Repeat("9", 1<<20) + ","} {
		n, err := ReadNumbers(strings.NewReader(line+"\n"+bob+",\n"), keyer(t))
		if err != nil || n.People() != 1 || !reflect.DeepEqual(n.Refused, []Refusal{{1, "line-shape"}}) {
			t.Errorf("%.20q: %v, %v", line, n.Refused, err)
		}
	}
	var out bytes.Buffer
	if err := WriteCheck(&out, []string{ann, bob, ann}); err != nil || out.String() != "9000000009,\n9434765919,\n" {
		t.Errorf("%q %v", out.String(), err)
	}
	out.Reset()
	wantFault(t, WriteCheck(&out, []string{ann, "9434765918"}), "nhs-number-invalid")
	if out.Len() > 0 {
		t.Error("part of a refused check was written")
	}
}

// The reply names those with no opt-out.
func TestG8ReplyNamesThoseWithoutAnOptOut(t *testing.T) {
	p, today := policy(t), on("2026-06-01")
	list, err := Replied(today, numbers(t, ann, bob), numbers(t, bob))
	if err != nil {
		t.Fatal(err)
	}
	s, err := p.Withheld("planning", today, list, Listed(Type1, today, numbers(t)), Listed(Objection, today, numbers(t)))
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range map[string]string{ann: ReasonNational, bob: "", cat: ReasonNotChecked} {
		if got := s.Reason(person(t, n)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	_, err = Replied(today, numbers(t, ann), numbers(t, bob))
	wantFault(t, err, "optout-reply-mismatch")
	damaged, _ := ReadNumbers(strings.NewReader("12,\n"), keyer(t))
	_, err = Replied(today, numbers(t, ann), damaged)
	wantFault(t, err, "optout-reply-damaged")
}

// Counts add up, and leave only through the disclosure control.
func TestG9CountsAreControlled(t *testing.T) {
	p, today := policy(t), on("2026-06-01")
	people := make([]engine.Person, 0, 200)
	for i := range 200 {
		people = append(people, engine.Person(i%100+1)) // everyone twice
	}
	list := func(k Kind, from, to int) *List {
		l := &List{Kind: k, Made: today, out: map[engine.Person]struct{}{}}
		for i := from; i < to; i++ {
			l.out[engine.Person(i)] = struct{}{}
		}
		return l
	}
	s, err := p.Withheld("planning", today, list(National, 1, 14), list(Type1, 11, 18), list(Objection, 90, 200))
	if err != nil {
		t.Fatal(err)
	}
	rows, counts := s.Against(people)
	if !reflect.DeepEqual(map[string]int64(counts), map[string]int64{ReasonNational: 13, ReasonType1: 4, ReasonObjection: 11}) || len(rows) != 28 {
		t.Errorf("%d rows, %v", len(rows), map[string]int64(counts))
	}
	for i := 1; i < len(rows); i++ {
		if rows[i-1].Person >= rows[i].Person {
			t.Fatal("rows are not in order")
		}
	}
	var lines []string
	for _, l := range counts.Report(func(n int64) string {
		switch {
		case n == 0:
			return "0"
		case n < 8:
			return "*"
		}
		return fmt.Sprint((n + 2) / 5 * 5)
	}) {
		lines = append(lines, l.Reason+" "+l.People)
	}
	if got := strings.Join(lines, "; "); got != "national-opt-out 15; national-not-checked 0; type1-opt-out *; objection-to-profiling 10; purpose-refused 0" {
		t.Error(got)
	}
}

func TestG10ObjectionToProfilingIsHonoured(t *testing.T) {
	p, today := policy(t), on("2026-06-01")
	// Also where the national and Type 1 opt-outs do not withhold.
	s, err := p.Withheld("case-finding", today, Listed(Objection, today, numbers(t, ann)))
	if err != nil || s.Reason(person(t, ann)) != ReasonObjection || s.Reason(person(t, bob)) != "" {
		t.Errorf("%q %v", s.Reason(person(t, ann)), err)
	}
	_, err = p.Withheld("case-finding", today)
	wantFault(t, err, "optout-list-missing")
}

func TestKindsNameThemselves(t *testing.T) {
	for k := Kind(0); k < numKinds; k++ {
		if back, ok := ParseKind(k.String()); !ok || back != k {
			t.Errorf("%s", k)
		}
	}
	if _, ok := ParseKind("other"); ok {
		t.Error("an unknown kind has a number")
	}
}

func FuzzReadNumbers(f *testing.F) {
	f.Add([]byte("9434765919,\n9000000009,\n"))
	f.Add([]byte("9434765919,\r\n"))
	f.Add([]byte(",\n\n,"))
	k := keyer(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		n, err := ReadNumbers(bytes.NewReader(text), k)
		if err != nil {
			return
		}
		if n.Lines != int64(bytes.Count(text, []byte("\n"))) || int64(n.People()+len(n.Refused)) > n.Lines {
			t.Fatalf("%d lines, %d people, %d refused", n.Lines, n.People(), len(n.Refused))
		}
	})
}
