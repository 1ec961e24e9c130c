//go:build duckdb_arrow

package door

import (
	"fmt"
	"strings"

	"leftshift/engine"
	"leftshift/engine/risklist"
	"leftshift/engine/snapshot"
)

// Frame is what every view of a snapshot says about it.
type Frame struct {
	Site      string
	Synthetic bool
	Snapshot  string
	AsOf      engine.Day
	Sources   []snapshot.Source
	Stale     string // why what is shown is old, "" when it is not
}

func (d *Doors) frame(s *snapshot.Snapshot) Frame {
	f := Frame{Site: s.Site, Synthetic: s.Synthetic, Snapshot: s.Name, AsOf: s.AsOf, Sources: s.Sources()}
	today := d.opt.Today()
	var old []string
	if s.Behind() {
		old = append(old, "What was published after it cannot be opened.")
	}
	if n := int(today - s.AsOf); n > d.opt.Stale {
		old = append(old, fmt.Sprintf("It is as the record stood %d days ago.", n))
	}
	for _, x := range s.Sources() {
		day, ok := engine.ParseDay(x.NewestKnown)
		switch {
		case !ok:
			old = append(old, "Nothing has ever come from "+x.Name+".")
		case int(today-day) > d.opt.Stale:
			old = append(old, fmt.Sprintf("Nothing has come from %s for %d days.", x.Name, int(today-day)))
		}
	}
	f.Stale = strings.Join(old, " ")
	return f
}

// fresh refuses a list that was not checked lately enough to be worked.
func (d *Doors) fresh(s *snapshot.Snapshot) error {
	f := risklist.Fresh(s.AsOf, engine.NoDay, d.opt.Today(), d.opt.Recheck)
	if f.Open {
		return nil
	}
	return &engine.Fault{Code: f.Code, Say: f.Say}
}
