//go:build duckdb_arrow

package night

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/engine/risklist"
	"leftshift/engine/schema"
	"leftshift/engine/snapshot"
	"leftshift/features/matrix"
	"leftshift/jobs/pipeline"
)

// geography is who serves whom on the as-of date.
type geography struct {
	teams []risklist.Team
	ods   map[engine.Code]string      // organisation to ODS code
	pcn   map[engine.Code]engine.Code // practice to its network
	of    map[engine.Code][]string    // practice to teams
}

func (n *Night) geography(ctx context.Context, db *lake.DB, curated string) (*geography, error) {
	g := &geography{ods: map[engine.Code]string{}, pcn: map[engine.Code]engine.Code{}, of: map[engine.Code][]string{}}
	organisations, err := lake.Rows[schema.CuratedOrganisation](ctx, db, filepath.Join(curated, "organisation.parquet"), "", "organisation")
	if err != nil {
		return nil, err
	}
	for _, o := range organisations {
		g.ods[o.Organisation] = o.ODS
		if o.Role == "gp_practice" {
			g.pcn[o.Organisation] = o.Parent
		}
	}
	codes, err := lake.Rows[schema.CodeText](ctx, db, filepath.Join(curated, "code.parquet"), fmt.Sprintf("system = %d", engine.ODS), "code")
	if err != nil {
		return nil, err
	}
	for _, c := range codes {
		if g.ods[c.Key] == "" {
			g.ods[c.Key] = c.Text
		}
	}
	rows, err := lake.Rows[schema.CuratedTeam](ctx, db, filepath.Join(curated, "team.parquet"), "", "team", "practice", "from_day")
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	for _, t := range rows {
		if t.FromDay != engine.NoDay && t.FromDay > n.AsOf || t.ToDay != engine.NoDay && t.ToDay < n.AsOf {
			continue
		}
		i, ok := at[t.Team]
		if !ok {
			i = len(g.teams)
			at[t.Team] = i
			g.teams = append(g.teams, risklist.Team{ID: t.Team, Name: t.Name, Capacity: int(t.Capacity)})
		}
		if !slices.Contains(g.teams[i].Practices, t.Practice) {
			g.teams[i].Practices = append(g.teams[i].Practices, t.Practice)
			g.of[t.Practice] = append(g.of[t.Practice], t.Team)
		}
	}
	return g, nil
}

// listsInfo is what the step tells the report, exact: the report controls it.
type listsInfo struct {
	Lists     []listInfo       `json:"lists"`
	Attrition map[string]int64 `json:"attrition"` // coded reason to people, of everyone scored
	Scored    int64            `json:"scored"`
	Listed    int64            `json:"listed"`
	Added     int64            `json:"added"`   // by hand, beside those listed
	Leavers   map[string]int64 `json:"leavers"` // coded reason to people
	Expected  float64          `json:"expected_events"`
	Everyone  float64          `json:"expected_events_of_everyone"`
	Previous  string           `json:"previous"` // snapshot compared with
}

type listInfo struct {
	Team       string  `json:"team"`
	Name       string  `json:"name"`
	Capacity   int     `json:"capacity"`
	Configured int     `json:"configured"` // capacity by configuration
	Set        bool    `json:"set"`        // the capacity is the team's own
	Size       int     `json:"size"`       // ranked and added
	Added      int     `json:"added"`      // by hand
	Joiners    int     `json:"joiners"`
	Stayers    int     `json:"stayers"`
	Leavers    int     `json:"leavers"`
	Expected   float64 `json:"expected_events"`
	Everyone   float64 `json:"expected_events_of_everyone"`

	Candidates int64            `json:"candidates"` // people of its practices, and those added to it
	Attrition  map[string]int64 `json:"attrition"`  // coded reason to these people
	Again      *int             `json:"again"`      // of size, on it 30 days ago and nothing done since; null not known
}

