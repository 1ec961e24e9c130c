package risklist

// RepeatDays is over how many days it is looked whether a list only repeats
// itself.
const RepeatDays = 30

// Again marks on each list how many of its people were on it RepeatDays ago and
// have not been acted on since: who reads the same names every month stops reading.
// idle is every such place; nil and known false where nothing says.
func (r *Result) Again(idle []Place, known bool) {
	was := make(map[Place]bool, len(idle))
	for _, p := range idle {
		was[p] = true
	}
	for l := range r.Lists {
		list := &r.Lists[l]
		list.Again, list.AgainKnown = 0, known
		for _, rows := range [][]Row{list.Rows, list.Added} {
			for _, row := range rows {
				if was[Place{row.Person, row.Team}] {
					list.Again++
				}
			}
		}
	}
}
