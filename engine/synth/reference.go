package synth

import (
	"path/filepath"
	"strconv"

	"leftshift/engine/synth/stream"
	"leftshift/engine/synth/world"
)

// reference writes the tables about places: organisations, teams, postcodes and
// small areas.
func reference(w *world.World, folder string) error {
	for _, write := range []func(*world.World, string) error{organisations, teams, postcodes, areas} {
		if err := write(w, folder); err != nil {
			return err
		}
	}
	return nil
}

func organisations(w *world.World, folder string) error {
	f := stream.File(filepath.Clean(folder), "organisations.csv", "ods_code,name,role,parent_ods,successor_ods,open_date,close_date\n")
	g := w.Geography
	row := func(code, name, role, parent, successor, closed string) {
		f.Write([]byte(code + "," + name + "," + role + "," + parent + "," + successor + ",2013-04-01," + closed + "\n"))
	}
	row(world.Board.Code, world.Board.Term, "icb", "", "", "")
	for _, t := range world.Trusts {
		row(t.Code, t.Term, "nhs_trust", world.Board.Code, "", "")
	}
	for _, n := range g.Networks {
		row(n.Code, n.Name, "pcn", world.Board.Code, "", "")
	}
	for _, p := range g.Practices {
		successor, closed := "", ""
		if p.MergesInto >= 0 {
			successor, closed = g.Practices[p.MergesInto].Code, w.Merger().String()
		}
		row(p.Code, p.Name, "gp_practice", g.Networks[p.Network].Code, successor, closed)
	}
	return f.Close()
}

// teams writes the neighbourhood teams: one beside each network, which also works
// for one practice of the network before it in the same place, so that some
// practices have two teams. capacity is the number of people the team can work
// with at a time: eight for each practice of its network.
func teams(w *world.World, folder string) error {
	f := stream.File(filepath.Clean(folder), "teams.csv", "team_id,team_name,practice_code,from_date,to_date,capacity\n")
	g := w.Geography
	for i, n := range g.Networks {
		in := append([]int(nil), n.Practices...)
		if i > 0 && g.Networks[i-1].Place == n.Place {
			before := g.Networks[i-1].Practices
			in = append(in, before[0])
		}
		capacity := len(n.Practices) * 8
		for _, p := range in {
			to := ""
			if g.Practices[p].MergesInto >= 0 {
				to = w.Merger().String()
			}
			f.Write([]byte(n.Team + "," + n.Name + " neighbourhood team," + g.Practices[p].Code + "," + w.Calendar.Begin().String() + "," + to + "," + strconv.Itoa(capacity) + "\n"))
		}
	}
	return f.Close()
}

func postcodes(w *world.World, folder string) error {
	f := stream.File(filepath.Clean(folder), "postcodes.csv", "postcode,lsoa\n")
	g := w.Geography
	var b []byte
	for i := 0; i < g.Postcodes(); i++ {
		b = append(g.AppendPostcode(b[:0], i), ',')
		b = append(b, g.Areas[g.AreaOfPostcode(i)].Code...)
		f.Write(append(b, '\n'))
	}
	return f.Close()
}

// areas writes each small area twice, for both editions of the Index of Multiple
// Deprivation.
func areas(w *world.World, folder string) error {
	f := stream.File(filepath.Clean(folder), "areas.csv", "lsoa,lsoa_name,imd_edition,imd_rank,imd_decile\n")
	for i := range w.Geography.Areas {
		a := &w.Geography.Areas[i]
		for _, e := range [2]struct {
			year string
			rank int
		}{{"2019", a.Rank19}, {"2025", a.Rank25}} {
			f.Write([]byte(a.Code + "," + a.Name + "," + e.year + "," + strconv.Itoa(e.rank) + "," + strconv.Itoa(a.Decile) + "\n"))
		}
	}
	return f.Close()
}

// objections are the lists of people who said no. Each list has one NHS number a
// line, followed by a comma, as the national service returns it.
type objections struct {
	national, type1, local *stream.Writer
}

func newObjections(folder string) *objections {
	folder = filepath.Clean(folder)
	return &objections{stream.File(folder, "national.csv", ""), stream.File(folder, "type1.csv", ""), stream.File(folder, "objections.csv", "")}
}

// add puts the person on the lists: 4 % national data opt-out, 2 % Type 1, 0.1 %
// a local objection to profiling. Who objects depends on nothing else.
func (o *objections) add(w *world.World, p *world.Person) {
	x := world.Mix(w.Seed ^ world.Mix(uint64(p.Index)^0x0b1ec7))
	var row [12]byte
	copy(row[:], p.Recorded[:])
	row[10], row[11] = ',', '\n'
	if x%1000 < 40 {
		o.national.Write(row[:])
	}
	if x>>20%1000 < 20 {
		o.type1.Write(row[:])
	}
	if x>>40%1000 < 1 {
		o.local.Write(row[:])
	}
}

func (o *objections) close() error {
	var first error
	for _, f := range []*stream.Writer{o.national, o.type1, o.local} {
		if err := f.Close(); first == nil {
			first = err
		}
	}
	return first
}
