package evaluate

// Point is a list that ends after a run of equal scores: everyone with a
// probability of Cut or more.
type Point struct {
	Cut         float64 `json:"cut"`
	Share       float64 `json:"share"`        // of all weight that is on the list
	Sensitivity float64 `json:"sensitivity"`  // of the events; NaN without events
	Others      float64 `json:"others"`       // of those without the outcome (1 - specificity); NaN when all have it
	PPV         float64 `json:"ppv"`          // share of the list with the outcome
	NeedToCall  float64 `json:"need_to_call"` // people on the list for each event, 1/PPV; +Inf without one
}

// Trace gives the lists of rising size, at most about 500 of them, evenly
// spread over the share, and the first hundred in full, where lists are made.
func Trace(d Data) ([]Point, error) {
	r, err := rank(d)
	if err != nil {
		return nil, err
	}
	weight, events := 0.0, 0.0
	for i, w := range r.w {
		weight += w
		events += w * r.y[i]
	}
	var out []Point
	seen, found, last := 0.0, 0.0, 0.0
	from := 0
	for k, end := range r.ends {
		for i := from; i < int(end); i++ {
			seen += r.w[i]
			found += r.w[i] * r.y[i]
		}
		from = int(end)
		if share := seen / weight; k < 100 || k+1 == len(r.ends) || share-last >= 1./400 {
			last = share
			out = append(out, Point{Cut: r.p[end-1], Share: share, Sensitivity: found / events,
				Others: (seen - found) / (weight - events), PPV: found / seen, NeedToCall: seen / found})
		}
	}
	return out, nil
}
