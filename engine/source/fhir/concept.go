package fhir

import (
	"encoding/binary"
	"encoding/hex"
	"strings"

	"leftshift/engine"
)

// coding is one code of a concept.
type coding struct {
	system        engine.System
	url           string
	code, display string
}

// rank orders code systems by how well the engine knows them.
func rank(s engine.System) int {
	switch s {
	case engine.SNOMED, engine.DMD:
		return 0
	case engine.ICD10:
		return 1
	case engine.OPCS4:
		return 2
	case engine.LOINC:
		return 3
	}
	return 4
}

// coding reads one Coding; false when it holds no usable code.
func (x *extractor) coding(e Element) (coding, bool) {
	c := coding{url: e.Text("system"), code: e.Text("code")}
	if c.code == "" {
		return c, false
	}
	switch c.system = engine.SystemOf(c.url); c.system {
	case engine.SNOMED, engine.DMD:
		if c.code = strings.TrimSpace(c.code); !digits(c.code, 6, 18) {
			x.note("code-malformed")
			return c, false
		}
	case engine.ICD10:
		if c.code = engine.NormaliseICD10(c.code); !engine.ValidICD10(c.code) {
			x.note("code-malformed")
			return c, false
		}
	case engine.OPCS4:
		c.code = strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(c.code), ".", ""))
	case engine.ODS:
		c.code = cleanODS(c.code)
	case engine.OtherSystem:
		if strings.HasSuffix(c.url, "/data-absent-reason") || strings.HasSuffix(c.url, "/v3-NullFlavor") {
			return c, false
		}
	}
	c.display = e.Text("display")
	return c, c.code != ""
}

func digits(s string, least, most int) bool {
	if len(s) < least || len(s) > most {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// best chooses one coding of a CodeableConcept: SNOMED CT or dm+d, ICD-10,
// OPCS-4, LOINC, else the first.
func (x *extractor) best(concept Element) (best coding, ok bool) {
	least := 9
	for e := concept.Get("coding").First(); e.Is(); e = e.Next() {
		if c, usable := x.coding(e); usable && rank(c.system) < least {
			best, ok, least = c, true, rank(c.system)
		}
	}
	return best, ok
}

// enter puts a coding in the dictionary.
func (x *extractor) enter(c coding) engine.Code {
	if c.system == engine.OtherSystem {
		return x.b.Code(c.system, c.url+"|"+c.code, c.display)
	}
	return x.b.Code(c.system, c.code, c.display)
}

// code gives the key of a CodeableConcept; 0 when it says nothing. Words
// without a code may say who someone is: only a keyed hash of them passes, by
// which equal words are one concept.
func (x *extractor) code(concept Element) engine.Code {
	if !concept.Is() {
		return 0
	}
	if c, ok := x.best(concept); ok {
		return x.enter(c)
	}
	words := concept.Text("text")
	if words == "" {
		for e := concept.Get("coding").First(); e.Is() && words == ""; e = e.Next() {
			words = e.Text("display")
		}
	}
	key := x.words(words)
	if key != 0 {
		x.note("text-only")
	}
	return key
}

// words gives the key of words that stand for a concept or unit.
func (x *extractor) words(words string) engine.Code {
	words = strings.Join(strings.Fields(strings.ToLower(words)), " ")
	if words == "" {
		return 0
	}
	k, _ := x.b.Keys.Key("text", words)
	var raw [8]byte
	binary.BigEndian.PutUint64(raw[:], uint64(k))
	return x.b.Code(engine.TextOnly, hex.EncodeToString(raw[:]), "")
}

// first gives the key of the best concept of a list of them.
func (x *extractor) first(concepts Element) engine.Code {
	var best coding
	least := 9
	for c := concepts.First(); c.Is(); c = c.Next() {
		if got, ok := x.best(c); ok && rank(got.system) < least {
			best, least = got, rank(got.system)
		}
	}
	if least < 9 {
		return x.enter(best)
	}
	return x.code(concepts.First())
}

// status reads a status that R4 has as a CodeableConcept and earlier releases
// as a code.
func status(e Element) string {
	if e.kind() == text {
		return e.Word()
	}
	return e.Get("coding").First().Text("code")
}

// extension gives the extension whose URL ends so.
func extension(e Element, suffix string) Element {
	for x := e.Get("extension").First(); x.Is(); x = x.Next() {
		if strings.HasSuffix(x.Text("url"), suffix) {
			return x
		}
	}
	return Element{}
}

// extensionCode gives the code of an extension's concept.
func extensionCode(e Element, suffix string) string {
	v := extension(e, suffix)
	if c := v.Get("valueCodeableConcept").Get("coding").First().Text("code"); c != "" {
		return c
	}
	if c := v.Get("valueCoding").Text("code"); c != "" {
		return c
	}
	return v.Text("valueCode")
}
