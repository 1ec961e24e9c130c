//go:build duckdb_arrow

package snapshot

import (
	"context"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"leftshift/engine"
	"leftshift/engine/lake"
)

// Population is what a snapshot's people number by this and that. The counts
// are exact: whoever shows them passes them through package disclosure first.
type Population struct {
	People    int
	sets      map[Attributes][]Group
	Practices []Leading // the highest risks of each practice
	Teams     []Leading // and of each team
	Above     []Above   // by cut-off
	Horizon   int       // days ahead of the expected events; 0 when no fitted model served
	History   bool      // the features tell the months of record
}

// Attributes is a set of what people are grouped by.
type Attributes int64

// The attributes, the last first in GROUPING's order.
const (
	ByHistory Attributes = 1 << iota
	ByLTCs
	ByBand
	ByTeam
	ByPCN
	ByPractice
	ByIMD
	ByEthnic
	BySex
	ByAge
	byAll = 1<<iota - 1
)

var attributeNames = []string{"history", "ltcs", "band_name", "team_name", "pcn_code", "practice_code", "imd", "ethnic", "sex_code", "age_from"}

// groupings are what Population.By can be asked.
var groupings = []Attributes{ByAge | BySex, ByEthnic, ByIMD, ByPractice | ByPCN | ByTeam, ByLTCs, ByBand | ByAge, ByBand | ByEthnic, ByBand | ByIMD,
	ByBand | ByLTCs, ByBand | BySex, ByPractice | ByBand, ByPractice | ByHistory, ByPractice | ByEthnic, ByPractice | ByIMD, ByPractice | ByLTCs}

// By gives the groups of one of the groupings; those with nobody are left out.
// It panics on one that was not counted.
func (p *Population) By(a Attributes) []Group {
	if _, ok := p.sets[a]; !ok && !slices.Contains(groupings, a) {
		panic("snapshot: a grouping that was not counted")
	}
	return p.sets[a]
}

// Group is the people alike in the attributes that it is by; the others are
// zero.
type Group struct {
	Set          int64  `col:"set_mask"` // GROUPING: a bit for what it is not by
	Age          int64  `col:"age_from"` // lowest of its ten years; 90 for 90 and over; -1 not known
	Sex          int64  `col:"sex_code"` // 1 male, 2 female, 9 indeterminate, 0 not known
	Ethnic       string `col:"ethnic"`   // NHS Data Dictionary category; empty not known
	IMD          int64  `col:"imd"`      // decile, 1 the most deprived; 0 not known
	Practice     string `col:"practice_code"`
	PCN          string `col:"pcn_code"`
	Team         string `col:"team_name"`
	Band         string `col:"band_name"`
	LTCs         int64  `col:"ltcs"`    // 5 is 5 or more; -1 not known
	History      int64  `col:"history"` // 0 a year of record or more, 1 less, 2 not known
	People       int64  `col:"people"`
	ExpectedNano int64  `col:"expected"` // sum of the people's probabilities, in billionths
}

// Leading is the first people of a practice or team by risk.
type Leading struct {
	Of           string `col:"of_code"` // practice or team
	First        int64  `col:"first"`   // so many were asked for
	People       int64  `col:"people"`  // so many there are: First at most
	ExpectedNano int64  `col:"expected"`
}

// Above is the people of a practice and team at or above a probability.
type Above struct {
	Practice     string `col:"practice_code"`
	Team         string `col:"team_name"`
	PerMille     int64  `col:"per_mille"` // the cut-off, in thousandths
	People       int64  `col:"people"`
	ExpectedNano int64  `col:"expected"`
}

// Firsts are the sizes of lists, and CutOffs the probabilities in thousandths,
// of which a workload can be asked. They are few and fixed: from free ones, a
// reader would find single people by going from one to the next.
var (
	Firsts  = []int{5, 10, 20, 30, 50, 100, 200, 500}
	CutOffs = []int{20, 50, 100, 150, 200, 300, 400, 500}
)

// counted holds a population once it has been counted.
type counted struct {
	mu  sync.Mutex
	all *Population
}

// Population counts everyone. The first call reads the tables; the snapshot
// never changes, so the next ones give the same answer again. It is shared: do
// not change it.
func (s *Snapshot) Population(ctx context.Context) (*Population, error) {
	s.counted.mu.Lock()
	defer s.counted.mu.Unlock()
	if s.counted.all != nil {
		return s.counted.all, nil
	}
	p := &Population{sets: map[Attributes][]Group{}, People: s.People(), Horizon: s.Model.Horizon}
	var err error
	if p.History, err = s.hasColumn("feature_columns.json", monthsObservable); err != nil {
		return nil, err
	}
	groups, err := query[Group](ctx, s, s.groupSQL(p.History))
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		a := byAll &^ Attributes(g.Set)
		p.sets[a] = append(p.sets[a], g)
	}
	if s.Model.Name != "" {
		if p.Practices, err = query[Leading](ctx, s, s.leadingSQL("practice")); err != nil {
			return nil, err
		}
		if p.Teams, err = query[Leading](ctx, s, s.leadingSQL("team")); err != nil {
			return nil, err
		}
		if p.Above, err = query[Above](ctx, s, s.aboveSQL()); err != nil {
			return nil, err
		}
	}
	s.counted.all = p
	return p, nil
}

