package score

import (
	"strings"
	"testing"
)

const good = `{"score":"s","source":"o","cases":[{"id":"a","input":{"icd10":["I10"]},"expected":{"score":5.0,"band":"low","categories":["y","x"]},"note":"n"}]}`

func TestReadCasesRefuses(t *testing.T) {
	if _, err := ReadCases(strings.NewReader(good)); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"nothing":         "",
		"no cases":        `{"score":"s","source":"o","cases":[]}`,
		"no source":       strings.Replace(good, `"source":"o",`, "", 1),
		"unknown key":     strings.Replace(good, `"note"`, `"notes"`, 1),
		"no id":           strings.Replace(good, `"id":"a",`, "", 1),
		"no input":        strings.Replace(good, `"icd10":["I10"]`, "", 1),
		"no expectation":  strings.Replace(good, `"score":5.0,"band":"low","categories":["y","x"]`, "", 1),
		"id twice":        strings.Replace(good, `}]}`, `},{"id":"a","input":{"icd10":[]},"expected":{"score":1}}]}`, 1),
		"something after": good + "{}",
		"cut short":       good[:len(good)-3],
	} {
		if _, err := ReadCases(strings.NewReader(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestCodesRefuses(t *testing.T) {
	for _, input := range []string{`"icd9":["I10"]`, `"icd10":["I10"],"age":3`, `"icd10":null`, `"icd10":"I10"`, `"icd10":[1]`} {
		f, err := ReadCases(strings.NewReader(strings.Replace(good, `"icd10":["I10"]`, input, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Cases[0].Codes(); err == nil {
			t.Errorf("input %s was accepted", input)
		}
	}
}

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		answers Answers
		want    string
	}{
		"right":         {Answers{"score": Decimal{50, 10}, "band": "low", "categories": []string{"x", "y"}}, "1 passed, 0 failed\n"},
		"number":        {Answers{"score": Decimal{51, 10}, "band": "low", "categories": []string{"x", "y"}}, "a: score is 51/10, want 5\n0 passed, 1 failed\n"},
		"text":          {Answers{"score": int64(5), "band": "", "categories": []string{"x", "y"}}, "a: band is \"\", want \"low\"\n0 passed, 1 failed\n"},
		"list":          {Answers{"score": int64(5), "band": "low", "categories": []string{"x"}}, "a: categories is [\"x\"], want [\"x\" \"y\"]\n0 passed, 1 failed\n"},
		"not answered":  {Answers{"score": int64(5), "band": "low"}, "a: categories is not an answer of this score\n0 passed, 1 failed\n"},
		"not expected":  {Answers{"score": int64(5), "band": "low", "categories": []string{"x", "y"}, "more": int64(1)}, "a: more is not in the case\n0 passed, 1 failed\n"},
		"text for five": {Answers{"score": "5", "band": "low", "categories": []string{"x", "y"}}, "a: score is \"5\", want 5\n0 passed, 1 failed\n"},
	} {
		f, err := ReadCases(strings.NewReader(good))
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		if _, _, err := Check(&out, f, func(Case) (Answers, error) { return c.answers, nil }); err != nil {
			t.Fatal(err)
		}
		if out.String() != c.want {
			t.Errorf("%s: got %q, want %q", name, out.String(), c.want)
		}
	}
	f, _ := ReadCases(strings.NewReader(strings.Replace(good, "5.0", "true", 1)))
	if _, _, err := Check(&strings.Builder{}, f, func(Case) (Answers, error) { return Answers{"score": int64(1)}, nil }); err == nil {
		t.Error("an expectation that is neither number nor text was accepted")
	}
}
