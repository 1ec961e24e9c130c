package audit

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"leftshift/engine"
	"leftshift/engine/identity"
)

// Allowed is the outcome of what was done. Any other outcome is the code of
// the refusal.
const Allowed = "allowed"

// Entry is one look, act or refusal. The fields are those of the published GP
// Connect audit list (user id, name, role profile, organisation, authorising
// identity, date, time, event, identity of the data, sequence number, device
// or system) and those that a rule or a reader of the audit needs beside.
// Empty text is "not known" or "does not apply".
type Entry struct {
	Sequence int64     // from 1, without gap; given by the log
	Time     time.Time // UTC, whole milliseconds, at writing; given by the log

	User         string // id of who acts; needed
	Name         string // of the user, never of a patient
	RoleProfile  string // as the sign-in gave it
	Role         string // as this system understands it
	Organisation string // ODS code
	Authoriser   string // who or what vouches for the user: the issuer, or a person who authorised it
	Purpose      string
	Reason       string // as the user gave it; never about a patient's health
	Session      string
	Device       string // device or system; needed

	Event    string // what was done or asked; lower-case letters, digits, _ and -; needed
	Route    string // page, command or interface
	Object   string // message, list, item or model, when the data are more than the persons
	Snapshot string // run or snapshot shown
	Query    string // SHA-256 of what was asked for, 64 hexadecimal digits
	Outcome  string // Allowed or the code of the refusal; needed

	Rows    int64           // rows shown, counted or sent
	Persons []engine.Person // whom it is about, rising; nil: nobody
	People  int64           // number of Persons; given by the log. Read back, Persons may be shorter: see Search

	Hash [sha256.Size]byte // SHA-256 of the hash before and Canonical; given by the log
}

// text is one text field: its column, its place in an entry, the most bytes it
// may have, and whether staff numbers may stand in it.
type text struct {
	column string
	value  *string
	most   int
	staff  bool
}

// texts lists every text field in the order of the canonical bytes.
func (e *Entry) texts() [16]text {
	return [...]text{
		{"user", &e.User, 256, true},
		{"name", &e.Name, 256, true},
		{"role_profile", &e.RoleProfile, 256, true},
		{"role", &e.Role, 64, true},
		{"organisation", &e.Organisation, 256, true},
		{"authoriser", &e.Authoriser, 256, true},
		{"purpose", &e.Purpose, 256, false},
		{"reason", &e.Reason, 2048, false},
		{"session", &e.Session, 256, true},
		{"device", &e.Device, 256, true},
		{"event", &e.Event, 64, false},
		{"route", &e.Route, 1024, false},
		{"object", &e.Object, 1024, false},
		{"snapshot", &e.Snapshot, 256, false},
		{"query", &e.Query, 64, false},
		{"outcome", &e.Outcome, 64, false},
	}
}

// MostPersons is the most persons of one entry.
const MostPersons = 1_000_000

// prepare checks an entry and sorts its persons.
func (e *Entry) prepare() error {
	for _, t := range e.texts() {
		bad := ""
		switch {
		case len(*t.value) > t.most:
			bad = fmt.Sprintf("is longer than %d bytes: shorten it", t.most)
		case !utf8.ValidString(*t.value):
			bad = "is not UTF-8"
		case strings.ContainsFunc(*t.value, func(r rune) bool { return unicode.IsControl(r) && (r != '\n' || t.column != "reason") }):
			bad = "has a control character: remove it"
		case !t.staff && holdsNHSNumber(*t.value):
			return fault("audit-patient-number", "the "+t.column+" of the audit entry holds an NHS number: say it without one", nil)
		case *t.value == "" && (t.column == "user" || t.column == "device" || t.column == "event" || t.column == "outcome"):
			bad = "is empty: every entry has one"
		case (t.column == "event" || t.column == "outcome") && strings.ContainsFunc(*t.value, notCode):
			bad = "is no code: use lower-case letters, digits, _ and -"
		case t.column == "query" && *t.value != "" && (len(*t.value) != 2*sha256.Size || strings.Trim(*t.value, "0123456789abcdef") != ""):
			bad = "is no SHA-256 in lower-case hexadecimal digits"
		}
		if bad != "" {
			return fault("audit-entry", "the "+t.column+" of the audit entry "+bad, nil)
		}
	}
	e.Persons = slices.Clone(e.Persons)
	slices.Sort(e.Persons)
	e.Persons = slices.Compact(e.Persons)
	e.People = int64(len(e.Persons))
	switch {
	case e.Rows < 0:
		return fault("audit-entry", "the row count of the audit entry is negative", nil)
	case len(e.Persons) > MostPersons:
		return fault("audit-entry", fmt.Sprintf("the audit entry is about more than %d persons: divide the list", MostPersons), nil)
	case len(e.Persons) > 0 && e.Persons[0] <= 0:
		return fault("audit-entry", "the audit entry is about no person: a pseudonym is positive", nil)
	case len(e.Persons) > 0 && e.Outcome == Allowed && (e.Role == "" || e.Organisation == "" || e.Purpose == ""):
		return fault("audit-entry", "the audit entry shows a person without a role, an organisation and a purpose: say all three", nil)
	}
	return nil
}

func notCode(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' || r == '-')
}

// holdsNHSNumber says whether ten digits, together or as 3 3 4 with spaces or
// hyphens, stand in a text as a word of their own and pass the check of an NHS
// number. It is a last defence, not a search for every way of writing one.
func holdsNHSNumber(s string) bool {
	_, end := findNHSNumber(s, false)
	return end > 0
}

// findNHSNumber is where the first NHS number of a text begins and ends; end is
// 0 when there is none. within says that a word's byte stands before the text.
func findNHSNumber(s string, within bool) (at, end int) {
	for i := 0; i < len(s); i++ {
		if !digit(s[i]) || i > 0 && wordByte(s[i-1]) || i == 0 && within {
			continue
		}
		for _, n := range [...]int{10, 12} {
			if i+n > len(s) || i+n < len(s) && wordByte(s[i+n]) {
				continue
			}
			ten := s[i : i+n]
			if n == 12 {
				if a, b := ten[3], ten[7]; a != ' ' && a != '-' || b != ' ' && b != '-' {
					continue
				}
				ten = ten[:3] + ten[4:7] + ten[8:]
			}
			if identity.ValidNHSNumber(ten) && digit(ten[9]) {
				return i, i + n
			}
		}
	}
	return 0, 0
}

func digit(b byte) bool { return b >= '0' && b <= '9' }

func wordByte(b byte) bool {
	return digit(b) || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '_' || b >= utf8.RuneSelf
}
