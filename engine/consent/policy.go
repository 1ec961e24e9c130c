package consent

import (
	"bytes"
	"errors"
	"fmt"
	"sort"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"leftshift/engine"
)

// Policy is what the controllers have signed: the purposes with their opt-out
// rules, the legal bases, and the flows of data under them. The zero Policy
// allows nothing.
type Policy struct {
	Purposes []Purpose `toml:"purpose"`
	Bases    []Basis   `toml:"basis"`
	Flows    []Flow    `toml:"flow"`
}

// Purpose is a use of data and its opt-out rules. Every kind of opt-out
// withholds unless the rule says "use" and because names the approval.
type Purpose struct {
	Name       string `toml:"name"`
	Controller string `toml:"controller"`
	Signed     string `toml:"signed"`      // who signed these rules and when; empty: the purpose does not run
	DirectCare bool   `toml:"direct_care"` // the controller declares it direct care
	National   string `toml:"national"`    // withhold (default) or use
	Type1      string `toml:"type1"`       // withhold (default) or use; use only for direct care
	Objection  string `toml:"objection"`   // withhold (default) or use
	Because    string `toml:"because"`     // the approval by which a kind is used
	// MaxAge is how many days old an opt-out list may be; 0 is DefaultMaxAge.
	MaxAge int `toml:"max_age_days"`
	// Sensitive names the data sets that are off unless a purpose names them.
	Sensitive []string `toml:"sensitive"`
}

// DefaultMaxAge is how many days an opt-out list may be used where a purpose
// sets no other limit. A controller confirms or shortens it.
const DefaultMaxAge = 21

// Basis is a legal basis: its reference, what it covers, and its end.
type Basis struct {
	ID        string   `toml:"id"`
	Reference string   `toml:"reference"`
	Covers    []string `toml:"covers"` // data sets
	Ends      string   `toml:"ends"`   // last day, ISO 8601
}

// Flow is a feed of data and what it may be used for.
type Flow struct {
	Name       string   `toml:"name"`
	Controller string   `toml:"controller"`
	Basis      string   `toml:"basis"`
	Datasets   []string `toml:"datasets"`
	Purposes   []string `toml:"purposes"`
	Ends       string   `toml:"ends"` // last day, ISO 8601
}

// Datasets lists the data sets that a flow can bring. Drug and alcohol data is
// sensitive; GP Connect is for direct care only; social care has its own
// legal basis.
var Datasets = []string{"gp", "hospital", "mental-health", "community", "ambulance", "nhs111", "social-care", "drug-and-alcohol", "gp-connect", "documents", "reference"}

var sensitive = map[string]bool{"drug-and-alcohol": true}

// ReadPolicy reads a policy strictly: a key that is not known, and every rule
// that does not hold, are reported together. file names it in messages.
func ReadPolicy(file string, text []byte) (*Policy, error) {
	p := &Policy{}
	d := toml.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(p); err != nil {
		var strict *toml.StrictMissingError
		var bad *toml.DecodeError
		switch {
		case errors.As(err, &strict):
			var lines []string
			for _, e := range strict.Errors {
				line, col := e.Position()
				lines = append(lines, fmt.Sprintf("%s:%d:%d: no setting is called %s", file, line, col, strings.Join(e.Key(), ".")))
			}
			return nil, fault("policy-faults", strings.Join(lines, "; "))
		case errors.As(err, &bad):
			line, col := bad.Position()
			return nil, fault("policy-faults", fmt.Sprintf("%s:%d:%d: %s", file, line, col, bad.Error()))
		}
		return nil, &engine.Fault{Code: "policy-faults", Say: file + " cannot be read as TOML", Err: err}
	}
	if err := p.Validate(); err != nil {
		return nil, err
	}
	return p, nil
}

