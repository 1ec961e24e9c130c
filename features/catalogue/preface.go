package catalogue

import (
	"fmt"
	"strings"

	"leftshift/features/population"
)

// made says what each aggregate of rows makes, in the order of the page.
var made = []struct {
	aggregate Aggregate
	words     string
}{
	{Count, "the number of rows"},
	{Days, "the number of different days (first possible day) with a row"},
	{Any, "1 when there is a row"},
	{DistinctCodes, "the number of different codes, a row without one not counted; of spells, of treatment functions"},
	{DistinctSpells, "the number of different continuous inpatient spells to which the events are given"},
	{DaysSince, "D minus the newest row's first possible day"},
	{DaysSinceFirst, "D minus the earliest last possible day of a row"},
	{DaysSinceEnd, "D minus the latest end of a spell that ended inside the window"},
	{BedDays, "the number of different nights spent in the spells: nights from day d to d+1 with d inside the window, whenever the stay began; an open spell reaches D; a night in two spells counts once"},
	{LongestStay, "the most nights of one spell that began inside the window, up to D when open"},
	{LatestValue, "the mean of the values of the newest day with one"},
	{Mean, "the mean of all values"},
	{Min, "the least value"},
	{Max, "the greatest value"},
	{Spread, "the sample standard deviation of the values; unknown with fewer than three"},
	{Slope, fmt.Sprintf("the least-squares change in a year of 365.25 days; unknown unless the values lie on %d different days or more and at least %d days lie between the earliest last possible day and the latest first possible one", SlopeDays, SlopeSpan)},
	{SlopeError, "the standard error of that slope, unknown where the slope is: how far a trend may be chance"},
	{Members, "the number of members of the group with a row"},
	{LatestMember, "the place (from 1) in the group of the member with the newest row; of several on that day, the last in the group's order"},
	{LatestIs, "1 when that member is the one named, else 0"},
	{WeightedSumDistinct, "the sum of the weights of the different codes found"},
	{Started, fmt.Sprintf("the number of different codes (with a group, of its members) with a row in the recent period, the last days of the window, and none in the %d days before it", RateYear)},
	{Stopped, fmt.Sprintf("the number of those with a row in the %d days before the recent period and none in it", RateYear)},
	{Acceleration, fmt.Sprintf("rows a year in the recent period minus rows in the %d days before it: more than zero is more often of late", RateYear)},
	{Holds, "the number of terms that hold, where they are decided. A feature alone in a term means at least 1; what is asked of a value that is unknown or not observable is undecided"},
}

// preface is what a reader needs to know before the tables.
func preface() string {
	var b strings.Builder
	b.WriteString("A window of n days before D is (D-n, D]. A row is read only if it was known on D. " +
		"Planned, cancelled and not attended events are read only where a feature names those statuses. " +
		"An event whose day is not exactly known counts only where all its possible days lie inside the window; the newest row is the one with the latest first possible day, the first mention the earliest last possible day. " +
		"A spell is placed by its start, but for the nights and ends that say otherwise below. Months are whole ones.\n\n" +
		"A feature that reads events within spells gives each to one stay: of those that hold all its possible days the one that started last, then the one with the greatest key. An outcome gives a diagnosis to every stay that holds it.\n\n" +
		"\"No emergency admission by the day after it ended\" is of an attendance: none began from its start to the day after its end (after its start, where no end is given). " +
		"\"Another stay\", of a readmission, is an earlier continuous inpatient spell; emergency, elective, transfer and other spells make one, births, maternity and day cases do not. It ended on the last end of its parts, once all of them have ended.\n\n" +
		"SNOMED CT and dm+d identifiers are one set of keys, so a list of dm+d codes also matches rows coded in SNOMED CT, and the other way round.\n\n" +
		"## What is made of rows\n\n")
	for _, m := range made {
		fmt.Fprintf(&b, "- `%s`: %s\n", m.aggregate, m.words)
	}
	b.WriteString("\nFor `started`, `stopped` and `acceleration` a row that is dated only in part is of the period of its first possible day.\n\n" +
		"## Value, unknown, not observable\n\n" +
		"- A value: what was made of the rows, or zero where there are none and the feature says that none means zero.\n" +
		"- Unknown: no rows, or too few, to make a value of. It is never zero.\n" +
		"- Not observable: no source could have shown this person's rows by D, so having none means nothing. " +
		"It needs every kind of record that the feature reads to be unseen of the person. What is known of the person (age, sex) is always observable.\n\n" +
		"A derived feature asks whether terms hold. With \"and\", one part that does not hold is enough for the whole not to, whatever the others are; with \"or\", one that holds is enough for the whole to. " +
		"Where no part is enough, and one is asked of a value that is unknown or not observable, the term is undecided. " +
		"Zero is a value only where every term is known not to hold. " +
		"A count of several terms in which some hold and some are undecided is a value only where the feature says that none means zero; it is then the least that it can be, and its sentence says \"at least\". " +
		"In all other cases the feature is not observable if what leaves a term undecided is, else unknown.\n\n" +
		"A kind of record is unseen of everyone where no one has a row of it. " +
		fmt.Sprintf("It is unseen of a practice's people where at least %d of them would have one, if in each age band they were as everyone is, and fewer than %g %% of that number do. ", population.LeastExpected, 100*population.SilentShare) +
		"Someone of whom a row of the kind was known by D can be seen in it in any case. Rows count whatever their code or day once they were known by D, and so do those withdrawn since: their source could show them.\n")
	return b.String()
}
