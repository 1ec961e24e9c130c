package catalogue

import (
	"testing"

	"leftshift/engine/analyte"
	"leftshift/features/codelist"
)

func load(t testing.TB) *Catalogue {
	t.Helper()
	lib, err := codelist.Load()
	if err != nil {
		t.Fatal(err)
	}
	an, err := analyte.Load()
	if err != nil {
		t.Fatal(err)
	}
	c, err := Load(lib, an)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestBuiltIn(t *testing.T) {
	c := load(t)
	t.Log(len(c.Definitions), c.Hash)
	if len(c.Definitions) < 150 {
		t.Errorf("%d definitions, want at least 150", len(c.Definitions))
	}
}
