package hfrs

import (
	"strings"
	"testing"

	"leftshift/models/score"
)

func TestCases(t *testing.T) {
	f, answer, err := Cases()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	passed, failed, err := score.Check(&out, f, answer)
	if err != nil || failed != 0 || passed != 38 {
		t.Errorf("%d passed, %d failed, error %v\n%s", passed, failed, err, out.String())
	}
}

// The table as published: 109 groups, dementia in Alzheimer's disease heaviest
// at 7.1 points.
func TestTable(t *testing.T) {
	groups := New().Groups()
	most, sum := groups[0], int64(0)
	for _, g := range groups {
		if g.Points > most.Points {
			most = g
		}
		if g.Points <= 0 {
			t.Errorf("%s has %d tenths", g.Category, g.Points)
		}
		sum += g.Points
	}
	if len(groups) != 109 || most.Category != "F00" || most.Points != 71 {
		t.Errorf("%d groups, heaviest %+v", len(groups), most)
	}
	codes := make([]string, len(groups))
	for i, g := range groups {
		codes[i] = g.Category
	}
	if r := New().Compute(codes); r.Value != sum || r.Band != "high" {
		t.Errorf("every group together gives %+v, want %d tenths", r, sum)
	}
}

// Both ends of the middle band are in it.
func TestBandBoundaries(t *testing.T) {
	for codes, want := range map[string]string{
		"W19 H91 R63":             "intermediate", // 5.0
		"W19 H91":                 "low",
		"I69 F00 R63 R44 M80 W01": "intermediate", // 15.0
		"F00 G81 G30 R31":         "high",
	} {
		if r := New().Compute(strings.Fields(codes)); r.Band != want {
			t.Errorf("%s gives %d tenths, %s, want %s", codes, r.Value, r.Band, want)
		}
	}
}

func TestFaultyTableIsRefused(t *testing.T) {
	for _, p := range []string{"", "icd10_3char,tenths,description\n", "icd10_3char,tenths,description\nF00,,x\n", "icd10_3char,tenths,description\nF00,7.1,x\n", "icd10_3char,tenths,description\nF00,1,x\nF00,2,x\n"} {
		if _, err := read([]byte(p), bands); err == nil {
			t.Errorf("points %q were accepted", p)
		}
	}
	if _, err := read(points, []byte("band,lowest_tenths,highest_tenths\nlow,,49\nhigh,51,\n")); err == nil {
		t.Error("bands with a gap were accepted")
	}
}
