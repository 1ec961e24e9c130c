package config

import (
	"testing"
	"time"

	"leftshift/engine"
)

// A site whose day is fixed is worked on that day, at the time that it is.
func TestWorkIsOfTheSitesDay(t *testing.T) {
	c := &Config{}
	c.Site.AsOf = "2026-06-30"
	hour := func(t time.Time) int { return t.In(engine.London).Hour() }
	before := hour(time.Now())
	at := c.Clock()
	if engine.DayOf(at).String() != "2026-06-30" || hour(at) != before && hour(at) != hour(time.Now()) {
		t.Errorf("it is %s", at)
	}
	c.Site.AsOf = ""
	if got := c.Clock(); time.Since(got) > time.Minute || got.After(time.Now()) {
		t.Errorf("it is %s", got)
	}
}
