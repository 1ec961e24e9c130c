package identity

import (
	"encoding/json"

	"leftshift/engine"
)

// A sealed identity is held as field groups: what belongs together is
// replaced together, so that a new family name never stands beside an old
// given name of another source.
type group struct {
	Known  engine.Day `json:"k"`
	Stamp  int64      `json:"s,omitempty"`
	Fields []string   `json:"f"`
}

// held is what a vault row seals: the groups, in groupsOf's order; a group
// without fields is not known.
type held struct {
	Groups [numGroups]group `json:"g"`
}

const (
	groupNumber = iota
	groupName
	groupBirth
	groupPhone
	groupAddress
	numGroups
)

func groupsOf(e *Entry) held {
	var h held
	set := func(i int, fields ...string) {
		for _, f := range fields {
			if f != "" {
				h.Groups[i] = group{Known: e.Known, Stamp: e.Stamp, Fields: fields}
				return
			}
		}
	}
	id := &e.Identity
	set(groupNumber, id.NHSNumber)
	set(groupName, id.Family, id.Given)
	set(groupBirth, id.BirthDate)
	set(groupPhone, id.Phone)
	set(groupAddress, id.Address, id.Postcode)
	return h
}

func (h *held) identity() Identity {
	at := func(i, j int) string {
		if j < len(h.Groups[i].Fields) {
			return h.Groups[i].Fields[j]
		}
		return ""
	}
	return Identity{
		NHSNumber: at(groupNumber, 0),
		Family:    at(groupName, 0), Given: at(groupName, 1),
		BirthDate: at(groupBirth, 0),
		Phone:     at(groupPhone, 0),
		Address:   at(groupAddress, 0), Postcode: at(groupAddress, 1),
	}
}

// merge takes each group of other that is newer: the later Known, then the
// later Stamp, then the greater content. A total order, so that the outcome
// does not depend on the order of arrival and a repeated merge changes
// nothing. It says whether h changed.
func (h *held) merge(other *held) bool {
	changed := false
	for i := range h.Groups {
		if other.Groups[i].newer(&h.Groups[i]) {
			h.Groups[i] = other.Groups[i]
			changed = true
		}
	}
	return changed
}

func (g *group) newer(old *group) bool {
	switch {
	case len(g.Fields) == 0:
		return false
	case len(old.Fields) == 0:
		return true
	case g.Known != old.Known:
		return g.Known > old.Known
	case g.Stamp != old.Stamp:
		return g.Stamp > old.Stamp
	}
	for j := range g.Fields {
		if g.Fields[j] != old.Fields[j] {
			return g.Fields[j] > old.Fields[j]
		}
	}
	return false
}

func (h *held) bytes() []byte {
	b, err := json.Marshal(h)
	if err != nil {
		panic(err) // strings and integers always marshal
	}
	return b
}
