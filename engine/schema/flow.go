package schema

import "leftshift/engine"

// FlowRow is how much of a kind of record became known in a window of five
// weeks, of the people who were then with a practice.
type FlowRow struct {
	Practice   string     `col:"practice" say:"ODS code"`
	Source     string     `col:"source" say:"the source, as named in the configuration"`
	Kind       string     `col:"kind" check:"required" say:"event kind, or spell. or document. and the kind"`
	Window     int64      `col:"window_back" say:"0 ends on the as-of date, 1 before it and so on to 6; 7 ended 365 days before the as-of date"`
	ToDay      engine.Day `col:"to_day" check:"required" say:"the window's last day"`
	Registered int64      `col:"registered" say:"people with the practice on that day"`
	People     int64      `col:"people" say:"distinct people of whom something became known"`
	Arrivals   int64      `col:"arrivals" say:"distinct people and days on which something became known"`
	Facts      int64      `col:"facts" say:"rows that became known"`
}

// StoppedRow is a flow of records that used to come and has stopped.
type StoppedRow struct {
	Practice string     `col:"practice" say:"ODS code; empty: the flow of all practices"`
	Source   string     `col:"source" say:"the source"`
	Kind     string     `col:"kind" check:"required" say:"as in table flow"`
	Code     string     `col:"code" check:"required" say:"ceased: nothing came; collapsed: less than a tenth of what was expected"`
	Last     engine.Day `col:"last_day" say:"the newest day on which something became known"`
	Usual    float64    `col:"usual" say:"arrivals in a window, the median of the six before"`
	Expected float64    `col:"expected" say:"arrivals expected in the newest window"`
	Came     int64      `col:"arrivals" say:"arrivals in the newest window"`
}

// Completeness is how many of a practice's people have a kind of record of
// something that happened in the last 365 days.
type Completeness struct {
	Practice string `col:"practice" say:"ODS code"`
	Source   string `col:"source" say:"the only source that has it of the person, or several sources"`
	Kind     string `col:"kind" check:"required" say:"as in table flow"`
	People   int64  `col:"people" say:"of those scored; everyone else of the practice has none"`
}

// SeveralSources stands for the source of a record that a person has from more
// than one.
const SeveralSources = "several sources"
