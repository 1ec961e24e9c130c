package catalogue

import (
	"strings"
	"testing"
	"testing/fstest"
)

const local = `
[[group]]
id = "red_flags"
title = "Red flags"
[[group.member]]
id = "fall"
title = "fall"
lists = ["falls"]

[[feature]]  # ours
id = "red_flag_{member}_{w}"
title = "{Name}, {window}"
sentence = "{n:{name}|{name}s} {in}"
each = "red_flags"
source = "event"
kinds = ["problem"]
windows = [90, 365]
aggregate = "days"
absence = "zero"
display = "team"
area = "safety"
why = "We ask."

[[feature]]
id = "ltc_recent_{member}"
title = "{Name} coded lately"
sentence = "{Name} coded lately"
none = "{Name} not coded lately"
each = "ltc"
source = "event"
kinds = ["problem"]
windows = [30]
aggregate = "any"
absence = "zero"
display = "team"
area = "safety"
why = "We ask."

[[case]]
shows = "A fall counts"
record = '''
event 2024-03-01 problem snomed:217082002
'''
`

// A folder's features come after the built-in ones, which stay as they are.
func TestFolderJoins(t *testing.T) {
	lib, an := shelves(t)
	built := load(t)
	c, err := LoadWith(lib, an, Folder{Name: "features", FS: fstest.MapFS{"ours.toml": {Data: []byte(local)}, ".ours.toml.swp": {Data: []byte("x")}, ".half.toml": {Data: []byte("x")}}}, Folder{Name: "more", FS: fstest.MapFS{}})
	if err != nil {
		t.Fatal(err)
	}
	n := len(built.Definitions)
	for i := range built.Definitions {
		if c.Definitions[i].ID != built.Definitions[i].ID || c.Definitions[i].Origin != "" {
			t.Fatalf("column %d is %s, not %s", i, c.Definitions[i].ID, built.Definitions[i].ID)
		}
	}
	if len(c.Definitions) < n+2+15 || c.Hash == built.Hash || c.Find("ltc_recent_copd") == nil {
		t.Errorf("%d definitions, built in %d; hash changed: %v", len(c.Definitions), n, c.Hash != built.Hash)
	}
	d := c.Find("red_flag_fall_90d")
	if d == nil || d.Origin != "features" || d.File != "features/ours.toml" || d.Line != 10 {
		t.Fatalf("%+v", d)
	}
	if len(c.Cases) != 1 || c.Cases[0].Line != 42 || c.Cases[0].File != "features/ours.toml" || !strings.HasPrefix(c.Cases[0].Record, "event ") {
		t.Errorf("cases %+v", c.Cases)
	}
	ids := make([]string, n)
	for i := range built.Definitions {
		ids[i] = built.Definitions[i].ID
	}
	if c.Subset(ids).Hash != built.Hash {
		t.Error("the built-in part has another hash beside local features")
	}
}

func TestFolderFaults(t *testing.T) {
	lib, an := shelves(t)
	for _, c := range []struct{ from, to, code, says string }{
		{`id = "red_flag_{member}_{w}"`, `id = "age"`, "id-twice", "features/ours.toml:11: age is also declared at the built-in person.toml:"},
		{`id = "red_flags"`, `id = "ltc"`, "group-twice", "features/ours.toml:2: group ltc is also declared at the built-in groups.toml:"},
		{`id = "red_flag_{member}_{w}"`, `id = "person"`, "id", "column that every matrix has"},
		{`shows = "A fall counts"`, ``, "case-incomplete", "features/ours.toml:39:"},
		{`absence = "zero"`, `absence = "none"`, "absence", "features/ours.toml:19:"},
	} {
		text := strings.Replace(local, c.from, c.to, 1)
		_, err := LoadWith(lib, an, Folder{Name: "features", FS: fstest.MapFS{"ours.toml": {Data: []byte(text)}}})
		if err == nil || !strings.Contains(err.Error(), "("+c.code+")") || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s -> %s: want %s %q, got: %v", c.from, c.to, c.code, c.says, err)
		}
	}
	// Entries written as inline tables have no header line: faults, no panic.
	_, err := LoadWith(lib, an, Folder{Name: "features", FS: fstest.MapFS{"ours.toml": {Data: []byte(`feature = [{id = "x"}, {title = "y"}]`)}}})
	if f, ok := err.(*Faults); !ok || len(f.List) < 2 {
		t.Errorf("inline entries: %v", err)
	}
}
