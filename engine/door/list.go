//go:build duckdb_arrow

package door

import (
	"context"
	"math"
	"slices"
	"time"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/identity"
	"leftshift/engine/risklist"
	"leftshift/engine/schema"
	"leftshift/engine/snapshot"
	"leftshift/engine/worklist"
)

// List is a team's list as one principal may see it.
type List struct {
	Frame
	Team    string
	Rows    []Row
	Joiners int
	Columns access.Columns // what Rows hold; the rest is empty
	View
	Tally  map[Show]int // how many people each way of showing has
	Works  bool         // there is a worklist, and the work in it may be told
	Gaps   []GapCount   // how many of those shown have each
	Length *Length      // of a list that is opened; nil elsewhere
	Model  Model
	Taken  time.Time // when it was asked for, UTC

	GapsKnown, NeedsKnown, LeaversKnown bool // the snapshot tells of them, and they may be read
}

// Show picks people of a list.
type Show string

// The ways of showing a list.
const (
	Everyone Show = ""
	Mine     Show = "mine" // whom the principal has
	Fresh    Show = "new"  // who is new since the list before, or was added by hand and is not started
	Due      Show = "due"  // with a next date of today or past
)

// Shows lists the ways of showing, in order.
func Shows() []Show { return []Show{Everyone, Mine, Fresh, Due} }

// has says whether a row is shown.
func (s Show) has(e entry) bool {
	switch s {
	case Mine:
		return e.work != nil && e.work.Owner != nil && e.work.Owner.Me
	case Fresh:
		return e.Status == risklist.Joiner.String() || e.work != nil && e.work.Worry != "" && e.work.State == worklist.New
	case Due:
		return e.work != nil && e.work.Due && e.work.Open()
	}
	return true
}

// Row is one person on a list.
type Row struct {
	Person   engine.Person
	Rank     int64 // 0: not ranked: added by hand, or still in work after leaving the list
	Joiner   bool
	Work     *Work // nil: not in the worklist
	Practice string
	Who      Who     // as far as Columns say
	Risk     string  // in words
	Band     string  // risk band
	Chance   float64 // the risk as a number, 0 to 1; NaN where Risk does not tell it
	Mark     Mark    // of an export alone; the zero value elsewhere
	Gaps     []Gap
	Needs    []Need
	Why      []string // the main things that raise the risk, in plain words
}

// Who says who a person is: only what the principal may see, empty otherwise.
type Who struct {
	NHSNumber string // ten digits
	Name      string // family name first, as a list is read
	BirthDate string // ISO 8601, as the source gave it
	Phone     string
}

// MainReasons is how many reasons a list shows.
const MainReasons = 3

