package cohort

import (
	"fmt"
	"strings"
	"testing"
)

func TestA1FaultsHaveTheLineOfTheirConditionOrTest(t *testing.T) {
	d := exampleDictionary(t)
	good := string(Examples()[0].Text)
	at := func(text, part string) int {
		i := strings.Index(text, part)
		if i < 0 {
			t.Fatalf("no %q", part)
		}
		return strings.Count(text[:i], "\n") + 1
	}
	if w := d.CheckText([]byte(good), false); w != nil {
		t.Fatal(w)
	}
	for _, x := range []struct{ from, to, code string }{
		{`"copd_ever", op`, `"copd_evr", op`, "cohort-field"},
		{`{ field = "care_home", op = "is"`, `{ field = "care_home", op = "at_least"`, "cohort-operator"},
		{`op = "at_least", value = 60`, `op = "at_least", value = "sixty"`, "cohort-value"},
		{`person = { age = 59,`, `person = { age = 60,`, "cohort-test-fails"},
		{`person = { age = 59,`, `person = { agee = 59,`, "cohort-test"},
		{`version = "1"`, `version = 1 1`, "cohort-file"},
	} {
		text := strings.Replace(good, x.from, x.to, 1)
		line := at(good, x.from) // each puts a line in the place of another
		w := d.CheckText([]byte(text), false)
		if strings.HasPrefix(x.code, "cohort-test") {
			line -= 3 // that of its [[tests]]
		}
		if len(w) != 1 || w[0].Code != x.code || w[0].Line != line {
			t.Errorf("%s: %+v, want line %d", x.to, w, line)
		}
	}
	two := strings.NewReplacer(`"copd_ever", op`, `"nothing", op`, `"emergency_admissions_365d", op`, `"nor", op`).Replace(good)
	if w := d.CheckText([]byte(two), false); len(w) != 2 || w[0].Line >= w[1].Line {
		t.Error(fmt.Sprint(w))
	}
	untested, _, _ := strings.Cut(good, "[[tests]]")
	if w := d.CheckText([]byte(untested), false); len(w) != 1 || w[0].Code != "cohort-untested" {
		t.Error(w)
	}
}
