//go:build duckdb_arrow

package deliver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/door"
	"leftshift/engine/standard"
	"leftshift/engine/worklist"
)

// fhirList is a list as a door gives it for an export.
func fhirList(columns access.Columns) *door.List {
	l := list(columns)
	l.Model = door.Model{Name: "boost_365", Version: "5ae042249489d735", Outcome: "first to be admitted to hospital as an emergency", Horizon: 365}
	l.Taken = time.Date(2026, 4, 1, 8, 30, 0, 5e6, time.UTC)
	for i := range l.Rows {
		l.Rows[i].Person = engine.Person(4611686018427387904 + i)
		l.Rows[i].Mark[0], l.Rows[i].Mark[15] = byte(i+1), 9
		l.Rows[i].Chance = []float64{.18349, 1, math.NaN(), 0}[i]
		if columns.Has(access.ColumnReasons) {
			l.Rows[i].Why = []string{"had two falls"}
		} else {
			l.Rows[i].Why = nil
		}
	}
	if columns.Has(access.ColumnGaps) {
		l.Rows[0].Gaps = []door.Gap{{Code: "review_overdue", Text: "review overdue since May"}}
	}
	l.Rows[0].Work = &door.Work{Item: 3, State: worklist.Contacted, Next: l.AsOf + 7}
	l.Rows[1].Work = &door.Work{Item: 4, State: worklist.NotSuitable, Reason: "lives in a care home", Next: engine.NoDay}
	return l
}

// read gives the resources of a bundle by type.
func read(t *testing.T, text []byte) map[string][]map[string]any {
	t.Helper()
	var b struct {
		Entry []struct {
			FullURL  string
			Resource map[string]any
		}
	}
	if err := json.Unmarshal(text, &b); err != nil {
		t.Fatal(err)
	}
	out := map[string][]map[string]any{}
	at := map[string]bool{}
	for _, e := range b.Entry {
		if at[e.FullURL] { // bdl-7
			t.Errorf("%s is in it twice", e.FullURL)
		}
		at[e.FullURL] = true
		kind := e.Resource["resourceType"].(string)
		out[kind] = append(out[kind], e.Resource)
		if e.FullURL != "urn:uuid:"+e.Resource["id"].(string) {
			t.Errorf("%s of %v is at %s", kind, e.Resource["id"], e.FullURL)
		}
	}
	return out
}

// path walks a resource: keys, and places of arrays.
func path(o any, at ...any) any {
	for _, k := range at {
		switch k := k.(type) {
		case string:
			m, _ := o.(map[string]any)
			o = m[k]
		case int:
			a, _ := o.([]any)
			if k >= len(a) {
				return nil
			}
			o = a[k]
		}
	}
	return o
}

