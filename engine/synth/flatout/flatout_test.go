package flatout

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/engine/synth/world"
)

// One record of each kind, as it stands in the file.
func TestRows(t *testing.T) {
	w := world.New(1000, 3, 1, world.DayOf(2026, 9, 30))
	dir := t.TempDir()
	x := New(w, dir, filepath.Join(dir, "later"), world.DayOf(2026, 9, 20))
	p := w.NewPerson()
	w.Live(0, p)
	p.Recorded = [10]byte([]byte("9990000018"))
	day := world.DayOf(2026, 2, 3)
	h := world.Header{Person: p, Place: world.PlaceB, ID: 0xab, Day: day, Known: day + 1}
	slip := h
	slip.Withdrawn = true
	x.Problem(&world.Problem{Header: slip, Code: world.Code{Code: "84114007", Term: "Heart failure"}, Onset: day, End: world.Never})
	x.Value(&world.Value{Header: h, Code: world.Code{Code: "27113001", Term: "Body weight"}, Number: 705, Decimals: 1, Unit: world.Unit{Text: "kg"}})
	x.Value(&world.Value{Header: h, Code: world.Code{Code: "77176002", Term: "Smoker"}})
	x.Contact(&world.Contact{Header: h, Mode: world.Home, Role: "GP", Outcome: world.DidNotAttend})
	x.Visit(&world.Visit{Header: h, Provider: "RZ2", Department: "01", Minute: 23*60 + 30, Minutes: 45, Acuity: "1", Complaint: world.Code{Code: "2"}, Admitted: true})
	spell := world.Spell{Header: h, Provider: "RZ2", Number: 7, Method: "21", Source: "19", Class: '1', Discharge: day + 3, DischargeMethod: "1", Destination: "19",
		Episodes: []world.Episode{{Start: day, End: day + 1, Function: "300", Primary: "I500", Secondary: []string{"I10X"}}, {Start: day + 1, End: day + 3, Function: "320", Primary: "I500"}}}
	spell.Spoilt = true
	x.Spell(&spell)
	late := h
	late.Known = world.DayOf(2026, 9, 25)
	x.Contact(&world.Contact{Header: late, Role: "GP"})
	contact := world.Care{Header: h, Kind: world.Community, Outcome: engine.OutcomeSeen, End: day, Request: 0xcd, Service: "12", How: "01"}
	x.Care(&contact)
	under := world.Care{Header: h, Kind: world.MentalHealth, Outcome: engine.OutcomeReferral, End: world.Never, Request: h.ID, Service: "A06"}
	x.Care(&under)
	x.Care(&world.Care{Header: h, Kind: world.NHS111, Outcome: engine.OutcomeToED, End: day, Minute: 61})
	x.Care(&world.Care{Header: h, Kind: world.Ambulance, Outcome: engine.OutcomeConveyedToED, End: day, Minute: 61, How: "C2", Service: "29857009", To: "RZ2"})
	x.Care(&world.Care{Header: h, Kind: world.SocialCare, Outcome: engine.OutcomeService, End: day + 30, Service: "Long Term Support: Community", Part: "Home Support", Hours: 12})
	x.Care(&world.Care{Header: h, Kind: world.SocialCare, Outcome: engine.OutcomeReview, End: day})
	x.Care(&world.Care{Header: h, Kind: world.DrugAlcohol, Outcome: engine.OutcomeReferral, End: world.Never, Service: "Specialist prescribing"})
	x.CarePlan(&world.Note{Header: h, Code: world.Code{Code: "736366004", Term: "Advance care plan"}, End: world.Never})
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"problems.csv":       "00000000000000ab,B10000003,84114007,Heart failure,2026-02-03,,entered-in-error,2026-02-04\n",
		"values.csv":         "00000000000000ab,B10000003,27113001,Body weight,70.5,kg,2026-02-03,final,2026-02-04\n00000000000000ab,B10000003,77176002,Smoker,,,2026-02-03,final,2026-02-04\n",
		"contacts.csv":       "00000000000000ab,B10000003,2026-02-03,home,GP,did-not-attend,recorded,2026-02-04\n",
		"ecds.csv":           "00000000000000ab,9990000018,RZ2,01,2026-02-03,23:30:00,2026-02-04,00:15:00,1048071000000103,1,2,,182992009,306706006\n",
		"apc.csv":            "00000000000000ab,9990001018,RZ2,S7,1,1,21,19,2026-02-03,2026-02-03,2026-02-04,2026-02-06,1,19,300,,I500,I10X,,,,,,,,,,,,,\n00000000000000ac,9990001018,RZ2,S7,2,1,21,19,2026-02-03,2026-02-04,2026-02-06,2026-02-06,1,19,320,,I500,,,,,,,,,,,,,,\n",
		"community.csv":      "RZ3,00000000000000cd,00000000000000ab,9990000018,12,,,2026-02-03,5,01\n",
		"mental_health.csv":  "RZ4,00000000000000ab,,9990000018,A06,2026-02-03,,,,\n",
		"nhs111.csv":         "00000000000000ab,9990000018,RZ6,2026-02-03,01:01:00,Emergency department\n",
		"ambulance.csv":      "00000000000000ab,9990000018,RZ5,2026-02-03,01:01:00,C2,See and convey to ED,29857009,RZ2\n",
		"social_care.csv":    "00000000000000ab,799,9990000018,Service,2026-02-03,2026-03-05,Long Term Support: Community,Home Support,12,Hourly\n00000000000000ab,799,9990000018,Review,2026-02-03,2026-02-03,,,,\n",
		"drug_alcohol.csv":   "RZ7,00000000000000ab,9990000018,2026-02-03,Specialist prescribing,\n",
		"documents.csv":      "00000000000000ab,9990000018,736366004,Advance care plan,care-plan,2026-02-03,,current," + w.Geography.Practices[0].Code + ",2026-02-04\n",
		"later/contacts.csv": "00000000000000ab,B10000003,2026-02-03,surgery,GP,attended,recorded,2026-09-25\n",
	} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if _, rows, _ := strings.Cut(string(b), "\n"); rows != want {
			t.Errorf("%s:\n%swant\n%s", name, rows, want)
		}
	}
}
