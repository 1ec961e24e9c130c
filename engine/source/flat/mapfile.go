package flat

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"leftshift/engine"
)

//go:embed maps
var builtins embed.FS

// The TOML form of a map; doc.go says what each setting means.
type (
	mapFile struct {
		Name      string            `toml:"name"`
		Title     string            `toml:"title"`
		Delimiter string            `toml:"delimiter"`
		Columns   map[string]string `toml:"columns"`
		Record    recordFile        `toml:"record"`
		Subject   subjectFile       `toml:"subject"`
		Identity  *identityFile     `toml:"identity"`
		Rows      []rowFile         `toml:"row"`
	}
	recordFile struct {
		ID        []string   `toml:"id"`
		Recorded  string     `toml:"recorded"`
		Happened  []string   `toml:"happened"`
		InHand    []condFile `toml:"in_hand"`
		Order     string     `toml:"order"`
		Sequence  [][]string `toml:"sequence"`
		Retracted []condFile `toml:"retracted"`
	}
	subjectFile struct {
		Local     string `toml:"local"`
		NHSNumber string `toml:"nhs_number"`
		None      bool   `toml:"none"`
	}
	identityFile struct {
		NHSNumber string `toml:"nhs_number"`
		Family    string `toml:"family"`
		Given     string `toml:"given"`
		BirthDate string `toml:"birth_date"`
		Phone     string `toml:"phone"`
		Address   string `toml:"address"`
		Postcode  string `toml:"postcode"`
	}
	condFile struct {
		Column string   `toml:"column"`
		Is     []string `toml:"is"`
		Not    []string `toml:"not"`
		Filled *bool    `toml:"filled"`
	}
	rowFile struct {
		Table string              `toml:"table"`
		When  []condFile          `toml:"when"`
		Each  []string            `toml:"each"`
		Fill  map[string]cellFile `toml:"fill"`
	}
	cellFile struct {
		Is         *string           `toml:"is"`
		Column     string            `toml:"column"`
		FirstOf    []string          `toml:"first_of"`
		Current    bool              `toml:"current"`
		Ordinal    int               `toml:"ordinal"`
		Key        string            `toml:"key"`
		ThisRecord bool              `toml:"this_record"`
		Values     map[string]string `toml:"values"`
		Missing    *string           `toml:"missing"`
		Otherwise  *string           `toml:"otherwise"`
		Refuse     bool              `toml:"refuse"`
		System     string            `toml:"system"`
		Display    string            `toml:"display"`
		Normalise  string            `toml:"normalise"`
		Month      bool              `toml:"month"`
		Bound      string            `toml:"bound"`
		Lookup     string            `toml:"lookup"`
		Unit       string            `toml:"unit"`
		Analyte    bool              `toml:"analyte"`
	}
)

const builtinPrefix = "builtin:"

// LoadMap reads a map: "builtin:place_b/apc", or the path of a TOML file.
// Every fault of the map is reported in one Fault "map-faults", each with
// file, line and column.
func LoadMap(name string) (*Map, error) {
	if ref, ok := strings.CutPrefix(name, builtinPrefix); ok {
		text, err := builtins.ReadFile("maps/" + ref + ".toml")
		if err != nil {
			return nil, fault("map-missing", "there is no builtin map "+ref+"; there are "+strings.Join(Builtins(), ", "))
		}
		return ParseMap(name, text)
	}
	text, err := engine.ReadText(os.DirFS(filepath.Dir(name)), filepath.Base(name))
	if err != nil {
		return nil, &engine.Fault{Code: "map-missing", Say: "the map " + name + " cannot be read; correct its path", Err: err}
	}
	return ParseMap(name, text)
}

// Builtins lists the maps that come with the program, as LoadMap takes them.
func Builtins() []string {
	var out []string
	fs.WalkDir(builtins, "maps", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".toml") {
			out = append(out, builtinPrefix+strings.TrimSuffix(strings.TrimPrefix(path, "maps/"), ".toml"))
		}
		return err
	})
	sort.Strings(out)
	return out
}

// ParseMap reads the text of a map; file names it in faults.
func ParseMap(file string, text []byte) (*Map, error) {
	var m mapFile
	c := &compiler{file: file, at: positions(text)}
	d := toml.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		var strict *toml.StrictMissingError
		var bad *toml.DecodeError
		switch {
		case errors.As(err, &strict):
			for i := range strict.Errors {
				line, col := strict.Errors[i].Position()
				c.faults = append(c.faults, placed{line, col, "no setting is called " + strings.Join(strict.Errors[i].Key(), ".")})
			}
		case errors.As(err, &bad):
			line, col := bad.Position()
			c.faults = append(c.faults, placed{line, col, strings.TrimPrefix(bad.Error(), "toml: ")})
			return nil, c.fault()
		default:
			return nil, &engine.Fault{Code: "map-faults", Say: file + " cannot be read as TOML", Err: err}
		}
	}
	out := c.compile(&m)
	if len(c.faults) > 0 {
		return nil, c.fault()
	}
	return out, nil
}

// placed is a fault of a map at its position.
type placed struct {
	line, col int
	say       string
}

func (c *compiler) fault() error {
	sort.SliceStable(c.faults, func(i, j int) bool {
		a, b := c.faults[i], c.faults[j]
		if a.line != b.line {
			return a.line < b.line
		}
		if a.col != b.col {
			return a.col < b.col
		}
		return a.say < b.say
	})
	var lines []string
	for _, f := range c.faults {
		lines = append(lines, fmt.Sprintf("%s:%d:%d: %s", c.file, f.line, f.col, f.say))
	}
	return fault("map-faults", strings.Join(lines, "\n"))
}

// positions finds where each setting stands: "columns.x", "row.2.fill.day"
// (array tables are numbered from 0). Settings inside an inline table have
// that table's position.
func positions(text []byte) map[string][2]int {
	at := map[string][2]int{}
	count := map[string]int{}
	prefix := ""
	var p unstable.Parser
	p.Reset(text)
	for p.NextExpression() {
		e := p.Expression()
		var parts []string
		var where unstable.Position
		for k := e.Key(); k.Next(); {
			if len(parts) == 0 {
				where = p.Shape(k.Node().Raw).Start
			}
			parts = append(parts, string(k.Node().Data))
		}
		switch e.Kind {
		case unstable.ArrayTable:
			name := strings.Join(parts, ".")
			prefix = fmt.Sprintf("%s.%d", name, count[name])
			count[name]++
			at[prefix] = [2]int{where.Line, where.Column}
		case unstable.Table:
			// A table under an array table belongs to its last entry.
			if n := count[parts[0]]; n > 0 {
				parts[0] = fmt.Sprintf("%s.%d", parts[0], n-1)
			}
			prefix = strings.Join(parts, ".")
			at[prefix] = [2]int{where.Line, where.Column}
		case unstable.KeyValue:
			name := strings.Join(parts, ".")
			if prefix != "" {
				name = prefix + "." + name
			}
			at[name] = [2]int{where.Line, where.Column}
		}
	}
	return at
}
