package outcome

import (
	"fmt"
	"slices"
	"strings"

	"leftshift/features/population"
)

// Markdown writes the outcomes for people to read. The same catalogue always
// gives the same text.
func Markdown(c *Catalogue) string {
	var b strings.Builder
	b.WriteString("# Outcomes\n\nGenerated from the data; change `features/outcome/outcomes.toml`, not this page.\n\n")
	fmt.Fprintf(&b, "%d outcomes. Definitions `%.12s`.\n\n", len(c.Outcomes), c.Hash)
	b.WriteString("An outcome is the first of its kind after the index date D, on a day of (D + gap, D + horizon], as known when the labels are made. " +
		"Who is at risk of it is decided by what was known on D. The index date itself never counts. " +
		fmt.Sprintf("Leaving is on the first day not registered, where no other registration follows within %d days. ", population.MaxGap) +
		"On one day the order is: leaving (on that day nothing is ours to see any more), the outcome, a competing outcome, death. " +
		"Leaving, and a record that has not settled yet, give no answer: such people are weighted for, not counted as free of the outcome. " +
		"Registrations, residences and deaths are read as finally known. " +
		"Everyone else is at risk, also people of whom no source could show it: where a kind of record covers part of the area, a rate is of everyone and too low for those whom it covers. " +
		"A fact whose day is not exactly known counts on its last possible day, and only when all its possible days are after D + gap. " +
		"A diagnosis is of every stay that holds all its possible days. " +
		"Labels wait until the horizon has passed and then as many days as the source takes to settle.\n\n")
	b.WriteString("| outcome | title | what | at risk | horizons, days | gap, days | comes before it | settles in, days | since | why |\n| --- | --- | --- | --- | --- | ---: | --- | ---: | --- | --- |\n")
	for i := range c.Outcomes {
		o := &c.Outcomes[i]
		before := o.Before()
		for k := range before {
			if c.Find(before[k]) != nil && before[k] != "death" {
				before[k] = "`" + before[k] + "`"
			}
		}
		horizons := strings.Trim(strings.ReplaceAll(fmt.Sprint(o.Horizons), " ", ", "), "[]")
		b.WriteString("|")
		for _, s := range []string{"`" + o.ID + "`", o.Title, o.What(), o.RiskSet(), horizons, fmt.Sprint(o.Gap), strings.Join(before, ", "), fmt.Sprint(o.Freeze), o.Since.String(), o.Why} {
			b.WriteString(" " + strings.ReplaceAll(strings.ReplaceAll(s, "\n", " "), "|", `\|`) + " |")
		}
		b.WriteString("\n")
	}
	b.WriteString("\n## What is expected of deaths and leavers\n\n")
	fmt.Fprintf(&b, "Deaths are held against the rates by single year of age and sex of the National life tables: United Kingdom, 2018 to 2020 (Office for National Statistics, Open Government Licence v3.0). "+
		"Leavers are held against %.0f per 1,000 people a year, the rate of moves between local authorities of England and Wales (Office for National Statistics, Internal migration, year ending June 2015), unless the site declares its own. "+
		"Fewer than half or more than double gives a warning where at least %d are expected. An extract with no death in %d person-years of people aged %d and over is refused.\n", ExpectedLeaving, manyExpected, OldYears, OldAge)
	fmt.Fprintf(&b, "\n## Same-day emergency care\n\n"+
		"Trusts moved it from admissions of no night to the emergency care data set at different dates. `emergency_admission` counts both and `emergency_overnight` neither, so a move changes neither rate. It changes those of %s: a move declared as `[[sdec_switch]]` within the days that labels look at gives a warning there. "+
		"A move that nobody declared is looked for in the monthly counts of each provider: %d months before against %d from the month on, at least %d on each side, the odds of one recording against the other changed %.0f-fold or more, a root of the likelihood ratio of %.0f or more, and the old recording down by %.0f %% or more.\n",
		moved(c), stepMonths, stepMonths, stepLeast, stepOdds, stepZ, 100*(1-stepFall))
	return b.String()
}

