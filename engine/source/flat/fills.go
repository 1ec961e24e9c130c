package flat

import (
	"reflect"

	"leftshift/engine/schema"
)

// Fill is a column of a landed table that a map can fill.
type Fill struct {
	Table, Column string
	Holds         string // day, code, measured value, record key, text, whole number
	Required      bool
	Words         []string // the constants it takes, beside a code number of the NHS Data Dictionary; empty when any goes
	Say           string
}

// Fills lists what maps can fill, in the order of the tables.
func Fills() []Fill {
	var out []Fill
	for _, t := range schema.Landed {
		own, ok := tables[t.Name]
		if !ok {
			continue
		}
		typ := reflect.TypeOf(own.row)
		fields := map[string][]int{}
		noDays(reflect.New(typ).Elem(), nil, fields)
		for _, c := range t.Columns {
			field, ok := fields[c.Name]
			if !ok {
				continue
			}
			holds := map[kind]string{kDay: "day", kCode: "code", kNumber: "measured value", kText: "text", kSmall: "whole number, 0 to 255", kInt: "whole number"}[kindOf(typ.FieldByIndex(field).Type)]
			if isRecordKey(t.Name, c.Name) {
				holds = "record key"
			}
			out = append(out, Fill{t.Name, c.Name, holds, c.Required && !(t.Name == "event" && c.Name == "last_day"), sortedKeys(words[t.Name+"."+c.Name]), c.Say})
		}
	}
	return out
}

func landedColumn(table, name string) schema.Column {
	for _, c := range schema.Landed[tables[table].id].Columns {
		if c.Name == name {
			return c
		}
	}
	return schema.Column{}
}
