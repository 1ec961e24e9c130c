//go:build duckdb_arrow

package deliver

import (
	"strings"
	"time"

	"leftshift/engine"
	"leftshift/engine/door"
	"leftshift/engine/identity"
)

// A referral as the Booking and Referral Standard (BaRS) has it: a message
// Bundle for $process-message. What is here follows NHS England's public
// implementation guide (message definition 1.0.0-alpha of the referral request,
// and its guidance for applications 3 and 5). That definition also asks for an
// Encounter, a CarePlan, a Consent, a HealthcareService, a Practitioner and a
// PractitionerRole, which are not known here: so this is a draft, says so in its
// name and in itself, and is completed by the system that sends it.
const (
	barsEvents     = "https://fhir.nhs.uk/CodeSystem/message-events-bars"
	barsReasons    = "https://fhir.nhs.uk/CodeSystem/message-reason-bars"
	barsCategories = "https://fhir.nhs.uk/CodeSystem/message-category-servicerequest"
	barsDefinition = "https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-request-referral"
)

// draftSay goes with every draft.
const draftSay = "DRAFT, not a referral that can be sent: the referring system adds what the message definition asks for besides (Encounter, CarePlan, Consent, HealthcareService, Practitioner and PractitionerRole), and a clinician checks it."

// Organisation is who refers, or to whom.
type Organisation struct{ ODS, Name string }

// Referral is what a draft is made from. The identity is as far as the door
// showed it; the score is no part of a referral.
type Referral struct {
	Who       door.Who
	Mark      string // that stands for this referral, the same each time it is drafted; it is hashed
	From, To  Organisation
	Endpoint  string // of the receiving service
	Reason    string // why, in the words of whoever refers
	At        time.Time
	Synthetic bool
}

// DraftReferral writes the draft. The Fault says what is missing.
func DraftReferral(r Referral) (*File, error) {
	if !identity.ValidNHSNumber(r.Who.NHSNumber) {
		return nil, &engine.Fault{Code: "columns", Say: "a referral needs a valid NHS number, which is not known of this person or which your role may not see"}
	}
	for what, text := range map[string]string{"who refers": r.From.ODS, "to whom": r.To.ODS, "a reason": r.Reason, "its mark": r.Mark} {
		if strings.TrimSpace(text) == "" {
			return nil, &engine.Fault{Code: "referral", Say: "a referral needs to say who refers, to whom, and why: it lacks " + what}
		}
	}
	if _, err := address("the receiving service", r.Endpoint); err != nil {
		return nil, err
	}
	id := func(kind string) string { return "urn:uuid:" + uuid("BaRS "+kind, r.From.ODS, r.To.ODS, r.Mark) }
	to := func(kind string) object { return object{"reference": id(kind)} }
	var entries []object
	add := func(name, kind string, o object) {
		o["resourceType"], o["id"] = kind, strings.TrimPrefix(id(name), "urn:uuid:")
		if r.Synthetic {
			o["meta"] = object{"security": []object{{"system": systemReason, "code": "HTEST", "display": "test health data"}}}
		}
		entries = append(entries, object{"fullUrl": id(name), "resource": o})
	}
	concept := func(system, code string) object {
		return object{"coding": []object{{"system": system, "code": code}}}
	}
	add("MessageHeader", "MessageHeader", object{
		"eventCoding": object{"system": barsEvents, "code": "servicerequest-request"},
		"destination": []object{{"endpoint": r.Endpoint, "receiver": to("To")}},
		"sender":      to("From"),
		"source":      object{"name": "leftshift", "endpoint": "urn:uuid:" + uuid("BaRS source", r.From.ODS)}, // takes no answers: the sending system puts its own
		"reason":      concept(barsReasons, "new"),
		"focus":       []object{to("ServiceRequest")},
		"definition":  barsDefinition,
	})
	add("ServiceRequest", "ServiceRequest", object{
		"status":     "draft",
		"intent":     "plan",
		"category":   []object{concept(barsCategories, "referral")},
		"subject":    to("Patient"),
		"authoredOn": instant(r.At),
		"requester":  to("From"),
		"performer":  []object{to("To")},
		"reasonCode": []object{{"text": r.Reason}},
		"note":       []object{{"text": draftSay}},
	})
	patient := object{"identifier": []object{{"system": systemNHSNumber, "value": r.Who.NHSNumber}}}
	if family, given, both := strings.Cut(r.Who.Name, ", "); both {
		patient["name"] = []object{{"use": "official", "family": family, "given": []string{given}}}
	} else if r.Who.Name != "" {
		patient["name"] = []object{{"text": r.Who.Name}}
	}
	if wholeDate(r.Who.BirthDate) {
		patient["birthDate"] = r.Who.BirthDate
	}
	if r.Who.Phone != "" {
		patient["telecom"] = []object{{"system": "phone", "value": r.Who.Phone}}
	}
	add("Patient", "Patient", patient)
	for _, o := range []struct {
		name string
		Organisation
	}{{"From", r.From}, {"To", r.To}} {
		one := object{"identifier": []object{{"system": systemODS, "value": o.ODS}}}
		if o.Name != "" {
			one["name"] = o.Name
		}
		add(o.name, "Organization", one)
	}
	add("Task", "Task", object{
		"status": "draft", "intent": "plan", "code": object{"text": "Referral to be completed and sent"},
		"focus": to("ServiceRequest"), "for": to("Patient"), "authoredOn": instant(r.At), "requester": to("From"), "owner": to("To"),
	})
	bundle := object{"resourceType": "Bundle", "type": "message", "timestamp": instant(r.At), "entry": entries,
		"meta": object{"tag": []object{{"code": "draft", "display": draftSay}}}}
	text, err := encode(bundle)
	if err != nil {
		return nil, err
	}
	synthetic := ""
	if r.Synthetic {
		synthetic = "-synthetic"
	}
	name := "DRAFT-bars-referral-" + unsafeInName.ReplaceAllString(r.To.ODS, "_") + "-" + r.At.UTC().Format("2006-01-02") + synthetic + ".fhir.json"
	return &File{Name: name, Type: typeFHIR, Bytes: text, Rows: 1}, nil
}
