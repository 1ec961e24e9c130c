package risklist

import (
	"fmt"

	"leftshift/engine"
)

// Freshness says whether a published list may be opened.
type Freshness struct {
	Open bool
	Code string // list-fresh, list-not-rechecked, list-unpublished, list-dated-ahead
	Say  string // a sentence; what to do where it may not be opened
	Age  int    // days since death signals, opt-outs and relationships were last checked; 0 where that is not known
}

// Fresh judges a list published on one day and rechecked on another: its death
// signals, opt-outs and relationships. Publishing is a check itself. It may be
// opened until limit days after the last of both, that day included; a limit of
// 0 is the same day only, and below 0 is taken as 0. engine.NoDay as
// recheckedDay: never since it was published.
func Fresh(publishedDay, recheckedDay, today engine.Day, limit int) Freshness {
	if publishedDay == engine.NoDay || today == engine.NoDay {
		return Freshness{Code: "list-unpublished", Say: "it is not known when the list was published or what day it is: publish the list again"}
	}
	last := max(publishedDay, recheckedDay) // NoDay is the least day
	age := int(int64(today) - int64(last))
	limit = max(limit, 0)
	switch {
	case age < 0:
		return Freshness{Code: "list-dated-ahead", Say: "the list was checked on a day that is still to come: correct the machine's clock"}
	case age > limit:
		return Freshness{Code: "list-not-rechecked", Age: age, Say: fmt.Sprintf("deaths, opt-outs and relationships were last checked %s ago, more than the %s allowed: run the recheck before the list is opened", engine.Plural(age, "day"), engine.Plural(limit, "day"))}
	}
	return Freshness{Open: true, Code: "list-fresh", Age: age, Say: "deaths, opt-outs and relationships were checked on " + last.Words()}
}
