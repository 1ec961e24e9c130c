package config

import (
	"regexp"
	"strconv"

	"leftshift/engine"
)

// Retention is how long a site keeps each class of what it holds. Nothing here
// has a default but "kept": a period is the controller's to set, with who set it
// and on what ground.
type Retention struct {
	Apply     bool   `toml:"apply" say:"true: leftshift schedule deletes what is due after each night; false: only leftshift retain --apply deletes"`
	Outbox    string `toml:"outbox" check:"path" say:"folder into which delivered files are written; empty: none, and no delivered file is looked for"`
	Landed    Keep   `toml:"landed" say:"Landed batches: the records as sources sent them. Counted from the night in which a batch landed."`
	Curated   Keep   `toml:"curated" say:"Curated tables that no current snapshot rests on. Counted from when a run last used them."`
	Features  Keep   `toml:"features" say:"Features, scores, lists and unpublished snapshots that the current one does not rest on. Counted from when a run last used them."`
	Snapshots Keep   `toml:"snapshots" say:"Published snapshots with their reports, but for the current one and the one before it. Counted from their as-of date."`
	Reports   Keep   `toml:"reports" say:"Output of trainings: evaluations, plots and cards, but for the last. Counted from when a run last used it."`
	Bundles   Keep   `toml:"bundles" say:"Model bundles that nobody approved. Counted from when they were saved."`
	Worklist  Keep   `toml:"worklist" say:"Work items on which nothing is left to do, with their history and notes. Counted from the last change."`
	Cohorts   Keep   `toml:"cohorts" say:"What was counted of snapshots that are no longer there. Counted from the question."`
	Sessions  Keep   `toml:"sessions" say:"Sign-in sessions that have ended, and API tokens that no longer work. Counted from their end."`
	Delivered Keep   `toml:"delivered" say:"Files in the folder of retention.outbox. Counted from when they were written."`
	Audit     Keep   `toml:"audit" say:"The audit. It is kept whole: a period can be stated here, and nothing deletes by it."`
	Hold      []Hold `toml:"hold" say:"Legal holds: nothing of the class is deleted or erased while one stands. Repeat the table for each."`
	Erase     Erase  `toml:"erase" say:"Whose rows are erased from what was kept, by leftshift retain --erase."`
}

// Keep is the rule of one class.
type Keep struct {
	Period string `toml:"period" say:"such as 90 days, 24 months or 8 years; empty: kept"`
	By     string `toml:"by" say:"who set the period; required with one"`
	Reason string `toml:"reason" say:"on what ground: the policy or the line of the schedule; required with a period"`
}

// Hold keeps a class from deletion.
type Hold struct {
	Class  string `toml:"class" check:"required,one=retained" say:"the class that is held"`
	By     string `toml:"by" check:"required" say:"who ordered it"`
	Reason string `toml:"reason" check:"required" say:"a reference of the inquiry, claim or request; nothing about a patient"`
	Until  string `toml:"until" check:"day" say:"its last day; empty: until the table is removed"`
}

// Erase says for whom a withheld person's rows are erased.
type Erase struct {
	OptOuts []string `toml:"optouts" check:"one=optout,unique" say:"kinds of opt-out list: whoever is on one is erased; empty: an opt-out withholds, and erases nothing"`
	Basis   bool     `toml:"basis" say:"true: the landed batches of a source that no legal basis covers any more are erased"`
	By      string   `toml:"by" say:"who decided it; required with either"`
	Reason  string   `toml:"reason" say:"on what ground; required with either"`
}

// Retained names the classes that have a period, as the configuration does.
var Retained = []string{"landed", "curated", "features", "snapshots", "reports", "bundles", "worklist", "cohorts", "sessions", "delivered", "audit"}

// Class is the rule of a class; the zero Keep of a name that is none.
func (r *Retention) Class(name string) Keep {
	switch name {
	case "landed":
		return r.Landed
	case "curated":
		return r.Curated
	case "features":
		return r.Features
	case "snapshots":
		return r.Snapshots
	case "reports":
		return r.Reports
	case "bundles":
		return r.Bundles
	case "worklist":
		return r.Worklist
	case "cohorts":
		return r.Cohorts
	case "sessions":
		return r.Sessions
	case "delivered":
		return r.Delivered
	case "audit":
		return r.Audit
	}
	return Keep{}
}

// Unset names the classes for which no period is set.
func (r *Retention) Unset() []string {
	var out []string
	for _, class := range Retained {
		if r.Class(class).Period == "" {
			out = append(out, class)
		}
	}
	return out
}

// Held gives the hold of a class that stands on a day; nil none.
func (r *Retention) Held(class string, on engine.Day) *Hold {
	for i := range r.Hold {
		h := &r.Hold[i]
		if h.Class != class && h.Class != everyClass {
			continue
		}
		if until, ok := engine.ParseDay(h.Until); !ok || on <= until {
			return h
		}
	}
	return nil
}

// everyClass is the class of a hold on everything.
const everyClass = "all"

var periodShape = regexp.MustCompile(`^([1-9][0-9]{0,3}) (day|month|year)s?$`)

// Cutoff is the last day of which something is due on a day: what is of that day
// or before has been kept for the whole period. ok is false without a period.
// Months and years are those of the calendar: what is of 31 January is due after
// a month on 28 or 29 February.
func (k Keep) Cutoff(on engine.Day) (last engine.Day, ok bool) {
	m := periodShape.FindStringSubmatch(k.Period)
	if m == nil { // empty; Validate refuses what is no period
		return engine.NoDay, false
	}
	n, _ := strconv.Atoi(m[1])
	if m[2] == "day" {
		return on - engine.Day(n), true
	}
	if m[2] == "year" {
		n *= 12
	}
	// The last day d with d + n months <= on.
	year, month, day := on.Date()
	month -= n
	for month < 1 {
		year, month = year-1, month+12
	}
	y, m0, _ := on.Date()
	if last := engine.DaysIn(year, month); day == engine.DaysIn(y, m0) || day > last {
		day = last
	}
	d, ok := engine.MakeDay(year, month, day)
	return d, ok
}

func (c *Config) checkRetention(f *faults) {
	r := &c.Retention
	for _, name := range Retained {
		k, at := r.Class(name), "retention."+name
		switch {
		case k.Period != "" && !periodShape.MatchString(k.Period):
			f.add(at+".period", "config-form", "expected a number of days, months or years, such as 24 months")
		case k.Period != "" && (k.By == "" || k.Reason == ""):
			f.add(at+".by", "config-governance", "a period needs by and reason: who set it, and on what ground")
		}
	}
	e := &r.Erase
	if (len(e.OptOuts) > 0 || e.Basis) && (e.By == "" || e.Reason == "") {
		f.add("retention.erase.by", "config-governance", "erasure needs by and reason: who decided it, and on what ground")
	}
	if r.Delivered.Period != "" && r.Outbox == "" {
		f.add("retention.outbox", "config-missing", "a period of delivered files needs the folder that they are in")
	}
	if box := c.At(r.Outbox); r.Outbox != "" {
		for _, own := range []string{c.Site.Data, c.Serve.State, c.Identity.Vault, c.Identity.KeyFile, c.Identity.VaultKeyFile, c.Serve.AuditKey} {
			if path := c.At(own); within(box, path) || within(path, box) {
				f.add("retention.outbox", "config-path", "expected a folder of delivered files alone: neither in nor around the data, the state, the vault or a key")
				break
			}
		}
	}
}
