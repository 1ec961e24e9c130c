package cohort

import "encoding/json"

// Group is a FHIR R4 Group of a cohort without its members: "actual" is false and
// the characteristic is the definition itself, named by its hash, so that nobody
// can be told from it. quantity is the controlled total where it is shown, and
// left out where it is hidden: then the Group is the definition alone.
//
// https://hl7.org/fhir/R4/group.html: a Group that is not actual has no member
// (grp-1), and a characteristic needs code, value and exclude.
func Group(def *Definition, r *Review) ([]byte, error) {
	type text struct {
		Text string `json:"text"`
	}
	type identifier struct {
		System string `json:"system"`
		Value  string `json:"value"`
	}
	type characteristic struct {
		Code    text `json:"code"`
		Value   text `json:"valueCodeableConcept"`
		Exclude bool `json:"exclude"`
	}
	g := struct {
		ResourceType   string           `json:"resourceType"`
		ID             string           `json:"id"`
		Identifier     []identifier     `json:"identifier"`
		Active         bool             `json:"active"`
		Type           string           `json:"type"`
		Actual         bool             `json:"actual"`
		Code           text             `json:"code"`
		Name           string           `json:"name"`
		Quantity       *int             `json:"quantity,omitempty"`
		Characteristic []characteristic `json:"characteristic"`
	}{ResourceType: "Group", ID: fhirID(def.ID), Active: true, Type: "person",
		Identifier: []identifier{{"urn:leftshift:cohort", def.ID + "|" + def.Version}, {"urn:leftshift:snapshot", r.Snapshot}},
		Code:       text{"population cohort"}, Name: def.Name}
	if n, shown := r.Total.Value(); shown && n > 0 { // a positive integer or none
		g.Quantity = &n
	}
	for _, step := range def.Where.Steps() {
		words, err := json.Marshal(step)
		if err != nil {
			return nil, err
		}
		g.Characteristic = append(g.Characteristic, characteristic{Code: text{"condition of the cohort"}, Value: text{string(words)}})
	}
	return json.MarshalIndent(g, "", "  ")
}

// fhirID is an id in the letters that FHIR allows, 64 at most.
func fhirID(id string) string {
	b := []byte(id)
	for i := range b {
		if b[i] == '_' {
			b[i] = '-'
		}
	}
	return string(b[:min(len(b), 64)])
}
