//go:build duckdb_arrow

package e2e

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"path/filepath"
	"testing"
)

// tinySite is a site of three people, written by hand: place a sends FHIR,
// place b flat files. Tests add to it.
func tinySite(t *testing.T) *site {
	t.Helper()
	s := &site{t, filepath.Join(t.TempDir(), "site"), "leftshift.toml"}
	s.write(`[site]
name = "Tiny"
synthetic = true
as_of = "2026-09-30"

[run]
buckets = 1

[[source]]
name = "a"
format = "fhir"
paths = ["a/*"]
known = "updated"

[[source]]
name = "b"
format = "flat"

  [[source.flow]]
  name = "patients"
  map = "builtin:place_b/patients"
  paths = ["b/patients*"]

  [[source.flow]]
  name = "problems"
  map = "builtin:place_b/problems"
  paths = ["b/problems*"]
`, s.config)
	s.write(patient("p1", nhs(1), "1951-03-17")+"\n"+patient("p2", nhs(2), "1962-11-05")+"\n", "a", "good.ndjson")
	s.write(patientsHead+row(1, nhs(1), "1951-03-17")+row(3, nhs(3), "1973-06-21"), "b", "patients.csv")
	s.write(problemsHead+problem(1, "2026-01-14")+problem(3, "2026-02-16"), "b", "problems.csv")
	return s
}

// What identifies the people of a tiny site; all of it is made up.
const (
	family   = "Quillfeather"
	given    = "Zebedee"
	postcode = "ZZ9 9ZY"
	phone    = "01632 960123"
	street   = "7 Nowhere Lane"
)

const (
	patientsHead = "record_id,patient_id,nhs_number,birth_date,sex,ethnic_category,family_name,given_name,phone,postcode,practice_code,registered_from,registered_to,care_home,death_date,recorded_date\n"
	problemsHead = "record_id,patient_id,snomed_code,term,onset_date,end_date,status,recorded_date\n"
)

// nhs gives a valid NHS number of the range for tests, 999 000 0000 on.
func nhs(i int) string {
	for n := 0; ; n++ {
		nine := fmt.Sprintf("999%06d", n)
		sum := 0
		for k, d := range nine {
			sum += int(d-'0') * (10 - k)
		}
		if check := (11 - sum%11) % 11; check < 10 {
			if i--; i < 0 {
				return fmt.Sprintf("%s%d", nine, check)
			}
		}
	}
}

func patient(id, number, birth string) string {
	return fmt.Sprintf(`{"resourceType":"Patient","id":%q,"meta":{"lastUpdated":"2026-01-02T10:00:00Z"},"identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":%q}],"name":[{"use":"official","family":%q,"given":[%q]}],"telecom":[{"system":"phone","value":%q}],"gender":"female","birthDate":%q,"address":[{"use":"home","line":[%q],"postalCode":%q}],"generalPractitioner":[{"identifier":{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"Z90001","period":{"start":"2020-01-01"}}}]}`,
		id, number, family, given, phone, birth, street, postcode)
}

func condition(id, patient, onset string) string {
	return fmt.Sprintf(`{"resourceType":"Condition","id":%q,"meta":{"lastUpdated":"2026-03-04T10:00:00Z"},"clinicalStatus":{"coding":[{"code":"active"}]},"code":{"coding":[{"system":"http://snomed.info/sct","code":"44054006"}]},"subject":{"reference":"Patient/%s"},"onsetDateTime":%q,"note":[{"text":"%s %s of %s, %s"}]}`,
		id, patient, onset, given, family, street, postcode)
}

func row(i int, number, birth string) string {
	return fmt.Sprintf("r%d,b%d,%s,%s,2,A,%s,%s,%s,%s,Z90001,2020-01-01,,N,,2020-01-02\n", i, i, number, birth, family, given, phone, postcode)
}

func problem(i int, onset string) string {
	return fmt.Sprintf("q%d%s,b%d,44054006,Type 2 diabetes mellitus,%s,,active,2026-03-04\n", i, onset, i, onset)
}

func packed(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
