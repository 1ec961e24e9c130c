package fhir

import (
	"strings"

	"leftshift/engine"
	"leftshift/engine/analyte"
	"leftshift/engine/schema"
	"leftshift/engine/source"
)

// observation: a measurement or finding, and one more event for each
// component (the two pressures of a blood pressure).
func observation(x *extractor) {
	s := x.res.Text("status")
	if x.withdrawn(s) {
		return
	}
	if s == "cancelled" {
		x.note("observation-cancelled")
		return
	}
	when := x.choice("effectiveDateTime", "effectivePeriod.start", "effectiveInstant", "effectivePeriod.end", "issued")
	if !x.need(when, "effective") {
		return
	}
	if x.knownNone(x.res.Get("valueCodeableConcept")) {
		return
	}
	base := schema.NewEvent(engine.Observation)
	base.Day, base.LastDay = when.first, when.last
	base.EndDay = x.end(x.res.Get("effectivePeriod"), "end", when)
	base.Organisation = x.performer()
	base.Episode = x.recordOf(x.res.Get("encounter"), "Encounter")
	x.happened = when.last

	components := x.res.Get("component")
	x.measured(x.res, base, components.First().Is())
	for c := components.First(); c.Is(); c = c.Next() {
		x.measured(c, base, true)
	}
}

// measured adds the events of an observation or of one component. part says
// that without a value it adds nothing: a component, or the head of some.
func (x *extractor) measured(o Element, e schema.Event, part bool) {
	c, a, ok := x.analyteOf(o.Get("code"))
	if ok {
		e.Code = x.enter(c)
	} else {
		e.Code = x.fact(o.Get("code"))
	}
	if absence := o.Get("dataAbsentReason"); absence.Is() {
		part = true
		x.note("value-absent")
	}
	keep := !part
	if q := o.Get("valueQuantity"); q.Is() {
		keep = true
		x.quantity(&e, a, q)
	} else if v := o.Get("valueInteger"); v.Is() {
		keep = true
		if n, ok := v.Number(); ok {
			x.value(&e, a, n, "1", 0)
		}
	} else if v := o.Get("valueCodeableConcept"); v.Is() {
		value, ok := x.best(v)
		if ok && negation(value) {
			x.note("value-negated")
			return
		}
		keep = true
		if ok && value.system == engine.SNOMED && !qualifiers[value.code] && !familyHistory[c.code] {
			found := e
			found.Code = x.enter(value)
			x.events = append(x.events, found)
		}
	} else if v := o.Get("valueBoolean"); v.Is() {
		if is, known := v.Bool(); known && !is {
			x.note("value-negated")
			return
		}
		keep = true
	} else if o.Get("valueString").Is() {
		x.note("value-text")
		keep = true
	} else if o.Get("valueRange").Is() || o.Get("valueRatio").Is() || o.Get("valueSampledData").Is() ||
		o.Get("valueDateTime").Is() || o.Get("valueTime").Is() || o.Get("valuePeriod").Is() {
		x.note("value-form")
		keep = true
	}
	if keep {
		x.events = append(x.events, e)
	}
}

// analyteOf chooses the coding that names an analyte, else the best; ok is
// false when there is no coding.
func (x *extractor) analyteOf(concept Element) (c coding, a *analyte.Analyte, ok bool) {
	if x.opt.Analytes != nil {
		for e := concept.Get("coding").First(); e.Is(); e = e.Next() {
			if s := engine.SystemOf(e.Text("system")); s != engine.SNOMED && s != engine.LOINC {
				continue
			}
			if c, usable := x.coding(e); usable {
				if a := x.opt.Analytes.Of(engine.CodeKey(c.system, c.code)); a != nil {
					return c, a, true
				}
			}
		}
	}
	c, ok = x.best(concept)
	return c, nil, ok
}

