package analyse

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"leftshift/jobs/definitions"
)

// Who was never measured counts as 0 of a count of values in a range: check says
// so of it and of what reads it, and of nothing else.
func TestNotesOfWhatWasNeverMeasured(t *testing.T) {
	const rest = "display = \"team\"\narea = \"local\"\nwhy = \"We ask.\"\n"
	const counted = "title = \"High\"\nsource = \"event\"\nkinds = [\"observation\"]\nanalyte = \"hba1c\"\nvalue_from = 75\nwindows = [365]\naggregate = \"days\"\n"
	text := "[[feature]]\nid = \"high\"\nabsence = \"zero\"\nnone = \"No HbA1c of 75 or more recorded\"\n" + counted + rest +
		"[[feature]]\nid = \"seen\"\nabsence = \"unknown\"\n" + counted + rest +
		"[[feature]]\nid = \"sign\"\ntitle = \"Sign\"\nsource = \"derived\"\nterms = [\"high\", \"high >= 2 & seen\"]\naggregate = \"holds\"\nabsence = \"unknown\"\n" + rest
	file := filepath.Join(t.TempDir(), "a.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := definitions.OpenAt(definitions.Place{Files: []string{file}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Check(context.Background(), s, []string{file}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Notes) != 2 || !strings.Contains(got.Notes[0], ":1: high is 0 of someone who was never measured") || !strings.Contains(got.Notes[1], ": sign reads high, which is 0 of someone who was never measured") {
		t.Errorf("%q", got.Notes)
	}
	if other, err := Check(context.Background(), s, []string{"b.toml"}, nil); err != nil || len(other.Notes) > 0 {
		t.Errorf("notes of a file that was not asked for: %q, %v", other.Notes, err)
	}
}