func TestF17TheBundleIsR4AndSaysWhatTheListSays(t *testing.T) {
	f, err := Write(FHIR, fhirList(everything))
	if err != nil {
		t.Fatal(err)
	}
	if err := standard.R4Bundle(t, f.Bytes); err != nil {
		t.Fatal(err)
	}
	if f.Rows != 2 || f.Left != 2 || f.Name != "North_East-2026-03-31-abc-synthetic.fhir.json" || f.Type != "application/fhir+json" {
		t.Errorf("%d rows, %d left, %s, %s", f.Rows, f.Left, f.Name, f.Type)
	}
	got := read(t, f.Bytes)
	for kind, n := range map[string]int{"RiskAssessment": 2, "Task": 2, "List": 1, "Group": 1, "Device": 1, "Provenance": 1, "Flag": 0, "Patient": 0} {
		if len(got[kind]) != n {
			t.Errorf("%d of %s, want %d", len(got[kind]), kind, n)
		}
	}
	one := got["RiskAssessment"][0]
	device := "urn:uuid:" + got["Device"][0]["id"].(string)
	for _, want := range []struct {
		at []any
		is any
	}{
		{[]any{"status"}, "final"}, {[]any{"occurrenceDateTime"}, "2026-03-31"}, {[]any{"performer", "reference"}, device},
		{[]any{"subject", "identifier", "system"}, "https://fhir.nhs.uk/Id/nhs-number"}, {[]any{"subject", "identifier", "value"}, "9000000009"},
		{[]any{"prediction", 0, "probabilityDecimal"}, 18.3}, {[]any{"prediction", 0, "qualitativeRisk", "text"}, "high"},
		{[]any{"prediction", 0, "outcome", "text"}, "first to be admitted to hospital as an emergency"},
		{[]any{"prediction", 0, "whenPeriod", "start"}, "2026-04-01"}, {[]any{"prediction", 0, "whenPeriod", "end"}, "2027-03-31"},
		{[]any{"note", 0, "text"}, limits}, {[]any{"note", 1, "text"}, "had two falls"}, {[]any{"meta", "security", 0, "code"}, "HTEST"},
	} {
		if x := path(one, want.at...); x != want.is {
			t.Errorf("%v is %v, want %v", want.at, x, want.is)
		}
	}
	if x := path(got["RiskAssessment"][1], "prediction", 0, "probabilityDecimal"); x != 100.0 {
		t.Errorf("certainty is %v: R4 has a percentage", x)
	}
	if path(got["Device"][0], "version", 0, "value") != "5ae042249489d735" {
		t.Errorf("the device is %v", got["Device"][0])
	}
	for i, status := range []string{"in-progress", "cancelled"} {
		task := got["Task"][i]
		if path(task, "status") != status || path(task, "focus", "reference") != "urn:uuid:"+got["RiskAssessment"][i]["id"].(string) {
			t.Errorf("task %d is %v", i, task)
		}
		if path(got["List"][0], "entry", i, "item", "reference") != path(task, "focus", "reference") {
			t.Errorf("the list's item %d is %v", i, path(got["List"][0], "entry", i))
		}
	}
	if path(got["Task"][0], "restriction", "period", "end") != "2026-04-07" || path(got["Task"][1], "statusReason", "text") != "lives in a care home" {
		t.Errorf("tasks %v", got["Task"])
	}
	if n := len(path(got["Provenance"][0], "target").([]any)); n != 6 || path(got["Provenance"][0], "recorded") != "2026-04-01T08:30:00.005Z" || path(got["Provenance"][0], "entity", 0, "what", "identifier", "value") != "2026-03-31-abc" {
		t.Errorf("provenance of %d: %v", n, got["Provenance"])
	}
	if path(got["Group"][0], "quantity") != 2.0 || path(got["Group"][0], "actual") != true {
		t.Errorf("group %v", got["Group"])
	}
}

// Without approval of the calibration no chance leaves, and whatever is empty
// is left out: R4 has no empty values.
func TestF17BandsWithoutChancesEmptyListsAndFlagsAreR4(t *testing.T) {
	l := fhirList(everything)
	for i := range l.Rows {
		l.Rows[i].Chance, l.Rows[i].Why, l.Rows[i].Work = math.NaN(), nil, nil
	}
	l.Rows[1].Band, l.Model.Outcome, l.Synthetic = "", "", false
	for _, opt := range []FHIROptions{{}, {Flags: true}, {Base: "https://fhir.example/r4", Flags: true}} {
		r, err := makeFHIR(l, opt)
		if err != nil {
			t.Fatal(err)
		}
		b := r.collection()
		if opt.Base != "" {
			b = r.transaction(append(r.persons[0], r.whole...))
		}
		text, _ := encode(b)
		if err := standard.R4Bundle(t, text); err != nil {
			t.Errorf("%+v: %v", opt, err)
		}
		if s := string(text); strings.Contains(s, "probability") || strings.Contains(s, "HTEST") || strings.Contains(s, `"Flag"`) != opt.Flags || strings.Contains(s, "PUT") != (opt.Base != "") {
			t.Errorf("%+v: %s", opt, s)
		}
	}
	l.Rows = nil
	f, err := Write(FHIR, l)
	if err != nil || standard.R4Bundle(t, f.Bytes) != nil || !bytes.Contains(f.Bytes, []byte("emptyReason")) {
		t.Errorf("nobody: %v, %s", err, f.Bytes)
	}
}

