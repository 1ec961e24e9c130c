//go:build duckdb_arrow

package door

import (
	"strings"
	"time"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/risklist"
	"leftshift/engine/worklist"
)

var stateWords = map[worklist.State]string{
	worklist.New: "Not started", worklist.InReview: "In review", worklist.Contacted: "Contacted", worklist.Accepted: "Accepted", worklist.Declined: "Declined",
	worklist.NotSuitable: "Not suitable", worklist.Referred: "Referred", worklist.Done: "Done", worklist.Closed: "Closed",
}

// StateWords is a state as a page says it.
func StateWords(s worklist.State) string { return stateWords[s] }

// StateWords is the state of the item as a page says it, with the reason where it
// has one.
func (w *Work) StateWords() string {
	if w.Reason == "" {
		return StateWords(w.State)
	}
	return StateWords(w.State) + ": " + w.Reason
}

func wordOf(words []worklist.Word, code string) string {
	for _, w := range words {
		if w.Code == code {
			return w.Say
		}
	}
	return ""
}

func worryWords(code string) string { return wordOf(worklist.Worries(), code) }

// reasonWords finishes "the person ...".
func reasonWords(code string) string {
	if say := wordOf(worklist.Reasons(), code); say != "" {
		return say
	}
	return leftWords(code)
}

// leftWords finishes "the person ...", of a code for leaving a list.
func leftWords(code string) string {
	for _, c := range risklist.Codes() {
		if c.String() == code {
			return c.Sentence()
		}
	}
	if code == worklist.NotListed {
		return "is no longer on the list"
	}
	return code
}

// eventOf tells one change of an item.
func eventOf(names staff, who access.Principal, c worklist.Change) Event {
	e := Event{By: "The nightly run", When: moment(c.At), Note: c.Note, Version: c.Version}
	if c.By.User != "" {
		e.By = ownerOf(names, who, worklist.Item{Owner: c.By}, "").Words()
	}
	switch c.Kind {
	case worklist.KindListed:
		e.What = "Came on to the list"
	case worklist.KindRelisted:
		e.What = "Came on to the list again"
	case worklist.KindLeft:
		e.What = "Left the list: " + leftWords(c.Reason)
	case worklist.KindDied:
		e.What = "Stopped: the record says that the person has died"
	case worklist.KindAdded:
		e.What = "Added by hand: " + worryWords(c.Reason)
	case worklist.Claim:
		e.What = "Took it on"
	case worklist.Release:
		e.What = "Let go"
	case worklist.Take:
		e.What = "Took over"
	case worklist.Move:
		e.What = StateWords(c.To)
		if c.Reason != "" {
			e.What += ": " + reasonWords(c.Reason)
		}
	case worklist.Plan:
		e.What = "Next date taken off"
	case worklist.Note:
		e.What = "Note"
	}
	switch {
	case c.Next == engine.NoDay:
	case c.Kind == worklist.Plan:
		e.What = "Next date: " + c.Next.Words()
	case c.Kind == worklist.Move:
		e.What += "; next date " + c.Next.Words()
	}
	return e
}

// Words says who has a person.
func (o *Owner) Words() string {
	switch {
	case o == nil:
		return "Nobody"
	case o.Me && o.List != "":
		return "You, for the list " + o.List
	case o.Me:
		return "You"
	}
	return o.Title()
}

// Title says who has a person to whoever reads it: nobody is "you".
func (o *Owner) Title() string {
	if o == nil {
		return "Nobody"
	}
	words := o.Role
	if words == "" {
		words = "a colleague"
	}
	words = strings.ToUpper(words[:1]) + words[1:] + ", " + o.Team
	if o.Name != "" {
		words = o.Name + ", " + strings.ToLower(words[:1]) + words[1:]
	}
	if o.List != "" && o.List != o.Team {
		words += ", for the list " + o.List
	}
	return words
}

// moment is a time in words, in London.
func moment(t time.Time) string {
	return t.In(engine.London).Format("2 January 2006 at 15:04")
}
