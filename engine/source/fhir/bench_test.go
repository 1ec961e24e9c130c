package fhir

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/valyala/fastjson"

	"leftshift/engine"
	"leftshift/engine/identity"
	"leftshift/engine/source"
)

// synthetic gives n lines of the four commonest kinds, about 1 KB each.
func synthetic(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		day := fmt.Sprintf("20%02d-%02d-%02dT%02d:15:00+00:00", i%24, i%12+1, i%28+1, i%24)
		subject := fmt.Sprintf(`"subject":{"reference":"Patient/129c6ac7-8d06-89de-ad63-%012d"},"encounter":{"reference":"Encounter/f6003197-6507-1168-87be-%012d"}`, i/50, i/4)
		meta := fmt.Sprintf(`"meta":{"versionId":"1","lastUpdated":"%s","profile":["https://fhir.hl7.org.uk/StructureDefinition/UKCore-Something"],"source":"https://example.test/fhir"}`, day)
		switch i % 4 {
		case 0:
			fmt.Fprintf(&b, `{"resourceType":"Condition","id":"0023b3a7-2ded-840c-ee5b-%012d",%s,"clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"confirmed"}]},"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-category","code":"encounter-diagnosis","display":"Encounter Diagnosis"}]}],"code":{"coding":[{"system":"http://snomed.info/sct","code":"%d","display":"Some disorder (disorder)"}],"text":"Some disorder (disorder)"},%s,"onsetDateTime":"%s","recordedDate":"%s"}`+"\n", i, meta, 44054006+i%500, subject, day, day)
		case 1:
			fmt.Fprintf(&b, `{"resourceType":"Observation","id":"83b05955-4586-4e4d-b4b7-%012d",%s,"status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs","display":"Vital signs"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"29463-7","display":"Body Weight"}],"text":"Body Weight"},%s,"effectiveDateTime":"%s","issued":"%s","valueQuantity":{"value":%d.%d,"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"}}`+"\n", i, meta, subject, day, day, 50+i%60, i%1000)
		case 2:
			fmt.Fprintf(&b, `{"resourceType":"MedicationRequest","id":"002eb5b8-2964-effd-3b09-%012d",%s,"status":"active","intent":"order","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/medicationrequest-category","code":"community","display":"Community"}],"text":"Community"}],"medicationCodeableConcept":{"coding":[{"system":"https://dmd.nhs.uk","code":"%d","display":"Some 10mg tablets"}],"text":"Some 10mg tablets"},%s,"authoredOn":"%s","requester":{"reference":"Practitioner/1","display":"Dr A"},"dosageInstruction":[{"sequence":1,"text":"take one daily","timing":{"repeat":{"frequency":1,"period":1.0,"periodUnit":"d"}},"asNeededBoolean":false,"doseAndRate":[{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/dose-rate-type","code":"ordered","display":"Ordered"}]},"doseQuantity":{"value":1.0}}]}]}`+"\n", i, meta, 319740001+i%300, subject, day)
		case 3:
			fmt.Fprintf(&b, `{"resourceType":"Encounter","id":"f6003197-6507-1168-87be-%012d",%s,"status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},"type":[{"coding":[{"system":"http://snomed.info/sct","code":"185347001","display":"Encounter for problem (procedure)"}],"text":"Encounter for problem (procedure)"}],%s,"participant":[{"type":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationType","code":"PPRF","display":"primary performer"}],"text":"primary performer"}],"period":{"start":"%s","end":"%s"},"individual":{"reference":"Practitioner/1"}}],"period":{"start":"%s","end":"%s"},"serviceProvider":{"identifier":{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"RR8"}}}`+"\n", i, meta, subject, day, day, day, day)
		}
	}
	return b.Bytes()
}

// BenchmarkParse is the JSON reader alone, with all its checks.
func BenchmarkParse(b *testing.B) {
	text := synthetic(4000)
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	var d document
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		for _, l := range lines {
			if bad := d.parse(l, 64); bad != nil {
				b.Fatal(bad)
			}
		}
	}
}

// BenchmarkFastjson is what the reader is measured against: fastjson alone,
// which takes duplicate names, bad UTF-8 and "01".
func BenchmarkFastjson(b *testing.B) {
	text := synthetic(4000)
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	var p fastjson.Parser
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		for _, l := range lines {
			if _, err := p.ParseBytes(l); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkExtract is NDJSON to landed Parquet files.
func BenchmarkExtract(b *testing.B) {
	text := synthetic(40000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		keys, _ := identity.NewKeyer([]byte("a key of thirty-two bytes, for tests"))
		night, _ := engine.ParseDay("2026-11-20")
		batch := source.NewBatch(b.TempDir(), source.Meta{Source: "test", Night: night, Lag: -1}, keys, nil)
		if err := Extract(context.Background(), bytes.NewReader(text), testOptions(), batch); err != nil {
			b.Fatal(err)
		}
		counts, _, err := batch.Finish()
		if err != nil || counts.Held != 40000 {
			b.Fatal(counts, err)
		}
	}
}