// B18, G11: only the columns allowed, and never the pseudonym or the mark.
func TestB18TheBundleHasOnlyTheColumnsAllowedAndNoPseudonym(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		columns := access.Columns(rapid.Uint16().Draw(r, "columns")) & (everything | access.ColumnGaps)
		l := fhirList(columns)
		f, err := Write(FHIR, l)
		if !columns.Has(access.ColumnNHSNumber | access.ColumnRisk) {
			if err == nil {
				r.Fatalf("columns %s: written", columns)
			}
			return
		}
		if err != nil {
			r.Fatal(err)
		}
		s := string(f.Bytes)
		for _, never := range []string{"Zoë", "HYPERLINK", "1950-01-02", "1632960000", "Wrong", "46116860184273879"} {
			if strings.Contains(s, never) {
				r.Fatalf("columns %s: %q is in it", columns, never)
			}
		}
		if strings.Contains(s, "had two falls") != columns.Has(access.ColumnReasons) || strings.Contains(s, "review overdue since May") != columns.Has(access.ColumnGaps) {
			r.Fatalf("columns %s: reasons or gaps", columns)
		}
		for _, row := range l.Rows {
			if strings.Contains(s, fmt.Sprintf("%x", row.Mark[:8])) {
				r.Fatal("the mark is in it")
			}
		}
	})
	l := fhirList(everything)
	l.Rows[0].Mark = door.Mark{}
	if _, err := Write(FHIR, l); err == nil || !strings.Contains(err.Error(), "key") {
		t.Errorf("without a key: %v", err)
	}
	l = fhirList(everything)
	l.Model = door.Model{}
	if _, err := Write(FHIR, l); err == nil {
		t.Error("without a model")
	}
}

// The same list is the same resources; another night's assessments are others,
// and its tasks are the same that go on.
func TestF17IdentifiersAreTheSameEachTimeAndUUIDs(t *testing.T) {
	one, _ := Write(FHIR, fhirList(everything))
	two, _ := Write(FHIR, fhirList(everything))
	if !bytes.Equal(one.Bytes, two.Bytes) {
		t.Error("not the same bytes twice")
	}
	l := fhirList(everything)
	l.Snapshot, l.AsOf, l.Taken = "2026-04-01-def", l.AsOf+1, l.Taken.Add(24*time.Hour)
	next, _ := Write(FHIR, l)
	a, b := read(t, one.Bytes), read(t, next.Bytes)
	v8 := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	seen := map[any]bool{}
	for kind, same := range map[string]bool{"RiskAssessment": false, "Task": true, "List": false, "Group": false, "Device": true, "Provenance": false} {
		for i := range a[kind] {
			if (a[kind][i]["id"] == b[kind][i]["id"]) != same {
				t.Errorf("%s: %v, then %v", kind, a[kind][i]["id"], b[kind][i]["id"])
			}
			if id := a[kind][i]["id"].(string); !v8.MatchString(id) || seen[id] {
				t.Errorf("%s: the id %s", kind, id)
			} else {
				seen[id] = true
			}
		}
	}
}

// Every state of the worklist has a status of R4.
func TestF17EveryStateIsATaskStatusOfR4(t *testing.T) {
	for _, state := range worklist.States() {
		l := fhirList(everything)
		l.Rows[0].Work = &door.Work{Item: 1, State: state, Next: engine.NoDay}
		f, err := Write(FHIR, l)
		if err != nil || standard.R4Bundle(t, f.Bytes) != nil || taskStatus[state] == "" {
			t.Errorf("%s: %v, %v", state, taskStatus[state], err)
		}
	}
}
