//go:build duckdb_arrow

package deliver

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"leftshift/engine/door"
	"leftshift/engine/standard"
)

func referral() Referral {
	return Referral{Who: door.Who{NHSNumber: "9000000009", Name: "O'Family, Given", BirthDate: "1950-01-02", Phone: "01632 960000"}, Mark: "item 7",
		From: Organisation{"A81001", "The Surgery"}, To: Organisation{ODS: "RX1"}, Endpoint: "https://service.example/bars", Reason: "falls at home",
		At: time.Date(2026, 4, 1, 8, 30, 0, 0, time.UTC), Synthetic: true}
}

func TestF17TheDraftReferralIsAMessageOfR4AndSaysThatItIsADraft(t *testing.T) {
	f, err := DraftReferral(referral())
	if err != nil {
		t.Fatal(err)
	}
	if err := standard.R4Bundle(t, f.Bytes); err != nil {
		t.Fatal(err)
	}
	if f.Name != "DRAFT-bars-referral-RX1-2026-04-01-synthetic.fhir.json" || !bytes.Contains(f.Bytes, []byte(draftSay)) {
		t.Errorf("%s: %s", f.Name, f.Bytes)
	}
	got := read(t, f.Bytes)
	var b map[string]any
	_ = json.Unmarshal(f.Bytes, &b)
	head := got["MessageHeader"][0]
	if path(b, "type") != "message" || path(b, "entry", 0, "resource", "resourceType") != "MessageHeader" { // bdl-12: the header is first
		t.Errorf("the bundle begins %v", path(b, "entry", 0))
	}
	if path(head, "eventCoding", "code") != "servicerequest-request" || path(head, "reason", "coding", 0, "code") != "new" || path(head, "definition") != barsDefinition ||
		path(head, "focus", 0, "reference") != "urn:uuid:"+got["ServiceRequest"][0]["id"].(string) {
		t.Errorf("header %v", head)
	}
	if path(got["ServiceRequest"][0], "status") != "draft" || path(got["Task"][0], "status") != "draft" || len(got["Organization"]) != 2 {
		t.Errorf("request %v, task %v", got["ServiceRequest"], got["Task"])
	}
	there := map[string]bool{}
	for _, all := range got {
		for _, one := range all {
			there["urn:uuid:"+one["id"].(string)] = true
		}
	}
	for _, ref := range references(b) {
		if !there[ref] {
			t.Errorf("%s is not in the message", ref)
		}
	}
	if strings.Contains(string(f.Bytes), "RiskAssessment") {
		t.Error("a referral has a score")
	}
	again, _ := DraftReferral(referral())
	if !bytes.Equal(f.Bytes, again.Bytes) {
		t.Error("not the same twice")
	}
}

func TestF17AReferralThatLacksSomethingIsNotDrafted(t *testing.T) {
	for name, spoil := range map[string]func(*Referral){
		"number": func(r *Referral) { r.Who.NHSNumber = "1234567890" }, "from": func(r *Referral) { r.From.ODS = "" }, "to": func(r *Referral) { r.To.ODS = " " },
		"reason": func(r *Referral) { r.Reason = "" }, "endpoint": func(r *Referral) { r.Endpoint = "http://elsewhere.example" }, "mark": func(r *Referral) { r.Mark = "" },
	} {
		r := referral()
		spoil(&r)
		if f, err := DraftReferral(r); err == nil || f != nil || strings.Contains(err.Error(), "1234567890") {
			t.Errorf("without %s: %v, %v", name, f, err)
		}
	}
	r := referral()
	r.Who = door.Who{NHSNumber: "9000000009"}
	f, err := DraftReferral(r)
	if err != nil || standard.R4Bundle(t, f.Bytes) != nil {
		t.Errorf("a number alone: %v", err)
	}
}
