//go:build duckdb_arrow

package door

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"leftshift/engine/access"
)

// A practice that stopped sending is named, with the day of its newest record;
// the others are not.
func TestA4StoppedSendingIsNamed(t *testing.T) {
	s := crowd(t, 6000)
	table := s.tableOf(t, OfQuality, "stopped")
	if len(table.Rows) != 1 {
		t.Fatalf("%d rows", len(table.Rows))
	}
	if got := strings.Join(Line(table.Rows[0]), "|"); got != "Z90001|observation|place_b|nothing in five weeks|19 February 2026" {
		t.Error(got)
	}
}

// Kinds of record by practice: rates of people as shown, and of records that
// were received none of few people.
func TestA4KindsOfRecordByPractice(t *testing.T) {
	s := crowd(t, 6000)
	kinds := s.tableOf(t, OfQuality, "kinds")
	if strings.Join(kinds.Columns, "|") != "Practice|observation|referral|contact" {
		t.Fatalf("columns %q", kinds.Columns)
	}
	all := kinds.Rows[len(kinds.Rows)-1]
	if all[0].Text != "All" || all[3].Value < 88 || all[3].Value > 92 || all[1].Value < 57 || all[1].Value > 63 {
		t.Errorf("%q", Line(all))
	}
	of := func(kind, id string) *Table {
		t.Helper()
		table, _, err := s.TellTable(context.Background(), principal(access.Analyst), Where{Route: "/x"}, OfQuality, id, Choice{"by": kind})
		if err != nil {
			t.Fatal(err)
		}
		return table
	}
	one := of("observation", "kind")
	for i, row := range one.Rows {
		none, part := row[len(row)-2], row[len(row)-1]
		if !part.Hidden() && !none.Hidden() && part.Value != kinds.Rows[i][1].Value {
			t.Errorf("%q and %q", Line(row), Line(kinds.Rows[i]))
		}
	}
	flow := of("observation", "flow")
	if flow.Columns[len(flow.Columns)-1] != "to 2026-03-31" || flow.Columns[1] != "to 2025-09-02" {
		t.Errorf("columns %q", flow.Columns)
	}
	for _, row := range flow.Rows {
		newest, before := row[7], row[6]
		if stopped := row[0].Text == "Z90001"; stopped != (newest.Text == "0.0") || before.Value < 40 || before.Value > 80 {
			t.Errorf("%q", Line(row))
		}
	}
	few := of("referral", "flow") // one in a hundred: of few people in the smaller practices
	hidden := 0
	for _, row := range few.Rows {
		for _, f := range row[1:] {
			if f.Hidden() {
				hidden++
			} else if f.Value > 6 {
				t.Errorf("%q", Line(row))
			}
		}
	}
	if hidden == 0 {
		t.Error("records of few people are shown")
	}
}

// A page asked for again, and by two at once, is the same: what was controlled
// once stands, and nothing is held against itself.
func TestA4WhatWasControlledStands(t *testing.T) {
	s := crowd(t, 6000)
	lines := func(table *Table) (out []string) {
		for _, row := range table.Rows {
			out = append(out, strings.Join(Line(row), "|"))
		}
		return out
	}
	first, made := lines(s.tableOf(t, OfQuality, "kinds")), s.once.p
	var wait sync.WaitGroup
	for range 2 {
		wait.Go(func() {
			r, err := s.Tell(context.Background(), principal(access.Analyst), Where{Route: "/x"}, OfQuality, nil)
			if err != nil {
				t.Error(err)
				return
			}
			for _, x := range r.Sections {
				for _, table := range x.Tables {
					if table.ID == "kinds" && !slices.Equal(lines(&table), first) {
						t.Error("asked again, the kinds of record are others")
					}
				}
			}
		})
	}
	wait.Wait()
	if made == nil || s.once.p != made {
		t.Error("the counts were controlled again")
	}
}
