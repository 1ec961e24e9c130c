package risklist

// Heed gives the teams with the capacities that they have set themselves, by team;
// one of 0 or below, and one of a team that is not there, is none. Configured
// keeps what the configuration says, standard where a team's own is 0.
func Heed(teams []Team, standard int, set map[string]int) []Team {
	out := make([]Team, len(teams))
	for k, t := range teams {
		t.Configured = t.Capacity
		if t.Configured == 0 {
			t.Configured = standard
		}
		t.Capacity = t.Configured
		if n := set[t.ID]; n > 0 {
			t.Capacity, t.Set = n, true
		}
		out[k] = t
	}
	return out
}
