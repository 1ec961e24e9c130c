//go:build duckdb_arrow

package door

import (
	"strconv"

	"leftshift/engine/disclosure"
	"leftshift/engine/snapshot"
)

// withheld is whom a night kept out of the record, as it published it: counts
// that passed the disclosure control there.
type withheld struct {
	Recorded string `json:"people_in_the_record"`
	OptOuts  []struct {
		Reason string `json:"reason"`
		People string `json:"people"`
	} `json:"opt_outs"`
}

// withheldOf reads it; nil of a snapshot that does not say.
func withheldOf(s *snapshot.Snapshot) (*withheld, error) {
	w := &withheld{}
	if err := s.JSON("quality.json", w); err != nil {
		return nil, err
	}
	if w.Recorded == "" {
		return nil, nil
	}
	return w, nil
}

// notChecked is a row only where somebody was not asked about.
const notChecked = "national-not-checked"

// optOutWords are the reasons of package consent; one that never keeps single
// people out has none.
var optOutWords = map[string]string{"national-opt-out": "National data opt-out", notChecked: "National data opt-out not asked about", "type1-opt-out": "Type 1 opt-out", "objection-to-profiling": "Objection to profiling"}

// rows are the people whose records came, and those kept out; left is the people
// in the record who are not among everyone.
func (w *withheld) rows(everyone disclosure.Cell, rule disclosure.Rule) (rows [][]Field, left Field) {
	record := published(w.Recorded)
	known := []disclosure.Cell{record}
	var out []disclosure.Cell
	var words []string
	for _, x := range w.OptOuts {
		name, c := optOutWords[x.Reason], published(x.People)
		if name != "" && !(x.Reason == notChecked && c == (disclosure.Cell{})) {
			out, words, known = append(out, c), append(words, name), append(known, c)
		}
	}
	now := disclosure.Sum(known...)
	rows = [][]Field{{text("Everyone whose records came"), headcount(now), none(People)}}
	for i, c := range out {
		known = append(known[:1:1], out[i+1:]...)
		rows = append(rows, []Field{text(words[i]), headcount(disclosure.Sum(known...)), headcount(c)})
	}
	return rows, headcount(apart(record, everyone, rule))
}

// apart is by how much the first exceeds the second, of what is shown; hidden
// where that is little, or not more.
func apart(a, b disclosure.Cell, rule disclosure.Rule) disclosure.Cell {
	m, ok := a.Value()
	n, also := b.Value()
	if !ok || !also || m <= n {
		return disclosure.Hidden
	}
	return rule.Count(m - n)
}

// published reads back a count as a night wrote it: Hidden where it is a star.
func published(text string) disclosure.Cell {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return disclosure.Hidden
	}
	return disclosure.Rule{Small: 0, RoundTo: 1}.Count(n) // rounded there
}
