package flat

import (
	"sort"
	"strings"
)

// treatment says what is done to a value on its way.
func treatment(f *cellFile, meaning string) string {
	if f.Values == nil {
		var how []string
		switch {
		case f.Lookup != "":
			how = append(how, "a postcode, looked up in `reference.postcodes`")
		case f.System != "":
			how = append(how, "a code of `"+f.System+"`")
		}
		if f.Normalise != "" {
			how = append(how, "dots, daggers and fillers taken off")
		}
		if f.Month {
			how = append(how, "the first of its month")
		}
		if f.Bound == "last" {
			how = append(how, "the last possible day of a partial date")
		}
		if f.Analyte {
			how = append(how, "converted where the code is a known analyte, by its unit")
		}
		how = append(how, meaning)
		return ": " + strings.Join(how, "; ")
	}
	by := map[string][]string{}
	for _, from := range sortedKeys(f.Values) {
		to := f.Values[from]
		by[to] = append(by[to], from)
	}
	var parts []string
	order := sortedKeys(by)
	sort.SliceStable(order, func(i, j int) bool { return by[order[i]][0] < by[order[j]][0] })
	for _, to := range order {
		parts = append(parts, quoted(by[to], ", ")+" → "+blank(to))
	}
	if f.Missing != nil {
		parts = append(parts, "empty → "+blank(*f.Missing))
	}
	switch {
	case f.Otherwise != nil:
		parts = append(parts, "any other → "+blank(*f.Otherwise))
	case f.Refuse:
		parts = append(parts, "any other: quarantined")
	default:
		parts = append(parts, "any other: left blank and counted")
	}
	return ": " + strings.Join(parts, "; ")
}

func blank(s string) string {
	if s == "" {
		return "blank"
	}
	return s
}

func conditions(list []condFile) string {
	var all []string
	for _, k := range list {
		if k.Filled != nil {
			all = append(all, "`"+k.Column+"` is "+map[bool]string{true: "filled", false: "empty"}[*k.Filled])
		}
		if k.Is != nil {
			all = append(all, "`"+k.Column+"` is "+quoted(k.Is, " or "))
		}
		if k.Not != nil {
			all = append(all, "`"+k.Column+"` is not "+quoted(k.Not, " or "))
		}
	}
	return strings.Join(all, " and ")
}

func quoted(list []string, between string) string {
	return "`" + strings.Join(list, "`"+between+"`") + "`"
}
