package schema

import "leftshift/engine"

// Due is how the scores of a published snapshot came true, of everyone whom they
// were of or of a part of them.
type Due struct {
	Snapshot  string     `col:"snapshot" check:"required" say:"the snapshot whose scores are held against what happened: the last of its month"`
	AsOf      engine.Day `col:"scored_on" check:"required" say:"its as-of date"`
	Model     string     `col:"model" check:"required" say:"the model"`
	Horizon   int64      `col:"horizon_days" say:"days ahead that the probability is of"`
	DueOn     engine.Day `col:"due_on" check:"required" say:"the day from which the outcomes are complete: the horizon and the time that sources take to settle after it"`
	KnownOn   engine.Day `col:"known_on" say:"the night that looked; null before the outcomes are due"`
	By        string     `col:"part" check:"required" say:"everyone, tenth, network, practice, age, sex, deprivation quintile or ethnic group"`
	Label     string     `col:"label" say:"of the part; tenths from 01, the lowest risk"`
	People    int64      `col:"people" say:"scored, and at risk of the outcome on the day; -1 before the outcomes are due"`
	Weight    float64    `col:"weight" say:"people, those who left before the end replaced by others like them (inverse probability of censoring)"`
	Events    float64    `col:"with_outcome" say:"weight of those with the outcome"`
	Expected  float64    `col:"expected" say:"weighted sum of the probabilities"`
	Ratio     float64    `col:"observed_expected" say:"with_outcome over expected; null where it has no meaning"`
	RatioLow  float64    `col:"observed_expected_low" say:"95 % interval over resampled people"`
	RatioHigh float64    `col:"observed_expected_high" say:"95 % interval over resampled people"`
	Slope     float64    `col:"calibration_slope" say:"below 1: predictions are too extreme; null of tenths"`
	SlopeLow  float64    `col:"calibration_slope_low" say:"95 % interval"`
	SlopeHigh float64    `col:"calibration_slope_high" say:"95 % interval"`
	AUROC     float64    `col:"auroc" say:"chance that one with the outcome ranks above one without; null of tenths"`
	AUROCLow  float64    `col:"auroc_low" say:"95 % interval"`
	AUROCHigh float64    `col:"auroc_high" say:"95 % interval"`
}

// DueEveryone and the others are what Due.By may be.
const (
	DueEveryone = "everyone"
	DueTenth    = "tenth"
	DueNetwork  = "network"
	DuePractice = "practice"
)
