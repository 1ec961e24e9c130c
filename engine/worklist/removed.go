package worklist

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"leftshift/engine"
	"leftshift/engine/disclosure"
)

// Removed is how many people reviewers took off, by the rule that had listed
// them and the reason, and by practice. It has passed disclosure control: the
// exact numbers do not leave this package.
type Removed struct {
	Rules   []string // of each row of the table
	Reasons []Reason // of each row of the table
	disclosure.Controlled
}

// Removed counts the people whom a reviewer found not suitable on a day from
// first to last, both included, and who were not opened again. Each person counts
// once: by their last such decision.
func (s *Store) Removed(ctx context.Context, first, last engine.Day, rule disclosure.Rule) (Removed, error) {
	type cell struct {
		rule     string
		reason   Reason
		practice string
	}
	of := map[engine.Person]cell{}
	err := s.look(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT e.person, e.rule, h.reason, e.practice, h.at FROM history h JOIN entry e ON e.id = h.item
			WHERE h.kind = 'moved' AND h.to_state = 'not_suitable'
			AND NOT EXISTS (SELECT 1 FROM history g WHERE g.item = h.item AND g.seq > h.seq AND g.kind = 'moved') ORDER BY h.seq`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var p engine.Person
			var c cell
			var at int64
			if err := rows.Scan(&p, &c.rule, &c.reason, &c.practice, &at); err != nil {
				return err
			}
			if day := engine.DayOf(time.UnixMilli(at)); day >= first && day <= last {
				of[p] = c // the last stands
			}
		}
		return rows.Err()
	})
	if err != nil {
		return Removed{}, err
	}
	var rules, practices []string
	counts := map[cell]int{}
	for _, c := range of {
		counts[c]++
		rules, practices = append(rules, c.rule), append(practices, c.practice)
	}
	slices.Sort(rules)
	slices.Sort(practices)
	out, table := Removed{}, disclosure.Table{Columns: slices.Compact(practices)}
	for _, r := range slices.Compact(rules) {
		for _, w := range Reasons() {
			row, any := make([]int, len(table.Columns)), false
			for k, p := range table.Columns {
				row[k] = counts[cell{r, Reason(w.Code), p}]
				any = any || row[k] > 0
			}
			if any {
				out.Rules, out.Reasons = append(out.Rules, r), append(out.Reasons, Reason(w.Code))
				table.Rows, table.Counts = append(table.Rows, r+": "+w.Code), append(table.Counts, row)
			}
		}
	}
	out.Controlled, err = table.Control(rule)
	return out, err
}
