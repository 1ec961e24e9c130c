package cohort

import "encoding/json"

// FeatureFields makes fields of what stands beside a snapshot's features,
// feature_columns.json. One that Attributes has is left out: the person's own
// says it as well.
func FeatureFields(columns []byte) ([]Field, error) {
	var read []struct {
		ID       string   `json:"id"`
		Title    string   `json:"title"`
		Area     string   `json:"area"`
		Unit     string   `json:"unit"`
		Makes    string   `json:"makes"`
		Display  string   `json:"display"`
		Observed []string `json:"observed"`
	}
	if err := json.Unmarshal(columns, &read); err != nil {
		return nil, fault("cohort-dictionary", "what stands beside the snapshot's features cannot be read: publish again")
	}
	taken := map[string]bool{}
	for _, f := range Attributes() {
		taken[f.ID] = true
	}
	var out []Field
	for _, c := range read {
		if taken[c.ID] {
			continue
		}
		out = append(out, Field{ID: c.ID, Title: c.Title, Area: c.Area, Unit: c.Unit, Kind: Number, Source: Feature, Clinical: c.Display != "team", Observed: c.Observed,
			YesNo: c.Makes == "any" || c.Makes == "latest_is yes"})
	}
	return out, nil
}
