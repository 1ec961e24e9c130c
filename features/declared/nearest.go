package declared

// Nearest gives the known word that one most likely meant: the first of those
// with the fewest letters wrong, left out, too many or swapped, at most one for
// every three of the word. "" when none is near.
func Nearest(word string, known []string) string {
	best, least := "", len(word)/3+1
	if len(word) < 3 || len(word) > 64 {
		return ""
	}
	for _, k := range known {
		if d := len(k) - len(word); d >= least || -d >= least {
			continue
		}
		if n := distance(word, k); n < least {
			best, least = k, n
		}
	}
	return best
}

// distance is the optimal string alignment distance of two words, in bytes.
func distance(a, b string) int {
	before, last, now := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
		before, last, now = last, now, before
	}
	return last[len(b)]
}
