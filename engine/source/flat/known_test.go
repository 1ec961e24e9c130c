package flat

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is known when is a function of the file, not of the night that brings
// it, for every map with a lag model but what says how things stand tonight:
// else a night rebuilt from later deliveries would see what it had not seen.
func TestTheNightMakesNothingKnown(t *testing.T) {
	files, _ := filepath.Glob("testdata/scenario/*.txt")
	maps := map[string]bool{}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		parts := strings.SplitN(string(text), "---\n", 3)
		if !strings.Contains(parts[0], "map "+builtinPrefix) || strings.HasPrefix(parts[2], "fault ") {
			continue
		}
		settings := parts[0]
		if !strings.Contains(settings, "\nlag ") {
			settings += "lag 45\n"
		}
		name, _, _ := strings.Cut(settings[strings.Index(settings, builtinPrefix):], "\n")
		m, err := LoadMap(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(m.form.Record.Happened) == 0 || len(m.inHand) > 0 {
			continue
		}
		maps[name] = true
		want := scenario(t, settings+"night 2040-01-01\n", parts[1])
		for _, night := range []string{"2020-01-01", "2025-01-15", "2025-06-10", "2026-03-31"} {
			if got := scenario(t, settings+"night "+night+"\n", parts[1]); got != want {
				t.Errorf("%s landed on %s\n%s\non a late night\n%s", filepath.Base(path), night, got, want)
			}
		}
	}
	for _, name := range Builtins() {
		if m, err := LoadMap(name); err == nil && len(m.form.Record.Happened) > 0 && len(m.inHand) == 0 && !maps[name] {
			t.Errorf("%s has no scenario here", name)
		}
	}
}

const openStays = `CDS_RECORD_ID,NHS_NUMBER,PROVIDER_CODE,HOSPITAL_PROVIDER_SPELL_NUMBER,EPISODE_NUMBER,PATIENT_CLASSIFICATION_CODE,ADMISSION_METHOD_CODE,SOURCE_OF_ADMISSION_CODE,START_DATE_HOSPITAL_PROVIDER_SPELL,START_DATE_EPISODE,END_DATE_EPISODE,DISCHARGE_DATE_HOSPITAL_PROVIDER_SPELL,DISCHARGE_METHOD_CODE,DISCHARGE_DESTINATION_CODE,TREATMENT_FUNCTION_CODE,LOCAL_SDEC_FLAG,PRIMARY_DIAGNOSIS_ICD,SECONDARY_DIAGNOSIS_ICD_1,SECONDARY_DIAGNOSIS_ICD_2,SECONDARY_DIAGNOSIS_ICD_3,SECONDARY_DIAGNOSIS_ICD_4,SECONDARY_DIAGNOSIS_ICD_5,SECONDARY_DIAGNOSIS_ICD_6,SECONDARY_DIAGNOSIS_ICD_7,SECONDARY_DIAGNOSIS_ICD_8,SECONDARY_DIAGNOSIS_ICD_9,SECONDARY_DIAGNOSIS_ICD_10,SECONDARY_DIAGNOSIS_ICD_11,SECONDARY_DIAGNOSIS_ICD_12,PRIMARY_PROCEDURE_OPCS,PRIMARY_PROCEDURE_DATE
e1,9434765919,RBT01,S1,1,1,21,19,2026-02-01,2026-02-01,,,,,300,,,,,,,,,,,,,,,,
e2,9434765919,RBT01,S2,1,1,21,19,2026-02-20,2026-02-20,,,,,300,,,,,,,,,,,,,,,,
e3,9434765919,RBT01,S3,1,1,21,19,2026-02-20,2026-02-20,2026-02-25,2026-02-25,1,19,300,,,,,,,,,,,,,,,,
`

// An open stay is in hand on its night: known then, or after the lag where
// that is earlier. One that has ended is not, whatever the night.
func TestOpenStaysAreInHand(t *testing.T) {
	for night, want := range map[string]string{
		"2026-02-20": "2026-02-20 2026-02-20 2026-04-11",
		"2026-03-10": "2026-03-10 2026-03-10 2026-04-11",
		"2026-03-31": "2026-03-18 2026-03-31 2026-04-11",
		"2026-12-31": "2026-03-18 2026-04-06 2026-04-11",
	} {
		var known []string
		for _, line := range strings.Split(scenario(t, "map builtin:place_b/apc\nflow apc\nlag 45\nnight "+night, openStays), "\n") {
			if strings.HasPrefix(line, "episode ") {
				_, day, _ := strings.Cut(line, " known=")
				known = append(known, day[:10])
			}
		}
		if got := strings.Join(known, " "); got != want {
			t.Errorf("landed on %s: known on %s, want %s", night, got, want)
		}
	}
}
