package cohort

// public says whether a field is no secret: whoever knows a person knows it, and
// how many there are is published.
func (f *Field) public() bool {
	switch f.ID {
	case "age", "sex", "imd_quintile", "practice", "pcn", "team":
		return f.Source == Attribute
	}
	return false
}
