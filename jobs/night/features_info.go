//go:build duckdb_arrow

package night

import (
	"maps"
	"slices"
	"strings"

	"leftshift/features/kernel"
	"leftshift/features/population"
	"leftshift/jobs/report"
)

// featuresFile holds a featuresInfo beside the features.
const featuresFile = "features.json"

// featuresInfo is what the features step says of itself.
type featuresInfo struct {
	Attrition map[string]int64 `json:"attrition"`
	Read      kernel.Counts    `json:"read"`
	// Unseen are the kinds of record that no source showed of anyone by the
	// as-of date, as engine.RecordKind names them, in order of name.
	Unseen []string `json:"unseen"`
	// Silent counts, by kind, the practices of whose people none can be seen
	// though those of others can.
	Silent map[string]int `json:"silent_practices"`
}

// see notes what could not be seen.
func (x *featuresInfo) see(c population.Coverage) {
	x.Unseen, x.Silent = strings.Fields(c.Unseen.Text()), map[string]int{}
	for _, k := range c.Practices {
		for _, kind := range strings.Fields(k.Less(c.Unseen).Text()) {
			x.Silent[kind]++
		}
	}
}

// unseen says it for the night report.
func (x *featuresInfo) unseen() (kinds []string, silent []report.Silence) {
	for _, k := range x.Unseen {
		kinds = append(kinds, kindWords(k))
	}
	for _, k := range slices.Sorted(maps.Keys(x.Silent)) {
		silent = append(silent, report.Silence{Kind: kindWords(k), Practices: x.Silent[k]})
	}
	return kinds, silent
}

// kindWords says a kind of record: "spell.mental_health" is "care: mental
// health".
func kindWords(kind string) string {
	kind = strings.ReplaceAll(kind, "_", " ")
	if k, ok := strings.CutPrefix(kind, "spell."); ok {
		return "care: " + k
	}
	return strings.Replace(kind, ".", ": ", 1)
}
