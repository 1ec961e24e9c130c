package fhir

import (
	"net/url"
	"strings"

	"leftshift/engine"
	"leftshift/engine/identity"
)

// Where a reference leads. A reference is "Type/id", a URL that ends so, with
// or without "/_history/v", "urn:uuid:...", "#contained", or a search
// "Type?identifier=system|value".

// tail gives the type and id at the end of a reference, "" for none.
func tail(ref string) (resourceType, id string) {
	if i := strings.Index(ref, "/_history/"); i >= 0 {
		ref = ref[:i]
	}
	i := strings.LastIndexByte(ref, '/')
	if i < 0 || i == len(ref)-1 || strings.IndexByte(ref, '?') >= 0 {
		return "", ""
	}
	id, resourceType = ref[i+1:], ref[:i]
	if i := strings.LastIndexByte(resourceType, '/'); i >= 0 {
		resourceType = resourceType[i+1:]
	}
	if !resourceTypes[resourceType] {
		return "", ""
	}
	return resourceType, id
}

// sought gives the identifier of a search reference, "Type?identifier=s|v".
func sought(ref string) (resourceType, system, value string) {
	i := strings.Index(ref, "?identifier=")
	if i < 0 {
		return "", "", ""
	}
	q := ref[i+len("?identifier="):]
	if strings.IndexByte(q, '%') >= 0 {
		if plain, err := url.QueryUnescape(q); err == nil {
			q = plain
		}
	}
	if j := strings.IndexByte(q, '|'); j >= 0 {
		return ref[:i], q[:j], q[j+1:]
	}
	return "", "", ""
}

// resolve gives the resource that a reference leads to, within the record or
// its Bundle; nothing when it lies elsewhere.
func (x *extractor) resolve(ref string) Element {
	switch {
	case ref == "":
		return Element{}
	case ref[0] == '#':
		for c := x.res.Get("contained").First(); c.Is(); c = c.Next() {
			if c.kind() == object && c.Text("id") == ref[1:] {
				return c
			}
		}
		return Element{}
	}
	kind, id := "", ""
	for ix := x.index; ix != nil; ix = ix.outer {
		if i, ok := ix.at[urlKey(ref)]; ok {
			return Element{&x.doc, i}
		}
		if kind == "" {
			if kind, id = tail(ref); kind == "" {
				kind = "-"
			}
		}
		if i, ok := ix.at[kind+"/"+id]; ok && kind != "-" {
			return Element{&x.doc, i}
		}
	}
	return Element{}
}

// localID is the name of what a reference leads to, in the source's terms:
// "Type/id", or "Type/uuid" for a resource without an id. want is the type
// that a bare UUID is taken for. Empty: not to be told.
func (x *extractor) localID(ref, want string) string {
	if x.index != nil {
		if r := x.resolve(ref); r.Is() && ref[0] != '#' {
			if id := r.Text("id"); id != "" {
				return x.scope + r.Text("resourceType") + "/" + id
			}
		}
	}
	if len(ref) > 9 && strings.EqualFold(ref[:9], "urn:uuid:") {
		return x.scope + want + "/" + strings.ToLower(ref[9:])
	}
	kind, id := tail(ref)
	if kind == "" {
		return ""
	}
	if x.scope == "" && len(kind)+1+len(id) == len(ref) {
		return ref
	}
	return x.scope + kind + "/" + id
}

// recordOf is the key of the record that a reference leads to; 0 for none.
func (x *extractor) recordOf(ref Element, want string) int64 {
	if !ref.Is() {
		return 0
	}
	if id := x.localID(ref.Text("reference"), want); id != "" {
		if kind, _ := tail(id); kind == want {
			return x.b.RecordKey(id)
		}
	}
	return 0
}

// nobody says why a record has no subject.
type nobody struct {
	code      string
	reference bool // about no person at all: reference only, not quarantined
}

