package worklist

import "leftshift/engine"

// Conflict refuses an action because the item is not what the person saw. Nothing
// was lost: the item as it is comes with it.
type Conflict struct {
	Fault *engine.Fault
	Item  Item
}

func (c *Conflict) Error() string { return c.Fault.Error() }
func (c *Conflict) Unwrap() error { return c.Fault }

// Taken refuses an action because someone else has the person, on this list or
// another. The fault tells nobody who; whether the asker may know is for the
// caller to decide, who then says Named.
type Taken struct {
	Fault *engine.Fault
	Owner Actor
	List  string // for which the owner has the person
	Item  int64
}

func (t *Taken) Error() string { return t.Fault.Error() }
func (t *Taken) Unwrap() error { return t.Fault }

// Named is the sentence for those who may know: the team and the role, no name.
func (t *Taken) Named() string {
	team := t.Owner.Team
	if team == "" {
		team = t.List
	}
	role := t.Owner.Role
	if role == "" {
		role = "a colleague"
	}
	return "the person is with " + role + " of team " + team + ": speak to them before you do anything"
}

func taken(it Item) *Taken {
	return &Taken{fault("worklist-taken", "someone else is already in touch with this person: do not contact them"), it.Owner, it.List, it.ID}
}
