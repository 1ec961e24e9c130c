//go:build duckdb_arrow

package snapshot

import (
	"context"
	"strconv"
	"sync"

	"leftshift/engine/lake"
)

// Measured is the test rows that two models treat alike. The counts are exact:
// whoever shows them passes them through package disclosure first.
type Measured struct {
	Set    int64  `col:"set_mask"` // GROUPING: a bit for what it is not by
	Both   int64  `col:"listed"`   // 0 on neither list, 1 on the first model's, 2 on the second's, 3 on both
	Label  int64  `col:"had"`      // 1 had the outcome
	Age    int64  `col:"age_from"` // as of Group, on the snapshot's day
	Sex    int64  `col:"sex_code"`
	Ethnic string `col:"ethnic"`
	IMD    int64  `col:"imd"`
	Micros int64  `col:"micros"` // weight, in millionths
}

// Group is the attributes of the row as of a population's.
func (m Measured) Group() Group {
	return Group{Age: m.Age, Sex: m.Sex, Ethnic: m.Ethnic, IMD: m.IMD}
}

// The sets of Measured: by nothing, and by one attribute.
const (
	MeasuredIMD    = 0b1110
	MeasuredEthnic = 0b1101
	MeasuredSex    = 0b1011
	MeasuredAge    = 0b0111
	MeasuredAll    = 0b1111
)

// measuring keeps what was counted, by pair of models.
type measuring struct {
	mu   sync.Mutex
	pair map[[2]string][]Measured
}

// ListedShare is the part of the weight that is on each model's list when two
// are measured against each other: one in this many.
const ListedShare = 20

// Measured counts the test rows of two models of one outcome, on the same
// people, by whether each would have listed them; none where the snapshot has no
// test rows. People who have left since have no attributes. The answer is kept
// and shared: do not change it.
func (s *Snapshot) Measured(ctx context.Context, first, second string) ([]Measured, error) {
	if !s.Has("test_row.parquet") {
		return nil, nil
	}
	s.measuring.mu.Lock()
	defer s.measuring.mu.Unlock()
	key := [2]string{first, second}
	if out, ok := s.measuring.pair[key]; ok {
		return out, nil
	}
	// Weights are added as whole millionths: the same sum in whatever order.
	of := func(model string) string {
		return "(SELECT person AS who, label, w, (sum(w) OVER (ORDER BY probability DESC, person ROWS UNBOUNDED PRECEDING) - w) * " + strconv.Itoa(ListedShare) + " < sum(w) OVER () AS on_list FROM (SELECT person, label, probability, CAST(round(weight * 1e6) AS BIGINT) AS w FROM " +
			s.file("test_row.parquet") + " WHERE model = " + lake.Quote(model) + " AND weight > 0))"
	}
	text := "SELECT CAST(GROUPING(age_from, sex_code, ethnic, imd) AS BIGINT) AS set_mask, listed, had, age_from, sex_code, ethnic, imd, CAST(sum(w) AS BIGINT) AS micros FROM (SELECT CAST(a.on_list AS BIGINT) + 2 * CAST(b.on_list AS BIGINT) AS listed, CAST(a.label AS BIGINT) AS had, a.w AS w, CAST(" + ageSQL +
		" AS BIGINT) AS age_from, CAST(coalesce(sex, 0) AS BIGINT) AS sex_code, coalesce(ethnic_category, '') AS ethnic, CAST(coalesce(imd_decile, 0) AS BIGINT) AS imd FROM " + of(first) + " a JOIN " + of(second) +
		" b ON a.who = b.who AND a.label = b.label LEFT JOIN " + s.file(residentFile) + " r ON r.person = a.who) GROUP BY GROUPING SETS ((listed, had), (listed, had, age_from), (listed, had, sex_code), (listed, had, ethnic), (listed, had, imd)) ORDER BY ALL"
	out, err := query[Measured](ctx, s, text)
	if err != nil {
		return nil, err
	}
	if s.measuring.pair == nil {
		s.measuring.pair = map[[2]string][]Measured{}
	}
	s.measuring.pair[key] = out
	return out, nil
}