// Validate reports every rule that the policy breaks, in one Fault.
func (p *Policy) Validate() error {
	var bad []string
	say := func(format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) }
	known := map[string]bool{}
	for _, d := range Datasets {
		known[d] = true
	}
	datasets := func(who string, list []string) {
		for _, d := range list {
			if !known[d] {
				say("%s: there is no data set %q; the data sets are %s", who, d, strings.Join(Datasets, ", "))
			}
		}
	}
	purposes := map[string]bool{}
	for i := range p.Purposes {
		u := &p.Purposes[i]
		who := fmt.Sprintf("purpose %q", u.Name)
		if u.Name == "" || purposes[u.Name] {
			say("%s: a purpose needs a name of its own", who)
		}
		purposes[u.Name] = true
		if u.Controller == "" {
			say("%s: name its controller", who)
		}
		used := false
		for k := Kind(0); k < numKinds; k++ {
			switch u.rule(k) {
			case "", "withhold":
			case "use":
				used = true
				if k == Type1 && !u.DirectCare {
					say("%s: Type 1 opt-outs can be used only where the controller declares direct_care", who)
				}
			default:
				say("%s: %s is %q; it is withhold or use", who, k, u.rule(k))
			}
		}
		if used && u.Because == "" {
			say("%s: because must name the approval by which an opt-out does not withhold", who)
		}
		if u.MaxAge < 0 {
			say("%s: max_age_days is below 0", who)
		}
		datasets(who, u.Sensitive)
	}
	bases := map[string]*Basis{}
	for i := range p.Bases {
		b := &p.Bases[i]
		who := fmt.Sprintf("basis %q", b.ID)
		if b.ID == "" || bases[b.ID] != nil {
			say("%s: a basis needs an id of its own", who)
		}
		bases[b.ID] = b
		if b.Reference == "" {
			say("%s: give its reference", who)
		}
		datasets(who, b.Covers)
		if has(b.Covers, "social-care") {
			for _, d := range b.Covers {
				if d != "social-care" && d != "reference" {
					say("%s: social care data needs its own basis; %s is under another", who, d)
				}
			}
		}
		day(b.Ends, func() { say("%s: ends must be a day such as 2027-03-31", who) })
	}
	flows := map[string]bool{}
	for i := range p.Flows {
		f := &p.Flows[i]
		who := fmt.Sprintf("flow %q", f.Name)
		if f.Name == "" || flows[f.Name] {
			say("%s: a flow needs a name of its own", who)
		}
		flows[f.Name] = true
		if f.Controller == "" {
			say("%s: name its controller", who)
		}
		if len(f.Datasets) == 0 {
			say("%s: name the data sets that it brings", who)
		}
		datasets(who, f.Datasets)
		if b := bases[f.Basis]; b == nil {
			say("%s: there is no basis %q", who, f.Basis)
		} else {
			for _, d := range f.Datasets {
				if known[d] && !has(b.Covers, d) {
					say("%s: basis %q does not cover %s", who, f.Basis, d)
				}
			}
		}
		if len(f.Purposes) == 0 {
			say("%s: name the purposes that it serves", who)
		}
		for _, u := range f.Purposes {
			if !purposes[u] {
				say("%s: there is no purpose %q", who, u)
			}
		}
		day(f.Ends, func() { say("%s: ends must be a day such as 2027-03-31", who) })
	}
	if len(bad) == 0 {
		return nil
	}
	sort.Strings(bad)
	return fault("policy-faults", strings.Join(bad, "; "))
}

func (u *Purpose) rule(k Kind) string {
	switch k {
	case National:
		return u.National
	case Type1:
		return u.Type1
	}
	return u.Objection
}

func day(s string, bad func()) {
	if _, ok := engine.ParseDay(s); !ok {
		bad()
	}
}

func has(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func (p *Policy) purpose(name string) (*Purpose, error) {
	for i := range p.Purposes {
		if u := &p.Purposes[i]; u.Name == name {
			if u.Signed == "" {
				return nil, fault("purpose-unsigned", "purpose "+name+" has no signed opt-out rules; its controller signs them in the policy before it runs")
			}
			return u, nil
		}
	}
	return nil, fault("purpose-unknown", "no purpose "+name+" is declared in the policy; declare and sign it before it runs")
}
