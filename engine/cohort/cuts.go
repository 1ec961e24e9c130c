package cohort

// Cut divides everyone by a condition: yes, no, not known.
type Cut struct {
	ID, Title string
	Where     any // as ParseNode reads it
}

// Core20PLUS5 are the cuts of NHS England's approach for adults
// (https://www.england.nhs.uk/about/equality/equality-hub/national-healthcare-inequalities-improvement-programme/core20plus5/):
// the most deprived fifth, and the five clinical areas by the features nearest to
// them. Early cancer diagnosis is cancer ever recorded, for no feature holds the
// stage; chronic respiratory disease is COPD, which the approach names. PLUS
// groups are local: see Plus. Maternity and severe mental illness are read by
// clinicians only of one person; here they are in because the approach asks for
// them, as controlled counts.
func Core20PLUS5() []Cut {
	return []Cut{
		{"core20", "Core20: most deprived 20 %", map[string]any{"field": "imd_quintile", "op": string(Is), "value": 1.0}},
		{"maternity", "Core20PLUS5: pregnancy or birth in the last 12 months", some("pregnancy_365d")},
		{"severe_mental_illness", "Core20PLUS5: severe mental illness", some("severe_mental_illness_ever")},
		{"chronic_respiratory", "Core20PLUS5: COPD", some("copd_ever")},
		{"cancer", "Core20PLUS5: cancer, ever recorded", some("cancer_ever")},
		{"hypertension", "Core20PLUS5: high blood pressure", some("hypertension_ever")},
	}
}

var cutLabels = []string{"yes", "no", "not known"}

// dimension makes the dimension of a cut from how it came out.
func (c Cut) dimension(n int, d decided) Dimension {
	out := Dimension{ID: c.ID, Title: c.Title, Labels: cutLabels, of: make([]uint16, n)}
	for i := range out.of {
		switch {
		case d.yes.has(i):
		case d.unsure.has(i):
			out.of[i] = 2
		default:
			out.of[i] = 1
		}
	}
	return out
}