// OpenList shows a team's list: those whom the last night listed, with those
// who were added by hand or are still in work, by risk. Where the principal may,
// it says who the people are; that is a second entry in the audit. Both are about
// those whom the view shows.
func (d *Doors) OpenList(ctx context.Context, who access.Principal, where Where, team string, view View) (*List, error) {
	s, done, purpose, err := d.use(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	l, a, err := d.listed(ctx, s, who, purpose, team, view)
	if err != nil {
		return nil, err
	}
	a.who, a.where, a.act = who, where, access.OpenList
	if err := d.within(ctx, s, l, &a); err != nil {
		return nil, err
	}
	decision, err := d.passList(ctx, a, s)
	if err != nil {
		return nil, err
	}
	a.act = access.RevealIdentity
	var reveal access.Columns
	if d.opt.Vault != nil && access.Decide(who, a.act, a.subject.Because(where.Reason)).Allowed {
		shown, err := d.pass(ctx, a)
		if err != nil {
			return nil, err
		}
		reveal = shown.Columns
	}
	out, err := d.list(ctx, s, l, decision.Columns|reveal, decision.Display)
	if err == nil {
		out.Length = d.length(s, who, l, purpose, decision.Columns)
	}
	return out, err
}

// ExportList gives a team's list, as a view shows it, to be written to a file. It
// is one entry in the audit, about everyone in the file.
func (d *Doors) ExportList(ctx context.Context, who access.Principal, where Where, team string, view View, shape string) (*List, error) {
	s, done, purpose, err := d.use(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	l, a, err := d.listed(ctx, s, who, purpose, team, view)
	if err != nil {
		return nil, err
	}
	a.who, a.where, a.act = who, where, access.ExportList
	a.object += " as " + shape
	if err := d.within(ctx, s, l, &a); err != nil {
		return nil, err
	}
	decision, err := d.passList(ctx, a, s)
	if err != nil {
		return nil, err
	}
	out, err := d.list(ctx, s, l, decision.Columns, decision.Display)
	if err == nil {
		d.mark(out)
	}
	return out, err
}

// entries are a team's list as it is now, before anything is decided.
type entries struct {
	team   string
	view   View
	tally  map[Show]int
	rows   []entry
	gaps   []GapCount
	set    *worklist.Capacity // what the team set; nil: nothing
	limit  int                // of ranks shown; 0: none
	beyond int                // people over it who are not shown
	names  staff
}

type entry struct {
	schema.ListRow
	work *Work
}

// listed is a team's list and the question about it. A team without a list is
// asked about like any other, and has nobody on it.
func (d *Doors) listed(ctx context.Context, s *snapshot.Snapshot, who access.Principal, purpose access.Purpose, team string, view View) (*entries, ask, error) {
	out := &entries{team: team, view: view, tally: map[Show]int{}}
	var err error
	if out.set, out.limit, err = d.limit(ctx, team); err != nil {
		return nil, ask{}, err
	}
	if out.names, err = d.names(ctx); err != nil {
		return nil, ask{}, err
	}
	var all []entry
	var byHand []schema.ListRow
	on := map[engine.Person]bool{}
	if l := s.List(team); l != nil {
		for _, r := range l.Rows {
			if r.Rank > 0 {
				all = append(all, entry{ListRow: r})
			} else {
				byHand = append(byHand, r)
			}
			on[r.Person] = true
		}
	}
	// Before the first of a lower risk; those with a rank keep their order.
	insert := func(r schema.ListRow) {
		at := slices.IndexFunc(all, func(e entry) bool { return e.Probability < r.Probability })
		if at < 0 {
			at = len(all)
		}
		all = slices.Insert(all, at, entry{ListRow: r})
	}
	for _, r := range byHand {
		insert(r)
	}
	if d.opt.Worklist != nil {
		open, err := d.opt.Worklist.Items(ctx, worklist.Query{Lists: []string{team}, Open: true})
		if err != nil {
			return nil, ask{}, err
		}
		var others []engine.Person
		for _, it := range open {
			if !on[it.Person] {
				others, on[it.Person] = append(others, it.Person), true
			}
		}
		told, err := s.TellAll(ctx, others)
		if err != nil {
			return nil, ask{}, err
		}
		for _, person := range others {
			if t := told[person]; t != nil {
				p, band := scoreOf(s, t)
				insert(schema.ListRow{List: team, Person: person, Probability: p, Band: band})
			}
		}
	}
	people := make([]engine.Person, len(all))
	for i, e := range all {
		people[i] = e.Person
	}
	items, err := d.itemsOf(ctx, people)
	if err != nil {
		return nil, ask{}, err
	}
	moved, err := d.moved(ctx, items)
	if err != nil {
		return nil, ask{}, err
	}
	people = people[:0]
	for _, e := range all {
		begun := false
		if it := latest(items[e.Person], team); it != nil {
			e.work = d.workOf(who, *it, items[e.Person], out.names)
			e.work.last(moved[it.ID])
			begun = it.Begun
		}
		if out.limit > 0 && e.Rank > int64(out.limit) && !begun {
			if out.beyond++; !view.All {
				continue
			}
		}
		for _, w := range Shows() {
			if w.has(e) {
				out.tally[w]++
			}
		}
		if view.Show.has(e) {
			out.rows, people = append(out.rows, e), append(people, e.Person)
		}
	}
	return out, ask{subject: access.List(purpose, team), object: team, shot: s.Name, persons: people, rows: len(people)}, nil
}

// passList is pass, for a list that may be too old to be worked: whoever may
// see it is told so, and the audit knows.
func (d *Doors) passList(ctx context.Context, a ask, s *snapshot.Snapshot) (access.Decision, error) {
	old := d.fresh(s)
	if old == nil || !access.Decide(a.who, a.act, a.subject.Because(a.where.Reason)).Allowed {
		return d.pass(ctx, a)
	}
	if err := d.record(ctx, a, codeOf(old)); err != nil {
		return access.Decision{}, err
	}
	return access.Decision{}, old
}

// list fills the columns that may be shown.
func (d *Doors) list(ctx context.Context, s *snapshot.Snapshot, l *entries, columns access.Columns, display access.Display) (*List, error) {
	out := &List{Frame: d.frame(s), Team: l.team, Columns: columns, View: l.view, Tally: l.tally, Works: d.opt.Worklist != nil, Gaps: l.gaps,
		GapsKnown: columns.Has(access.ColumnGaps) && s.HasGaps(), NeedsKnown: columns.Has(access.ColumnAdjustments) && s.HasNeeds(),
		Model: modelOf(s), Taken: d.opt.Now().UTC()}
	if d.opt.Vault == nil {
		out.Columns &^= access.Identity
	}
	out.LeaversKnown = leaversKnown(s)
	people := make([]engine.Person, len(l.rows))
	for i, r := range l.rows {
		people[i] = r.Person
	}
	all, err := s.TellAll(ctx, people)
	if err != nil {
		return nil, err
	}
	for _, r := range l.rows {
		told := all[r.Person]
		if told == nil {
			continue
		}
		row := Row{Person: r.Person, Rank: r.Rank, Joiner: r.Status == risklist.Joiner.String(), Work: r.work, Practice: told.Resident.Practice, Chance: math.NaN()}
		if row.Joiner {
			out.Joiners++
		}
		if row.Who, err = d.who(r.Person, columns); err != nil {
			return nil, err
		}
		if columns.Has(access.ColumnRisk) {
			row.Risk, row.Band = d.risk(r.Probability, r.Band, s.Model.Horizon), r.Band
			if d.opt.Chances {
				row.Chance = r.Probability
			}
		}
		details := detailsOf(s, told, columns, display)
		row.Gaps, row.Needs = details.Gaps, details.Needs
		if columns.Has(access.ColumnReasons) {
			row.Why = raising(reasonsOf(told, display), MainReasons)
		}
		out.Rows = append(out.Rows, row)
	}
	return out, nil
}

// who opens the vault for one person, for the columns that may be shown.
func (d *Doors) who(person engine.Person, columns access.Columns) (Who, error) {
	if columns&access.Identity == 0 || d.opt.Vault == nil {
		return Who{}, nil
	}
	id, err := d.opt.Vault.Open(person)
	if err != nil {
		return Who{}, err
	}
	return whoOf(id, columns), nil
}

func whoOf(id identity.Identity, columns access.Columns) Who {
	var w Who
	if columns.Has(access.ColumnName) {
		switch {
		case id.Family != "" && id.Given != "":
			w.Name = id.Family + ", " + id.Given
		default:
			w.Name = id.Family + id.Given
		}
	}
	if columns.Has(access.ColumnNHSNumber) {
		w.NHSNumber = id.NHSNumber
	}
	if columns.Has(access.ColumnBirth) {
		w.BirthDate = id.BirthDate
	}
	if columns.Has(access.ColumnPhone) {
		w.Phone = id.Phone
	}
	return w
}

// risk is a probability in words: a chance where the model's calibration here
// is approved, else the band alone.
func (d *Doors) risk(p float64, band string, horizon int) string {
	switch {
	case d.opt.Chances && !math.IsNaN(p):
		return risklist.Words(p, horizon)
	case band == "":
		return "not known"
	}
	return band + " risk"
}

// reasonsOf are the reasons as the reader may read them.
func reasonsOf(t *snapshot.Told, display access.Display) []schema.Reason {
	if display == access.DisplayClinician && t.Clinician != nil {
		return t.Clinician
	}
	return t.Reasons
}

// raising are the first sentences that raise the risk. What lowers it would be
// read as a reason too; other recorded factors are no sentence about anything.
func raising(reasons []schema.Reason, most int) []string {
	var out []string
	for _, r := range reasons {
		if r.Contribution > 0 && r.Feature != schema.OtherFactors && len(out) < most {
			out = append(out, r.Text)
		}
	}
	return out
}

func codeOf(err error) string {
	if f, ok := err.(*engine.Fault); ok {
		return f.Code
	}
	return "failed"
}