const monthsObservable = "months_observable"

// hasColumn says whether the features have a column, by the file that
// describes them.
func (s *Snapshot) hasColumn(file, id string) (bool, error) {
	if !s.Has(file) || !s.Has("feature.parquet") {
		return false, nil
	}
	var columns []struct {
		ID string `json:"id"`
	}
	if err := s.JSON(file, &columns); err != nil {
		return false, err
	}
	for _, c := range columns {
		if c.ID == id {
			return true, nil
		}
	}
	return false, nil
}

// scored is every person's resident row with p, the probability by the model
// that ranks lists, NULL where there is none. Sums of it are of whole numbers:
// the same in whatever order they are made.
func (s *Snapshot) scored() string {
	if s.Model.Name == "" || !s.Has("score.parquet") {
		return "(SELECT *, NULL::DOUBLE AS p FROM " + s.file(residentFile) + ")"
	}
	return "(SELECT r.*, x.probability AS p FROM " + s.file(residentFile) + " r LEFT JOIN (SELECT person, probability FROM " + s.file("score.parquet") +
		" WHERE model = " + lake.Quote(s.Model.Name) + " AND probability IS NOT NULL AND NOT isnan(probability)) x ON r.person = x.person)"
}

func (s *Snapshot) file(name string) string {
	return "read_parquet(" + lake.Quote(filepath.Join(s.dir, name)) + ")"
}

const nano = "CAST(coalesce(sum(CAST(round(p * 1e9) AS BIGINT)), 0) AS BIGINT) AS expected"

// ageSQL is the lowest year of a ten-year band.
const ageSQL = "CASE WHEN age IS NULL OR age < 0 THEN -1 WHEN age >= 90 THEN 90 ELSE age // 10 * 10 END"

func (s *Snapshot) groupSQL(history bool) string {
	from, months := s.scored()+" t", "2"
	if history {
		from += " LEFT JOIN (SELECT person AS who, " + monthsObservable + " AS months FROM " + s.file("feature.parquet") + ") f ON t.person = f.who"
		months = "CASE WHEN months IS NULL OR isnan(months) THEN 2 WHEN months < 12 THEN 1 ELSE 0 END"
	}
	people := "SELECT CAST(" + ageSQL + " AS BIGINT) AS age_from, CAST(coalesce(sex, 0) AS BIGINT) AS sex_code, coalesce(ethnic_category, '') AS ethnic, CAST(coalesce(imd_decile, 0) AS BIGINT) AS imd," +
		" coalesce(practice, '') AS practice_code, coalesce(pcn, '') AS pcn_code, coalesce(team, '') AS team_name, coalesce(band, '') AS band_name," +
		" CAST(CASE WHEN long_term_conditions IS NULL THEN -1 ELSE least(long_term_conditions, 5) END AS BIGINT) AS ltcs, CAST(" + months + " AS BIGINT) AS history, p FROM " + from
	var sets []string
	for _, g := range groupings {
		var names []string
		for k, n := range attributeNames {
			if g>>k&1 == 1 {
				names = append(names, n)
			}
		}
		sets = append(sets, "("+strings.Join(names, ", ")+")")
	}
	all := slices.Clone(attributeNames)
	slices.Reverse(all)
	return "SELECT CAST(GROUPING(" + strings.Join(all, ", ") + ") AS BIGINT) AS set_mask, " + strings.Join(all, ", ") + ", count(*)::BIGINT AS people, " + nano +
		" FROM (" + people + ") GROUP BY GROUPING SETS (" + strings.Join(sets, ", ") + ") ORDER BY ALL"
}

func (s *Snapshot) leadingSQL(by string) string {
	var sizes []string
	for _, n := range Firsts {
		sizes = append(sizes, strconv.Itoa(n))
	}
	return "SELECT g AS of_code, CAST(n AS BIGINT) AS first, count(*)::BIGINT AS people, " + nano + " FROM (SELECT " + by + " AS g, p, row_number() OVER (PARTITION BY " + by +
		" ORDER BY p DESC, person) AS place FROM " + s.scored() + " WHERE p IS NOT NULL AND " + by + " <> '' QUALIFY place <= " + sizes[len(sizes)-1] +
		") JOIN (SELECT unnest([" + strings.Join(sizes, ", ") + "]) AS n) ON place <= n GROUP BY g, n ORDER BY g, n"
}

func (s *Snapshot) aboveSQL() string {
	var cuts []string
	for _, n := range CutOffs {
		cuts = append(cuts, strconv.Itoa(n))
	}
	return "SELECT coalesce(practice, '') AS practice_code, coalesce(team, '') AS team_name, CAST(cut AS BIGINT) AS per_mille, count(*)::BIGINT AS people, " + nano + " FROM " + s.scored() +
		" JOIN (SELECT unnest([" + strings.Join(cuts, ", ") + "]) AS cut) ON p >= cut / 1000 GROUP BY ALL ORDER BY ALL"
}

// query reads the rows of a query of ours.
func query[T any](ctx context.Context, s *Snapshot, text string) ([]T, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.db == nil {
		return nil, &engine.Fault{Code: "snapshot-closed", Say: "the snapshot " + s.Name + " is no longer open: ask again"}
	}
	return lake.Collect[T](ctx, s.db, text)
}