// subject gives whom a reference is about.
func (x *extractor) subject(e Element, field string) (engine.Subject, nobody) {
	e = e.First()
	if !e.Is() {
		return 0, nobody{code: "subject-missing"}
	}
	if id := e.Get("identifier"); id.Is() && sameSystem(id.Text("system"), x.opt.Identifier.System) {
		return x.person(id.Text("value"))
	}
	ref := e.Text("reference")
	if ref == "" {
		if id := e.Get("identifier"); id.Text("value") != "" {
			return x.b.Subject("Patient?identifier=" + id.Text("system") + "|" + id.Text("value")), nobody{}
		}
		return 0, nobody{code: "subject-missing"}
	}
	if kind, system, value := sought(ref); kind != "" {
		switch {
		case kind != "Patient":
			return 0, nobody{"subject-not-a-person", true}
		case sameSystem(system, x.opt.Identifier.System):
			return x.person(value)
		}
		return x.b.Subject("Patient?identifier=" + system + "|" + value), nobody{}
	}
	if x.index != nil || ref[0] == '#' {
		if r := x.resolve(ref); r.Is() {
			if r.Text("resourceType") != "Patient" {
				return 0, nobody{"subject-not-a-person", true}
			}
			if ref[0] == '#' {
				value, bad := x.identifier(r)
				if bad != "" {
					return 0, nobody{code: bad}
				}
				return x.person(value)
			}
		}
	}
	if kind, id := tail(ref); kind == "Patient" && spine(ref) && identity.ValidNHSNumber(id) && x.opt.Identifier.Namespace == identity.NHSNamespace {
		return x.person(id)
	} else if kind != "" && kind != "Patient" {
		return 0, nobody{"subject-not-a-person", true}
	}
	if id := x.localID(ref, "Patient"); id != "" {
		return x.b.Subject(id), nobody{}
	}
	return 0, nobody{code: "subject-unresolved"}
}

// spine says whether a Patient URL is the Personal Demographics Service's,
// whose ids are NHS numbers.
func spine(ref string) bool {
	return strings.Contains(ref, "demographics.spineservices.nhs.uk/") || strings.Contains(ref, "/personal-demographics/")
}

// person is the subject of a value of the declared identifier system.
func (x *extractor) person(value string) (engine.Subject, nobody) {
	value, bad := x.check(value)
	if bad != "" {
		return 0, nobody{code: bad}
	}
	return x.b.SubjectOf(x.opt.Identifier.Namespace, value), nobody{}
}

// check applies the identifier rule to a value.
func (x *extractor) check(value string) (clean, bad string) {
	if x.opt.Identifier.Namespace != identity.NHSNamespace {
		if value = strings.TrimSpace(value); value == "" {
			return "", "identifier-missing"
		}
		return value, ""
	}
	if value = identity.CleanNHSNumber(value); value == "" {
		return "", "identifier-missing"
	}
	if !identity.ValidNHSNumber(value) {
		return "", "nhs-number-invalid"
	}
	return value, ""
}

// organisation gives the ODS code of an organisation that is referred to, by
// identifier or by a resource within reach; 0 when it cannot be told.
func (x *extractor) organisation(e Element) engine.Code {
	if code := x.odsOf(e, 0); code != "" {
		return x.b.Code(engine.ODS, code, "")
	}
	return 0
}

func (x *extractor) odsOf(e Element, depth int) string {
	e = e.First()
	if !e.Is() || depth > 3 {
		return ""
	}
	if code := ods(e.Get("identifier")); code != "" {
		return code
	}
	ref := e.Text("reference")
	if ref == "" {
		return ""
	}
	if kind, system, value := sought(ref); kind == "Organization" && engine.SystemOf(system) == engine.ODS {
		return cleanODS(value)
	}
	if kind, id := tail(ref); kind == "Organization" && strings.Contains(ref, "directory.spineservices.nhs.uk/") {
		return cleanODS(id)
	}
	if x.index == nil && ref[0] != '#' {
		return ""
	}
	r := x.resolve(ref)
	switch r.Text("resourceType") {
	case "Organization":
		return ods(r.Get("identifier"))
	case "PractitionerRole":
		return x.odsOf(r.Get("organization"), depth+1)
	case "HealthcareService":
		return x.odsOf(r.Get("providedBy"), depth+1)
	}
	return ""
}

// ods gives the first ODS organisation code of a list of identifiers.
func ods(ids Element) string {
	for id := ids.First(); id.Is(); id = id.Next() {
		if engine.SystemOf(id.Text("system")) == engine.ODS {
			if code := cleanODS(id.Text("value")); code != "" {
				return code
			}
		}
	}
	return ""
}

// cleanODS gives an ODS code in capitals, "" for what cannot be one.
func cleanODS(s string) string {
	s = strings.ToUpper(strings.TrimSpace(s))
	if len(s) > 10 {
		return ""
	}
	for i := range len(s) {
		if c := s[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' {
			return ""
		}
	}
	return s
}
