//go:build duckdb_arrow

package deliver

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/door"
	"leftshift/engine/identity"
)

// A list as HL7 FHIR R4 (4.0.1): a RiskAssessment and a Task for each person, a
// List in order, a Group of who is in it, the Device that is the model, and a
// Provenance. No Patient is made: a person is named by NHS number alone, for the
// receiver to match with the patient it has.
//
// Identifiers are UUIDs of version 8 (RFC 9562), derived by SHA-256 from what a
// resource is about and from the keyed mark of a person. The same list sent
// twice is the same resources, and no pseudonym leaves.

// object is a JSON object; encoding/json writes its members in order of name.
type object = map[string]any

// Identifier systems and code systems, as NHS England and HL7 publish them.
const (
	systemNHSNumber = "https://fhir.nhs.uk/Id/nhs-number"
	systemODS       = "https://fhir.nhs.uk/Id/ods-organization-code"
	systemURI       = "urn:ietf:rfc:3986"
	systemReason    = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
	systemListOrder = "http://terminology.hl7.org/CodeSystem/list-order"
	systemAgent     = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
)

// typeFHIR is the media type of FHIR as JSON.
const typeFHIR = "application/fhir+json"

// FHIROptions of a bundle. The zero value is the file of an export.
type FHIROptions struct {
	// Base is the address of the FHIR server that a transaction is for. Empty: a
	// collection, whose resources refer to each other by UUID.
	Base string
	// Flags adds a Flag for each person: a marker in a record. For a local record
	// alone: no national category of flags is for this.
	Flags bool
}

// resources are what a list becomes, before they are bundled.
type resources struct {
	l    *door.List
	opt  FHIROptions
	left int // people not in it: no valid NHS number
	rows []door.Row

	persons [][]entry // of each row
	whole   []entry   // List, Group and Provenance, which refer to all the others
	device  entry
}

type entry struct {
	kind, id string
	resource object
}

// makeFHIR makes the resources of a list. The Fault says what is missing.
func makeFHIR(l *door.List, opt FHIROptions) (*resources, error) {
	if !l.Columns.Has(access.ColumnNHSNumber | access.ColumnRisk) {
		return nil, &engine.Fault{Code: "columns", Say: "this file needs NHS numbers and risk, which your role may not export: ask for another kind of file"}
	}
	if l.Model.Name == "" {
		return nil, &engine.Fault{Code: "no-model", Say: "no fitted model served this list, so there are no risk assessments: ask for another kind of file"}
	}
	r := &resources{l: l, opt: opt}
	for _, row := range l.Rows {
		if !identity.ValidNHSNumber(row.Who.NHSNumber) {
			r.left++
			continue
		}
		if row.Mark == (door.Mark{}) {
			return nil, &engine.Fault{Code: "no-key", Say: "this file needs the pseudonym key, which is kept elsewhere: ask for another kind of file"}
		}
		r.rows = append(r.rows, row)
	}
	r.device = r.makeDevice()
	for _, row := range r.rows {
		assessment := r.makeAssessment(row)
		made := []entry{assessment, r.makeTask(row, assessment)}
		if opt.Flags {
			made = append(made, r.makeFlag(row))
		}
		r.persons = append(r.persons, made)
	}
	r.whole = []entry{r.makeList(), r.makeGroup()}
	r.whole = append(r.whole, r.makeProvenance())
	return r, nil
}

// made wraps a resource, with its identifier and, of made-up people, the label
// that says so.
func (r *resources) made(kind, id string, o object) entry {
	o["resourceType"], o["id"] = kind, id
	if r.l.Synthetic {
		o["meta"] = object{"security": []object{{"system": systemReason, "code": "HTEST", "display": "test health data"}}}
	}
	return entry{kind, id, o}
}

// to refers to a resource of the same list.
func (r *resources) to(e entry) object {
	if r.opt.Base != "" {
		return object{"reference": e.kind + "/" + e.id}
	}
	return object{"reference": "urn:uuid:" + e.id}
}

// collection is everything in one bundle.
func (r *resources) collection() object {
	all := slices.Concat([]entry{r.device}, slices.Concat(r.persons...), r.whole)
	b := r.bundle("collection", all)
	b["identifier"] = object{"system": systemURI, "value": "urn:uuid:" + uuid("Bundle", r.l.Site, r.l.Snapshot, r.l.Team, instant(r.l.Taken))}
	return b
}

// transaction puts some of it, so that sending it again changes nothing.
func (r *resources) transaction(some []entry) object { return r.bundle("transaction", some) }

func (r *resources) bundle(kind string, some []entry) object {
	b := object{"resourceType": "Bundle", "type": kind, "timestamp": instant(r.l.Taken)}
	if r.l.Synthetic {
		b["meta"] = object{"security": []object{{"system": systemReason, "code": "HTEST", "display": "test health data"}}}
	}
	var out []object
	for _, e := range some {
		o := object{"fullUrl": "urn:uuid:" + e.id, "resource": e.resource}
		if r.opt.Base != "" {
			o["fullUrl"] = r.opt.Base + "/" + e.kind + "/" + e.id
			o["request"] = object{"method": "PUT", "url": e.kind + "/" + e.id}
		}
		out = append(out, o)
	}
	b["entry"] = out
	return b
}

// writeFHIR writes a list as a collection.
func writeFHIR(f *File, l *door.List) error {
	r, err := makeFHIR(l, FHIROptions{})
	if err != nil {
		return err
	}
	f.Rows, f.Left = len(r.rows), r.left
	f.Bytes, err = encode(r.collection())
	return err
}

// encode writes JSON with its characters as they are.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}

// uuid derives a UUID of version 8 from texts.
func uuid(texts ...string) string {
	h := sha256.New()
	for _, t := range texts {
		var n [4]byte
		binary.BigEndian.PutUint32(n[:], uint32(len(t)))
		h.Write(n[:])
		h.Write([]byte(t))
	}
	b := h.Sum(nil)[:16]
	b[6] = b[6]&0x0f | 0x80
	b[8] = b[8]&0x3f | 0x80
	x := hex.EncodeToString(b)
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}

func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
