package worklist

import (
	"database/sql"
	"math"
	"time"

	"leftshift/engine"
)

// Source says how a person came to be an item.
type Source string

const (
	FromList Source = "list"
	ByHand   Source = "hand"
)

// Actor is the named person who does something.
type Actor struct {
	User         string // required; their identifier, not a name
	Role         string
	Organisation string // required
	Team         string // "": none
}

func (a Actor) same(b Actor) bool { return a.User == b.User && a.Organisation == b.Organisation }

// Item is one person on one list.
type Item struct {
	ID       int64
	List     string // a team's
	Person   engine.Person
	Practice string // when it began, as the run or whoever added it gave it
	Rule     string // that listed them; HandRule by hand
	Source   Source
	Worry    Worry      // of those added by hand
	FirstRun string     // "": by hand
	FirstDay engine.Day // as-of day of the first run, or the day added

	State  State
	Reason string     // coded: a Reason when NotSuitable, why it left when Closed
	Owner  Actor      // the zero value: nobody; only an open item has one
	Next   engine.Day // engine.NoDay: none
	Listed bool       // on the list by the last run
	Begun  bool       // somebody did something: a leaver's item then stays
	Gone   string     // why it left the list; "" while it is on it, or never was

	Rank        int     // of the latest listing; 0: added by hand and never listed
	Probability float64 // latest known; NaN: not known
	Reasons     string  // digest of the latest known reasons; "": not known

	Notes   int
	Version int64 // rises by one with each change but a note
	Changed time.Time
}

// HandRule is the rule of an item that was added by hand.
const HandRule = "hand"

// Kind of a change.
type Kind string

const (
	// By a run.
	KindListed   Kind = "listed"
	KindRelisted Kind = "relisted"
	KindLeft     Kind = "left"
	KindDied     Kind = "died"
	// By a person.
	KindAdded Kind = "added"
	Claim     Kind = "claimed"  // take a person whom nobody has
	Release   Kind = "released" // let them go
	Take      Kind = "taken"    // over from their owner, with a note that says why
	Move      Kind = "moved"    // to another state
	Plan      Kind = "planned"  // set or clear the next date
	Note      Kind = "noted"
)

// Change is one row of history.
type Change struct {
	Seq         int64
	Item        int64
	Kind        Kind
	At          time.Time
	By          Actor // the zero value: a run
	From, To    State // the same where the state did not change
	Reason      string
	Note        string
	Next        engine.Day // of the item after it
	Probability float64    // latest known then; NaN: not known
	Reasons     string     // digest, latest known then
	Run         string     // that did it, or whose lists the actor saw; "": not said
	Snapshot    string
	Version     int64 // of the item after it
}

// after gives the item as a change leaves it. It is the only thing that changes
// an item's state, owner and dates.
func (it Item) after(c *Change) Item {
	it.State, it.Version, it.Changed = c.To, c.Version, c.At
	switch c.Kind {
	case KindListed, KindRelisted:
		it.Listed, it.Gone = true, ""
	case KindLeft:
		it.Listed, it.Gone = false, c.Reason
		if c.To != c.From {
			it.Reason = c.Reason
		}
	case KindDied:
		if it.Listed {
			it.Listed, it.Gone = false, c.Reason
		}
		it.Reason = c.Reason
	case Claim, Take:
		it.Owner = c.By
	case Release:
		it.Owner = Actor{}
	case Move:
		it.Reason, it.Next, it.Owner = c.Reason, c.Next, c.By
	case Plan:
		it.Next, it.Owner = c.Next, c.By
	}
	if c.Note != "" {
		it.Notes++
	}
	it.Begun = it.Begun || c.By.User != ""
	if !it.State.Open() {
		it.Owner = Actor{}
	}
	if it.State == Closed {
		it.Next = engine.NoDay
	}
	return it
}

const itemColumns = `i.id, e.list, e.person, e.practice, e.rule, e.source, e.worry, e.run, e.first_day, i.state, i.reason,
	i.owner, i.owner_role, i.owner_organisation, i.owner_team, i.next_day, i.listed, i.begun, i.gone, i.rank, i.probability, i.reasons, i.notes, i.version, i.changed`

const itemTables = ` FROM item i JOIN entry e ON e.id = i.id `

