package sample

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing/fstest"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/features/codelist"
)

// RecentDays is the recent period of drawn accelerations, starts and stops.
const RecentDays = 30

// windows of drawn definitions.
var windows = []int{1, 2, 30, 90, 365, 366, 730, 36525}

// writer draws the text of a feature file.
type writer struct {
	t       *rapid.T
	shelf   *Shelf
	text    strings.Builder
	n       int
	groups  map[string][]string // member ids by group
	weights map[string]bool
	ids     []string // of features that derived ones may read
	derived []string // of them, those that are derived
	filters []string // event filters that were drawn, to be used again
}

// Definitions draws a feature file of n entries, each of one to three windows,
// and of three more that are derived of them, as text, with the weights that it
// reads.
func Definitions(t *rapid.T, shelf *Shelf, n int) fstest.MapFS {
	w := &writer{t: t, shelf: shelf, groups: map[string][]string{}, weights: map[string]bool{}}
	w.group("ga", append(slices.Clone(snomedLists), icdLists...))
	w.group("gs", snomedLists)
	w.group("gl", icdLists)
	for range n {
		w.entry("")
	}
	for range 3 {
		w.entry("derived")
	}
	files := fstest.MapFS{"drawn.toml": {Data: []byte(w.text.String())}}
	for _, name := range icdLists {
		if w.weights[name] {
			files["weights/"+name+".csv"] = &fstest.MapFile{Data: []byte(w.weigh(name))}
		}
	}
	return files
}

// Catalogue draws definitions and reads them as a user's files are read.
func Catalogue(t *rapid.T, shelf *Shelf, n int) *catalogue.Catalogue {
	files := Definitions(t, shelf, n)
	cat, err := catalogue.LoadFS(files, shelf.Library, shelf.Analytes)
	if err != nil {
		t.Fatalf("%v\n%s", err, files["drawn.toml"].Data)
	}
	return cat
}

func choose[T any](w *writer, name string, from ...T) T {
	return rapid.SampledFrom(from).Draw(w.t, name)
}

func (w *writer) oneIn(n int, name string) bool { return oneIn(w.t, n, name) }

// some draws a part of a list: at least one, each once, in order.
func some[T any](w *writer, name string, most int, from []T) []T {
	var out []T
	k := 1 + rapid.SampledFrom(ladder[:most]).Draw(w.t, name+" number")
	start := rapid.SampledFrom(ladder[:len(from)]).Draw(w.t, name)
	step := choose(w, name+" step", 1, 3)
	if len(from)%3 == 0 {
		step = 1
	}
	for i := range min(k, len(from)) {
		out = append(out, from[(start+i*step)%len(from)])
	}
	return out
}

func (w *writer) line(format string, args ...any) { fmt.Fprintf(&w.text, format+"\n", args...) }

func list(names []string) string {
	q := make([]string, len(names))
	for i, n := range names {
		q[i] = strconv.Quote(n)
	}
	return "[" + strings.Join(q, ", ") + "]"
}

func ints(numbers []int) string { return strings.ReplaceAll(fmt.Sprint(numbers), " ", ", ") }

// group declares a group of one to six members, whose lists may overlap.
func (w *writer) group(id string, lists []string) {
	w.line("[[group]]\nid = %q\ntitle = \"Group\"", id)
	for i := range choose(w, id, 1, 1, 2, 3, 4, 5, 6) {
		m := fmt.Sprintf("m%d", i)
		w.groups[id] = append(w.groups[id], m)
		w.line("[[group.member]]\nid = %q\ntitle = \"Member %d\"\nlists = %s", m, i, list(some(w, "member lists", 2, lists)))
	}
}

// weigh gives every code of a list a weight that says what code it is.
func (w *writer) weigh(name string) string {
	var b strings.Builder
	b.WriteString("code,weight\n")
	for i, c := range w.shelf.Library.List(name).Codes {
		fmt.Fprintf(&b, "%s,%d\n", c, 1+i*i%97-i%5*20)
	}
	return b.String()
}

// entry draws an entry of a source, "" for any.
func (w *writer) entry(source string) {
	if source == "" {
		source = choose(w, "source", "event", "event", "event", "event", "event", "event", "spell", "spell", "spell", "document", "demographic", "demographic", "derived")
	}
	if source == "derived" && len(w.ids) == 0 {
		source = "event"
	}
	w.line("\n[[feature]]\ntitle = \"Drawn\"\narea = \"a\"\nwhy = \"b\"\ntests = [\"c\"]\nsince = \"0.1\"\ndisplay = \"team\"\nsource = %q", source)
	id := fmt.Sprintf("f%d", w.n)
	w.n++
	switch source {
	case "event":
		w.event(id)
	case "spell":
		w.spell(id)
	case "document":
		w.document(id)
	case "demographic":
		item := choose(w, "item", "age", "male", "female", "ethnicity_known", "imd_decile", "care_home", "months_registered", "months_observable", "months_observable", "recent_move", "sources")
		w.line("id = %q\naggregate = \"value\"\nitem = %q", id, item)
		if item == "care_home" || item == "ethnicity_known" {
			w.line("absence = \"zero\"")
		} else {
			w.absence(true)
		}
		w.ids = append(w.ids, id)
	case "derived":
		terms := w.terms()
		w.line("id = %q\naggregate = \"holds\"\nterms = %s\nsentence = \"At least {n}\"", id, list(terms))
		w.absence(len(terms) == 1)
		w.ids, w.derived = append(w.ids, id), append(w.derived, id)
	}
}

