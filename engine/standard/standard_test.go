package standard

import "testing"

// The schemas refuse what they should: a check that passes anything proves
// nothing.
func TestF17TheSchemaRefusesWhatIsNotR4(t *testing.T) {
	good := `{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"RiskAssessment","status":"final","subject":{"display":"x"}}}]}`
	if err := R4Bundle(t, []byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{
		`{"resourceType":"Bundle","type":1}`,
		`{"resourceType":"Bundle","type":"pile"}`,
		`{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"RiskAssessment","subject":{"display":"x"},"extra":1}}]}`,
		`{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"RiskAssessment","status":"final"}}]}`,
		`{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Task","status":"new","intent":"plan"}}]}`,
		`{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Provenance","recorded":"yesterday","target":[{"display":"x"}],"agent":[{"who":{"display":"x"}}]}}]}`,
	} {
		if R4Bundle(t, []byte(bad)) == nil {
			t.Errorf("taken for R4: %s", bad)
		}
	}
}

func TestTheSchemaRefusesWhatIsNotOpenAPI(t *testing.T) {
	if err := OpenAPI31(t, []byte(`{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{}}`)); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{`{}`, `{"openapi":"3.0.0","info":{"title":"t","version":"1"},"paths":{}}`, `{"openapi":"3.1.0","info":{"title":"t"},"paths":{}}`,
		`{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/x":{"get":{"parameters":[{"name":"a"}]}}}}`} {
		if OpenAPI31(t, []byte(bad)) == nil {
			t.Errorf("taken for OpenAPI: %s", bad)
		}
	}
}
