//go:build duckdb_arrow

package door

import (
	"context"
	"math"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/identity"
	"leftshift/engine/risklist"
	"leftshift/engine/schema"
	"leftshift/engine/snapshot"
)

// List is a team's list as one principal may see it.
type List struct {
	Frame
	Team    string
	Rows    []Row
	Joiners int
	Columns access.Columns // what Rows hold; the rest is empty
}

// Row is one person on a list.
type Row struct {
	Person engine.Person
	Rank   int64
	Joiner bool
	Who    Who      // as far as Columns say
	Risk   string   // in words
	Band   string   // risk band
	Why    []string // the main things that raise the risk, in plain words
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

// Lists names the teams whose lists a principal may ask for, with the number
// on each. Their own lists are not about anyone until one is opened.
func (d *Doors) Lists(ctx context.Context, who access.Principal) ([]ListName, Frame, error) {
	if decision := access.Decide(who, access.OpenHome, access.Of("")); !decision.Allowed {
		return nil, Frame{}, decision.Err()
	}
	s, done, purpose, err := d.use(ctx)
	if err != nil {
		return nil, Frame{}, err
	}
	defer done()
	var out []ListName
	for _, l := range s.Lists() {
		if access.Decide(who, access.OpenList, access.List(purpose, l.Team).Because("which lists there are")).Allowed {
			out = append(out, ListName{l.Team, len(l.Rows)})
		}
	}
	return out, d.frame(s), nil
}

// ListName is one list that may be opened.
type ListName struct {
	Team   string
	People int
}

// OpenList shows a team's list. Where the principal may, it says who the
// people are; that is a second entry in the audit.
func (d *Doors) OpenList(ctx context.Context, who access.Principal, where Where, team string) (*List, error) {
	s, done, purpose, err := d.use(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	l, a := published(s, purpose, team)
	a.who, a.where, a.act = who, where, access.OpenList
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
	return d.list(ctx, s, l, decision.Columns|reveal, decision.Display)
}

// ExportList gives a team's list to be written to a file. It is one entry in
// the audit, about everyone on the list.
func (d *Doors) ExportList(ctx context.Context, who access.Principal, where Where, team, shape string) (*List, error) {
	s, done, purpose, err := d.use(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	l, a := published(s, purpose, team)
	a.who, a.where, a.act = who, where, access.ExportList
	a.object += " as " + shape
	decision, err := d.passList(ctx, a, s)
	if err != nil {
		return nil, err
	}
	return d.list(ctx, s, l, decision.Columns, decision.Display)
}

// published is a team's list and the question about it. A team without a list
// is asked about like any other, and has nobody on it.
func published(s *snapshot.Snapshot, purpose access.Purpose, team string) (*snapshot.List, ask) {
	l := s.List(team)
	if l == nil {
		l = &snapshot.List{Team: team}
	}
	people := make([]engine.Person, len(l.Rows))
	for i, r := range l.Rows {
		people[i] = r.Person
	}
	return l, ask{subject: access.List(purpose, team), object: team, shot: s.Name, persons: people, rows: len(people)}
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
func (d *Doors) list(ctx context.Context, s *snapshot.Snapshot, l *snapshot.List, columns access.Columns, display access.Display) (*List, error) {
	out := &List{Frame: d.frame(s), Team: l.Team, Columns: columns}
	if d.opt.Vault == nil {
		out.Columns &^= access.Identity
	}
	for _, r := range l.Rows {
		told, ok, err := s.Tell(ctx, r.Person)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		row := Row{Person: r.Person, Rank: r.Rank, Joiner: r.Status == risklist.Joiner.String()}
		if row.Joiner {
			out.Joiners++
		}
		if row.Who, err = d.who(r.Person, columns); err != nil {
			return nil, err
		}
		if columns.Has(access.ColumnRisk) {
			row.Risk, row.Band = d.risk(r.Probability, r.Band, s.Model.Horizon), r.Band
		}
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
