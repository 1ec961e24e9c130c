//go:build duckdb_arrow

package door

import (
	"context"
	"reflect"
	"testing"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/disclosure"
	"leftshift/engine/identity"
)

// reached adds to seen every type that a value of a type can hold.
func reached(t reflect.Type, seen map[reflect.Type]bool) {
	if seen[t] {
		return
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Chan:
		reached(t.Elem(), seen)
	case reflect.Map:
		reached(t.Key(), seen)
		reached(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			reached(t.Field(i).Type, seen)
		}
	}
}

// No answer of a door can hold both a person and a controlled count: what is
// controlled names nobody, and what names people is not controlled.
func TestG32PeopleAndControlledCountsNeverMix(t *testing.T) {
	people := []reflect.Type{reflect.TypeFor[engine.Person](), reflect.TypeFor[Who](), reflect.TypeFor[identity.Identity](), reflect.TypeFor[Row](), reflect.TypeFor[Work]()}
	counts := []reflect.Type{reflect.TypeFor[disclosure.Cell](), reflect.TypeFor[Field](), reflect.TypeFor[Table]()}
	any := func(seen map[reflect.Type]bool, of []reflect.Type) bool {
		for _, t := range of {
			if seen[t] {
				return true
			}
		}
		return false
	}
	doors := reflect.TypeFor[*Doors]()
	ofPeople, ofCounts := 0, 0
	for i := range doors.NumMethod() {
		m := doors.Method(i)
		seen := map[reflect.Type]bool{}
		for k := range m.Type.NumOut() {
			reached(m.Type.Out(k), seen)
		}
		switch p, c := any(seen, people), any(seen, counts); {
		case p && c:
			t.Errorf("%s answers with people and with controlled counts", m.Name)
		case p:
			ofPeople++
		case c:
			ofCounts++
		}
	}
	if ofPeople < 4 || ofCounts < 2 {
		t.Errorf("%d doors to people and %d to counts were looked at", ofPeople, ofCounts)
	}
	// A list tells its four people one by one, though four would be a star in a table.
	l, err := open(t).OpenList(context.Background(), principal(access.Coordinator), Where{}, "team-0", View{})
	if err != nil || len(l.Rows) != 4 || l.Joiners != 4 || l.Tally[Everyone] != 4 {
		t.Errorf("%+v, %v", l, err)
	}
	if cell := disclosure.Standard.Count(4).String(); cell != disclosure.Star {
		t.Errorf("in a table four people are %s", cell)
	}
}
