package spell

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/engine/schema"
)

// ep reads one line: spell episode start end method class known[-knownto] [src=.. dst=.. disch=.. kind=.. prov=..]
// Days are plain numbers; "-" is none.
func ep(t testing.TB, line string) Episode {
	t.Helper()
	f := strings.Fields(line)
	d := func(s string) engine.Day {
		if s == "-" {
			return engine.NoDay
		}
		var n int
		if _, err := fmt.Sscan(s, &n); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		return engine.Day(n)
	}
	e := Episode{Source: "s", KnownTo: engine.NoDay}
	e.Episode = schema.NewEpisode(engine.AdmittedEpisode)
	fmt.Sscan(f[0], &e.Spell)
	fmt.Sscan(f[1], &e.Number)
	e.Record = e.Spell*100 + e.Number
	e.StartDay, e.EndDay, e.AdmissionMethod = d(f[2]), d(f[3]), f[4]
	fmt.Sscan(f[5], &e.Classification)
	from, to, closed := strings.Cut(f[6], "-")
	e.Known = d(from)
	if closed {
		e.KnownTo = d(to)
	}
	for _, w := range f[7:] {
		k, v, _ := strings.Cut(w, "=")
		switch k {
		case "src":
			e.AdmissionSource = v
		case "dst":
			e.Destination = v
		case "disch":
			e.SpellStart, e.SpellEnd = e.StartDay, d(v)
		case "rec":
			fmt.Sscan(v, &e.Record)
		case "prov":
			var p int64
			fmt.Sscan(v, &p)
			e.Provider = engine.Code(p)
		case "att":
			fmt.Sscan(v, &e.Attended)
		case "kind":
			var k uint8
			fmt.Sscan(v, &k)
			e.Kind = engine.EpisodeKind(k)
		default:
			t.Fatalf("%s: %s?", line, w)
		}
	}
	return e
}

