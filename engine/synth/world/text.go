package world

import "strconv"

// AppendOnset appends the onset of a problem as the record has it: of those long
// before the period, one in five as a year and one in ten as a year and month.
// The same record is always written the same way.
func (w *World) AppendOnset(b []byte, p *Problem) []byte {
	n := len(b)
	b = p.Onset.AppendDate(b)
	if p.Onset < w.Calendar.Begin()-730 {
		switch x := p.ID % 10; {
		case x < 2:
			b = b[:n+4]
		case x < 3:
			b = b[:n+7]
		}
	}
	return b
}

// AppendNumber appends the value as a decimal number.
func (v *Value) AppendNumber(b []byte) []byte {
	n := v.Number
	if n < 0 {
		b = append(b, '-')
		n = -n
	}
	if v.Decimals == 0 {
		return strconv.AppendInt(b, int64(n), 10)
	}
	// One decimal is all that the world uses.
	b = strconv.AppendInt(b, int64(n/10), 10)
	return append(b, '.', byte('0'+n%10))
}

// Coded says whether the value is a statement without a number.
func (v *Value) Coded() bool { return v.Number == 0 && v.Unit.Text == "" && !v.Missing }
