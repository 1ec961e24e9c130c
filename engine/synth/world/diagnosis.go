package world

// reasons for emergency admission that no condition explains, each as likely as
// the next: for children, adults and older people.
var reasons = [3][]string{
	{"B349", "J219", "K529", "R509", "J069", "S099", "J209", "R104"},
	{"R074", "R104", "K358", "N390", "L031", "T391", "J189", "K802", "R55X", "M545", "S826", "N23X"},
	{"J189", "N390", "A419", "R074", "R55X", "L031", "K590", "N179", "R104", "K922", "J690", "R410"},
}

// fallReasons: a primary injury and its cause.
var fallReasons = []string{"S720", "S721", "S422", "S525", "S060", "S324", "S010", "R296"}

// diagnose chooses a primary diagnosis: in proportion to what the age and each
// condition that counts add to the hazard.
func (r *Recorder) diagnose(day Day, age int) (primary, cause string) {
	p, c := r.p, r.c
	f := Functions[Admission]
	total := f.byAge[min(age, 120)]
	m := r.w.Calendar.MonthOf(day)
	for k, onset := range p.Onset {
		if onset != Never && r.w.Calendar.MonthOf(onset)+Lead <= m {
			total += Conditions[k].Admission
		}
	}
	x := c.Float64()*total - f.byAge[min(age, 120)]
	if x >= 0 {
		for k, onset := range p.Onset {
			if onset != Never && r.w.Calendar.MonthOf(onset)+Lead <= m {
				if x -= Conditions[k].Admission; x < 0 {
					a := Conditions[k].Acute
					return a[c.IntN(len(a))], ""
				}
			}
		}
	}
	if age >= 65 && c.Yes(.16) {
		primary = fallReasons[c.IntN(len(fallReasons))]
		if primary != "R296" {
			cause = "W19X"
			if c.Yes(.4) {
				cause = "W010"
			}
		}
		return primary, cause
	}
	band := 1
	if age < 16 {
		band = 0
	} else if age >= 65 {
		band = 2
	}
	return reasons[band][c.IntN(len(reasons[band]))], ""
}

// comorbid fills the secondary diagnoses, at most twelve.
func (r *Recorder) comorbid(day Day, age int, primary, cause string) []string {
	s := r.secondary[:0]
	if cause != "" {
		s = append(s, cause)
	}
	for k, onset := range r.p.Onset {
		if onset < day && len(s) < 11 && Conditions[k].ICD != primary && r.c.Yes(.7) {
			s = append(s, Conditions[k].ICD)
		}
	}
	if r.p.Smoker && r.c.Yes(.3) {
		s = append(s, "Z720")
	}
	if age >= 80 && len(s) < 12 && r.c.Yes(.15) {
		s = append(s, "R54X")
	}
	return s
}

// cut divides a stay into one to three episodes.
func (r *Recorder) cut(start, end Day, primary string, secondary []string) []Episode {
	n := 1
	if stay := int(end - start); stay >= 2 && r.c.Yes(.25) {
		n = 2
		if stay >= 8 && r.c.Yes(.3) {
			n = 3
		}
	}
	function := functions[r.c.IntN(len(functions))]
	at := start
	for i := 0; i < n; i++ {
		to := end
		if i < n-1 {
			to = at + Day(r.c.IntN(int(end-at)+1))
		}
		r.episodes[i] = Episode{Start: at, End: to, Function: function, Primary: primary, Secondary: secondary}
		at = to
		function = functions[r.c.IntN(len(functions))]
	}
	return r.episodes[:n]
}
