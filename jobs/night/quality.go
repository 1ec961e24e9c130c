//go:build duckdb_arrow

package night

import (
	"context"

	"leftshift/engine"
	"leftshift/engine/disclosure"
	"leftshift/engine/lake"
)

// SourceQuality says how good and how fresh one source is. Counts are of
// facts, not of people.
type SourceQuality struct {
	Source        string `json:"source"`
	Facts         int64  `json:"facts"`
	NewestFact    string `json:"newest_fact"`     // newest day on which something happened, as known on the night
	NewestKnown   string `json:"newest_known"`    // newest day on which something became known
	WithoutCode   int64  `json:"without_code"`    // facts without a code
	WithoutValue  int64  `json:"without_value"`   // observations without a value
	Observations  int64  `json:"observations"`    // observations
	UnknownUnit   int64  `json:"unknown_unit"`    // observations whose unit or code is no known analyte's
	MedianLagDays int64  `json:"median_lag_days"` // from happening to becoming known
}

// Quality is what the report shows of the sources.
type Quality struct {
	Sources []SourceQuality `json:"sources"`
	// Shares of people without an attribute, from counts under disclosure
	// control; -1 when they may not be shown.
	NoEthnicity float64 `json:"people_without_ethnic_category"`
	NoArea      float64 `json:"people_without_small_area"`
	// People whose records are used, and who is kept out of them by reason, as
	// the disclosure control writes counts: a multiple of its rounding, 0, or *.
	Recorded string     `json:"people_in_the_record"`
	OptOuts  []Withheld `json:"opt_outs"`
}

// Withheld is how many people are kept out for one reason of package consent.
type Withheld struct {
	Reason string `json:"reason"`
	People string `json:"people"`
}

type qualityRow struct {
	Source       string     `col:"source"`
	Facts        int64      `col:"facts"`
	NewestFact   engine.Day `col:"newest_fact"`
	NewestKnown  engine.Day `col:"newest_known"`
	WithoutCode  int64      `col:"without_code"`
	Observations int64      `col:"observations"`
	WithoutValue int64      `col:"without_value"`
	UnknownUnit  int64      `col:"unknown_unit"`
	MedianLag    int64      `col:"median_lag"`
}

func (n *Night) quality(ctx context.Context, db *lake.DB, curated string) (*Quality, error) {
	rows, err := lake.Collect[qualityRow](ctx, db, lake.QualitySQL(curated, n.AsOf))
	if err != nil {
		return nil, err
	}
	curation, err := loadCuration(curated)
	if err != nil {
		return nil, err
	}
	rule := n.rule()
	q := &Quality{Sources: []SourceQuality{}, Recorded: rule.Count(int(curation.Persons)).String(), OptOuts: []Withheld{}}
	for _, line := range curation.OptOuts {
		q.OptOuts = append(q.OptOuts, Withheld{line.Reason, line.People})
	}
	for _, x := range rows {
		q.Sources = append(q.Sources, SourceQuality{Source: x.Source, Facts: x.Facts, NewestFact: x.NewestFact.String(), NewestKnown: x.NewestKnown.String(),
			WithoutCode: x.WithoutCode, WithoutValue: x.WithoutValue, Observations: x.Observations, UnknownUnit: x.UnknownUnit, MedianLagDays: x.MedianLag})
	}
	people, err := lake.Collect[struct {
		Everyone    int64 `col:"everyone"`
		NoEthnicity int64 `col:"no_ethnicity"`
		NoArea      int64 `col:"no_area"`
	}](ctx, db, lake.CompletenessSQL(curated))
	if err != nil || len(people) != 1 {
		return q, err
	}
	share := func(part int64) float64 {
		v, ok := disclosure.Percent(rule.Count(int(part)), rule.Count(int(people[0].Everyone)))
		if !ok {
			return -1
		}
		return v / 100
	}
	q.NoEthnicity, q.NoArea = share(people[0].NoEthnicity), share(people[0].NoArea)
	return q, nil
}