func scanItem(scan func(...any) error) (Item, error) {
	var it Item
	var next sql.NullInt64
	var p sql.NullFloat64
	var changed int64
	err := scan(&it.ID, &it.List, &it.Person, &it.Practice, &it.Rule, &it.Source, &it.Worry, &it.FirstRun, &it.FirstDay, &it.State, &it.Reason,
		&it.Owner.User, &it.Owner.Role, &it.Owner.Organisation, &it.Owner.Team, &next, &it.Listed, &it.Begun, &it.Gone, &it.Rank, &p, &it.Reasons, &it.Notes, &it.Version, &changed)
	it.Next, it.Probability, it.Changed = dayOf(next), probabilityOf(p), time.UnixMilli(changed).UTC()
	return it, err
}

const changeColumns = `seq, item, kind, at, user, role, organisation, team, from_state, to_state, reason, note, next_day, probability, reasons, run, snapshot, version`

func scanChange(scan func(...any) error) (Change, error) {
	var c Change
	var next sql.NullInt64
	var p sql.NullFloat64
	var at int64
	err := scan(&c.Seq, &c.Item, &c.Kind, &at, &c.By.User, &c.By.Role, &c.By.Organisation, &c.By.Team, &c.From, &c.To, &c.Reason, &c.Note, &next, &p, &c.Reasons, &c.Run, &c.Snapshot, &c.Version)
	c.Next, c.Probability, c.At = dayOf(next), probabilityOf(p), time.UnixMilli(at).UTC()
	return c, err
}

// record adds a change to the history and brings the item up to it. key and ask
// are those of a person's action.
func record(tx *sql.Tx, it Item, c *Change, key, ask string) (Item, error) {
	c.Item, c.From, c.Probability, c.Reasons = it.ID, it.State, it.Probability, it.Reasons
	if c.Kind == KindListed || c.Kind == KindAdded {
		c.From = ""
	}
	if c.To == "" {
		c.To = it.State
	}
	if c.Kind != Move && c.Kind != Plan {
		c.Next = it.Next
	}
	c.Version = it.Version
	if c.Kind != Note {
		c.Version++
	}
	it = it.after(c)
	c.Next = it.Next
	r, err := tx.Exec(`INSERT INTO history (item, kind, at, user, role, organisation, team, from_state, to_state, reason, note, next_day, probability, reasons, run, snapshot, version, key, ask)
		VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`, c.Item, c.Kind, c.At.UnixMilli(), c.By.User, c.By.Role, c.By.Organisation, c.By.Team, c.From, c.To, c.Reason, c.Note,
		nullDay(c.Next), nullProbability(c.Probability), c.Reasons, c.Run, c.Snapshot, c.Version, key, ask)
	if err != nil {
		return it, err
	}
	if c.Seq, err = r.LastInsertId(); err != nil {
		return it, err
	}
	return it, project(tx, it)
}

// project writes an item.
func project(tx *sql.Tx, it Item) error {
	_, err := tx.Exec(`INSERT INTO item (id, list, person, state, open, reason, owner, owner_role, owner_organisation, owner_team, next_day, listed, begun, gone, rank, probability, reasons, notes, version, changed)
		VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20)
		ON CONFLICT (id) DO UPDATE SET state=?4, open=?5, reason=?6, owner=?7, owner_role=?8, owner_organisation=?9, owner_team=?10, next_day=?11, listed=?12, begun=?13, gone=?14,
		rank=?15, probability=?16, reasons=?17, notes=?18, version=?19, changed=?20`,
		it.ID, it.List, it.Person, it.State, it.State.Open(), it.Reason, it.Owner.User, it.Owner.Role, it.Owner.Organisation, it.Owner.Team, nullDay(it.Next), it.Listed, it.Begun, it.Gone,
		it.Rank, nullProbability(it.Probability), it.Reasons, it.Notes, it.Version, it.Changed.UnixMilli())
	return err
}

func nullDay(d engine.Day) any {
	if d == engine.NoDay {
		return nil
	}
	return int64(d)
}

func dayOf(d sql.NullInt64) engine.Day {
	if !d.Valid {
		return engine.NoDay
	}
	return engine.Day(d.Int64)
}

func nullProbability(p float64) any {
	if math.IsNaN(p) {
		return nil
	}
	return p
}

func probabilityOf(p sql.NullFloat64) float64 {
	if !p.Valid {
		return math.NaN()
	}
	return p.Float64
}
