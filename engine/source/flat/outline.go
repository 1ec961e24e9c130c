package flat

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Outline says in words what a map does, for people. All of it is made from
// the map itself, in the order of its file.
type Outline struct {
	Name, Title string
	// Record says what names a record, when it became known, what withdraws
	// it and whom it is about, a sentence each.
	Record  []string
	Columns []OutlineColumn
	// Rows says which rows a record makes, and what is the same in all of a kind.
	Rows []string
}

// OutlineColumn is one column of the file.
type OutlineColumn struct {
	Name string
	Type string // as the map declares it, without "optional"
	// Absent says that the file may lack the column.
	Absent bool
	// Filled says that a record whose cell is empty is quarantined; Where
	// narrows that to the records that make rows of a table, "" for all.
	Filled bool
	Where  string
	// Uses says what becomes of the column, one for each place.
	Uses []string
}

// Outline describes the map.
func (m *Map) Outline() Outline {
	f := m.form
	o := Outline{Name: m.Name, Title: m.Title}
	place := map[string]int{}
	for _, name := range m.ordered("columns", sortedKeys(f.Columns)) {
		place[name] = len(o.Columns)
		words := strings.Fields(f.Columns[name])
		kept := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "optional" })
		o.Columns = append(o.Columns, OutlineColumn{Name: name, Type: strings.Join(kept, " "), Absent: len(kept) < len(words)})
	}
	use := func(name, say string) {
		if k, ok := place[name]; ok && !slices.Contains(o.Columns[k].Uses, say) {
			o.Columns[k].Uses = append(o.Columns[k].Uses, say)
		}
	}
	must := func(name, where string) {
		if k, ok := place[name]; ok && (!o.Columns[k].Filled || where == "") {
			o.Columns[k].Filled, o.Columns[k].Where = true, where
		}
	}
	m.outlineRecord(&o, use, must)
	for i := range f.Rows {
		m.outlineRow(&o, i, use, must)
	}
	return o
}

// ordered sorts the settings below a prefix as they stand in the file.
func (m *Map) ordered(prefix string, names []string) []string {
	sort.SliceStable(names, func(i, j int) bool {
		a, b := m.at[prefix+"."+names[i]], m.at[prefix+"."+names[j]]
		return a[0] < b[0] || a[0] == b[0] && a[1] < b[1]
	})
	return names
}

func (m *Map) outlineRecord(o *Outline, use, must func(name, say string)) {
	f := m.form
	say := func(format string, args ...any) { o.Record = append(o.Record, fmt.Sprintf(format, args...)) }
	say("A record is named by %s.", quoted(f.Record.ID, " with "))
	must(f.Record.ID[0], "")
	for _, n := range f.Record.ID {
		use(n, "names the record")
	}
	basis := "the flow's `lag_days` after it happened"
	switch {
	case len(f.Record.Happened) == 0:
		basis = ""
	case len(f.Record.Happened) == 1:
		basis += " (" + quoted(f.Record.Happened, "") + ")"
	default:
		basis += " (the first that is filled of " + quoted(f.Record.Happened, ", ") + ")"
	}
	switch {
	case f.Record.Recorded != "" && basis != "":
		say("It became known on `%s`; where that is empty, %s, or without `lag_days` on the night it came.", f.Record.Recorded, basis)
	case f.Record.Recorded != "":
		say("It became known on `%s`; where that is empty, on the night it came.", f.Record.Recorded)
	case basis != "":
		say("It became known %s; without `lag_days` on the night it came.", basis)
	default:
		say("It became known on the night it came.")
	}
	if f.Record.Recorded != "" {
		use(f.Record.Recorded, "day on which the record became known")
	}
	for _, n := range f.Record.Happened {
		use(n, "day it happened, for `lag_days`")
	}
	if len(f.Record.InHand) > 0 {
		say("Where %s it is known on the night it came at the latest.", conditions(f.Record.InHand))
		for _, k := range f.Record.InHand {
			use(k.Column, "known on the night it came at the latest, where "+conditions([]condFile{k}))
		}
	}
	if m.inOrder {
		say("Where a file names a record twice on one date, the later row counts.")
	}
	for _, p := range f.Record.Sequence {
		say("A record whose `%s` lies before `%s` is quarantined.", p[1], p[0])
	}
	if len(f.Record.Retracted) > 0 {
		say("A record is withdrawn, with all its earlier versions, where %s.", conditions(f.Record.Retracted))
		for _, k := range f.Record.Retracted {
			use(k.Column, "withdraws the record where "+conditions([]condFile{k}))
		}
	}
	switch {
	case f.Subject.Local != "":
		say("It is about the person whom the source calls `%s`.", f.Subject.Local)
		use(f.Subject.Local, "names the person within the source")
		must(f.Subject.Local, "")
	case f.Subject.NHSNumber != "":
		say("It is about the person with the NHS number `%s`.", f.Subject.NHSNumber)
		use(f.Subject.NHSNumber, "NHS number: ten digits that pass Modulus 11")
		must(f.Subject.NHSNumber, "")
	default:
		say("It is about nobody.")
	}
	if id := f.Identity; id != nil {
		if id.NHSNumber != f.Subject.NHSNumber {
			use(id.NHSNumber, "NHS number: ten digits that pass Modulus 11; ties the source's own identifier to the person")
		}
		must(id.NHSNumber, "")
		for _, n := range []string{id.NHSNumber, id.Family, id.Given, id.BirthDate, id.Phone, id.Address, id.Postcode} {
			use(n, "to the vault, never to the lake")
		}
	}
}

