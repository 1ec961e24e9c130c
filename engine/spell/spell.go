// Package spell makes provider spells of consultant episodes, and continuous
// inpatient spells of provider spells, as they were known on each day.
package spell

import (
	"math"
	"sort"

	"leftshift/engine"
	"leftshift/engine/schema"
)

// Episode is one version of one landed episode.
type Episode struct {
	schema.Episode
	Source  string
	KnownTo engine.Day // NoDay while the version stands; Known is its start
}

// Emergency admission methods of the NHS Data Dictionary (ADMISSION METHOD
// CODE (HOSPITAL PROVIDER SPELL)): 21 emergency department, 22 GP, 23 bed
// bureau, 24 consultant clinic, 25 mental health crisis team, 28 other means
// (retired), 2A another provider's emergency department, 2B transfer of an
// admitted patient in an emergency, 2D other emergency. 2C is a birth at home
// as intended and so a birth.
var emergencyMethod = map[string]bool{"21": true, "22": true, "23": true, "24": true, "25": true, "28": true, "2A": true, "2B": true, "2D": true}

// unadmitted are the kinds of episode that are each a spell of one kind: an
// attendance, a call, a contact, an interval of care outside hospital.
var unadmitted = map[engine.EpisodeKind]engine.SpellKind{
	engine.EDAttendance:         engine.ED,
	engine.SDECAttendance:       engine.SDEC,
	engine.OutpatientAttendance: engine.Outpatient,
	engine.NHS111Call:           engine.NHS111,
	engine.AmbulanceIncident:    engine.Ambulance,
	engine.CommunityCare:        engine.Community,
	engine.MentalHealthCare:     engine.MentalHealth,
	engine.SocialCareEvent:      engine.SocialCare,
	engine.DrugAlcoholTreatment: engine.DrugAlcohol,
}

// Classify gives the kind of a spell from its first episode.
func Classify(first *schema.Episode) engine.SpellKind {
	if kind, ok := unadmitted[first.Kind]; ok {
		return kind
	}
	ordinary := first.Classification == 1 || first.Classification == 0
	switch m := first.AdmissionMethod; {
	case m == "82" || m == "83" || m == "2C":
		return engine.Birth
	case m == "31" || m == "32" || first.Classification == 5:
		return engine.Maternity
	case emergencyMethod[m]:
		if ordinary {
			return engine.Emergency
		}
		return engine.OtherSpell
	case m == "11" || m == "12" || m == "13":
		if first.Classification == 2 || first.Classification == 3 {
			return engine.DayCase
		}
		return engine.Elective
	case m == "81":
		return engine.Transfer
	}
	return engine.OtherSpell
}

// sameDay makes a day case of an elective stay that ended on its first day
// where the source says nothing of its classification, as FHIR does not. The
// intention to discharge the same day, which makes a day case, is not known.
func sameDay(k engine.SpellKind, s *schema.CuratedSpell) engine.SpellKind {
	if k == engine.Elective && s.Classification == 0 && s.EndDay == s.StartDay {
		return engine.DayCase
	}
	return k
}

// admitted says whether a kind is a stay in a hospital bed that transfers can
// continue.
func admitted(k engine.SpellKind) bool {
	switch k {
	case engine.Emergency, engine.Elective, engine.DayCase, engine.Maternity, engine.Transfer, engine.OtherSpell:
		return true
	}
	return false
}

// Build gives one person's spells, each version with the interval in which it
// was known, ordered by start day, end day (open last), spell and known day.
// Episodes may come in any order.
func Build(person engine.Person, episodes []Episode) []schema.CuratedSpell {
	var out []schema.CuratedSpell
	var stays []Episode
	for i := range episodes {
		e := &episodes[i]
		if e.Kind == engine.AdmittedEpisode {
			stays = append(stays, *e)
			continue
		}
		s := one(person, e)
		s.KnownFrom, s.KnownTo = e.Known, e.KnownTo
		out = append(out, s)
	}
	out = mergeAttendances(out)
	out = append(out, history(person, stays)...)
	sort.Slice(out, func(i, j int) bool { return less(&out[i], &out[j]) })
	return out
}

func less(a, b *schema.CuratedSpell) bool {
	switch {
	case a.StartDay != b.StartDay:
		return a.StartDay < b.StartDay
	case openLast(a.EndDay) != openLast(b.EndDay):
		return openLast(a.EndDay) < openLast(b.EndDay)
	case a.Kind != b.Kind:
		return a.Kind < b.Kind
	case a.Spell != b.Spell:
		return a.Spell < b.Spell
	default:
		return a.KnownFrom < b.KnownFrom
	}
}

func openLast(d engine.Day) int64 {
	if d == engine.NoDay {
		return math.MaxInt64
	}
	return int64(d)
}