func (w *writer) absence(unknown bool) {
	if unknown || rapid.Bool().Draw(w.t, "unknown") {
		w.line("absence = \"unknown\"")
	} else {
		w.line("absence = \"zero\"")
	}
}

// window draws the windows of an entry, which are longer than its gap.
func (w *writer) window(id string, gap int) {
	var out []int
	for _, d := range some(w, "windows", 3, append([]int{0}, windows...)) {
		if d == 0 || d > gap {
			out = append(out, d)
		}
	}
	if len(out) == 0 {
		out = []int{0}
	}
	w.line("id = %q\nwindows = %s", id+"_{w}", ints(out))
	for _, d := range out {
		if d == 0 {
			w.ids = append(w.ids, id+"_ever")
		} else {
			w.ids = append(w.ids, fmt.Sprintf("%s_%dd", id, d))
		}
	}
}

// recent writes the one window that an aggregate of two periods has.
func (w *writer) recent(id string) {
	w.line("id = %q\nwindows = [%d]\nrecent = %d", id, RecentDays+365, RecentDays)
	w.ids = append(w.ids, id)
}

// terms draws what a derived feature counts.
func (w *writer) terms() []string {
	var out []string
	for range choose(w, "terms", 1, 2, 3, 5) {
		text := ""
		for i := range choose(w, "atoms", 1, 2, 3, 5) {
			if i > 0 {
				text += choose(w, "joined", " & ", " | ")
			}
			from := w.ids
			if len(w.derived) > 0 && w.oneIn(3, "of derived") {
				from = w.derived
			}
			text += rapid.SampledFrom(from).Draw(w.t, "feature") + choose(w, "compared", "", " >= 2", " < 1", " >= 0", " < 30.5", " >= -1")
		}
		if !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}

// eventFilter draws a filter of events, or takes one that was drawn before, and
// says whether it names spells.
func (w *writer) eventFilter() (within bool) {
	if len(w.filters) > 0 && rapid.Bool().Draw(w.t, "same filter") {
		f := choose(w, "filter", w.filters...)
		w.text.WriteString(f)
		return strings.Contains(f, "within")
	}
	var b strings.Builder
	if rapid.Bool().Draw(w.t, "by status") {
		fmt.Fprintf(&b, "status = %s\n", list(some(w, "status", 4, []string{"none", "active", "ended", "completed", "did_not_attend", "cancelled", "planned"})))
	}
	if w.oneIn(3, "by mode") {
		fmt.Fprintf(&b, "modes = %s\n", list(some(w, "modes", 3, []string{"none", "face_to_face", "telephone", "home_visit", "online"})))
	}
	if w.oneIn(3, "by position") {
		fmt.Fprintf(&b, "positions = %s\n", list(some(w, "positions", 3, []string{"none", "primary", "secondary"})))
	}
	if w.oneIn(3, "within") {
		fmt.Fprintf(&b, "within = %s\n", list(w.spellKinds()))
	}
	w.filters = append(w.filters, b.String())
	w.text.WriteString(b.String())
	return strings.Contains(b.String(), "within")
}

func (w *writer) spellKinds() []string {
	return some(w, "spells", 4, []string{"emergency", "elective", "day_case", "maternity", "ed", "outpatient", "other", "transfer", "sdec", "birth", "nhs111"})
}

var kindNames = engine.EventKinds()[1:]

// kindsFor draws kinds of event, in one of which codes of the systems can
// stand.
func (w *writer) kindsFor(systems ...string) {
	kinds := some(w, "kinds", 4, kindNames)
	for _, s := range systems {
		if !slices.ContainsFunc(kinds, func(k string) bool {
			return slices.Contains(codelist.SystemsOf(engine.EventKind(1+slices.Index(kindNames, k))), s)
		}) {
			kinds = append(kinds, "problem") // where SNOMED CT and ICD-10 both stand
		}
	}
	slices.Sort(kinds)
	w.line("kinds = %s", list(slices.Compact(kinds)))
}

// event draws a definition of events.
func (w *writer) event(id string) {
	gap := 0
	if w.oneIn(4, "gap") {
		gap = choose(w, "gap days", 1, 29, 30, 365)
	}
	plain := []string{"count", "days", "any", "days_since", "days_since_first"}
	codes := append([]string{"distinct_codes", "acceleration", "started", "stopped"}, plain...)
	switch choose(w, "codes", "none", "lists", "lists", "inline", "each", "group", "group", "analyte", "analyte", "weights", "spells", "spells") {
	case "none":
		w.kindsFor()
		w.eventFilter()
		w.aggregate(id, gap, choose(w, "aggregate", codes...))
	case "lists":
		w.kindsFor("snomed", "icd10")
		w.eventFilter()
		w.line("lists = %s", list(some(w, "lists", 3, append(slices.Clone(snomedLists), icdLists...))))
		w.aggregate(id, gap, choose(w, "aggregate", codes...))
	case "inline":
		w.kindsFor("snomed", "icd10")
		w.eventFilter()
		w.line("codes = [\"snomed:138875005\", \"icd10:Q999\"]")
		w.aggregate(id, gap, choose(w, "aggregate", codes...))
	case "each":
		w.kindsFor("snomed", "icd10")
		w.eventFilter()
		w.line("each = \"gs\"")
		a := choose(w, "aggregate", plain...)
		w.line("id = %q\nwindows = [90]\naggregate = %q\ngap = %d", id+"_{member}", a, min(gap, 30))
		w.absence(a == "days_since" || a == "days_since_first")
	case "group":
		w.kindsFor("snomed", "icd10")
		w.eventFilter()
		g := choose(w, "group", "ga", "gs", "gl")
		w.line("group = %q", g)
		a := choose(w, "aggregate", "members", "latest_member", "latest_is", "started", "stopped")
		if a == "latest_is" {
			w.line("pick = %q", choose(w, "pick", w.groups[g]...))
		}
		w.aggregate(id, gap, a)
	case "analyte":
		w.kindsFor("snomed")
		w.eventFilter()
		w.line("analyte = %q", choose(w, "analyte", analytes...))
		a := choose(w, "aggregate", append([]string{"latest_value", "mean", "min", "max", "spread", "slope", "slope", "slope_error"}, plain...)...)
		if slices.Contains(plain, a) {
			if rapid.Bool().Draw(w.t, "from") {
				w.line("value_from = %d", choose(w, "value from", -1, 0, 2, 70))
			}
			if rapid.Bool().Draw(w.t, "to") {
				w.line("value_to = %d", choose(w, "value to", 70, 71, 2000))
			}
		}
		w.aggregate(id, gap, a)
	case "weights":
		w.kindsFor("icd10")
		w.eventFilter()
		name := choose(w, "weights", icdLists...)
		w.weights[name] = true
		w.line("weights = %q", name)
		w.aggregate(id, gap, "weighted_sum_distinct")
	case "spells":
		w.kindsFor()
		if !w.eventFilter() {
			w.line("within = %s", list(w.spellKinds()))
		}
		w.aggregate(id, gap, "distinct_spells")
	}
}

// aggregate writes an aggregate with the windows, gap and absence that go with
// it.
func (w *writer) aggregate(id string, gap int, a string) {
	w.line("aggregate = %q\ngap = %d", a, gap)
	switch a {
	case "acceleration", "started", "stopped":
		w.recent(id)
	default:
		w.window(id, gap)
	}
	switch a {
	case "days_since", "days_since_first", "days_since_end", "latest_value", "mean", "min", "max", "spread", "slope", "slope_error", "latest_member":
		w.absence(true)
	case "bed_days":
		w.line("absence = \"zero\"")
	default:
		w.absence(false)
	}
}

// spell draws a definition of spells.
func (w *writer) spell(id string) {
	w.line("spells = %s", list(w.spellKinds()))
	if w.oneIn(3, "first") {
		w.line("first_of_cis = true")
	}
	if w.oneIn(4, "no admission") {
		w.line("no_admission = true")
	}
	if w.oneIn(4, "attended") {
		w.line("attended = %s", ints(some(w, "attended", 3, []int{0, 2, 3, 5, 6, 7})))
	}
	if w.oneIn(3, "readmission") {
		w.line("readmission = %d", choose(w, "readmission days", 1, 2, 30))
	}
	if w.oneIn(5, "destinations") {
		w.line("destinations = %s", list(some(w, "destinations", 2, []string{"19", "54", "79", "29"})))
	}
	if w.oneIn(5, "specialties") {
		w.line("specialties = %s", list(some(w, "specialties", 2, []string{"nhsdd:300", "nhsdd:430"})))
	}
	if w.oneIn(6, "arrivals") {
		w.line("arrivals = [%q]", "snomed:"+arrivalText)
	}
	if w.oneIn(4, "current") {
		w.line("current = true")
	}
	w.aggregate(id, 0, choose(w, "aggregate", "count", "days", "any", "distinct_codes", "days_since", "days_since_first", "days_since_end", "bed_days", "bed_days", "longest_stay", "acceleration"))
}

// document draws a definition of documents.
func (w *writer) document(id string) {
	if rapid.Bool().Draw(w.t, "by category") {
		w.line("categories = %s", list(some(w, "categories", 2, []string{"document", "care_plan", "summary"})))
	}
	if rapid.Bool().Draw(w.t, "by status") {
		w.line("status = %s", list(some(w, "status", 3, []string{"none", "active", "ended", "completed"})))
	}
	if rapid.Bool().Draw(w.t, "by type") {
		w.line("lists = %s", list(some(w, "lists", 4, snomedLists)))
	}
	if rapid.Bool().Draw(w.t, "current") {
		w.line("current = true")
	}
	w.aggregate(id, 0, choose(w, "aggregate", "count", "days", "any", "distinct_codes", "days_since", "days_since_first"))
}
