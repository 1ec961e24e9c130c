// Package score computes published clinical scores: models whose coefficients
// we did not fit.
//
// A published score lives in a folder of its own under published/: its tables
// as CSV, the code that reads them, and worked cases with their source. A
// score is exact: whole points, or whole tenths where the paper gives tenths,
// so a band boundary never depends on the order of a sum.
//
// Codes are a set. Adding one twice, or in another order, never changes a
// score. Which codes to give (which spells, which positions, which years) is
// the caller's decision; Info.Inputs says what the paper used.
package score

// Info is what a reader needs to know of a score before trusting it.
type Info struct {
	Name     string // lower_snake, unique
	Title    string
	Citation string // the paper
	Licence  string // of the facts taken, and where they were read
	Inputs   string // which records the paper gives the score
	Caution  string // what to check before use; "" for nothing
	Scale    int64  // values are in 1/Scale points: 1 or 10
}

// Part is one category that counted.
type Part struct {
	Category   string // short name, as in the score's table
	Label      string
	Points     int64 // in 1/Scale points
	Superseded bool  // a graver category is present, so it adds nothing
}

// Result is a score of one set of codes.
type Result struct {
	Value  int64  // in 1/Scale points
	Scale  int64  // as in Info
	Band   string // "" when the score publishes no bands
	Parts  []Part // in the order of the score's table; nil for none
	Unread int    // distinct codes that are not ICD-10 and were left out
}

// Flat is the sum with no hierarchy and no floor: every part counts.
func (r Result) Flat() int64 {
	var sum int64
	for _, p := range r.Parts {
		sum += p.Points
	}
	return sum
}

// Score is a published score over ICD-10 codes. Compute takes codes as they
// are written in records (dots, daggers, fillers and small letters do not
// matter). No codes gives the score of a person with none of the conditions;
// whether that is true or only unknown is for the caller to say.
type Score interface {
	Info() Info
	Compute(codes []string) Result
}
