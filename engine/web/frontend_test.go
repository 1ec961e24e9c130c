package web

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The style sheet that is embedded is the one that the pinned library makes.
func TestTheStyleSheetIsTheLibrarys(t *testing.T) {
	if _, err := exec.LookPath("npm"); err != nil {
		t.Fatal("npm is not installed: `make test` installs it")
	}
	work, err := filepath.Abs("../../build/frontend")
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	if text, err := exec.Command("bash", "frontend/build.sh", work, out).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	err = filepath.WalkDir(out, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(out, path)
		made, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if kept, err := os.ReadFile(filepath.Join("assets", rel)); err != nil || !bytes.Equal(kept, made) {
			t.Errorf("assets/%s is not what the library makes: run `make generate`", rel)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// G51: neither the NHS typeface nor anything from another host.
func TestG51NoNHSTypefaceAndNothingFromAnotherHost(t *testing.T) {
	err := filepath.WalkDir("assets", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) == ".txt" {
			return err
		}
		text, err := os.ReadFile(path)
		for _, not := range []string{"Frutiger", "https://", "http://", "nhs-logo", "@font-face", "@import"} {
			if strings.Contains(strings.ReplaceAll(string(text), "http://www.w3.org/2000/svg", ""), not) {
				t.Errorf("%s has %q", path, not)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
