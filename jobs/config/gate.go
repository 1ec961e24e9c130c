package config

// Gate says what the model that ranks the lists must keep to, and what happens
// when it does not. A measure is beyond its limit when the whole of its interval
// is, so that chance in a small group holds no run.
type Gate struct {
	Action    string  `toml:"action" default:"warn" check:"one=gate" say:"what a run does when a limit is passed: warn, or hold (nothing is published, and the lists of the night before stay)"`
	RatioLow  float64 `toml:"observed_expected_low" default:"0.8" check:"min=0,max=1" say:"least observed over expected, of everyone and of each group; 0: no limit"`
	RatioHigh float64 `toml:"observed_expected_high" default:"1.25" check:"min=0" say:"greatest observed over expected; 0: no limit"`
	SlopeLow  float64 `toml:"calibration_slope_low" default:"0.8" check:"min=0,max=1" say:"least calibration slope; 0: no limit"`
	SlopeHigh float64 `toml:"calibration_slope_high" default:"1.25" check:"min=0" say:"greatest calibration slope; 0: no limit"`
	AUROC     float64 `toml:"auroc_low" default:"0.6" check:"min=0,max=1" say:"least AUROC, of everyone and within each group; 0: no limit"`
	Events    int     `toml:"least_outcomes" default:"50" check:"min=1" say:"groups in which fewer people had the outcome are not held to the limits"`
}
