package cohort

import (
	"fmt"
	"slices"
)

const notKnown = "not known"

// ageBand is a ten-year band, from 90 on one.
func ageBand(age int64) string {
	switch {
	case age < 0:
		return notKnown
	case age >= 90:
		return "90 and over"
	}
	return fmt.Sprintf("%02d to %02d", age/10*10, age/10*10+9)
}

// ethnicGroup is the census group of an NHS Data Dictionary ethnic category.
func ethnicGroup(category string) string {
	if len(category) == 1 {
		for _, g := range [...][2]string{{"ABC", "White"}, {"DEFG", "Mixed"}, {"HJKL", "Asian or Asian British"}, {"MNP", "Black or Black British"}, {"RS", "Other ethnic groups"}} {
			if category[0] >= g[0][0] && category[0] <= g[0][len(g[0])-1] && slices.Contains([]byte(g[0]), category[0]) {
				return g[1]
			}
		}
	}
	return "not known or not stated"
}

// quintile is a fifth of deprivation.
func quintile(fifth int64) string {
	if fifth < 1 || fifth > 5 {
		return notKnown
	}
	return [...]string{"1 most deprived", "2", "3", "4", "5 least deprived"}[fifth-1]
}

// labelled makes a dimension of everyone's labels, in byte order or the order given.
func labelled(id, title string, labels []string, order ...string) (Dimension, error) {
	d := Dimension{ID: id, Title: title, of: make([]uint16, len(labels))}
	seen := map[string]bool{}
	for _, l := range labels {
		seen[l] = true
	}
	for _, l := range order {
		if seen[l] {
			d.Labels = append(d.Labels, l)
			delete(seen, l)
		}
	}
	var rest []string
	for l := range seen {
		rest = append(rest, l)
	}
	slices.Sort(rest)
	d.Labels = append(d.Labels, rest...)
	if len(d.Labels) > 1<<16 {
		return d, fault("cohort-labels", "the snapshot divides people into more than 65,536 practices or networks, which is more than can be counted")
	}
	at := map[string]uint16{}
	for k, l := range d.Labels {
		at[l] = uint16(k)
	}
	for i, l := range labels {
		d.of[i] = at[l]
	}
	return d, nil
}
