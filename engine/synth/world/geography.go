package world

// Geography is where people live and who looks after them. Everything in it is
// invented; codes have a valid shape only.
type Geography struct {
	Areas     []Area
	Practices []Practice
	Networks  []Network
	byDecile  [Places][10][]int
	inPlace   [Places][]int // practices
}

// Area is a small area (LSOA). Its decile is the same in both editions of the
// Index of Multiple Deprivation, a simplification; its rank is not.
type Area struct {
	Code   string
	Name   string
	Place  Place
	Decile int
	Rank19 int
	Rank25 int
}

// Practice is a general practice. MergesInto is the index of the practice that
// takes it over half-way through the period, or -1.
type Practice struct {
	Code       string
	Name       string
	Place      Place
	Network    int
	MergesInto int
}

// Network is a primary care network, and the neighbourhood team beside it.
type Network struct {
	Code, Name, Team string
	Place            Place
	Practices        []int
}

// Trusts: the provider code of each place, and the one that takes transfers.
var Trusts = [3]Code{{"RZ1", "Syntheticshire Hospitals NHS Trust"}, {"RZ2", "Modelborough NHS Foundation Trust"}, {"RZ9", "Generator University Hospitals NHS Trust"}}

// Board is the integrated care board.
var Board = Code{"QZZ", "NHS Syntheticshire and Modelborough ICB"}

const postcodesPerArea = 4

// NewGeography scales the system to the number of people: one practice for each
// 2,000 of them, at least 6 and at most 200; one small area for each 1,500, at
// least 40 (never more than 2,000).
func NewGeography(people int) *Geography {
	g := &Geography{}
	per := min(max((people+29_999)/30_000, 2), 100) // areas in each decile of each place
	for place := PlaceA; place < Places; place++ {
		for d := 1; d <= 10; d++ {
			for k := 0; k < per; k++ {
				i := len(g.Areas)
				code := appendPadded([]byte("E0199"), i+1, 4)
				g.Areas = append(g.Areas, Area{Code: string(code), Name: "Synthetic Area " + string(appendPadded(nil, i+1, 4)), Place: place, Decile: d,
					Rank19: rank(32_844, d, k, per, int(place), 0), Rank25: rank(33_755, d, k, per, int(place), 1)})
				g.byDecile[place][d-1] = append(g.byDecile[place][d-1], i)
			}
		}
	}
	n := min(max(people/2000, 6), 200)
	for i := 0; i < n; i++ {
		place := PlaceA
		if i >= n/2 {
			place = PlaceB
		}
		g.inPlace[place] = append(g.inPlace[place], i)
		g.Practices = append(g.Practices, Practice{Code: string(appendPadded([]byte("Z"), 90_001+i, 5)),
			Name: "Synthetic Surgery " + string(appendPadded(nil, i+1, 3)), Place: place, MergesInto: -1})
	}
	for place := range g.inPlace {
		in := g.inPlace[place]
		g.Practices[in[len(in)-1]].MergesInto = in[len(in)-2]
		size := min(max(len(in)/2, 2), 5) // practices in a network
		for k, i := range in {
			if k%size == 0 && (k == 0 || len(in)-k >= size) {
				j := len(g.Networks)
				g.Networks = append(g.Networks, Network{Code: string(appendPadded([]byte("U"), 90_001+j, 5)), Place: Place(place),
					Name: "Synthetic PCN " + string(appendPadded(nil, j+1, 2)), Team: string(appendPadded([]byte("team-"), j+1, 2))})
			}
			j := len(g.Networks) - 1
			g.Practices[i].Network = j
			g.Networks[j].Practices = append(g.Networks[j].Practices, i)
		}
	}
	return g
}

// rank spreads an area's rank inside its decile.
func rank(of, decile, k, per, place, edition int) int {
	width := of / 10
	return (decile-1)*width + 1 + int(Mix(uint64(decile*1000+k*2+place+edition*1_000_000))%uint64(width))
}

// area is where somebody of the decile lives; x is in [0, 1).
func (g *Geography) area(place Place, decile int, x float64) int {
	in := g.byDecile[place][decile-1]
	return in[int(x*float64(len(in)))]
}

// practice is where somebody in the area registers: mostly near by, x in [0, 1).
func (g *Geography) practice(place Place, area int, x float64, merged bool) int {
	in := g.inPlace[place]
	near := float64(Mix(uint64(area))%1000) / 1000
	at := near + .5*x
	if at >= 1 {
		at--
	}
	i := in[int(at*float64(len(in)))]
	if merged && g.Practices[i].MergesInto >= 0 {
		i = g.Practices[i].MergesInto
	}
	return i
}

// unitLetters are those that occur in the last part of a postcode.
const unitLetters = "ABDEFGHJLNPQRSTUWXYZ"

// AppendPostcode appends a postcode in the area ZZ, which does not exist.
func (g *Geography) AppendPostcode(b []byte, i int) []byte {
	b = append(b, 'Z', 'Z')
	b = appendPadded(b, 1+i/4000, 1)
	b = append(b, ' ', byte('0'+i/400%10))
	return append(b, unitLetters[i%400/20], unitLetters[i%20])
}

// Postcodes is how many postcodes there are; postcode i is in area i/4.
func (g *Geography) Postcodes() int { return len(g.Areas) * postcodesPerArea }

// AreaOfPostcode is the area a postcode lies in.
func (g *Geography) AreaOfPostcode(i int) int { return i / postcodesPerArea }

// appendPadded appends n in decimal with at least width digits.
func appendPadded(b []byte, n, width int) []byte {
	var d [20]byte
	i := len(d)
	for n > 0 || width > 0 {
		i--
		d[i] = byte('0' + n%10)
		n /= 10
		width--
	}
	return append(b, d[i:]...)
}
