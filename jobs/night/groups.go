//go:build duckdb_arrow

package night

import (
	"context"
	"errors"
	"fmt"

	"leftshift/engine"
	"leftshift/engine/schema"
	"leftshift/features/kernel"
	"leftshift/features/matrix"
	"leftshift/models/evaluate"
)

// AgeBand is a ten-year band, from 90 on one; "" not known.
func AgeBand(age int) string {
	switch {
	case age < 0:
		return ""
	case age >= 90:
		return "90 and over"
	}
	return fmt.Sprintf("%02d to %02d", age/10*10, age/10*10+9)
}

// SexWord is a person stated gender in words; "" not known.
func SexWord(s engine.Sex) string {
	switch s {
	case engine.Male:
		return "male"
	case engine.Female:
		return "female"
	case engine.SexIndeterminate:
		return "indeterminate"
	}
	return ""
}

// Quintile is a fifth of deprivation; "" not known.
func Quintile(decile uint8) string {
	if decile < 1 || decile > 10 {
		return ""
	}
	return [...]string{"1 most deprived", "2", "3", "4", "5 least deprived"}[(decile-1)/2]
}

// EthnicGroup is the census group of an NHS Data Dictionary ethnic category;
// "" not known or not stated.
func EthnicGroup(category byte) string {
	switch category {
	case 'A', 'B', 'C':
		return "White"
	case 'D', 'E', 'F', 'G':
		return "Mixed"
	case 'H', 'J', 'K', 'L':
		return "Asian or Asian British"
	case 'M', 'N', 'P':
		return "Black or Black British"
	case 'R', 'S':
		return "Other ethnic groups"
	}
	return ""
}

// evaluationGroups are the ways in which an evaluation divides people, by what
// was known on the index date: PROGRESS-Plus (O'Neill et al., Journal of Clinical
// Epidemiology 2014) as far as the record holds it. Place is the network of the
// practice; language, disability and caring are whether the record says so, for a
// record that does not say so is no proof of the contrary. Nothing that the
// record holds tells rurality, occupation, religion or education.
func evaluationGroups(r *kernel.Result, rows []int, networks map[engine.Code]string) []evaluate.Group {
	out := []evaluate.Group{{Name: "age"}, {Name: "sex"}, {Name: "deprivation quintile"}, {Name: "ethnic group"}, {Name: schema.DueNetwork}, {Name: "care home"}}
	for _, i := range rows {
		p := &r.Places[i]
		home := "lives at home"
		if p.CareHome {
			home = "lives in a care home"
		}
		for k, label := range []string{AgeBand(int(p.Age)), SexWord(p.Sex), Quintile(p.IMD), EthnicGroup(p.Ethnic), networks[p.Practice], home} {
			out[k].Labels = append(out[k].Labels, label)
		}
	}
	for _, x := range recordedGroups {
		g := evaluate.Group{Name: x.name, Labels: make([]string, 0, len(rows))}
		var columns [][]float32
		for _, id := range x.features {
			if j := r.Matrix.Find(id); j >= 0 {
				columns = append(columns, r.Matrix.Values[j])
			}
		}
		if columns == nil {
			continue
		}
		for _, i := range rows {
			g.Labels = append(g.Labels, recordedLabel(columns, i))
		}
		out = append(out, g)
	}
	return out
}

// recordedGroups are what the record may say of someone, by the features that
// tell it: any of them.
var recordedGroups = []struct {
	name     string
	features []string
}{
	{"language", []string{"interpreter_needed"}},
	{"disability", []string{"learning_disability_ever", "efi_hearing_loss_ever", "efi_vision_problems_ever", "reasonable_adjustments"}},
	{"carer", []string{"is_carer"}},
}

// recordedLabel is "recorded" where any column says so, "" where none could be
// seen.
func recordedLabel(columns [][]float32, row int) string {
	label := ""
	for _, c := range columns {
		switch v := c[row]; {
		case v == matrix.NotObservable || v != v:
		case v > 0:
			return "recorded"
		default:
			label = "not recorded"
		}
	}
	return label
}

// networks gives the ODS code of each practice's primary care network.
func (n *Night) networks(ctx context.Context, curated string) (map[engine.Code]string, error) {
	db, err := n.open(ctx)
	if err != nil {
		return nil, err
	}
	g, err := n.geography(ctx, db, curated)
	if err := errors.Join(err, db.Close()); err != nil {
		return nil, err
	}
	out := map[engine.Code]string{}
	for practice, network := range g.pcn {
		if ods := g.ods[network]; network != 0 && ods != "" {
			out[practice] = ods
		}
	}
	return out, nil
}
