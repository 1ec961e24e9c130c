package score

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"sort"
	"strings"
)

// CaseFile is worked cases for a score: inputs and the values that another
// implementation, or arithmetic on the published table, gives them.
type CaseFile struct {
	Score  string `json:"score"`
	Source string `json:"source"` // what gave the expected values
	Cases  []Case `json:"cases"`
}

// Case is one worked case.
type Case struct {
	ID       string                     `json:"id"`
	Input    map[string]json.RawMessage `json:"input"`
	Expected map[string]json.RawMessage `json:"expected"`
	Note     string                     `json:"note"`
}

// Answers are what a score says to one case, by the names used in the file.
// A value is an int64, a Decimal, a string or a []string.
type Answers map[string]any

// Decimal is Value/Scale, exactly.
type Decimal struct{ Value, Scale int64 }

// ReadCases reads a case file. An unknown key, an empty file, a case without
// id, input or expectation, or an id used twice is an error.
func ReadCases(r io.Reader) (*CaseFile, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("cases-unreadable: %w", err)
	}
	var f CaseFile
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return nil, fmt.Errorf("cases-json: the case file is not in the expected form: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("cases-json: something follows the case file's object: remove it")
	}
	if f.Score == "" || f.Source == "" || len(f.Cases) == 0 {
		return nil, errors.New("cases-empty: the case file needs a score, a source and at least one case")
	}
	seen := map[string]bool{}
	for i, c := range f.Cases {
		if c.ID == "" || len(c.Input) == 0 || len(c.Expected) == 0 {
			return nil, fmt.Errorf("case-incomplete: case %d (%q) needs an id, an input and an expectation", i+1, c.ID)
		}
		if seen[c.ID] {
			return nil, fmt.Errorf("case-twice: case %s is there twice: keep one", c.ID)
		}
		seen[c.ID] = true
	}
	return &f, nil
}

// Codes gives the input of a case whose only input is the list of ICD-10
// codes; another key, or none, is an error. An empty list is a fair input.
func (c Case) Codes() ([]string, error) {
	raw, ok := c.Input["icd10"]
	if !ok || len(c.Input) != 1 {
		return nil, fmt.Errorf("case-input: case %s needs the input icd10 and no other", c.ID)
	}
	var codes []string
	if err := json.Unmarshal(raw, &codes); err != nil || codes == nil {
		return nil, fmt.Errorf("case-input: case %s: icd10 must be a list of codes", c.ID)
	}
	return codes, nil
}

// Check runs every case and writes one line for each that differs, then
// "N passed, N failed". A case that expects a field which answer does not
// give, or lacks one which it gives, differs: nothing passes by being absent.
// The error is of the file, of answer or of w; differences are not errors.
func Check(w io.Writer, f *CaseFile, answer func(Case) (Answers, error)) (passed, failed int, err error) {
	for _, c := range f.Cases {
		got, err := answer(c)
		if err != nil {
			return passed, failed, err
		}
		diffs, err := differences(c, got)
		if err != nil {
			return passed, failed, err
		}
		if len(diffs) == 0 {
			passed++
			continue
		}
		failed++
		if _, err := fmt.Fprintf(w, "%s: %s\n", c.ID, strings.Join(diffs, "; ")); err != nil {
			return passed, failed, err
		}
	}
	_, err = fmt.Fprintf(w, "%d passed, %d failed\n", passed, failed)
	return passed, failed, err
}

func differences(c Case, got Answers) ([]string, error) {
	names := map[string]bool{}
	for n := range c.Expected {
		names[n] = true
	}
	for n := range got {
		names[n] = true
	}
	sorted := make([]string, 0, len(names))
	for n := range names {
		sorted = append(sorted, n)
	}
	sort.Strings(sorted)
	var out []string
	for _, n := range sorted {
		raw, wanted := c.Expected[n]
		value, given := got[n]
		switch {
		case !wanted:
			out = append(out, n+" is not in the case")
		case !given:
			out = append(out, n+" is not an answer of this score")
		default:
			want, err := wantText(raw)
			if err != nil {
				return nil, fmt.Errorf("case-value: case %s: %s: %w", c.ID, n, err)
			}
			if have := gotText(value); have != want {
				out = append(out, fmt.Sprintf("%s is %s, want %s", n, have, want))
			}
		}
	}
	return out, nil
}

// wantText writes an expected value in one way: numbers as exact fractions,
// text quoted, lists of text sorted.
func wantText(raw json.RawMessage) (string, error) {
	var v any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return "", err
	}
	switch v := v.(type) {
	case json.Number:
		r, ok := new(big.Rat).SetString(v.String())
		if !ok {
			return "", errors.New("is not a number")
		}
		return r.RatString(), nil
	case string:
		return fmt.Sprintf("%q", v), nil
	case []any:
		list := make([]string, len(v))
		for i, x := range v {
			s, ok := x.(string)
			if !ok {
				return "", errors.New("is a list of something other than text")
			}
			list[i] = s
		}
		return gotText(list), nil
	}
	return "", errors.New("is neither a number, nor text, nor a list of text")
}

func gotText(v any) string {
	switch v := v.(type) {
	case int64:
		return big.NewRat(v, 1).RatString()
	case Decimal:
		return big.NewRat(v.Value, v.Scale).RatString()
	case string:
		return fmt.Sprintf("%q", v)
	case []string:
		sorted := append([]string{}, v...)
		sort.Strings(sorted)
		return fmt.Sprintf("%q", sorted)
	}
	return fmt.Sprintf("a %T, which is not an answer", v)
}

// Categories names the parts of a result, superseded ones too.
func (r Result) Categories() []string {
	names := []string{}
	for _, p := range r.Parts {
		names = append(names, p.Category)
	}
	return names
}
