package outcome

import (
	"regexp"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/features/population"
)

var idShape = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

// maxID keeps ids short enough for column names of any engine.
const maxID = 63

// maxFreeze is two years: a source that settles later is not one to learn from.
const maxFreeze = 731

// check adds a fault for everything in an entry that does not fit.
func (l *loader) check(b block, e *entry, o *Outcome) {
	bad := func(key, code, text string, args ...any) { b.fault(key, code, o.ID+" "+text, args...) }
	if !idShape.MatchString(o.ID) || len(o.ID) > maxID || o.ID == "leaving" {
		bad("id", "id", "is not an id: expected lower_snake of at most %d characters, other than leaving", maxID)
	}
	if l.cat.Find(o.ID) != nil {
		bad("id", "id-twice", "is declared twice: expected one of each id")
	}
	if strings.HasSuffix(o.Sentence, ".") {
		bad("sentence", "sentence", "has a sentence that ends in a full stop: expected words that go on, such as \"admitted as an emergency\"")
	}
	if o.Since == engine.NoDay {
		bad("since", "since", "has since = %q: expected the day of its declaration, such as \"2026-11-22\"", e.Since)
	}
	if e.Recurrence != "first" {
		bad("recurrence", "recurrence", "has recurrence = %q: expected \"first\", the first event only", e.Recurrence)
	}
	if e.Freeze == nil || o.Freeze < 0 || o.Freeze > maxFreeze {
		bad("freeze", "freeze", "has no freeze from 0 to %d: expected the days until what it is read from has settled", maxFreeze)
	}
	l.checkHorizons(b, o)
	if o.FromAge < 0 || o.FromAge > 120 {
		bad("from_age", "age", "has from_age = %d: expected whole years from 0 to 120", o.FromAge)
	}
	if !slices.Contains(e.Competing, "leaving") {
		bad("competing", "competing", "does not name leaving as competing: expected it, for who has left can not be seen")
	}
	if ends := o.Source == FromDeath || slices.Contains(o.Of, "death"); slices.Contains(e.Competing, "death") == ends {
		if ends {
			bad("competing", "competing", "is death, or has it as a part: expected no death among its competing outcomes")
		} else {
			bad("competing", "competing", "does not name death as competing: expected it, for the dead can not have it")
		}
	}
	l.checkSource(b, e, o)
}

func (l *loader) checkHorizons(b block, o *Outcome) {
	if len(o.Horizons) == 0 || o.Horizons[0] < 1 || o.Horizons[len(o.Horizons)-1] > MaxHorizon || !slices.IsSorted(o.Horizons) || len(slices.Compact(slices.Clone(o.Horizons))) != len(o.Horizons) {
		b.fault("horizons", "horizons", "%s has horizons %v: expected different days from 1 to %d, ascending", o.ID, o.Horizons, MaxHorizon)
		return
	}
	if o.Gap < 0 || o.Gap >= o.Horizons[0] {
		b.fault("gap", "gap", "%s has gap = %d: expected days from 0, fewer than its shortest horizon of %d", o.ID, o.Gap, o.Horizons[0])
	}
	if n := o.DischargedWithin; n != 0 && (n < 2 || o.Horizon() > n) {
		b.fault("discharged_within", "discharged", "%s has discharged_within = %d: expected days from 2, no fewer than its longest horizon of %d", o.ID, n, o.Horizon())
	}
}

