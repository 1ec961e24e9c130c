package plan

import (
	"math"
	"strings"

	"leftshift/engine"
	"leftshift/features/catalogue"
)

// mask has a bit for each number.
func mask[T ~uint8](numbers []T) (m uint32) {
	for _, n := range numbers {
		m |= 1 << n
	}
	return m
}

// any of them when none is named.
func maskOrAny[T ~uint8](numbers []T) uint32 {
	if len(numbers) == 0 {
		return math.MaxUint32
	}
	return mask(numbers)
}

func filter(d *catalogue.Definition) Filter {
	f := Filter{Source: d.Source, Value: d.Analyte != "", ValueFrom: math.MinInt64, ValueTo: math.MaxInt64, Gap: int32(d.Gap),
		FirstOfCIS: d.FirstOfCIS, NoAdmission: d.NoAdmission, Readmission: int32(d.Readmission), Current: d.Current,
		Kinds: mask(d.Kinds), Statuses: maskOrAny(d.Statuses), Modes: maskOrAny(d.Modes), Within: mask(d.Within),
		Spells: mask(d.Spells), Attended: mask(d.Attended), Specialties: codes(d.Specialties), Arrivals: codes(d.Arrivals)}
	if d.ValueFrom != nil {
		f.ValueFrom = *d.ValueFrom
	}
	if d.ValueTo != nil {
		f.ValueTo = *d.ValueTo
	}
	for _, p := range d.Positions {
		f.Positions |= 1 << map[catalogue.Position]uint{catalogue.NoPosition: 0, catalogue.Primary: 1, catalogue.Secondary: 2}[p]
	}
	if len(d.Positions) == 0 {
		f.Positions = math.MaxUint32
	}
	for _, x := range d.Destinations {
		f.Destinations = append(f.Destinations, Shorten(x))
	}
	if d.Source == catalogue.Document {
		for _, x := range d.Categories {
			f.Kinds |= 1 << DocumentKind(uint8(x))
		}
		if len(d.Categories) == 0 {
			f.Kinds = math.MaxUint32 << DocumentKind(0)
		}
	}
	return f
}

// codes gives the keys of codes written "system:code".
func codes(texts []string) (out []engine.Code) {
	for _, x := range texts {
		system, code, _ := strings.Cut(x, ":")
		out = append(out, engine.CodeKey(engine.ParseSystem(system), code))
	}
	return out
}