func one(person engine.Person, e *Episode) schema.CuratedSpell {
	end := e.EndDay
	if e.SpellEnd != engine.NoDay {
		end = e.SpellEnd
	}
	start := e.StartDay
	if e.SpellStart != engine.NoDay {
		start = e.SpellStart
	}
	return schema.CuratedSpell{
		Person: person, StartDay: start, EndDay: end, Kind: Classify(&e.Episode), Spell: e.Spell, Episodes: 1,
		AdmissionMethod: e.AdmissionMethod, Classification: e.Classification, AdmissionSource: e.AdmissionSource,
		DischargeMethod: e.DischargeMethod, Destination: e.Destination, Specialty: e.Specialty,
		Attended: e.Attended, ArrivalMode: e.ArrivalMode, Provider: e.Provider,
		Knowledge: schema.Knowledge{Source: e.Source, KnownBasis: e.KnownBasis},
	}
}

// alike says whether two rows tell the same fact, whoever sent it.
func alike(a, b *schema.CuratedSpell) bool {
	return a.Kind == b.Kind && a.StartDay == b.StartDay && a.EndDay == b.EndDay && a.Provider == b.Provider &&
		a.AdmissionMethod == b.AdmissionMethod && a.Specialty == b.Specialty && a.Attended == b.Attended
}

// mergeAttendances makes one row of attendances, or other care, that are alike
// and known at overlapping or touching times: the same sent twice. What the
// first to be known says of all else stands, so that what is sent later
// changes nothing of what was known.
func mergeAttendances(rows []schema.CuratedSpell) []schema.CuratedSpell {
	// Rows that are alike stand together, in order of becoming known.
	key := func(r *schema.CuratedSpell) [6]int64 {
		return [6]int64{int64(r.Kind), int64(r.StartDay), openLast(r.EndDay), int64(r.Provider), int64(r.Specialty), int64(r.Attended)}
	}
	sort.Slice(rows, func(i, j int) bool {
		a, b := key(&rows[i]), key(&rows[j])
		for k := range a {
			if a[k] != b[k] {
				return a[k] < b[k]
			}
		}
		if rows[i].AdmissionMethod != rows[j].AdmissionMethod {
			return rows[i].AdmissionMethod < rows[j].AdmissionMethod
		}
		if rows[i].KnownFrom != rows[j].KnownFrom {
			return rows[i].KnownFrom < rows[j].KnownFrom
		}
		if rows[i].Source != rows[j].Source {
			return rows[i].Source < rows[j].Source
		}
		return rows[i].Spell < rows[j].Spell
	})
	out := rows[:0]
	for _, r := range rows {
		if n := len(out); n > 0 && alike(&out[n-1], &r) && (out[n-1].KnownTo == engine.NoDay || r.KnownFrom <= out[n-1].KnownTo) {
			if out[n-1].KnownTo != engine.NoDay && (r.KnownTo == engine.NoDay || r.KnownTo > out[n-1].KnownTo) {
				out[n-1].KnownTo = r.KnownTo
			}
			continue
		}
		out = append(out, r)
	}
	return out
}

// history builds the admissions as known at each day on which anything about
// them changed, and joins equal neighbours.
func history(person engine.Person, stays []Episode) []schema.CuratedSpell {
	if len(stays) == 0 {
		return nil
	}
	days := make([]engine.Day, 0, 2*len(stays))
	for i := range stays {
		days = append(days, stays[i].Known)
		if stays[i].KnownTo != engine.NoDay {
			days = append(days, stays[i].KnownTo)
		}
	}
	sort.Slice(days, func(i, j int) bool { return days[i] < days[j] })
	sort.Slice(stays, func(i, j int) bool { return episodeLess(&stays[i], &stays[j]) })

	var out []schema.CuratedSpell
	open := map[int64]int{} // spell -> its standing row in out
	var visible []*Episode
	for n, day := range days {
		if n > 0 && day == days[n-1] {
			continue
		}
		visible = visible[:0]
		for i := range stays {
			if e := &stays[i]; e.Known <= day && (e.KnownTo == engine.NoDay || e.KnownTo > day) {
				visible = append(visible, e)
			}
		}
		now := chain(assemble(person, visible))
		seen := map[int64]bool{}
		for i := range now {
			s := &now[i]
			seen[s.Spell] = true
			if at, ok := open[s.Spell]; ok {
				if same(&out[at], s) {
					continue
				}
				out[at].KnownTo = day
			}
			s.KnownFrom, s.KnownTo = day, engine.NoDay
			open[s.Spell] = len(out)
			out = append(out, *s)
		}
		for spell, at := range open {
			if !seen[spell] {
				out[at].KnownTo = day
				delete(open, spell)
			}
		}
	}
	return out
}

