package fhir

import (
	"strings"

	"leftshift/engine"
	"leftshift/engine/schema"
)

// organization: reference only; one with an ODS code is also a row of the
// organisation table.
func (x *extractor) organization(position int64) error {
	code := ods(x.res.Get("identifier"))
	name := x.res.Text("name")
	row := schema.NewOrganisation()
	if code != "" {
		row.Code, row.ODS, row.Name = x.b.Code(engine.ODS, code, ""), code, name
		row.Parent = x.organisation(x.res.Get("partOf"))
		row.Role = x.role()
	}
	day, stamp := x.known(nil)
	if x.doc.isTroubled() {
		return x.b.Quarantine(position, x.doc.trouble.code, x.doc.trouble.field)
	}
	if code == "" {
		x.b.Reference("reference:Organization")
		return nil
	}
	r := x.b.Open(position, 0, "Organization/"+code, x.res.Raw(), stamp, day, engine.NoDay)
	r.Add(schema.TableOrganisation, &row)
	if !r.Broken() {
		x.b.Note("organisation")
	}
	return r.Close(1 << schema.TableOrganisation)
}

// role reads the organisation role of the NHS (76 GP practice, 197 NHS trust,
// 261 integrated care board, 272 primary care network), with or without its
// prefix RO.
func (x *extractor) role() string {
	for t := x.res.Get("type").First(); t.Is(); t = t.Next() {
		for k := t.Get("coding").First(); k.Is(); k = k.Next() {
			if !strings.HasSuffix(strings.ToLower(k.Text("system")), "organisation-role") {
				continue
			}
			switch strings.TrimPrefix(k.Text("code"), "RO") {
			case "76", "177":
				return "gp_practice"
			case "197":
				return "nhs_trust"
			case "261":
				return "icb"
			case "272":
				return "pcn"
			}
		}
	}
	return ""
}
