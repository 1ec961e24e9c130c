package world

import "testing"

// keeper is a sink that remembers what it is told of one person.
type keeper struct {
	problems  []Problem
	spells    []Spell
	visits    []Visit
	patients  []PatientVersion
	smoking   []Value
	care      []Care
	documents []Note
	n         int
}

func (k *keeper) Patient(v *PatientVersion) {
	c := *v
	c.Registrations = append([]Registration(nil), v.Registrations...)
	k.patients = append(k.patients, c)
	k.n++
}
func (k *keeper) Problem(p *Problem) { k.problems = append(k.problems, *p); k.n++ }
func (k *keeper) Spell(s *Spell)     { k.spells = append(k.spells, *s); k.n++ }
func (k *keeper) Visit(v *Visit)     { k.visits = append(k.visits, *v); k.n++ }
func (k *keeper) Value(v *Value) {
	if v.Coded() {
		k.smoking = append(k.smoking, *v)
	}
	k.n++
}
func (k *keeper) Medicine(*Issue)         { k.n++ }
func (k *keeper) Contact(*Contact)        { k.n++ }
func (k *keeper) Outpatient(*Appointment) { k.n++ }
func (k *keeper) Allergy(*Note)           { k.n++ }
func (k *keeper) Immunisation(*Note)      { k.n++ }
func (k *keeper) Procedure(*Note)         { k.n++ }
func (k *keeper) Referral(*Note)          { k.n++ }
func (k *keeper) CarePlan(*Note)          { k.n++ }
func (k *keeper) Flag(*Note)              { k.n++ }
func (k *keeper) Document(d *Note)        { k.documents = append(k.documents, *d); k.n++ }
func (k *keeper) Care(x *Care)            { k.care = append(k.care, *x); k.n++ }
func (k *keeper) Err() error              { return nil }

// valid drops withdrawn records and copies of the same content: what a careful
// reader holds as true on day d.
func (k *keeper) knownSpells(d Day) map[Day]int {
	withdrawn := map[uint64]bool{}
	for i := range k.spells {
		if s := &k.spells[i]; s.Withdrawn && s.Known <= d {
			withdrawn[s.ID] = true
		}
	}
	numbers := map[uint64]bool{}
	out := map[Day]int{}
	for i := range k.spells {
		s := &k.spells[i]
		if s.Known > d || withdrawn[s.ID] || s.Spoilt || s.SameDay || s.Open || numbers[s.Number] {
			continue
		}
		if s.Method[0] != '2' || s.Method == "2B" || s.Known > s.Day+Delay {
			continue
		}
		numbers[s.Number] = true
		out[s.Day]++
	}
	return out
}

// On an index date the record holds what the careful observer is said to know:
// the ordinary admissions up to 92 days before, no more and no fewer; all
// conditions that count in the coming year; and the smoking status.
func TestRecordHoldsWhatTheObserverKnows(t *testing.T) {
	n := 6_000
	w := New(n, 5, 21, testEnd)
	p := w.NewPerson()
	var k keeper
	r := NewRecorder(w, [Places]Sink{&k, &k}, 0)
	dates := []Day{DayOf(2023, 5, 31), DayOf(2024, 2, 29), DayOf(2025, 6, 30), testEnd}
	admissions, conditionsSeen := 0, 0
	for i := 0; i < n; i++ {
		w.Live(i, p)
		k = keeper{}
		r.Record(p)
		for _, d := range dates {
			if !p.RegisteredOn(d) {
				continue
			}
			known := k.knownSpells(d)
			want := map[Day]int{}
			for e := range p.Events {
				if x := &p.Events[e]; x.Kind == Admission && x.Ordinary() && x.Day <= d-Delay {
					want[x.Day]++
					admissions++
				}
			}
			for day, c := range want {
				if known[day] != c {
					t.Fatalf("person %d on %s: %d admissions known of %s, want %d", i, d, known[day], day, c)
				}
			}
			for day, c := range known {
				if day <= d-Delay && want[day] != c {
					t.Fatalf("person %d on %s: %d admissions known of %s that never were", i, d, c, day)
				}
			}
			last := w.Calendar.MonthOf(d) + 12
			for c, onset := range p.Onset {
				if onset == Never || w.Calendar.MonthOf(onset)+Lead > last {
					continue
				}
				conditionsSeen++
				if !k.holds(Condition(c), d) {
					t.Fatalf("person %d on %s: %s of %s is not in the record", i, d, Conditions[c].Name, onset)
				}
			}
			if p.ageOn(p.Registrations[0].From) >= 16 {
				found := false
				for s := range k.smoking {
					found = found || k.smoking[s].Known <= d && (k.smoking[s].Code == smokerCode) == p.Smoker
				}
				if !found {
					t.Fatalf("person %d on %s: smoking status unknown", i, d)
				}
			}
		}
	}
	if admissions < 500 || conditionsSeen < 2000 {
		t.Error("too little to test")
	}
}

