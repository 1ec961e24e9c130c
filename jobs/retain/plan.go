//go:build duckdb_arrow

// Package retain deletes what a site has kept for as long as its controller set,
// erases people who may no longer be used from what is kept, and certifies both.
//
// No period is this program's: a class without one is kept. What the current
// lists rest on is kept whatever its age, and so is what is under a legal hold.
package retain

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"leftshift/engine"
	"leftshift/jobs/config"
)

// Line is one class of a plan.
type Line struct {
	Class  string `json:"class"`
	Period string `json:"period"` // "": kept
	SetBy  string `json:"set_by"`
	Ground string `json:"ground"`
	Held   string `json:"held,omitempty"` // the reference of a legal hold
	Note   string `json:"note,omitempty"`
	All    Sum    `json:"all"` // of folders and files; of rows the database, whose items are not counted
	Due    Sum    `json:"due"`
	Stays  []Stay `json:"stays"` // whatever their age
}

// Sum is how many things, of how many bytes, and the days of the oldest and the
// newest of them; "" with none. Bytes of rows are 0: not known.
type Sum struct {
	Items  int    `json:"items"`
	Bytes  int64  `json:"bytes"`
	Oldest string `json:"oldest"`
	Newest string `json:"newest"`
}

// Stay is a thing that is not deleted though its period may be over, and why.
type Stay struct {
	Name string `json:"name"`
	Why  string `json:"why"`
	Over bool   `json:"over"` // its period is over
}

// Plan is what is due on a day.
type Plan struct {
	Site  string `json:"site"`
	On    string `json:"on"`
	Lines []Line `json:"classes"` // in the order of config.Retained

	on   engine.Day
	due  []Item
	rows []rowsDue
}

type rowsDue struct {
	Class  string    `json:"class"`
	Before time.Time `json:"before"`
	Count  int       `json:"count"`
}

func (s *Sum) add(it Item) {
	day := it.Day.String()
	if s.Items == 0 || day < s.Oldest {
		s.Oldest = day
	}
	s.Newest = max(s.Newest, day)
	s.Items++
	s.Bytes += it.Bytes
}

// Make says what is due on a day, which may come yet. It changes nothing.
func Make(ctx context.Context, c *config.Config, on engine.Day) (*Plan, error) {
	s := siteOf(c, on)
	items, err := s.survey()
	if err != nil {
		return nil, err
	}
	p := &Plan{Site: c.Site.Name, On: on.String(), on: on}
	for _, class := range config.Retained {
		k := c.Retention.Class(class)
		line := Line{Class: class, Period: k.Period, SetBy: k.By, Ground: k.Reason, Stays: []Stay{}}
		if h := c.Retention.Held(class, on); h != nil {
			line.Held = h.Reason
		}
		last, limited := k.Cutoff(on)
		for _, it := range items {
			if it.Class != class {
				continue
			}
			line.All.add(it)
			over := limited && it.Day <= last
			switch {
			case it.Why != "":
				line.Stays = append(line.Stays, Stay{it.Name, it.Why, over})
			case over && line.Held != "":
				line.Stays = append(line.Stays, Stay{it.Name, "a legal hold", true})
			case over:
				line.Due.add(it)
				p.due = append(p.due, it)
			}
		}
		if err := p.tables(ctx, s, &line, last, limited); err != nil {
			return nil, err
		}
		p.Lines = append(p.Lines, line)
	}
	return p, nil
}

// tables adds what a class has in a database.
func (p *Plan) tables(ctx context.Context, s *site, line *Line, last engine.Day, limited bool) error {
	if line.Class == "audit" {
		line.Note = "kept whole: its chain begins with its first entry, and no part of it can go without breaking it"
		if info, err := os.Stat(filepath.Join(s.state, "audit", "audit.db")); err == nil {
			line.All.Items, line.All.Bytes = 1, info.Size()
		}
		return nil
	}
	for _, r := range tables {
		if r.class != line.Class || !r.there(s) {
			continue
		}
		if info, err := os.Stat(filepath.Join(s.state, r.file)); err == nil {
			line.All.Items, line.All.Bytes = 1, info.Size()
		}
		if !limited {
			continue
		}
		n, oldest, newest, err := r.count(ctx, s, midnight(last))
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		if line.Held != "" {
			line.Stays = append(line.Stays, Stay{engine.Plural(n, "row"), "a legal hold", true})
			continue
		}
		line.Due = Sum{n, 0, engine.DayOf(oldest).String(), engine.DayOf(newest).String()}
		p.rows = append(p.rows, rowsDue{r.class, midnight(last), n})
	}
	return nil
}

// Empty says whether nothing is due.
func (p *Plan) Empty() bool { return len(p.due) == 0 && len(p.rows) == 0 }

// String shows the plan as a table, with what stays and why.
func (p *Plan) String() string {
	out := fmt.Sprintf("%-10s %-12s %8s %12s %8s %12s  %-10s  %-10s\n", "class", "period", "things", "bytes", "due", "bytes", "oldest", "newest")
	for _, l := range p.Lines {
		period := l.Period
		switch {
		case l.Held != "":
			period = "held"
		case period == "":
			period = "none: kept"
		}
		out += fmt.Sprintf("%-10s %-12s %8d %12d %8d %12d  %-10s  %-10s\n", l.Class, period, l.All.Items, l.All.Bytes, l.Due.Items, l.Due.Bytes, l.Due.Oldest, l.Due.Newest)
	}
	for _, l := range p.Lines {
		if l.Note != "" {
			out += l.Class + ": " + l.Note + "\n"
		}
		if l.Held != "" {
			out += l.Class + ": a legal hold stands (" + l.Held + ")\n"
		}
		over, whys := map[string]int{}, []string{}
		for _, s := range l.Stays {
			if s.Over {
				if over[s.Why]++; over[s.Why] == 1 {
					whys = append(whys, s.Why)
				}
			}
		}
		for _, why := range whys {
			out += fmt.Sprintf("%s: %d stay though the period is over: %s\n", l.Class, over[why], why)
		}
	}
	return out
}
