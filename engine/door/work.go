//go:build duckdb_arrow

package door

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/identity"
	"leftshift/engine/risklist"
	"leftshift/engine/schema"
	"leftshift/engine/snapshot"
	"leftshift/engine/worklist"
)

// Worklist is what the doors need of the work items.
type Worklist interface {
	Items(context.Context, worklist.Query) ([]worklist.Item, error)
	History(ctx context.Context, item int64) ([]worklist.Change, error)
	Act(context.Context, worklist.Actor, worklist.Action) (worklist.Result, error)
	Add(context.Context, worklist.Actor, worklist.Addition) (worklist.Result, error)
	Moved(ctx context.Context, items []int64) (map[int64]worklist.Change, error)
	Called(context.Context, worklist.Member, string) error
	Names(context.Context) (map[worklist.Member]string, error)
	SetCapacity(ctx context.Context, by worklist.Actor, key string, c worklist.Capacity) (worklist.Capacity, error)
	Capacities(context.Context) (map[string]worklist.Capacity, error)
}

// Work is how the work on one person stands, on one list.
type Work struct {
	List    string
	Item    int64
	Version int64
	State   worklist.State
	Reason  string // in words: why not suitable, or why it was closed; "" for another state
	Died    bool   // a death signal, or a reviewer, says so: nothing more is to be done
	Owner   *Owner // who has the person, for whatever list; nil: nobody
	Next    engine.Day
	Due     bool   // the next date is today or past
	Worry   string // in words, of who was added by hand
	Gone    string // in words: why they left the list; "" while they are on it

	Last    string     // in words: the last outcome that somebody noted; "" none. Of lists alone
	LastDay engine.Day // of Last; engine.NoDay without
}

// Open says whether there is still something to do.
func (w *Work) Open() bool { return w.State.Open() }

// Owner is who has a person: whom to speak to.
type Owner struct {
	Me   bool
	Name string // "": not known
	Role string // in words
	Team string // or the organisation, where they are on no team
	List string // for which they have the person, where it is another than the one asked about
}

// Event is one thing that happened to a work item.
type Event struct {
	By      string // in words
	When    string // date and time in words
	What    string
	Note    string // "" for none
	Version int64  // of the item after it
}

// Moves are the states that a person may bring the item to from here; none
// while someone else has the person.
func (w *Work) Moves() []worklist.Transition {
	if w.Owner != nil && (!w.Owner.Me || w.Owner.List != "") {
		return nil
	}
	return slices.DeleteFunc(worklist.Transitions(), func(t worklist.Transition) bool { return t.Run || t.From != w.State })
}

// me is the principal as the worklist keeps them, for a list.
func me(who access.Principal, list string) worklist.Actor {
	a := worklist.Actor{User: who.User, Role: string(who.Role), Organisation: who.Organisation}
	switch {
	case slices.Contains(who.Teams, list):
		a.Team = list
	case len(who.Teams) > 0:
		a.Team = who.Teams[0]
	}
	return a
}

func ownerOf(names staff, who access.Principal, it worklist.Item, list string) *Owner {
	o := it.Owner
	if o.User == "" {
		return nil
	}
	out := &Owner{Me: o.User == who.User && o.Organisation == who.Organisation, Name: names[o.Member()], Role: access.Role(o.Role).Title(), Team: cmp.Or(o.Team, o.Organisation)}
	if it.List != list {
		out.List = it.List
	}
	return out
}

// workOf tells how an item stands; all are the items of its person.
func (d *Doors) workOf(who access.Principal, it worklist.Item, all []worklist.Item, names staff) *Work {
	w := &Work{List: it.List, Item: it.ID, Version: it.Version, State: it.State, Next: it.Next, Owner: ownerOf(names, who, it, it.List), LastDay: engine.NoDay}
	for _, other := range all {
		if w.Owner == nil {
			w.Owner = ownerOf(names, who, other, it.List)
		}
	}
	w.Died = it.Reason == string(worklist.Died)
	w.Due = it.Next != engine.NoDay && it.Next <= d.opt.Today()
	w.Reason, w.Gone = reasonWords(it.Reason), leftWords(it.Gone)
	if it.Source == worklist.ByHand {
		w.Worry = worryWords(string(it.Worry))
	}
	return w
}

// staff is what members of staff are called.
type staff map[worklist.Member]string

func (d *Doors) names(ctx context.Context) (staff, error) {
	if d.opt.Worklist == nil {
		return nil, nil
	}
	return d.opt.Worklist.Names(ctx)
}

