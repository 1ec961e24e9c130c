package flatout

import (
	"strconv"

	"leftshift/engine/synth/world"
)

// Patient writes the registrations that are new or changed.
func (x *Writer) Patient(v *world.PatientVersion) {
	p := v.Person
	for i := range v.Registrations {
		if !v.Fresh[i] {
			continue
		}
		g := &v.Registrations[i]
		b := appendID(x.b[:0], RegistrationID(p.Index, i))
		b = appendPatient(b, p.Index)
		b = append(append(b, p.Recorded[:]...), ',')
		b = appendDay(b, p.Birth)
		b = append(b, byte('0'+p.Sex), ',')
		if p.Ethnic != 0 {
			b = append(b, p.Ethnic)
		}
		b = append(b, ",SYNTH-"...)
		b = strconv.AppendInt(b, int64(p.Index), 10)
		b = append(b, ",PERSON,01632 960"...)
		b = append(b, byte('0'+p.Index/100%10), byte('0'+p.Index/10%10), byte('0'+p.Index%10), ',')
		b = x.w.Geography.AppendPostcode(b, g.Postcode)
		b = append(b, ',')
		b = appendText(b, x.w.Geography.Practices[g.Practice].Code)
		b = appendDay(b, g.From)
		b = appendDay(b, g.To)
		if v.CareHome {
			b = append(b, 'Y')
		} else {
			b = append(b, 'N')
		}
		b = append(b, ',')
		b = appendDay(b, v.Death)
		b = appendDay(b, v.Known)
		x.put(patients, v.Known, b)
	}
}

// Problem writes a row of problems.csv.
func (x *Writer) Problem(p *world.Problem) {
	b := x.start(&p.Header)
	b = appendText(b, p.Code.Code)
	b = appendText(b, p.Code.Term)
	b = append(x.w.AppendOnset(b, p), ',')
	b = appendDay(b, p.End)
	s := "active"
	if p.End != world.Never {
		s = "resolved"
	}
	b = appendText(b, status(&p.Header, s))
	b = appendDay(b, p.Known)
	x.put(problems, p.Known, b)
}

// Medicine writes a row of medicines.csv.
func (x *Writer) Medicine(i *world.Issue) {
	b := x.start(&i.Header)
	b = appendText(b, i.Medicine.DMD)
	b = appendText(b, i.Medicine.BNF)
	b = appendText(b, i.Medicine.Name)
	b = appendDay(b, i.Day)
	b = append(strconv.AppendInt(b, int64(i.Medicine.Quantity), 10), ',')
	b = appendText(b, status(&i.Header, "issued"))
	b = appendDay(b, i.Known)
	x.put(medicines, i.Known, b)
}

// Value writes a row of values.csv.
func (x *Writer) Value(v *world.Value) {
	b := x.start(&v.Header)
	b = appendText(b, v.Code.Code)
	b = appendText(b, v.Code.Term)
	if !v.Missing && !v.Coded() {
		b = v.AppendNumber(b)
	}
	b = append(b, ',')
	b = appendText(b, v.Unit.Text)
	b = appendDay(b, v.Day)
	b = appendText(b, status(&v.Header, "final"))
	b = appendDay(b, v.Known)
	x.put(values, v.Known, b)
}

var modes = [...]string{world.Surgery: "surgery", world.Telephone: "telephone", world.Home: "home", world.Online: "online"}
var outcomes = [...]string{world.Attended: "attended", world.DidNotAttend: "did-not-attend", world.Cancelled: "cancelled"}

// Contact writes a row of contacts.csv.
func (x *Writer) Contact(c *world.Contact) {
	b := x.start(&c.Header)
	b = appendDay(b, c.Day)
	b = appendText(b, modes[c.Mode])
	b = appendText(b, c.Role)
	b = appendText(b, outcomes[c.Outcome])
	b = appendText(b, status(&c.Header, "recorded"))
	b = appendDay(b, c.Known)
	x.put(contacts, c.Known, b)
}

// Place B's practices send none of these.

// Allergy writes nothing.
func (x *Writer) Allergy(*world.Note) {}

// Immunisation writes nothing.
func (x *Writer) Immunisation(*world.Note) {}

// Procedure writes nothing: apc.csv has the procedure code.
func (x *Writer) Procedure(*world.Note) {}

// Referral writes nothing.
func (x *Writer) Referral(*world.Note) {}

// Flag writes nothing.
func (x *Writer) Flag(*world.Note) {}