// quantity reads a value with its unit. A value beyond a limit of the method
// ("<0.1") is no value.
func (x *extractor) quantity(e *schema.Event, a *analyte.Analyte, q Element) {
	n, ok := q.Get("value").Number()
	if !ok {
		x.note("value-missing")
		return
	}
	if q.Text("comparator") != "" {
		x.note("value-comparator")
		return
	}
	code, words := q.Text("code"), strings.TrimSpace(q.Text("unit"))
	if system := q.Text("system"); system != "" && engine.SystemOf(system) != engine.UCUM {
		code = "" // a SNOMED CT unit: its words may still be known
	}
	if a != nil && code != "" && words != "" {
		if _, reason := a.Convert("0", code); reason == "unit-unknown" {
			code = ""
		}
	}
	var unit engine.Code
	if a == nil {
		if code != "" {
			unit = x.b.Code(engine.UCUM, code, "")
		} else if words != "" {
			unit = x.words(words)
		}
	}
	if code == "" {
		code = words
	}
	x.value(e, a, n, code, unit)
}

func (x *extractor) value(e *schema.Event, a *analyte.Analyte, number, unit string, key engine.Code) {
	n, ok := plain(number)
	if !ok {
		x.note("value-not-a-number")
		return
	}
	if a != nil {
		v, reason := a.Convert(n, unit)
		if reason != "" {
			x.note(reason)
			return
		}
		e.Value = schema.Number{N: v, Known: true}
		return
	}
	v, ok := source.Scale(n, 3)
	if !ok {
		x.note("value-not-a-number")
		return
	}
	e.Value, e.Unit = schema.Number{N: v, Known: true}, key
}

// plain writes a decimal without its exponent, digit for digit; false beyond
// 18 places.
func plain(s string) (string, bool) {
	i := strings.IndexAny(s, "eE")
	if i < 0 {
		return s, true
	}
	shift, neg := 0, false
	for _, c := range []byte(s[i+1:]) {
		switch {
		case c == '-':
			neg = true
		case c == '+':
		default:
			if shift = shift*10 + int(c-'0'); shift > 18 {
				return "", false
			}
		}
	}
	if neg {
		shift = -shift
	}
	sign, digits := "", s[:i]
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	whole, frac, _ := strings.Cut(digits, ".")
	if shift >= 0 {
		if len(frac) < shift {
			frac += strings.Repeat("0", shift-len(frac))
		}
		whole, frac = whole+frac[:shift], frac[shift:]
	} else {
		if len(whole) <= -shift {
			whole = strings.Repeat("0", 1-shift-len(whole)) + whole
		}
		at := len(whole) + shift
		whole, frac = whole[:at], whole[at:]+frac
	}
	if frac == "" {
		return sign + whole, true
	}
	return sign + whole + "." + frac, true
}

// negation says whether a coded value says that what is observed is not so.
func negation(c coding) bool {
	switch c.system {
	case engine.SNOMED:
		return c.code == "373067005" || c.code == "2667000" || c.code == "410516002" // no; absent; known absent
	case engine.LOINC:
		return c.code == "LA32-8" // no
	}
	return c.code == "N" && strings.HasSuffix(c.url, "/v2-0136")
}

// qualifiers are SNOMED CT values that are no finding by themselves.
var qualifiers = map[string]bool{
	"373066001": true, // yes
	"52101004":  true, // present
	"10828004":  true, // positive
	"260385009": true, // negative
	"260373001": true, // detected
	"260415000": true, // not detected
	"82334004":  true, // indeterminate
	"17621005":  true, // normal
	"263654008": true, // abnormal
	"261665006": true, // unknown
	"385432009": true, // not applicable
}

// familyHistory are observations whose value is a disease of a relative.
var familyHistory = map[string]bool{
	"10157-6":   true, // LOINC: history of family member diseases
	"8670-2":    true, // LOINC: history of family member diseases, narrative
	"54114-4":   true, // LOINC: family member health history
	"57177007":  true, // SNOMED CT: family history with explicit context
	"416471007": true, // SNOMED CT: family history of clinical finding
}
