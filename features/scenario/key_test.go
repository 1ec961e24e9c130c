package scenario

import (
	"slices"
	"strings"
	"testing"

	"leftshift/engine/analyte"
)

// What Keys says a line takes, it takes, and nothing else that Keys names.
func TestKeysAreThoseTaken(t *testing.T) {
	an, err := analyte.Load()
	if err != nil {
		t.Fatal(err)
	}
	line := map[string]string{"person": "person", "registration": "registration", "residence": "residence",
		"event": "event 2024-03-01 problem -", "spell": "spell emergency 2024-03-01..2024-03-05", "document": "document 2024-03-01 care_plan -", "on": "on 2024-03-01"}
	value := map[string]string{"sex": "male", "birth": "1940", "died": "2024-01-01", "from": "2024", "to": "2024-02", "end": "2024-03-02", "known": "2024-03-02", "until": "2024-03-03", "data": "2020-01-01", "status": "planned", "mode": "telephone"}
	all := map[string]bool{"colour": true}
	for _, k := range Keys() {
		if line[k.Table] == "" || k.Meaning == "" || k.Type == "" || k.Required == (k.Default != "") {
			t.Errorf("%+v", k)
		}
		if !k.Required {
			all[k.Name] = true
		}
	}
	for table, text := range line {
		for name := range all {
			with := text + " " + name
			if !slices.Contains(flags, name) {
				if with += "="; value[name] != "" {
					with += value[name]
				} else {
					with += "1"
				}
			}
			_, faults := Read(with+"\non 2024-06-30\n", 1, an)
			takes := slices.Contains(namesOf(table), name)
			if takes != (len(faults) == 0) || !takes && !strings.Contains(faults[0].Text, table+" takes no "+name) {
				t.Errorf("%s: %v, %v", with, takes, faults)
			}
		}
	}
	_, faults := Read("event 2024-03-01 problem - staus=planned\non 2024-06-30", 1, an)
	if len(faults) != 1 || !strings.Contains(faults[0].Text, "did you mean status?") {
		t.Errorf("%v", faults)
	}
}