// stepLists makes one list for each neighbourhood team.
func (n *Night) stepLists() pipeline.Step {
	return pipeline.Step{
		Name: "lists", Keep: 1,
		Digest: func(ctx context.Context, r *pipeline.Run) (string, error) {
			if err := n.exclusions(); err != nil {
				return "", err
			}
			_, list, err := n.previous()
			if err != nil {
				return "", err
			}
			if n.work, err = n.worked(ctx); err != nil {
				return "", err
			}
			silent := slices.Sorted(maps.Keys(n.silent()))
			return digest(r.Identity("score"), r.Identity("curate"), r.Identity("features"), n.Config.Lists, list.SHA256, n.Gaps.Hash, n.Codelists.Hash, silent, n.work.lines()), nil
		},
		Do: n.lists,
	}
}

// previous is the newest published snapshot of an earlier as-of date: its name
// and what its manifest says of its lists; "" when there is none.
func (n *Night) previous() (name string, list snapshot.File, err error) {
	all, err := snapshot.All(n.Data)
	if err != nil {
		return "", list, err
	}
	for _, s := range slices.Backward(all) {
		if s.AsOf < n.AsOf.String() {
			return s.Name, s.Files[listFile], nil
		}
	}
	return "", list, nil
}

// before reads who was on which list of the previous snapshot; nil when there
// is none.
func (n *Night) before(ctx context.Context, db *lake.DB) (name string, places []risklist.Place, err error) {
	name, list, err := n.previous()
	if err != nil || name == "" {
		return name, nil, err
	}
	dir := filepath.Join(n.Data, "snapshots", name)
	m := snapshot.Manifest{Name: name, Files: map[string]snapshot.File{listFile: list}}
	if err := m.Held(dir, listFile, true); err != nil {
		return name, nil, err
	}
	rows, err := lake.Rows[schema.ListRow](ctx, db, filepath.Join(dir, listFile), "", "list", "rank")
	for _, x := range rows {
		places = append(places, risklist.Place{Person: x.Person, Team: x.List})
	}
	return name, places, err
}

const listFile = "risk_list.parquet"

func (n *Night) lists(ctx context.Context, r *pipeline.Run, dir string) error {
	db, err := n.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	g, err := n.geography(ctx, db, r.Output("curate"))
	if err != nil {
		return err
	}
	_, bundle, err := n.serving()
	if err != nil {
		return err
	}
	probability := map[engine.Person]float64{}
	if bundle != nil {
		scores, err := lake.Rows[schema.Score](ctx, db, filepath.Join(r.Output("score"), "score.parquet"), "model = '"+bundle.Primary().Name+"'")
		if err != nil {
			return err
		}
		for _, s := range scores {
			probability[s.Person] = s.Probability
		}
	}
	places, err := lake.Rows[place](ctx, db, filepath.Join(r.Output("features"), "place.parquet"), "")
	if err != nil {
		return err
	}
	m, _, err := matrix.Load(filepath.Join(r.Output("features"), "feature.parquet"), n.columns(n.listColumns()...))
	if err != nil {
		return err
	}
	if err := m.LoadLast(filepath.Join(r.Output("features"), "feature_last.parquet")); err != nil {
		return err
	}
	gaps, err := n.Gaps.Over(m, n.Catalogue, n.silent())
	if err != nil {
		return err
	}
	why, err := n.quietReasons(ctx, db, r.Output("score"), bundle != nil)
	if err != nil {
		return err
	}
	unseen := 0 // people of whom nobody can see whether they are on a palliative register
	candidates := make([]risklist.Candidate, len(places))
	for i, p := range places {
		c := risklist.Candidate{Person: p.Person, Probability: math.NaN(), Practice: p.Practice,
			Gaps: gaps.Of(i, n.AsOf), Quiet: n.work.quiet[p.Person], Added: n.work.added[p.Person], Reasons: why[p.Person]}
		if v, ok := probability[p.Person]; ok {
			c.Probability = v
		}
		if p.CareHome == 1 {
			c.Flags |= risklist.CareHome.Flag()
		}
		if m.Values[0][i] > 0 {
			c.Flags |= risklist.Palliative.Flag()
		}
		if matrix.StateOf(m.Values[0][i]) == matrix.Unobservable {
			unseen++
		}
		candidates[i] = c
	}
	if unseen > 0 && slices.Contains(n.Config.Lists.Exclude, risklist.Palliative.String()) {
		r.Warn("exclusion-not-observable", "some people's general practice record cannot be seen, so whether they are on a palliative register is not known, and lists can hold them: look at the night report for what is not observable, and tell the teams")
	}
	others, err := n.excluded(ctx, db, r.Output("curate"), places)
	if err != nil {
		return err
	}
	candidates = append(candidates, others...)
	name, before, err := n.before(ctx, db)
	if err != nil {
		return err
	}
	exclude, err := risklist.ParseFlags(n.Config.Lists.Exclude)
	if err != nil {
		return &engine.Fault{Code: "lists-exclude", Say: "lists.exclude names a reason that is none", Err: err}
	}
	exclude |= risklist.InHospital.Flag() // the risk is of people who are not there now
	teams := risklist.Heed(g.teams, n.Config.Lists.Capacity, n.work.set())
	got, err := risklist.Build(candidates, teams, risklist.Rules{Capacity: n.Config.Lists.Capacity, Exclude: exclude, MinProbability: n.Config.Lists.MinProbability, AsOf: n.AsOf}, before)
	if err != nil {
		return err
	}
	if err := got.Check(); err != nil {
		return err
	}
	got.Again(n.work.idle, n.work.since)
	if err := writeLists(filepath.Join(dir, listFile), got); err != nil {
		return err
	}
	if err := n.writeResidents(filepath.Join(dir, "resident.parquet"), places, m, probability, got.Cuts, g); err != nil {
		return err
	}
	if err := saveLists(dir, got); err != nil {
		return err
	}
	if err := writeLeavers(filepath.Join(dir, "leaver.parquet"), got); err != nil {
		return err
	}
	if err := writeGaps(filepath.Join(dir, "gap.parquet"), candidates[:len(places)]); err != nil {
		return err
	}
	if err := n.gatherListed(ctx, db, r.Output("curate"), dir); err != nil {
		return err
	}
	if err := n.writeTimeline(ctx, db, r.Output("curate"), dir); err != nil {
		return err
	}
	if err := n.writeNeeds(ctx, db, dir); err != nil {
		return err
	}
	info := listsOf(got, name)
	r.Count("lists", int64(len(info.Lists)))
	r.Count("people listed", info.Listed)
	if info.Added > 0 {
		r.Count("people added by hand", info.Added)
	}
	return writeJSON(filepath.Join(dir, "lists.json"), info)
}

