package flatout

import (
	"strconv"

	"leftshift/engine/synth/world"
)

// Spell writes one row of apc.csv for each episode.
func (x *Writer) Spell(s *world.Spell) {
	for i := range s.Episodes {
		e := &s.Episodes[i]
		b := appendID(x.b[:0], s.ID+uint64(i))
		b = number(b, &s.Header)
		b = appendText(b, s.Provider)
		b = append(b, 'S')
		b = append(strconv.AppendUint(b, s.Number%1_000_000_000_000, 10), ',')
		b = append(b, byte('1'+i), ',', s.Class, ',')
		b = appendText(b, s.Method)
		b = appendText(b, s.Source)
		b = appendDay(b, s.Day)
		b = appendDay(b, e.Start)
		b = appendDay(b, e.End)
		if s.Open {
			b = append(b, ",,,"...)
		} else {
			b = appendDay(b, s.Discharge)
			b = appendText(b, s.DischargeMethod)
			b = appendText(b, s.Destination)
		}
		b = appendText(b, e.Function)
		if s.SameDay {
			b = append(b, 'Y')
		}
		b = append(b, ',')
		b = appendText(b, e.Primary)
		for k := 0; k < 12; k++ {
			if k < len(e.Secondary) {
				b = append(b, e.Secondary[k]...)
			}
			b = append(b, ',')
		}
		b = appendText(b, s.Procedure.Code)
		if s.Procedure.Code != "" {
			b = s.Day.AppendDate(b)
		}
		b = append(b, ',')
		x.put(apc, s.Known, b)
	}
}

func appendClock(b []byte, minute int) []byte {
	h, m := minute/60, minute%60
	return append(b, byte('0'+h/10), byte('0'+h%10), ':', byte('0'+m/10), byte('0'+m%10), ':', '0', '0', ',')
}

// Emergency Care Data Set codes (SNOMED CT).
const (
	ByAmbulance     = "1048031000000100"
	ByOwnTransport  = "1048071000000103"
	treatmentEnded  = "182992009"
	DestinationHome = "306689006"
	DestinationWard = "306706006"
)

// Visit writes a row of ecds.csv.
func (x *Writer) Visit(v *world.Visit) {
	b := appendID(x.b[:0], v.ID)
	b = number(b, &v.Header)
	b = appendText(b, v.Provider)
	b = appendText(b, v.Department)
	b = appendDay(b, v.Day)
	b = appendClock(b, v.Minute)
	end := v.Minute + v.Minutes
	b = appendDay(b, v.Day+world.Day(end/1440))
	b = appendClock(b, end%1440)
	if v.ByAmbulance {
		b = appendText(b, ByAmbulance)
	} else {
		b = appendText(b, ByOwnTransport)
	}
	b = appendText(b, v.Acuity)
	b = appendText(b, v.Complaint.Code)
	b = appendText(b, v.Diagnosis.Code)
	b = appendText(b, treatmentEnded)
	if v.Admitted {
		b = appendText(b, DestinationWard)
	} else {
		b = appendText(b, DestinationHome)
	}
	x.put(ecds, v.Known, b)
}

// Outpatient writes a row of outpatients.csv. ATTENDED_CODE is 5 attended on
// time, 3 did not attend, 2 cancelled by the patient; FIRST_ATTENDANCE_CODE is 1
// first, 2 follow-up.
func (x *Writer) Outpatient(a *world.Appointment) {
	b := appendID(x.b[:0], a.ID)
	b = number(b, &a.Header)
	b = appendText(b, a.Provider)
	b = appendDay(b, a.Day)
	if a.First {
		b = append(b, '1', ',')
	} else {
		b = append(b, '2', ',')
	}
	b = append(b, [...]byte{world.Attended: '5', world.DidNotAttend: '3', world.Cancelled: '2'}[a.Outcome], ',')
	b = appendText(b, a.Function)
	x.put(outpatients, a.Known, b)
}
