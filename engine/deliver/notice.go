package deliver

import (
	"net/url"
	"strings"
	"unicode"

	"leftshift/engine"
)

// Notice tells a team that its list is ready. It has the team's name and the
// way to the list, and nothing else: no person, no count, no date.
type Notice struct {
	Team string
	Link string // of the list, or of the page of all lists, on a site that asks who one is
}

// NewNotice makes a notice for a team of a site at an address. The Fault
// notice-refused says that a name or an address has what may stand for a
// person, or is not one line.
func NewNotice(site, team string) (Notice, error) {
	u, err := address("this site", site)
	if err != nil {
		return Notice{}, err
	}
	if u.RawQuery != "" || u.Fragment != "" {
		return Notice{}, &engine.Fault{Code: "notice-refused", Say: "the address of this site may not have a question or a place in it"}
	}
	n := Notice{Team: team, Link: strings.TrimRight(u.String(), "/") + "/lists"}
	// Spaces and dashes become digits in an address: where many would stand
	// together, the way is to the page of all lists, which leads on.
	if last := url.PathEscape(team); digits(last) <= mostDigits {
		n.Link += "/" + last
	}
	return n, n.check()
}

// mostDigits is how many digits may stand together, or with what people write
// between them, in the name of a team: fewer than any number of a person has.
const mostDigits = 4

func (n Notice) check() error {
	fault := func(say string) error {
		return &engine.Fault{Code: "notice-refused", Say: "this team's notice cannot be sent: " + say}
	}
	switch {
	case strings.TrimSpace(n.Team) == "" || len(n.Team) > 120:
		return fault("a team has a name of at most 120 bytes")
	case strings.ContainsFunc(n.Team, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }):
		return fault("its name is not one line of text")
	case digits(n.Team) > mostDigits:
		return fault("its name has digits that could be a person's number")
	}
	return nil
}

// digits is the longest run of digits, whatever stands between single digits
// but letters.
func digits(s string) (longest int) {
	n := 0
	for _, r := range s {
		switch {
		case unicode.IsDigit(r):
			n++
			longest = max(longest, n)
		case unicode.IsLetter(r):
			n = 0
		}
	}
	return longest
}