// checkSource refuses keys that are of another source, and asks for its own.
func (l *loader) checkSource(b block, e *entry, o *Outcome) {
	given := map[string]bool{"spells": len(e.Spells) > 0, "attended": len(e.Attended) > 0, "first_of_cis": e.FirstOfCIS, "nights": e.Nights != 0, "cause": len(e.Cause) > 0,
		"kinds": len(e.Kinds) > 0, "lists": len(e.Lists) > 0, "codes": len(e.Codes) > 0, "members_of": e.MembersOf != "", "new": e.New, "of": len(e.Of) > 0,
		"discharged_within": e.DischargedWithin != 0, "discharged_from": len(e.DischargedFrom) > 0, "from_age": e.FromAge != 0}
	own := map[Source][]string{
		FromSpell:    {"spells", "attended", "first_of_cis", "nights", "cause", "new", "discharged_within", "discharged_from", "from_age"},
		FromEvent:    {"kinds", "lists", "codes", "members_of", "new", "from_age"},
		FromCareHome: {"from_age"}, FromDeath: {"from_age"}, FromOthers: {"of", "from_age"},
	}
	mine, ok := own[o.Source]
	if !ok {
		b.fault("source", "source", "%s has source = %q: expected one of %s", o.ID, e.Source, strings.Join(sources, ", "))
		return
	}
	for key := range given {
		if given[key] && !slices.Contains(mine, key) {
			b.fault(key, "key-of-another-source", "%s has source = %q and the key %s: expected only %s", o.ID, e.Source, key, strings.Join(mine, ", "))
		}
	}
	bed := false
	for _, k := range o.Spells {
		bed = bed || population.Inpatient(k)
	}
	switch o.Source {
	case FromSpell:
		if len(e.Spells) == 0 {
			b.fault("source", "spells", "%s reads spells: expected the kinds of spell", o.ID)
		}
		if (o.FirstOfCIS || o.Nights > 0) && len(o.Spells) > 0 && !bed {
			b.fault("spells", "spells", "%s has first_of_cis or nights: expected a kind that is a stay in a hospital bed", o.ID)
		}
		if o.Nights < 0 || o.Nights > 365 || o.Nights > 0 && !o.FirstOfCIS {
			b.fault("nights", "nights", "%s has nights = %d: expected 0 to 365, with first_of_cis, for nights are those of the continuous spell", o.ID, o.Nights)
		}
		if o.New && (o.FirstOfCIS || len(o.Causes) > 0) {
			b.fault("new", "new", "%s is new: expected no first_of_cis and no cause, which are of stays in hospital", o.ID)
		}
		if (o.DischargedWithin > 0) != (len(e.DischargedFrom) > 0) {
			b.fault("discharged_within", "discharged", "%s has one of discharged_within and discharged_from: expected both or none", o.ID)
		}
		for _, c := range o.Causes {
			l.checkPlace(b, o, c.Codes, []engine.EventKind{engine.Diagnosis})
		}
		for _, k := range o.DischargedFrom {
			if !population.Inpatient(k) {
				b.fault("discharged_from", "discharged", "%s has discharged_from %s: expected kinds that are stays in a hospital bed", o.ID, k)
			}
		}
	case FromEvent:
		if len(o.Kinds) == 0 || len(o.Members) == 0 {
			b.fault("source", "events", "%s reads events: expected kinds with lists or codes, or members_of a feature", o.ID)
		}
		for _, m := range o.Members {
			l.checkPlace(b, o, m.Codes, o.Kinds)
		}
	case FromOthers:
		if len(o.Of) < 2 {
			b.fault("of", "of", "%s is the first of others: expected two or more ids in of", o.ID)
		}
	}
}

// checkPlace refuses codes that can not stand in events of the kinds.
func (l *loader) checkPlace(b block, o *Outcome, c Codes, kinds []engine.EventKind) {
	for _, text := range l.lib.Misplaced(c.Lists, c.Codes, kinds) {
		b.fault("lists", "list-misplaced", "%s %s", o.ID, text)
	}
}

// checkReferences looks at the outcomes that one names, once all are read.
func (l *loader) checkReferences(b block, i int) {
	o := &l.cat.Outcomes[i]
	for key, ids := range map[string][]string{"of": o.Of, "competing": o.Competing} {
		for k, id := range ids {
			part := l.cat.Find(id)
			switch {
			case part == nil:
				b.fault(key, "outcome-unknown", "%s names outcome %q in %s, which does not exist: expected one of %s", o.ID, id, key, strings.Join(l.cat.IDs(), ", "))
			case id == o.ID || part.Source == FromOthers:
				b.fault(key, "outcome-nested", "%s names %s in %s: expected an outcome that is not itself and not made of others", o.ID, id, key)
			case !part.everyone():
				b.fault(key, "outcome-not-for-all", "%s names %s in %s, which has from_age or discharged_within: expected an outcome that anyone can have", o.ID, id, key)
			case slices.Index(ids, id) != k:
				b.fault(key, "outcome-twice", "%s names %s twice in %s: expected it once", o.ID, id, key)
			case key == "competing" && part.Gap > 0:
				b.fault(key, "outcome-gap", "%s names %s as competing, which has a gap of %d days: expected one without, for what came first came first", o.ID, id, part.Gap)
			case key == "of" && part.Gap != o.Gap:
				b.fault("gap", "outcome-gap", "%s has a gap of %d days and its part %s of %d: expected the same", o.ID, o.Gap, id, part.Gap)
			case part.Freeze > o.Freeze:
				b.fault("freeze", "freeze", "%s settles in %d days and %s, which it names, in %d: expected no fewer", o.ID, o.Freeze, id, part.Freeze)
			}
		}
	}
}
