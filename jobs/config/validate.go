package config

import (
	"fmt"
	"math/bits"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"leftshift/engine"
)

// Validate reports every fault of the configuration together as *Faults, or
// nil. It opens no file and does not look at the clock.
func (c *Config) Validate() error {
	f := &faults{lines: c.lines}
	c.validate(f)
	return f.err(c.file)
}

func (c *Config) validate(f *faults) {
	f.check(reflect.ValueOf(c).Elem(), "", "")
	c.checkRun(f)
	c.checkSources(f)
	c.checkGovernance(f)
	c.checkServe(f)
	c.checkDeliver(f)
	c.checkCohorts(f)
	c.checkRetention(f)
}

var (
	nameShape = regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]{0,63}$`)
	keyShape  = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)
	mapShape  = regexp.MustCompile(`^builtin:[a-z0-9][a-z0-9_/.-]{0,63}$`)
)

// check walks the values and applies what their tags say. Rules of a list
// hold for each element, but for required and unique.
func (f *faults) check(v reflect.Value, path, rules string) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if sf := v.Type().Field(i); sf.IsExported() {
				f.check(v.Field(i), join(path, sf.Tag.Get("toml")), sf.Tag.Get("check"))
			}
		}
		return
	case reflect.Slice:
		if ruled(rules, "required") && v.Len() == 0 && !f.has(path) {
			f.add(path, "config-missing", "required: give at least one")
		}
		seen := map[any]bool{}
		for i := range v.Len() {
			at := path + "[" + strconv.Itoa(i) + "]"
			if ruled(rules, "unique") {
				if x := v.Index(i).Interface(); seen[x] && !f.has(at) {
					f.add(at, "config-duplicate", "already given in this list: remove one")
				} else {
					seen[x] = true
				}
			}
			f.check(v.Index(i), at, rules)
		}
		return
	}
	if f.has(path) {
		return // its type is wrong: one fault is enough
	}
	if v.Kind() == reflect.String && v.String() == "" {
		if ruled(rules, "required") {
			f.add(path, "config-missing", "required: expected %s", wanted(rules, "text"))
		} else if inList := strings.HasSuffix(path, "]"); inList {
			f.add(path, "config-missing", "expected %s, not empty text", wanted(rules, "text"))
		}
		return
	}
	for rule := range strings.SplitSeq(rules, ",") {
		if !meets(v, rule) {
			f.add(path, code(rule), "expected %s", wanted(rules, "another value"))
			return
		}
	}
}

func ruled(rules, rule string) bool {
	for r := range strings.SplitSeq(rules, ",") {
		if r == rule {
			return true
		}
	}
	return false
}

// meets says whether a value that is not empty obeys one rule.
func meets(v reflect.Value, rule string) bool {
	word, arg, _ := strings.Cut(rule, "=")
	switch word {
	case "", "required", "unique":
		return true
	case "min", "max":
		limit, err := strconv.ParseFloat(arg, 64)
		if err != nil {
			panic("config: rule " + rule)
		}
		var x float64
		if v.CanFloat() {
			x = v.Float()
		} else {
			x = float64(v.Int())
		}
		return word == "min" && x >= limit || word == "max" && x <= limit
	case "one":
		for _, c := range choices[arg] {
			if v.String() == c {
				return true
			}
		}
		return false
	case "day":
		_, ok := engine.ParseDay(v.String())
		return ok
	case "name":
		return nameShape.MatchString(v.String())
	case "key":
		return keyShape.MatchString(v.String())
	case "path":
		return pathFault(v.String()) == ""
	case "glob":
		return globFault(v.String()) == ""
	case "map":
		if strings.HasPrefix(v.String(), "builtin:") {
			return mapShape.MatchString(v.String())
		}
		return pathFault(v.String()) == ""
	}
	panic("config: no such rule: " + rule)
}

func code(rule string) string {
	switch word, _, _ := strings.Cut(rule, "="); word {
	case "min", "max":
		return "config-range"
	case "one":
		return "config-choice"
	case "path", "glob", "map":
		return "config-path"
	}
	return "config-form"
}

// wanted puts the rules into words: what may stand there.
func wanted(rules, otherwise string) string {
	least, most := "", ""
	for rule := range strings.SplitSeq(rules, ",") {
		word, arg, _ := strings.Cut(rule, "=")
		switch word {
		case "min":
			least = arg
		case "max":
			most = arg
		case "one":
			return "one of " + strings.Join(choices[arg], ", ")
		case "day":
			return "a date such as 2026-03-31"
		case "name":
			return "a short name of small letters, digits, - _ and ., starting with a letter or digit"
		case "key":
			return "a name of small letters, digits and _, starting with a letter"
		case "path":
			return "a path inside the configuration's folder, or an absolute one (no .. and no ~)"
		case "glob":
			return "a path inside the configuration's folder, or an absolute one (no .., ~ or **), with * ? [] where names vary"
		case "map":
			return "builtin: and a name, or the path of a map file"
		}
	}
	switch {
	case least != "" && most != "":
		return least + " to " + most
	case least != "":
		return least + " or more"
	}
	return otherwise
}

func (c *Config) checkRun(f *faults) {
	if b := c.Run.Buckets; b > 0 && bits.OnesCount(uint(b)) != 1 && !f.has("run.buckets") {
		f.add("run.buckets", "config-range", "expected a power of two: 1, 2, 4, 8, 16, 32, 64, 128 or 256")
	}
	if b := c.Model.Boost.Leaves; b == 1 {
		f.add("model.boost.leaves", "config-range", "expected 2 to 64, or 0 for the model's default")
	}
	if c.Run.MemoryMiB > 0 && c.Run.MemoryMiB < 256 {
		f.add("run.memory_mib", "config-range", "expected 256 or more, or 0 for half of the machine's")
	}
	places := []struct{ path, file string }{
		{"identity.key_file", c.Identity.KeyFile},
		{"identity.vault", c.Identity.Vault},
		{"identity.vault_key_file", c.Identity.VaultKeyFile},
	}
	data := c.At(c.Site.Data)
	for i, p := range places {
		if p.file == "" {
			f.add(p.path, "config-missing", "required: expected a path")
			continue
		}
		if within(data, c.At(p.file)) {
			f.add(p.path, "config-path", "expected a place outside the data folder: identities and keys are never kept with the data")
		}
		for _, q := range places[:i] {
			if q.file != "" && c.At(q.file) == c.At(p.file) {
				f.add(p.path, "config-duplicate", "expected another file than that of %s", q.path)
			}
		}
	}
	if r := c.Site.Root; strings.HasPrefix(r, "~") || strings.ContainsRune(r, 0) {
		f.add("site.root", "config-path", "expected a folder's path, absolute or as seen from the configuration file's folder (no ~)")
	}
	if c.Site.Data == "" {
		f.add("site.data", "config-missing", "required: expected a folder's path")
	}
}

func (c *Config) checkSources(f *faults) {
	named := map[string]bool{}
	for i, s := range c.Source {
		at := fmt.Sprintf("source[%d]", i)
		if s.Name != "" && named[s.Name] {
			f.add(at+".name", "config-duplicate", "expected a name that no other source has")
		}
		named[s.Name] = true
		switch s.Format {
		case "fhir":
			if len(s.Paths) == 0 && !f.has(at+".paths") {
				f.add(at+".paths", "config-missing", "required for a fhir source: give at least one")
			}
			if len(s.Flow) > 0 {
				f.add(at+".flow", "config-unknown-key", "a fhir source has no flows: give paths, or format = \"flat\"")
			}
			if (s.Identifier.System == "") != (s.Identifier.Namespace == "") {
				f.add(at+".identifier", "config-missing", "expected both system and namespace, or neither for the NHS number")
			}
		case "flat":
			if len(s.Flow) == 0 && !f.has(at+".flow") {
				f.add(at+".flow", "config-missing", "required for a flat source: give a [[source.flow]] for each kind of file")
			}
			if len(s.Paths) > 0 {
				f.add(at+".paths", "config-unknown-key", "a flat source has its paths in its flows")
			}
			if s.LagDays != -1 && !f.has(at+".lag_days") {
				f.add(at+".lag_days", "config-unknown-key", "a flat source has its lag_days in its flows")
			}
			if s.Identifier != (Identifier{}) {
				f.add(at+".identifier", "config-unknown-key", "a flat source's map says which column identifies a person")
			}
		}
		flows := map[string]bool{}
		for j, w := range s.Flow {
			if w.Name != "" && flows[w.Name] {
				f.add(fmt.Sprintf("%s.flow[%d].name", at, j), "config-duplicate", "expected a name that no other flow of this source has")
			}
			flows[w.Name] = true
		}
	}
}

// checkGovernance refuses what no legal basis and no opt-out rule covers. An
// end date that has passed is for the run to refuse: it needs the clock.
func (c *Config) checkGovernance(f *faults) {
	known, covered, bases := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, s := range c.Source {
		known[s.Name] = true
	}
	for i, b := range c.Basis {
		at := fmt.Sprintf("basis[%d]", i)
		if b.Name != "" && bases[b.Name] {
			f.add(at+".name", "config-duplicate", "expected a name that no other basis has")
		}
		bases[b.Name] = true
		for j, s := range b.Sources {
			if !known[s] {
				f.add(fmt.Sprintf("%s.sources[%d]", at, j), "config-reference", "no source has this name")
			}
			for _, p := range b.Purposes {
				covered[s] = covered[s] || p == c.Site.Purpose
			}
		}
	}
	if c.Site.Synthetic {
		return
	}
	for i, s := range c.Source {
		if s.Name != "" && !covered[s.Name] {
			f.add(fmt.Sprintf("source[%d]", i), "config-governance", "no [[basis]] covers this source for the purpose %s: add one, or set site.synthetic if its people are made up", c.Site.Purpose)
		}
	}
	if len(c.Source) == 0 {
		return
	}
	for _, o := range c.OptOut {
		for _, p := range c.Purposes(o) {
			if p == c.Site.Purpose {
				return
			}
		}
	}
	f.add("optout", "config-governance", "no [[optout]] is given for the purpose %s: name the lists that apply (an empty list is a file without lines)", c.Site.Purpose)
}

// within says whether a clean absolute path is the folder or lies in it.
func within(folder, path string) bool {
	rel, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(rel)
}