// moved gives the last move of each item.
func (d *Doors) moved(ctx context.Context, items map[engine.Person][]worklist.Item) (map[int64]worklist.Change, error) {
	var ids []int64
	for _, of := range items {
		for _, it := range of {
			if it.Begun {
				ids = append(ids, it.ID)
			}
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return d.opt.Worklist.Moved(ctx, ids)
}

// last tells the last outcome; the zero value of a change is none.
func (w *Work) last(c worklist.Change) {
	if c.Item == 0 {
		return
	}
	w.Last, w.LastDay = StateWords(c.To), engine.DayOf(c.At)
	if c.Reason != "" {
		w.Last += ": " + reasonWords(c.Reason)
	}
}

// itemsOf gives every item of some people by person, oldest first.
func (d *Doors) itemsOf(ctx context.Context, people []engine.Person) (map[engine.Person][]worklist.Item, error) {
	out := map[engine.Person][]worklist.Item{}
	if d.opt.Worklist == nil {
		return out, nil
	}
	const most = 10_000
	for part := range slices.Chunk(people, most) {
		items, err := d.opt.Worklist.Items(ctx, worklist.Query{Persons: part})
		if err != nil {
			return nil, err
		}
		for _, it := range items {
			out[it.Person] = append(out[it.Person], it)
		}
	}
	return out, nil
}

// latest is the newest item on a list; nil when there is none.
func latest(items []worklist.Item, list string) *worklist.Item {
	for k := len(items) - 1; k >= 0; k-- {
		if items[k].List == list {
			return &items[k]
		}
	}
	return nil
}

// worked is the item that a principal works: the newest that is open on a list of
// their own, else the newest on one, else the newest that is open, else the
// newest.
func worked(who access.Principal, items []worklist.Item) *worklist.Item {
	var best *worklist.Item
	value := func(it *worklist.Item) (n int) {
		if slices.Contains(who.Teams, it.List) {
			n += 2
		}
		if it.State.Open() {
			n++
		}
		return n
	}
	for k := range items {
		if best == nil || value(&items[k]) >= value(best) {
			best = &items[k]
		}
	}
	return best
}

// teamsOf are the lists of items and the teams of their owners.
func teamsOf(items []worklist.Item) []string {
	var out []string
	for _, it := range items {
		out = append(out, it.List)
		if it.Owner.Team != "" {
			out = append(out, it.Owner.Team)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// work fills what a person's page tells of the work on them.
func (d *Doors) work(ctx context.Context, who access.Principal, p *Person, items []worklist.Item) error {
	it := worked(who, items)
	if it == nil {
		return nil
	}
	names, err := d.names(ctx)
	if err != nil {
		return err
	}
	p.Work = d.workOf(who, *it, items, names)
	for _, other := range items {
		if other.ID != it.ID && (other.State.Open() || other.Listed) {
			p.Elsewhere = append(p.Elsewhere, *d.workOf(who, other, nil, names))
		}
	}
	if !p.Columns.Has(access.ColumnNotes) {
		return nil
	}
	changes, err := d.opt.Worklist.History(ctx, it.ID)
	if err != nil {
		return err
	}
	for _, c := range changes {
		p.History = append(p.History, eventOf(names, who, c))
	}
	return nil
}

// Press is one press of a button on a person's page.
type Press struct {
	Key     string // of this one press: the same twice is done once
	Item    int64
	Version int64 // that the page showed
	Kind    worklist.Kind
	To      worklist.State
	Reason  worklist.Reason
	Next    engine.Day // engine.NoDay: none
	Note    string
}

// ActOnItem does what a person presses. The audit has it before it is done: where
// the worklist then refuses or cannot be written, a second entry says so. The
// errors are those of worklist.Act, access.ErrNoPerson, and not-done.
func (d *Doors) ActOnItem(ctx context.Context, who access.Principal, where Where, person engine.Person, p Press) (worklist.Result, error) {
	s, done, purpose, err := d.use(ctx)
	if err != nil {
		return worklist.Result{}, err
	}
	defer done()
	related, err := d.relationship(ctx, s, person)
	if err != nil {
		return worklist.Result{}, err
	}
	items, err := d.itemsOf(ctx, []engine.Person{person})
	if err != nil {
		return worklist.Result{}, err
	}
	a := ask{who: who, where: where, act: access.ActOnItem, subject: access.Person(purpose, related), object: objectOf(p), shot: s.Name, persons: about(person), rows: 1}
	if _, err := d.pass(ctx, a); err != nil {
		return worklist.Result{}, err
	}
	at := slices.IndexFunc(items[person], func(it worklist.Item) bool { return it.ID == p.Item })
	if d.opt.Worklist == nil || at < 0 {
		return worklist.Result{}, d.undone(ctx, a, &engine.Fault{Code: "worklist-no-item", Say: "there is no such entry: open the list again"})
	}
	by := me(who, items[person][at].List)
	if err := d.opt.Worklist.Called(ctx, by.Member(), who.Name); err != nil {
		return worklist.Result{}, d.undone(ctx, a, err)
	}
	out, err := d.opt.Worklist.Act(ctx, by, worklist.Action{Key: p.Key, Item: p.Item, Version: p.Version,
		Kind: p.Kind, To: p.To, Reason: p.Reason, Next: p.Next, Note: p.Note, Snapshot: s.Name})
	if err != nil {
		return worklist.Result{}, d.undone(ctx, a, err)
	}
	return out, nil
}

// objectOf says what was pressed, for the audit: no note, no date.
func objectOf(p Press) string {
	for _, k := range []worklist.Kind{worklist.Claim, worklist.Release, worklist.Take, worklist.Plan, worklist.Note} {
		if p.Kind == k {
			return string(k)
		}
	}
	if p.Kind == worklist.Move && slices.Contains(worklist.States(), p.To) {
		return "moved to " + string(p.To)
	}
	return "unknown"
}

// undone records that what the audit says was allowed was not done, and gives
// the error to show.
func (d *Doors) undone(ctx context.Context, a ask, err error) error {
	var fault *engine.Fault
	code := "not-done"
	if errors.As(err, &fault) && fault.Code != "worklist-unusable" && fault.Code != "worklist-closed" {
		code = fault.Code
	} else {
		err = &engine.Fault{Code: code, Say: "the worklist could not be written, so nothing was done and nothing was saved; the audit has that you asked for it. Try again, and tell whoever runs this installation if it goes on", Err: err}
	}
	// Where this entry fails too, the audit says more than was done, never less.
	_ = d.record(context.WithoutCancel(ctx), a, code)
	return err
}

// Addition is a person whom somebody adds to a list by hand.
type Addition struct {
	Key   string
	Team  string
	Worry worklist.Worry
	Note  string
}

// AddByNumber is AddPerson for an NHS number. A number of nobody and one of
// someone outside the principal's care are not told apart.
func (d *Doors) AddByNumber(ctx context.Context, who access.Principal, where Where, nhsNumber string, a Addition) (engine.Person, error) {
	if d.opt.Keyer == nil {
		return 0, &engine.Fault{Code: "no-key", Say: "people cannot be looked up by NHS number here: the pseudonym key is kept elsewhere"}
	}
	key, _ := d.opt.Keyer.Clone().Key(identity.NHSNamespace, nhsNumber)
	return d.AddPerson(ctx, who, where, engine.Person(key), a)
}

// AddPerson puts a person on a list of the principal's teams. Who is on it
// already is a *worklist.Conflict; the person is given with it.
func (d *Doors) AddPerson(ctx context.Context, who access.Principal, where Where, person engine.Person, add Addition) (engine.Person, error) {
	s, done, purpose, err := d.use(ctx)
	if err != nil {
		return 0, err
	}
	defer done()
	related, err := d.relationship(ctx, s, person)
	if err != nil {
		return 0, err
	}
	told, found, err := s.Tell(ctx, person)
	if err != nil {
		return 0, err
	}
	a := ask{who: who, where: where, act: access.AddPerson, subject: access.Person(purpose, related), object: add.Team, shot: s.Name, persons: about(person), rows: 1}
	if _, err := d.pass(ctx, a); err != nil {
		return 0, err
	}
	switch {
	case !found:
		return 0, access.ErrNoPerson
	case d.opt.Worklist == nil:
		return 0, d.undone(ctx, a, &engine.Fault{Code: "no-worklist", Say: "there is no worklist here, so nobody can be added"})
	case !slices.Contains(who.Teams, add.Team):
		return 0, d.undone(ctx, a, &engine.Fault{Code: access.CodeTeam, Say: "this list is of a team that you are not in: choose one of your own teams"})
	}
	p, _ := scoreOf(s, told)
	by := me(who, add.Team)
	if err := d.opt.Worklist.Called(ctx, by.Member(), who.Name); err != nil {
		return person, d.undone(ctx, a, err)
	}
	_, err = d.opt.Worklist.Add(ctx, by, worklist.Addition{Key: add.Key, List: add.Team, Person: person, Practice: told.Resident.Practice,
		Worry: add.Worry, Note: add.Note, Probability: p, Reasons: digest(told.Reasons), Snapshot: s.Name})
	if err != nil {
		return person, d.undone(ctx, a, err)
	}
	return person, nil
}

// scoreOf is a person's risk by the model that ranks lists; NaN and "" where it
// is not known.
func scoreOf(s *snapshot.Snapshot, t *snapshot.Told) (p float64, band string) {
	for _, x := range t.Scores {
		if x.Model == s.Model.Name {
			return x.Probability, x.Band
		}
	}
	return math.NaN(), ""
}

// digest names which reasons a person has, as the worklist keeps it.
func digest(reasons []schema.Reason) string {
	var out []risklist.Reason
	for _, r := range reasons {
		if r.Feature != schema.OtherFactors {
			out = append(out, risklist.Reason{Column: r.Feature})
		}
	}
	return risklist.Digest(out)
}