func (m *Map) outlineRow(o *Outline, i int, use, must func(name, say string)) {
	r := &m.form.Rows[i]
	said := "`" + r.Table + "`"
	where := ""
	if len(r.When) > 0 {
		said += " where " + conditions(r.When)
		where = r.Table
		for _, k := range r.When {
			use(k.Column, "makes a row of `"+r.Table+"` where "+conditions([]condFile{k}))
		}
	}
	if len(r.Each) > 0 {
		said += ", one for each that is filled of " + quoted(r.Each, ", ")
		where = r.Table
	}
	var same []string
	for _, name := range m.ordered(fmt.Sprintf("row.%d.fill", i), sortedKeys(r.Fill)) {
		f := r.Fill[name]
		col := landedColumn(r.Table, name)
		at := "`" + r.Table + "." + name + "`"
		switch {
		case f.Is != nil:
			same = append(same, "`"+name+"` = "+*f.Is)
			continue
		case f.Ordinal != 0:
			same = append(same, fmt.Sprintf("`%s` from %d on", name, f.Ordinal))
			continue
		case f.ThisRecord:
			same = append(same, "`"+name+"` is the record itself")
			continue
		case f.Key != "":
			same = append(same, "`"+name+"` is the record `"+f.Key+"`")
			for _, c := range m.ordered("columns", sortedKeys(m.form.Columns)) {
				if strings.Contains(f.Key, "{"+c+"}") {
					use(c, "part of "+at)
				}
			}
			continue
		}
		from := append(slices.Clone(f.FirstOf), f.Column)
		if f.Current {
			from = r.Each
		}
		say := at + treatment(&f, col.Say)
		for k, c := range from {
			switch {
			case c == "":
			case len(f.FirstOf) > 0 && k > 0:
				also := ""
				if col.Required && f.Missing == nil && k == len(f.FirstOf)-1 {
					also = "; one of them is filled, or the record is quarantined"
				}
				use(c, at+", where "+quoted(f.FirstOf[:k], " and ")+" is empty"+also)
			default:
				use(c, say)
			}
		}
		if col.Required && f.Column != "" && f.Missing == nil {
			must(f.Column, where)
		}
		if f.Unit != "" {
			use(f.Unit, "unit of "+at+", in UCUM")
		}
		if f.Display != "" && f.Display != f.Column {
			use(f.Display, "words for "+at)
		}
	}
	if len(same) > 0 {
		said += "; " + strings.Join(same, ", ")
	}
	o.Rows = append(o.Rows, said)
}