// holds says whether a record that was not withdrawn states the condition by d.
func (k *keeper) holds(c Condition, d Day) bool {
	for i := range k.problems {
		p := &k.problems[i]
		if p.Known > d || p.Withdrawn {
			continue
		}
		for _, code := range Conditions[c].Codes {
			if p.Code == code {
				return true
			}
		}
	}
	return false
}

// Nothing is recorded before it happens, after the end, or outside the life; a
// withdrawal follows what it withdraws within 92 days of the event; a lost
// event leaves no trace.
func TestRecordsAreInOrder(t *testing.T) {
	n := 3_000
	w := New(n, 5, 22, testEnd)
	p := w.NewPerson()
	var k keeper
	r := NewRecorder(w, [Places]Sink{&k, &k}, 30)
	withdrawn, open, transfers, sameDay := 0, 0, 0, 0
	for i := 0; i < n; i++ {
		w.Live(i, p)
		k = keeper{}
		before := r.Records
		r.Record(p)
		if int64(k.n) != r.Records-before {
			t.Fatalf("person %d: %d records counted, %d written", i, r.Records-before, k.n)
		}
		lost := map[Day]bool{}
		for e := range p.Events {
			if x := &p.Events[e]; x.Kind == Admission {
				if x.Lost {
					lost[x.Day] = true
				}
				if x.Stay < 0 || x.Stay > MaxStay || x.Day+Day(x.Stay) > p.Death {
					t.Fatalf("person %d: stay of %d days", i, x.Stay)
				}
			}
		}
		for e := range p.Events {
			if x := &p.Events[e]; x.Kind == Admission && !x.Lost {
				delete(lost, x.Day)
			}
		}
		for s := range k.spells {
			x := &k.spells[s]
			if x.Known > testEnd || x.Day < p.Birth || x.Day > p.Death || (!x.Open && x.Known < x.Discharge) {
				t.Fatalf("person %d: spell of %s known %s", i, x.Day, x.Known)
			}
			if x.Withdrawn {
				withdrawn++
				if x.Known > x.Day+Delay {
					t.Fatalf("person %d: spell of %s withdrawn %s", i, x.Day, x.Known)
				}
			}
			if x.Open {
				open++
			}
			if x.Method == "2B" {
				transfers++
			}
			if x.SameDay {
				sameDay++
				if x.Place != PlaceB || x.Day >= w.Switch() {
					t.Fatalf("person %d: same-day care of %s among admissions", i, x.Day)
				}
			}
			if lost[x.Day] && x.Method[0] == '2' && x.Method != "2B" && !x.SameDay && !x.Withdrawn {
				ghost := false
				for g := range k.spells {
					ghost = ghost || k.spells[g].ID == x.ID && k.spells[g].Withdrawn
				}
				if !ghost && x.Known <= testEnd-100 {
					t.Fatalf("person %d: a lost admission of %s is in the record", i, x.Day)
				}
			}
		}
		for v := range k.patients {
			x := &k.patients[v]
			if x.Death != Never && x.Known < x.Death {
				t.Fatalf("person %d: death known before it", i)
			}
			if v > 0 && x.Place == k.patients[v-1].Place && x.Known <= k.patients[v-1].Known {
				t.Fatalf("person %d: versions out of order", i)
			}
		}
	}
	if withdrawn == 0 || open == 0 || transfers == 0 || sameDay == 0 {
		t.Error("some kind of record never occurs", withdrawn, open, transfers, sameDay)
	}
}