// excluded gives everyone of the record who is not in the population, with
// the reason as a flag, so that lists count them and say why someone left.
// Who is withheld by consent is not in the record at all.
func (n *Night) excluded(ctx context.Context, db *lake.DB, curated string, places []place) ([]risklist.Candidate, error) {
	in := make(map[engine.Person]bool, len(places))
	for _, p := range places {
		in[p.Person] = true
	}
	type registered struct {
		Person engine.Person `col:"person"`
		Where  engine.Code   `col:"practice"`
		From   engine.Day    `col:"from_day"`
		To     engine.Day    `col:"to_day"`
	}
	chains, err := lake.Rows[registered](ctx, db, filepath.Join(curated, "registration", "*.parquet"), "", "person", "from_day NULLS FIRST", "to_day NULLS LAST", "practice")
	if err != nil {
		return nil, err
	}
	const now, before = 1, 2
	when := map[engine.Person]int{}
	last := map[engine.Person]engine.Code{} // practice of the latest registration, one of today before others
	for _, x := range chains {
		switch {
		case x.From != engine.NoDay && x.From > n.AsOf:
			continue
		case x.To == engine.NoDay || x.To >= n.AsOf:
			when[x.Person] |= now
		default:
			if when[x.Person]&now != 0 {
				continue
			}
			when[x.Person] |= before
		}
		last[x.Person] = x.Where
	}
	type mortal struct {
		Person engine.Person `col:"person"`
		Birth  engine.Day    `col:"birth_month"`
		Death  engine.Day    `col:"death_day"`
	}
	people, err := lake.Rows[mortal](ctx, db, filepath.Join(curated, "person", "*.parquet"), "", "person")
	if err != nil {
		return nil, err
	}
	var out []risklist.Candidate
	for _, p := range people {
		if in[p.Person] || p.Birth != engine.NoDay && p.Birth > n.AsOf {
			continue
		}
		c := risklist.Candidate{Person: p.Person, Probability: math.NaN(), Practice: last[p.Person]}
		switch {
		case p.Death != engine.NoDay && p.Death <= n.AsOf:
			c.Flags = risklist.Died.Flag()
		case when[p.Person]&now != 0:
			c.Flags = risklist.InHospital.Flag()
		case when[p.Person]&before != 0:
			c.Flags = risklist.Left.Flag()
		default:
			c.Flags = risklist.NotRegistered.Flag()
		}
		out = append(out, c)
	}
	return out, nil
}

