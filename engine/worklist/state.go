package worklist

// State of an item.
type State string

const (
	New         State = "new"
	InReview    State = "in_review"
	Contacted   State = "contacted"
	Accepted    State = "accepted"
	Declined    State = "declined"
	NotSuitable State = "not_suitable" // with a Reason
	Referred    State = "referred"
	Done        State = "done"
	Closed      State = "closed" // by a run: left the list before anybody began, or died
)

// Open says whether there is still something to do, so that an item in this
// state can have an owner.
func (s State) Open() bool {
	switch s {
	case New, InReview, Contacted, Accepted, Referred:
		return true
	}
	return false
}

// Transition is one move that is allowed.
type Transition struct {
	From, To State // From "": the item was not there
	Run      bool  // by a published run; else by a named person
	Reason   bool  // needs a coded reason
	Sole     bool  // whoever makes it has, or takes, the person for themselves: nobody else may be in touch with them
	Say      string
}

// Transitions is the whole state machine. Nothing leaves Closed. To open an item
// again is to review it again.
func Transitions() []Transition {
	return []Transition{
		{"", New, true, false, false, "a run lists the person"},
		{"", New, false, false, false, "somebody adds the person by hand, with a worry"},
		{New, InReview, false, false, true, "somebody looks at the record"},
		{New, Contacted, false, false, true, "somebody reached the person"},
		{New, NotSuitable, false, true, false, "a reviewer takes the person off"},
		{New, Closed, true, true, false, "the person left the list before anybody began"},
		{InReview, Contacted, false, false, true, "somebody reached the person"},
		{InReview, Referred, false, false, true, "the person was passed on to a service"},
		{InReview, NotSuitable, false, true, false, "a reviewer takes the person off"},
		{InReview, Done, false, false, true, "nothing is left to do"},
		{Contacted, Accepted, false, false, true, "the person said yes"},
		{Contacted, Declined, false, false, true, "the person said no"},
		{Contacted, Referred, false, false, true, "the person was passed on to a service"},
		{Contacted, NotSuitable, false, true, false, "a reviewer takes the person off"},
		{Contacted, Done, false, false, true, "nothing is left to do"},
		{Accepted, Referred, false, false, true, "the person was passed on to a service"},
		{Accepted, Declined, false, false, true, "the person changed their mind"},
		{Accepted, NotSuitable, false, true, false, "a reviewer takes the person off"},
		{Accepted, Done, false, false, true, "nothing is left to do"},
		{Referred, Accepted, false, false, true, "the service took the person on"},
		{Referred, Declined, false, false, true, "the person said no"},
		{Referred, NotSuitable, false, true, false, "a reviewer takes the person off"},
		{Referred, Done, false, false, true, "nothing is left to do"},
		{Declined, InReview, false, false, true, "opened again"},
		{Declined, Accepted, false, false, true, "the person changed their mind"},
		{NotSuitable, InReview, false, false, true, "opened again"},
		{Done, InReview, false, false, true, "opened again"},
		{InReview, Closed, true, true, false, "the person died"},
		{Contacted, Closed, true, true, false, "the person died"},
		{Accepted, Closed, true, true, false, "the person died"},
		{Declined, Closed, true, true, false, "the person died"},
		{NotSuitable, Closed, true, true, false, "the person died"},
		{Referred, Closed, true, true, false, "the person died"},
		{Done, Closed, true, true, false, "the person died"},
	}
}

// States lists every state in order.
func States() []State {
	return []State{New, InReview, Contacted, Accepted, Declined, NotSuitable, Referred, Done, Closed}
}

type arrow struct {
	from, to State
	run      bool
}

var moves = func() map[arrow]Transition {
	out := map[arrow]Transition{}
	for _, t := range Transitions() {
		out[arrow{t.From, t.To, t.Run}] = t
	}
	return out
}()
