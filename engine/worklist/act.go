package worklist

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"leftshift/engine"
)

// Action is what a person asks to do with an item.
type Action struct {
	Key     string // of this one press of a button: the same key twice is done once
	Item    int64
	Version int64 // that the person saw; not asked of a Note
	Kind    Kind  // Claim, Release, Take, Move, Plan or Note

	To     State      // of a Move
	Reason Reason     // of a Move to NotSuitable
	Next   engine.Day // of a Move or a Plan: replaces the next date; engine.NoDay for none; ignored by others
	Note   string     // of any; a Note and a Take need one

	Run, Snapshot string // whose list the person saw; "": not said
}

// Result is what an action came to.
type Result struct {
	Item     Item
	Change   Change // the zero value where nothing had to change
	Repeated bool   // the same action was done before: nothing was done again
}

// Longest are the most characters of a note, and of an action's key.
const (
	LongestNote = 2000
	LongestKey  = 100
)

// Act does what a person asks. The faults that a page tells apart:
//
//	*Conflict   somebody changed the item since; it carries the item as it is
//	*Taken      somebody else has the person; it carries who
//	engine.Fault worklist-no-item, -move, -reason, -note, -next, -key, -actor, -died, -closed-item, -finished
func (s *Store) Act(ctx context.Context, by Actor, a Action) (Result, error) {
	a.Note = tidy(a.Note)
	return s.once(ctx, by, a.Key, a, a.check(), func(tx *sql.Tx, ask string) (out Result, err error) {
		if (a.Kind == Move || a.Kind == Plan) && a.Next != engine.NoDay && a.Next < engine.DayOf(s.now()) {
			return out, fault("worklist-next", "the next date is in the past: give today or later, or none")
		}
		it, err := one(tx, a.Item)
		if err != nil {
			return out, err
		}
		sole, err := allowed(it, by, a)
		if err != nil {
			return out, err
		}
		out = Result{Item: it}
		if a.Kind == Claim && it.Owner.same(by) {
			return out, nil // has them already
		}
		if sole {
			if err := soleOwner(tx, it, by); err != nil {
				return out, err
			}
		}
		if a.Kind == Move && a.To.Open() && !it.State.Open() {
			if err := alone(tx, it); err != nil {
				return out, err
			}
		}
		out.Change = Change{Kind: a.Kind, At: s.now(), By: by, To: a.To, Reason: string(a.Reason), Note: a.Note, Next: a.Next, Run: a.Run, Snapshot: a.Snapshot}
		out.Item, err = record(tx, it, &out.Change, a.Key, ask)
		return out, err
	})
}

// once does what a person asks, all or nothing: asked, whose faults are wrong. The
// same key again does nothing again and gives what was done the first time. do
// gets the digest of what is asked, for the history.
func (s *Store) once(ctx context.Context, by Actor, key string, asked any, wrong error, do func(tx *sql.Tx, ask string) (Result, error)) (Result, error) {
	if err := errors.Join(by.check(), wrong); err != nil {
		return Result{}, err
	}
	ask := digest(asked)
	var out Result
	err := s.change(ctx, func(tx *sql.Tx) error {
		var err error
		if out, err = repeated(tx, by, key, ask); err != nil || out.Repeated {
			return err
		}
		out, err = do(tx, ask)
		return err
	})
	if err != nil {
		return Result{}, err
	}
	return out, nil
}

// allowed judges an action on an item by itself. sole: whoever does it must be
// the only one who has the person.
func allowed(it Item, by Actor, a Action) (sole bool, err error) {
	if a.Kind == Note {
		return false, nil
	}
	if it.State == Closed {
		if it.Reason == string(Died) {
			return false, fault("worklist-died", "the person has died: nothing more is to be done but a note")
		}
		return false, fault("worklist-closed-item", "the person left the list before anybody began: add them by hand if they should be followed")
	}
	if it.Owner.User != "" && !it.Owner.same(by) && a.Kind != Take {
		return false, taken(it)
	}
	if a.Kind == Claim && it.Owner.same(by) {
		return false, nil
	}
	if it.Version != a.Version {
		return false, &Conflict{fault("worklist-conflict", "somebody changed this entry since you opened it: look at it as it is now, then do it again"), it}
	}
	switch a.Kind {
	case Move:
		t, ok := moves[arrow{it.State, a.To, false}]
		if !ok {
			return false, fault("worklist-move", "an entry that is %s cannot become %s: choose one of the moves that it offers", it.State, a.To)
		}
		return t.Sole, nil
	case Release:
		if it.Owner.User == "" {
			return false, fault("worklist-no-owner", "nobody has this person: there is nothing to let go")
		}
		return false, nil
	case Take:
		if it.Owner.User == "" || it.Owner.same(by) {
			return false, fault("worklist-no-owner", "nobody else has this person: claim them instead")
		}
	}
	if !it.State.Open() { // Claim, Take, Plan
		return false, fault("worklist-finished", "the entry is finished: open it again first")
	}
	return true, nil
}