// columns gives catalogue columns by identifier, in that order.
func (n *Night) columns(ids ...string) []matrix.Column {
	all := n.Catalogue.Columns()
	out := make([]matrix.Column, len(ids))
	for k, id := range ids {
		i := slices.IndexFunc(all, func(c matrix.Column) bool { return c.ID == id })
		if i < 0 {
			panic("night: the catalogue has no feature " + id)
		}
		out[k] = all[i]
	}
	return out
}

func writeLists(path string, got *risklist.Result) error {
	return schema.Write(path, schema.PublishedTable("risk_list"), func(yield func(any) bool) {
		for _, l := range got.Lists {
			for _, x := range slices.Concat(l.Rows, l.Added) {
				if !yield(&schema.ListRow{List: l.Team.ID, Rank: int64(x.Rank), Person: x.Person, Probability: x.Probability, Band: x.Band.String(), Status: x.Status.String()}) {
					return
				}
			}
		}
	})
}

func (n *Night) writeResidents(path string, places []place, m *matrix.Matrix, probability map[engine.Person]float64, cuts risklist.Cuts, g *geography) error {
	return schema.Write(path, schema.PublishedTable("resident"), func(yield func(any) bool) {
		for i, p := range places {
			row := schema.Resident{Person: p.Person, AsOf: p.AsOf, Age: p.Age, Sex: p.Sex, Ethnic: p.Ethnic, IMD: p.IMD, CareHome: p.CareHome,
				Practice: g.ods[p.Practice], PCN: g.ods[g.pcn[p.Practice]], LTCs: conditionsOf(m.Values[1][i])}
			if teams := g.of[p.Practice]; len(teams) > 0 {
				row.Team = slices.Min(teams)
			}
			if v, ok := probability[p.Person]; ok {
				row.Band = cuts.Band(v).String()
			}
			if !yield(&row) {
				return
			}
		}
	})
}

// conditionsOf is a number of conditions for table resident: -1 where they are
// unknown or could not be seen.
func conditionsOf(v float32) int64 {
	if v != v {
		return -1
	}
	return int64(v)
}

func listsOf(got *risklist.Result, previous string) listsInfo {
	info := listsInfo{Leavers: map[string]int64{}, Scored: int64(got.Attrition.Candidates), Listed: int64(got.Attrition.Listed), Added: int64(got.Attrition.Added),
		Expected: got.Expected.Events, Everyone: got.Expected.Everyone, Previous: previous}
	info.Attrition = leftOff(&got.Attrition)
	for _, l := range got.Leavers {
		info.Leavers[l.Reason.String()]++
	}
	for _, l := range got.Lists {
		x := listInfo{Team: l.Team.ID, Name: l.Team.Name, Capacity: l.Team.Capacity, Configured: l.Team.Configured, Set: l.Team.Set, Size: len(l.Rows) + len(l.Added), Added: len(l.Added), Joiners: l.Joiners, Stayers: l.Stayers, Leavers: l.Leavers,
			Expected: l.Expected.Events, Everyone: l.Expected.Everyone, Candidates: int64(l.Attrition.Candidates), Attrition: leftOff(&l.Attrition)}
		if l.AgainKnown {
			x.Again = &l.Again
		}
		info.Lists = append(info.Lists, x)
	}
	slices.SortFunc(info.Lists, func(a, b listInfo) int { return cmp.Compare(a.Team, b.Team) })
	return info
}

// leftOff is an attrition as published: coded reason to people.
func leftOff(a *risklist.Attrition) map[string]int64 {
	out := map[string]int64{}
	for _, c := range risklist.Codes() {
		if k := a.Left[c]; k > 0 {
			out[c.String()] = int64(k)
		}
	}
	return out
}
