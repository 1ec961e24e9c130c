package codelist

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"leftshift/engine"
)

// isA is the SNOMED CT relationship type of a concept to a wider one.
const isA = "116680003"

// Hierarchy is which concepts stand directly below which, in one release.
type Hierarchy struct {
	Release string // from the file's name, as "20240410"; NotStated
	Hash    string // hex SHA-256 of the file

	below  map[string][]string // children, sorted, each once
	stands map[string]bool     // every concept of an active relationship
}

var fileDay = regexp.MustCompile(`_((?:19|20)\d{6})\.(?:txt|csv|tsv)$`)

// ReadHierarchy reads a file of relationships: a SNOMED CT RF2 relationship
// file (snapshot, or full, of which the newest version of each relationship
// counts), or CSV with the columns parent and child and, if it has one, active
// (0 or 1). Only active is-a relationships count. name is the file's, for its
// release and for faults. A concept below itself is a fault that names the way
// round, as is a row that cannot be read.
func ReadHierarchy(name string, r io.Reader) (*Hierarchy, error) {
	name = filepath.Base(name)
	sum := sha256.New()
	lines := bufio.NewScanner(io.TeeReader(r, sum))
	lines.Buffer(make([]byte, 0, 1<<16), 1<<20)
	fault := func(line int, text string, args ...any) error {
		return &engine.Fault{Code: "relationships", Say: fmt.Sprintf("%s:%d: %s", name, line, fmt.Sprintf(text, args...))}
	}
	if !lines.Scan() {
		return nil, fault(1, "the file is empty: give an RF2 relationship file, or CSV with the columns parent,child")
	}
	header := strings.TrimPrefix(strings.TrimRight(lines.Text(), "\r"), "\ufeff")
	comma := "\t"
	if !strings.Contains(header, comma) {
		comma = ","
	}
	at := map[string]int{}
	head := strings.Split(header, comma)
	for i, column := range head {
		at[column] = i
	}
	has := func(columns ...string) bool {
		return !slices.ContainsFunc(columns, func(c string) bool { _, ok := at[c]; return !ok })
	}
	rf2 := has("id", "effectiveTime", "active", "sourceId", "destinationId", "typeId")
	if !rf2 && !has("parent", "child") {
		return nil, fault(1, "the header is neither that of an RF2 relationship file nor parent,child")
	}
	type edge struct{ child, parent string }
	type version struct {
		edge
		time   string
		active bool
	}
	newest := map[string]version{} // of a relationship
	known := map[string]string{}
	keep := func(id string) string { // one copy of each, that does not hold its line
		if k, ok := known[id]; ok {
			return k
		}
		id = strings.Clone(id)
		known[id] = id
		return id
	}
	n := 1
	for lines.Scan() {
		n++
		line := strings.TrimRight(lines.Text(), "\r")
		if line == "" {
			continue
		}
		cells := strings.Split(line, comma)
		if len(cells) != len(head) {
			return nil, fault(n, "the row has %d columns, the header %d", len(cells), len(head))
		}
		v := version{active: true}
		key := ""
		if rf2 {
			if cells[at["typeId"]] != isA {
				continue
			}
			v.edge, v.time, key = edge{keep(cells[at["sourceId"]]), keep(cells[at["destinationId"]])}, keep(cells[at["effectiveTime"]]), strings.Clone(cells[at["id"]])
		} else {
			v.edge = edge{keep(cells[at["child"]]), keep(cells[at["parent"]])}
			key = v.child + " " + v.parent
		}
		for _, id := range []string{v.child, v.parent} {
			if f := SNOMEDFault(id); f != "" {
				return nil, fault(n, "%q %s", id, f)
			}
		}
		if i, ok := at["active"]; ok {
			if cells[i] != "0" && cells[i] != "1" {
				return nil, fault(n, "active is %q, not 0 or 1", cells[i])
			}
			v.active = cells[i] == "1"
		}
		// Of equal times, as in a CSV without any, an active row counts.
		if old, ok := newest[key]; !ok || v.time > old.time || v.time == old.time && v.active {
			newest[key] = v
		}
	}
	if err := lines.Err(); err != nil {
		return nil, &engine.Fault{Code: "relationships", Say: name + " cannot be read to its end", Err: err}
	}
	h := &Hierarchy{Release: NotStated, Hash: hex.EncodeToString(sum.Sum(nil)), below: map[string][]string{}, stands: map[string]bool{}}
	if m := fileDay.FindStringSubmatch(name); m != nil {
		h.Release = m[1]
	}
	for _, v := range newest {
		if v.active {
			h.below[v.parent] = append(h.below[v.parent], v.child)
			h.stands[v.parent], h.stands[v.child] = true, true
		}
	}
	for parent, children := range h.below {
		slices.Sort(children)
		h.below[parent] = slices.Compact(children)
	}
	if len(h.below) == 0 {
		return nil, fault(n, "the file holds no active is-a relationship: check that it is the inferred relationship file")
	}
	if round := h.circle(); round != nil {
		return nil, &engine.Fault{Code: "relationships-circle", Say: name + ": a concept stands below itself: " + strings.Join(round, " > ") + "; ask for the file again"}
	}
	return h, nil
}

// circle gives a way from a concept down to itself, nil when there is none.
func (h *Hierarchy) circle() []string {
	const open, done = 1, 2
	state := make(map[string]uint8, len(h.stands))
	type step struct {
		id   string
		next int
	}
	parents := make([]string, 0, len(h.below))
	for p := range h.below {
		parents = append(parents, p)
	}
	slices.Sort(parents)
	for _, root := range parents {
		if state[root] == done {
			continue
		}
		way := []step{{root, 0}}
		state[root] = open
		for len(way) > 0 {
			top := &way[len(way)-1]
			children := h.below[top.id]
			if top.next == len(children) {
				state[top.id] = done
				way = way[:len(way)-1]
				continue
			}
			child := children[top.next]
			top.next++
			switch state[child] {
			case open:
				var round []string
				for i := range way {
					if way[i].id == child || round != nil {
						round = append(round, way[i].id)
					}
				}
				return append(round, child)
			case 0:
				state[child] = open
				way = append(way, step{child, 0})
			}
		}
	}
	return nil
}

// Has says whether a concept takes part in an active relationship.
func (h *Hierarchy) Has(id string) bool { return h.stands[id] }

// Below gives every concept below one, without it, each once and in byte
// order; nil for a leaf and for one that is not there.
func (h *Hierarchy) Below(id string) []string {
	seen := map[string]bool{}
	todo := []string{id}
	for len(todo) > 0 {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, c := range h.below[at] {
			if !seen[c] {
				seen[c] = true
				todo = append(todo, c)
			}
		}
	}
	var out []string
	for c := range seen {
		out = append(out, c)
	}
	slices.Sort(out)
	return out
}