// soleOwner refuses when someone else, or the same person for another list, has
// the item's person.
func soleOwner(tx *sql.Tx, it Item, by Actor) error {
	other, err := scanItem(tx.QueryRow("SELECT "+itemColumns+itemTables+"WHERE i.person = ? AND i.owner <> '' AND i.id <> ?", it.Person, it.ID).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return taken(other)
}

// alone refuses to open an item again when the person has a newer one on the
// same list.
func alone(tx *sql.Tx, it Item) error {
	other, err := current(tx, it.List, it.Person)
	if err != nil || other == nil || other.ID == it.ID {
		return err
	}
	return &Conflict{fault("worklist-open-already", "the person is on this list with a newer entry: use that one"), *other}
}

// current is the item of a person on a list that is open or on the list, or nil.
func current(tx *sql.Tx, list string, person engine.Person) (*Item, error) {
	it, err := scanItem(tx.QueryRow("SELECT "+itemColumns+itemTables+"WHERE i.list = ? AND i.person = ? AND (i.open OR i.listed)", list, person).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &it, err
}

func one(tx *sql.Tx, id int64) (Item, error) {
	it, err := scanItem(tx.QueryRow("SELECT "+itemColumns+itemTables+"WHERE i.id = ?", id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return it, fault("worklist-no-item", "there is no such entry: open the list again")
	}
	return it, err
}

// repeated finds what an action with this key came to before.
func repeated(tx *sql.Tx, by Actor, key, ask string) (Result, error) {
	var seq, item int64
	var was string
	err := tx.QueryRow("SELECT seq, item, ask FROM history WHERE organisation = ? AND user = ? AND key = ?", by.Organisation, by.User, key).Scan(&seq, &item, &was)
	if errors.Is(err, sql.ErrNoRows) {
		return Result{}, nil
	}
	if err != nil {
		return Result{}, err
	}
	if was != ask {
		return Result{}, fault("worklist-key", "the key of this action was used for another one: give each action a new key")
	}
	out := Result{Repeated: true}
	if out.Change, err = scanChange(tx.QueryRow("SELECT "+changeColumns+" FROM history WHERE seq = ?", seq).Scan); err != nil {
		return Result{}, err
	}
	out.Item, err = one(tx, item)
	return out, err
}

func (a Actor) check() error {
	if a.User == "" || a.Organisation == "" {
		return fault("worklist-actor", "the action has no named person: sign in with a user and an organisation")
	}
	return nil
}

func (a *Action) check() error {
	var faults []error
	switch a.Kind {
	case Claim, Release, Take, Move, Plan, Note:
	default:
		faults = append(faults, fault("worklist-kind", "the action is not one that a person can ask for"))
	}
	if a.Kind != Move && (a.To != "" || a.Reason != "") {
		faults = append(faults, fault("worklist-kind", "only a move has a new state and a reason"))
	}
	if a.Kind == Move {
		switch {
		case !slices.Contains(States(), a.To):
			faults = append(faults, fault("worklist-move", "the new state is not one that an entry can have: choose one of the moves that it offers"))
		case a.To == NotSuitable && !among(Reasons(), string(a.Reason)):
			faults = append(faults, fault("worklist-reason", "to take a person off needs one of the reasons offered: choose one"))
		case a.To != NotSuitable && a.Reason != "":
			faults = append(faults, fault("worklist-reason", "only taking a person off has a reason: write it as a note"))
		case a.Reason == OtherReason && a.Note == "":
			faults = append(faults, fault("worklist-note", "another reason needs a note that says which: write one"))
		}
	}
	if (a.Kind == Note || a.Kind == Take) && a.Note == "" {
		faults = append(faults, fault("worklist-note", "this needs a note: write one"))
	}
	return errors.Join(append(faults, checkNote(a.Note), checkKey(a.Key))...)
}

// tidy makes a note of what a browser sends: lines end in one character, nothing
// blank is around it.
func tidy(note string) string { return strings.TrimSpace(strings.ReplaceAll(note, "\r\n", "\n")) }

func checkNote(note string) error {
	bad := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }
	if !utf8.ValidString(note) || strings.ContainsFunc(note, bad) || utf8.RuneCountInString(note) > LongestNote {
		return fault("worklist-note", "a note is text of at most %d characters: shorten it", LongestNote)
	}
	return nil
}

func checkKey(key string) error {
	if key == "" || len(key) > LongestKey || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return fault("worklist-key", "an action needs a key of its own, 1 to %d letters and digits: load the page again", LongestKey)
	}
	return nil
}

// digest tells actions with the same key apart.
func digest(v any) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%#v", v))
	return hex.EncodeToString(sum[:16])
}
