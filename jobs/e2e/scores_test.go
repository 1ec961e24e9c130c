//go:build duckdb_arrow

package e2e

import (
	"fmt"
	"testing"
)

// TestHospitalFrailtyTwoWays: the feature that the kernel adds up while it
// streams and the published score, computed from a query, are two programs;
// they give everyone the same points, on dates where windows begin and end.
func TestHospitalFrailtyTwoWays(t *testing.T) {
	timed(t)
	s := newSite(t)
	s.deliver()
	s.night(firstNight)
	const differ = "select count(*) from feature f full join (select person, points from score where model = 'hfrs') s using (person) where f.person is null or s.points is null or round(s.points * 10) <> f.hfrs_tenths_730d or f.hfrs_tenths_730d is null"
	if n := s.count("select count(*) from feature where hfrs_tenths_730d > 0"); n < 20 {
		t.Fatalf("%d people with points: this proves little", n)
	}
	dates := []string{firstNight}
	// Days on which a diagnosis that counts enters or leaves a window: its
	// first day at D, its last day 730 days before D and a day to either side.
	for _, r := range s.rows("select distinct cast(e.day as varchar) from event e where kind = 9 and known_from <= date '2026-01-01' and day between date '2023-07-01' and date '2023-09-30' order by 1 limit 1") {
		for add := 729; add <= 731; add++ {
			dates = append(dates, s.rows(fmt.Sprintf("select cast(cast('%s' as date) + %d as varchar)", r, add))...)
		}
		dates = append(dates, s.rows(fmt.Sprintf("select cast(cast('%s' as date) + 45 as varchar)", r))...)
	}
	if len(dates) != 5 {
		t.Fatalf("dates %v", dates)
	}
	for _, d := range dates {
		s.night(d)
		if n := s.count(differ); n != 0 {
			t.Errorf("as of %s: %d people differ", d, n)
		}
	}
}
