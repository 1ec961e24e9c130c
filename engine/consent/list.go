package consent

import (
	"sort"

	"leftshift/engine"
)

// List is one kind of opt-out, as it stood on the day it was made.
type List struct {
	Kind Kind
	Made engine.Day // the day the list or the reply was made by its sender

	out   map[engine.Person]struct{}
	asked map[engine.Person]struct{} // nil when the list names who opted out
}

func (l *List) String() string { return l.Kind.String() + " opt-out list (not shown)" }

// GoString keeps %#v from showing who is listed.
func (l *List) GoString() string { return l.String() }

// MarshalJSON refuses: opt-out status is not stored.
func (l *List) MarshalJSON() ([]byte, error) { return (*Numbers)(nil).MarshalJSON() }

// Listed is a list of those who opted out.
func Listed(kind Kind, made engine.Day, n *Numbers) *List {
	return &List{Kind: kind, Made: made, out: n.people}
}

// Replied is the national list as the check service gives it: we ask about
// numbers, and the reply names those with no opt-out. Who was asked about and
// is not in the reply has opted out; who was never asked about is withheld
// until they are. A reply that names a number we did not ask about answers
// another question and is refused; so is one with lines that cannot be read.
func Replied(made engine.Day, asked, reply *Numbers) (*List, error) {
	if len(reply.Refused) > 0 || len(asked.Refused) > 0 {
		return nil, fault("optout-reply-damaged", "the opt-out check or its reply has lines that are no NHS number; ask again")
	}
	l := &List{Kind: National, Made: made, out: map[engine.Person]struct{}{}, asked: asked.people}
	for p := range reply.people {
		if _, ok := asked.people[p]; !ok {
			return nil, fault("optout-reply-mismatch", "the opt-out reply names a person whom we did not ask about; it belongs to another check, so match reply and question and run again")
		}
	}
	for p := range asked.people {
		if _, ok := reply.people[p]; !ok {
			l.out[p] = struct{}{}
		}
	}
	return l, nil
}

// Dissent is one dated entry of a practice record: a Type 1 dissent, or the
// withdrawal of one.
type Dissent struct {
	Person    engine.Person
	Day       engine.Day
	Withdrawn bool
}

// Dissented is the Type 1 list that practice records give on a day: those
// whose latest entry up to and on that day is a dissent. On one day a dissent
// outweighs a withdrawal. Entries without a day count as a dissent that no
// dated withdrawal ends, for nothing says which came first.
func Dissented(on engine.Day, entries []Dissent) *List {
	sorted := append([]Dissent(nil), entries...)
	sort.SliceStable(sorted, func(i, j int) bool {
		a, b := sorted[i], sorted[j]
		if a.Day != b.Day {
			return a.Day < b.Day
		}
		return a.Withdrawn && !b.Withdrawn
	})
	l := &List{Kind: Type1, Made: on, out: map[engine.Person]struct{}{}}
	undated := map[engine.Person]bool{}
	for _, e := range sorted {
		switch {
		case e.Day == engine.NoDay:
			if !e.Withdrawn {
				undated[e.Person] = true
				l.out[e.Person] = struct{}{}
			}
		case e.Day > on:
		case e.Withdrawn:
			if !undated[e.Person] {
				delete(l.out, e.Person)
			}
		default:
			l.out[e.Person] = struct{}{}
		}
	}
	return l
}