// What says in words, in Markdown, what the outcome is read from.
func (o *Outcome) What() string {
	var parts []string
	switch o.Source {
	case FromSpell:
		parts = append(parts, "starts of spells: "+join(o.Spells))
		if len(o.Attended) > 0 {
			parts = append(parts, fmt.Sprintf("attended %v", o.Attended))
		}
		if o.FirstOfCIS {
			parts = append(parts, "first of its continuous spell")
		}
		if o.Nights > 0 {
			parts = append(parts, fmt.Sprintf("nights of the continuous spell: %d or more", o.Nights))
		}
		var causes []string
		for i := range o.Causes {
			causes = append(causes, causeWords(&o.Causes[i]))
		}
		if len(causes) > 0 {
			parts = append(parts, "with a diagnosis in the stay of "+strings.Join(causes, ", or of "))
		}
		if o.New {
			parts = append(parts, "none going on up to the day before")
		}
	case FromEvent:
		parts = append(parts, "events: "+join(o.Kinds))
		if len(o.Members) > 1 {
			parts = append(parts, fmt.Sprintf("the first of %d conditions", len(o.Members)))
		} else {
			parts = append(parts, codesWords(o.Members[0].Codes))
		}
		if o.New {
			parts = append(parts, "never coded before")
		}
	case FromCareHome:
		parts = append(parts, "the first day on which the residence is a care home")
	case FromDeath:
		parts = append(parts, "the day of death")
	case FromOthers:
		parts = append(parts, "the first of `"+strings.Join(o.Of, "`, `")+"`")
	}
	return strings.Join(parts, "; ")
}

func causeWords(c *Cause) string {
	s := codesWords(c.Codes)
	if len(c.Positions) > 0 {
		s += " (" + join(c.Positions) + ")"
	}
	if len(c.With) > 0 {
		s += " beside " + strings.Join(c.With, ", ")
		if len(c.WithPositions) > 0 {
			s += " (" + join(c.WithPositions) + ")"
		}
	}
	if len(c.Without) > 0 {
		s += " without " + strings.Join(c.Without, ", ")
	}
	return s
}

func codesWords(c Codes) string {
	var s []string
	for _, l := range c.Lists {
		s = append(s, "`"+l+"`")
	}
	return strings.Join(append(s, c.Codes...), ", ")
}

// Before names what ends the time at risk when it comes first: leaving, death,
// and the ids of competing outcomes.
func (o *Outcome) Before() []string {
	out := []string{"leaving"}
	if o.Source != FromDeath && !slices.Contains(o.Of, "death") {
		out = append(out, "death")
	}
	return append(out, o.Competing...)
}

// RiskSet says in words who can have the outcome, besides being eligible.
func (o *Outcome) RiskSet() string {
	var parts []string
	if o.FromAge > 0 {
		parts = append(parts, fmt.Sprintf("aged %d or more", o.FromAge))
	}
	if o.DischargedWithin > 0 {
		parts = append(parts, fmt.Sprintf("latest discharge (%s) so late that days 0 to %d after it reach beyond D; only those days count", join(o.DischargedFrom), o.DischargedWithin-1))
	}
	switch {
	case o.Source == FromCareHome:
		parts = append(parts, "not in a care home")
	case o.Source == FromSpell && o.New:
		parts = append(parts, "none going on")
	case o.Source == FromEvent && o.New:
		parts = append(parts, "each condition not coded yet")
	case o.Source == FromOthers:
		parts = append(parts, "of any of its parts, and for those")
	}
	if len(parts) == 0 {
		return "everyone"
	}
	return strings.Join(parts, "; ")
}

func join[T fmt.Stringer](x []T) string {
	s := make([]string, len(x))
	for i, v := range x {
		s[i] = v.String()
	}
	return strings.Join(s, ", ")
}

// moved names the outcomes whose rate a switch changes.
func moved(c *Catalogue) string {
	var out []string
	for i := range c.Outcomes {
		if o := &c.Outcomes[i]; c.Moves(o) {
			out = append(out, "`"+o.ID+"`")
		}
	}
	if len(out) == 0 {
		return "none"
	}
	return strings.Join(out, ", ")
}
