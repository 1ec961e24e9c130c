package flat

import (
	"io"
	"strings"
)

// LoadPostcodes reads the table from postcode to small area: a CSV file with
// the columns postcode and lsoa. The lookup it gives takes a postcode in any
// case and spacing. A postcode that stands under two areas is under none.
func LoadPostcodes(r io.Reader) (areaOf func(postcode string) (lsoa string, ok bool), err error) {
	in, err := newCSV(r, ',', "postcodes", func(string) {})
	if err != nil {
		return nil, err
	}
	code, area := -1, -1
	for i, name := range in.header() {
		at := map[string]*int{"postcode": &code, "lsoa": &area}[name]
		if at == nil {
			continue
		}
		if *at >= 0 {
			return nil, fault("header-duplicate", "the postcode table has two columns "+name+"; have it sent with one")
		}
		*at = i
	}
	if code < 0 || area < 0 {
		return nil, fault("column-missing", "the postcode table needs the columns postcode and lsoa")
	}
	names := map[string]string{} // one string for each area
	areas := map[string]string{}
	for {
		rec, err := in.next()
		if err != nil {
			return nil, err
		}
		if rec == nil {
			break
		}
		if rec.reason != "" {
			return nil, fault("postcode-table", "the postcode table has a line that cannot be read ("+rec.reason+"); have it sent again")
		}
		p, a := tidyPostcode(rec.fields[code]), strings.TrimSpace(rec.fields[area])
		if p == "" || a == "" {
			continue
		}
		if names[a] == "" {
			names[a] = strings.Clone(a)
		}
		if was, ok := areas[p]; ok && was != a {
			areas[p] = ""
			continue
		}
		areas[p] = names[a]
	}
	return func(postcode string) (string, bool) {
		lsoa := areas[tidyPostcode(postcode)]
		return lsoa, lsoa != ""
	}, nil
}

// tidyPostcode is a postcode in capitals without spaces.
func tidyPostcode(s string) string {
	out := make([]byte, 0, 8)
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ' || c == '\t':
		case c >= 'a' && c <= 'z':
			out = append(out, c-'a'+'A')
		default:
			out = append(out, c)
		}
	}
	return string(out)
}