func show(rows []schema.CuratedSpell) string {
	var b strings.Builder
	day := func(d engine.Day) string {
		if d == engine.NoDay {
			return "-"
		}
		return fmt.Sprint(int(d))
	}
	for _, r := range rows {
		fmt.Fprintf(&b, "%s %s..%s cis=%d first=%d episodes=%d known %s..%s", r.Kind, day(r.StartDay), day(r.EndDay), r.CIS, r.CISFirst, r.Episodes, day(r.KnownFrom), day(r.KnownTo))
		if r.Attended != 0 {
			fmt.Fprintf(&b, " attended=%d", r.Attended)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestSpells(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"two consultant episodes are one spell, classified by the first", `
			1 1 100 103 21 1 120
			1 2 103 110 21 1 120`, `
			emergency 100..110 cis=1 first=1 episodes=2 known 120..-`},
		{"an episode that becomes known later changes the spell from that day", `
			1 1 100 103 21 1 120
			1 2 103 110 21 1 150`, `
			emergency 100..103 cis=1 first=1 episodes=1 known 120..150
			emergency 100..110 cis=1 first=1 episodes=2 known 150..-`},
		{"an open version, then the discharge", `
			1 1 100 - 21 1 101-115 rec=9
			1 1 100 110 21 1 115 rec=9`, `
			emergency 100..110 cis=1 first=1 episodes=1 known 115..-
			emergency 100..- cis=1 first=1 episodes=1 known 101..115`},
		{"a retracted episode leaves no spell", `
			1 1 100 105 21 1 110-130`, `
			emergency 100..105 cis=1 first=1 episodes=1 known 110..130`},
		{"an emergency transfer continues the stay; the elective one after it does not", `
			1 1 100 103 21 1 110 prov=7
			2 1 103 109 2B 1 115 prov=8
			3 1 140 142 12 1 150`, `
			emergency 100..103 cis=1 first=1 episodes=1 known 110..-
			emergency 103..109 cis=1 first=0 episodes=1 known 115..-
			elective 140..142 cis=3 first=1 episodes=1 known 150..-`},
		{"home on day 103 and back on day 104 is a readmission", `
			1 1 100 103 21 1 110 dst=19
			2 1 104 109 21 1 115 src=19`, `
			emergency 100..103 cis=1 first=1 episodes=1 known 110..-
			emergency 104..109 cis=2 first=1 episodes=1 known 115..-`},
		{"destination another hospital within two days continues, after three does not", `
			1 1 100 103 21 1 110 dst=51
			2 1 105 109 21 1 115 dst=51
			3 1 112 113 21 1 120`, `
			emergency 100..103 cis=1 first=1 episodes=1 known 110..-
			emergency 105..109 cis=1 first=0 episodes=1 known 115..-
			emergency 112..113 cis=3 first=1 episodes=1 known 120..-`},
		{"kinds", `
			1 1 10 10 82 1 20
			2 1 30 32 31 1 40
			3 1 50 50 11 2 60
			4 1 70 72 81 1 80
			5 1 90 91 98 1 99
			6 1 110 110 2C 1 120
			7 1 130 131 2A 1 140
			8 1 150 150 21 2 160
			9 1 170 170 - 0 180 kind=2
			10 1 190 190 - 0 200 kind=3`, `
			birth 10..10 cis=0 first=0 episodes=1 known 20..-
			maternity 30..32 cis=2 first=1 episodes=1 known 40..-
			day_case 50..50 cis=3 first=1 episodes=1 known 60..-
			transfer 70..72 cis=4 first=1 episodes=1 known 80..-
			other 90..91 cis=5 first=1 episodes=1 known 99..-
			birth 110..110 cis=0 first=0 episodes=1 known 120..-
			emergency 130..131 cis=7 first=1 episodes=1 known 140..-
			other 150..150 cis=8 first=1 episodes=1 known 160..-
			ed 170..170 cis=0 first=0 episodes=1 known 180..-
			sdec 190..190 cis=0 first=0 episodes=1 known 200..-`},
		{"care outside hospital is a spell each, with what became of it, and no admission", `
			1 1 10 10 - 0 12 kind=5 att=15
			2 1 20 20 - 0 22 kind=6 att=12
			3 1 30 - - 0 60-130 rec=5 kind=7 att=8
			3 1 30 90 - 0 130 rec=5 kind=7 att=8
			4 1 35 35 - 0 65 kind=7 att=5
			5 1 40 40 - 0 70 kind=8 att=3
			6 1 50 - - 0 95 kind=9 att=22
			7 1 55 55 - 0 99 kind=9 att=23
			8 1 60 - - 0 105 kind=10 att=8`, `
			nhs111 10..10 cis=0 first=0 episodes=1 known 12..- attended=15
			ambulance 20..20 cis=0 first=0 episodes=1 known 22..- attended=12
			community 30..90 cis=0 first=0 episodes=1 known 130..- attended=8
			community 30..- cis=0 first=0 episodes=1 known 60..130 attended=8
			community 35..35 cis=0 first=0 episodes=1 known 65..- attended=5
			mental_health 40..40 cis=0 first=0 episodes=1 known 70..- attended=3
			social_care 50..- cis=0 first=0 episodes=1 known 95..- attended=22
			social_care 55..55 cis=0 first=0 episodes=1 known 99..- attended=23
			drug_alcohol 60..- cis=0 first=0 episodes=1 known 105..- attended=8`},
		{"an open package of care, its review that day and a stay leave each other alone; two sources send one contact", `
			1 1 100 - - 0 145 kind=9 att=22
			2 1 100 100 - 0 145 kind=9 att=23
			3 1 100 103 21 1 148
			4 1 101 101 - 0 131 kind=7 att=5
			5 1 101 101 - 0 120 kind=7 att=5
			6 1 101 101 - 0 131 kind=7 att=3`, `
			social_care 100..100 cis=0 first=0 episodes=1 known 145..- attended=23
			emergency 100..103 cis=3 first=1 episodes=1 known 148..-
			social_care 100..- cis=0 first=0 episodes=1 known 145..- attended=22
			community 101..101 cis=0 first=0 episodes=1 known 120..- attended=5
			community 101..101 cis=0 first=0 episodes=1 known 131..- attended=3`},
		{"the same stay under another spell number, and the same attendance twice, count once", `
			1 1 100 103 21 1 110
			2 1 100 103 21 1 110
			3 1 200 200 - 0 210 kind=2
			4 1 200 200 - 0 205 kind=2`, `
			emergency 100..103 cis=1 first=1 episodes=1 known 110..-
			ed 200..200 cis=0 first=0 episodes=1 known 205..-`},
		{"an elective stay of no night is a day case where nothing says otherwise", `
			1 1 100 100 11 0 110
			2 1 200 201 11 0 210
			3 1 300 300 11 1 310
			4 1 400 400 21 0 410`, `
			day_case 100..100 cis=1 first=1 episodes=1 known 110..-
			elective 200..201 cis=2 first=1 episodes=1 known 210..-
			elective 300..300 cis=3 first=1 episodes=1 known 310..-
			emergency 400..400 cis=4 first=1 episodes=1 known 410..-`},
		{"a source with spells and no discharge leaves the spell open", `
			1 1 100 103 21 1 110 disch=-`, `
			emergency 100..- cis=1 first=1 episodes=1 known 110..-`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var in []Episode
			for _, line := range strings.Split(strings.TrimSpace(c.in), "\n") {
				in = append(in, ep(t, line))
			}
			want := strings.ReplaceAll(strings.TrimSpace(c.want), "\t", "") + "\n"
			if got := show(Build(1, in)); got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

// Every kind of episode that is no admission gives a spell of its own kind.
func TestEveryKindHasASpell(t *testing.T) {
	seen := map[engine.SpellKind]bool{}
	for k := engine.EDAttendance; k <= engine.DrugAlcoholTreatment; k++ {
		e := schema.NewEpisode(k)
		s := Classify(&e)
		if s == engine.OtherSpell || admitted(s) || seen[s] {
			t.Errorf("episodes of kind %d are %s", k, s)
		}
		seen[s] = true
	}
}

// Order of arrival never matters; versions of one spell never overlap in
// time; and what is known at the end is what the standing episodes alone give.
func TestBuildProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 12).Draw(t, "n")
		var in, standing []Episode
		for i := range n {
			e := Episode{Source: "s", KnownTo: engine.NoDay}
			e.Episode = schema.NewEpisode(rapid.SampledFrom([]engine.EpisodeKind{engine.AdmittedEpisode, engine.AdmittedEpisode, engine.EDAttendance, engine.SocialCareEvent}).Draw(t, "kind"))
			e.Spell = int64(rapid.IntRange(1, 5).Draw(t, "spell"))
			if e.Kind != engine.AdmittedEpisode {
				e.Spell = int64(100 + i)
			}
			e.Number, e.Record = int64(rapid.IntRange(0, 3).Draw(t, "number")), int64(i+1)
			e.StartDay = engine.Day(rapid.IntRange(1, 60).Draw(t, "start"))
			if rapid.Bool().Draw(t, "ended") {
				e.EndDay = e.StartDay + engine.Day(rapid.IntRange(0, 10).Draw(t, "los"))
			}
			e.AdmissionMethod = rapid.SampledFrom([]string{"21", "12", "2B", "81", "31", ""}).Draw(t, "method")
			e.Known = engine.Day(rapid.IntRange(1, 90).Draw(t, "known"))
			if rapid.IntRange(0, 3).Draw(t, "retracted") == 0 {
				e.KnownTo = e.Known + engine.Day(rapid.IntRange(1, 30).Draw(t, "for"))
			} else {
				standing = append(standing, e)
			}
			in = append(in, e)
		}
		want := show(Build(1, append([]Episode(nil), in...)))
		shuffled := append([]Episode(nil), in...)
		rng := rand.New(rand.NewPCG(uint64(n), 7))
		rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		rows := Build(1, shuffled)
		if got := show(rows); got != want {
			t.Fatalf("order matters:\n%s\n%s", got, want)
		}
		at := map[int64][][2]engine.Day{}
		now := 0
		for _, r := range rows {
			to := r.KnownTo
			if to == engine.NoDay {
				to, now = 1000, now+1
			}
			if r.KnownFrom >= to {
				t.Fatalf("empty version %+v", r)
			}
			for _, o := range at[r.Spell] {
				if r.KnownFrom < o[1] && o[0] < to {
					t.Fatalf("versions of spell %d overlap", r.Spell)
				}
			}
			at[r.Spell] = append(at[r.Spell], [2]engine.Day{r.KnownFrom, to})
		}
		last := 0
		for _, r := range Build(1, standing) {
			if r.KnownTo == engine.NoDay {
				last++
			}
		}
		if now != last {
			t.Fatalf("%d spells stand, the standing episodes alone make %d", now, last)
		}
	})
}