func same(a, b *schema.CuratedSpell) bool {
	x, y := *a, *b
	x.KnownFrom, x.KnownTo, x.KnownBasis = 0, 0, 0
	y.KnownFrom, y.KnownTo, y.KnownBasis = 0, 0, 0
	return x == y
}

// episodeLess orders the episodes of a spell: by number where given, then by
// start, end and record.
func episodeLess(a, b *Episode) bool {
	switch {
	case a.Spell != b.Spell:
		return a.Spell < b.Spell
	case a.Number != b.Number:
		return a.Number < b.Number
	case a.StartDay != b.StartDay:
		return a.StartDay < b.StartDay
	case openLast(a.EndDay) != openLast(b.EndDay):
		return openLast(a.EndDay) < openLast(b.EndDay)
	default:
		return a.Record < b.Record
	}
}

// assemble makes provider spells of visible episodes, which are sorted by
// episodeLess. The same episode sent under two record identifiers counts
// once.
func assemble(person engine.Person, visible []*Episode) []schema.CuratedSpell {
	var out []schema.CuratedSpell
	for i := 0; i < len(visible); {
		j := i + 1
		for j < len(visible) && visible[j].Spell == visible[i].Spell {
			j++
		}
		group := visible[i:j]
		i = j
		first, last := group[0], group[len(group)-1]
		s := one(person, first)
		end, discharged, open, spells := engine.NoDay, engine.NoDay, false, false
		count := 0
		for k, e := range group {
			if k == 0 || e.Number != group[k-1].Number || e.StartDay != group[k-1].StartDay {
				count++
			}
			if e.StartDay < s.StartDay {
				s.StartDay = e.StartDay
			}
			spells = spells || e.SpellStart != engine.NoDay
			if e.SpellEnd != engine.NoDay && (discharged == engine.NoDay || e.SpellEnd > discharged) {
				discharged = e.SpellEnd
			}
			if e.EndDay == engine.NoDay {
				open = true
			} else if end == engine.NoDay || e.EndDay > end {
				end = e.EndDay
			}
			if e.Source < s.Source {
				s.Source = e.Source
			}
		}
		switch {
		case discharged != engine.NoDay:
			s.EndDay = discharged
		case spells || open:
			s.EndDay = engine.NoDay
		default:
			s.EndDay = end
		}
		s.Kind = sameDay(s.Kind, &s)
		s.Episodes = uint8(min(count, 255))
		s.DischargeMethod, s.Destination = last.DischargeMethod, last.Destination
		out = append(out, s)
	}
	sort.Slice(out, func(i, j int) bool { return less(&out[i], &out[j]) })
	kept := out[:0]
	for _, s := range out {
		if !sentAlready(kept, &s) {
			kept = append(kept, s)
		}
	}
	return kept
}

// sentAlready says whether a stay alike is among those kept, which are in
// order of start and end: one stay sent under two spell numbers.
func sentAlready(kept []schema.CuratedSpell, s *schema.CuratedSpell) bool {
	for i := len(kept) - 1; i >= 0 && kept[i].StartDay == s.StartDay && kept[i].EndDay == s.EndDay; i-- {
		if alike(&kept[i], s) {
			return true
		}
	}
	return false
}

// A stay is continued by a transfer when the next begins at most this many
// days after it ended (Hospital Episode Statistics, methodology of continuous
// inpatient spells).
const transferDays = 2

var transferDestination = map[string]bool{"49": true, "50": true, "51": true, "52": true, "53": true, "84": true, "87": true}

// chain ties provider spells, ordered by start, into continuous inpatient
// spells.
func chain(spells []schema.CuratedSpell) []schema.CuratedSpell {
	var prev *schema.CuratedSpell // the latest-ending admission so far
	for i := range spells {
		s := &spells[i]
		if !admitted(s.Kind) {
			continue
		}
		if prev != nil && continues(prev, s) {
			s.CIS = prev.CIS
		} else {
			s.CIS, s.CISFirst = s.Spell, 1
		}
		if prev == nil || openLast(s.EndDay) >= openLast(prev.EndDay) || s.CISFirst == 1 {
			prev = s
		}
	}
	return spells
}

// continues says whether b is the same stay as a, elsewhere: it begins while
// a lasts, or within transferDays of its end with a sign of transfer (method
// 2B or 81, source or destination another hospital).
func continues(a, b *schema.CuratedSpell) bool {
	sign := b.AdmissionMethod == "2B" || b.AdmissionMethod == "81" || transferDestination[b.AdmissionSource] || transferDestination[a.Destination]
	if a.EndDay == engine.NoDay {
		return sign
	}
	if b.StartDay < a.EndDay {
		return true
	}
	return sign && b.StartDay-a.EndDay <= transferDays
}
