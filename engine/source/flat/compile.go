package flat

import (
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"

	"leftshift/engine"
	"leftshift/engine/schema"
)

// Map is a compiled map. It is not changed by use and may serve many
// extractions at once.
type Map struct {
	Name  string
	Title string

	comma    byte
	columns  []column
	id       []int
	recorded int // slot or -1
	happened []int
	inHand   []cond // where it is known on its night at the latest; none: nowhere
	inOrder  bool
	sequence [][2]int
	retract  []cond
	local    int // slot or -1
	nhs      int // slot or -1
	identity *identitySlots
	rows     []rowPlan
	may      int64

	form *mapFile          // as read, for Outline
	at   map[string][2]int // where each setting stands
}

type columnKind uint8

const (
	textColumn columnKind = iota
	intColumn
	decimalColumn
	dateColumn
)

type column struct {
	name     string
	kind     columnKind
	format   format
	partial  bool
	optional bool
}

type identitySlots struct {
	nhs, family, given, birth, phone, address, postcode int
}

type rowPlan struct {
	table schema.TableID
	row   reflect.Type
	blank reflect.Value
	when  []cond
	each  []int
	cells []cell
	value *cell // of an event, after its code
}

// tables a map can fill. A link comes from [identity], never from a row.
var tables = map[string]struct {
	id  schema.TableID
	row any
}{
	"person":       {schema.TablePerson, schema.PersonFact{}},
	"registration": {schema.TableRegistration, schema.Registration{}},
	"residence":    {schema.TableResidence, schema.Residence{}},
	"event":        {schema.TableEvent, schema.Event{}},
	"episode":      {schema.TableEpisode, schema.Episode{}},
	"document":     {schema.TableDocument, schema.Document{}},
	"organisation": {schema.TableOrganisation, schema.Organisation{}},
	"team":         {schema.TableTeam, schema.Team{}},
	"area":         {schema.TableArea, schema.Area{}},
}

var reference = map[string]bool{"organisation": true, "team": true, "area": true}

// words are the names of numbered values, by table and column.
var words = map[string]map[string]int64{
	"event.kind":        inMaps(engine.EventKinds()),
	"event.status":      inMaps(engine.StatusNames()),
	"event.mode":        inMaps(engine.ModeNames()),
	"document.status":   inMaps(engine.StatusNames()),
	"document.category": inMaps(engine.DocumentNames()),
	"episode.kind": {"admitted": int64(engine.AdmittedEpisode), "emergency-department": int64(engine.EDAttendance), "same-day": int64(engine.SDECAttendance), "outpatient": int64(engine.OutpatientAttendance),
		"nhs111": int64(engine.NHS111Call), "ambulance": int64(engine.AmbulanceIncident), "community": int64(engine.CommunityCare),
		"mental-health": int64(engine.MentalHealthCare), "social-care": int64(engine.SocialCareEvent), "drug-alcohol": int64(engine.DrugAlcoholTreatment)},
	"episode.attended": {"cancelled-by-patient": int64(engine.OutcomeCancelledByPatient), "did-not-attend": int64(engine.OutcomeDidNotAttend), "cancelled-by-provider": int64(engine.OutcomeCancelledByProvider),
		"seen": int64(engine.OutcomeSeen), "seen-late": int64(engine.OutcomeSeenLate), "late-not-seen": int64(engine.OutcomeLateNotSeen), "referral": int64(engine.OutcomeReferral),
		"conveyed-to-emergency-department": int64(engine.OutcomeConveyedToED), "conveyed-elsewhere": int64(engine.OutcomeConveyedElsewhere), "not-conveyed": int64(engine.OutcomeNotConveyed), "hear-and-treat": int64(engine.OutcomeHearAndTreat),
		"ambulance-sent": int64(engine.OutcomeAmbulanceSent), "to-emergency-department": int64(engine.OutcomeToED), "primary-care": int64(engine.OutcomePrimaryCare), "other-service": int64(engine.OutcomeOtherService), "self-care": int64(engine.OutcomeSelfCare),
		"request": int64(engine.OutcomeRequest), "assessment": int64(engine.OutcomeAssessment), "service": int64(engine.OutcomeService), "review": int64(engine.OutcomeReview)},
	"person.sex": {"male": int64(engine.Male), "female": int64(engine.Female), "indeterminate": int64(engine.SexIndeterminate), "unknown": 0},
}

// national are the columns with words whose numbers are the NHS Data
// Dictionary's too, so that a map may say either.
var national = map[string]bool{"episode.attended": true}

// inMaps gives the numbers of a table of names as maps write them, with hyphens;
// place 0, which is none, is not to be said.
func inMaps(names []string) map[string]int64 {
	out := map[string]int64{}
	for i, name := range names[1:] {
		out[strings.ReplaceAll(name, "_", "-")] = int64(i + 1)
	}
	return out
}

// compiler turns the TOML form into a Map and gathers every fault.
type compiler struct {
	file   string
	at     map[string][2]int
	faults []placed
	slot   map[string]int
	m      *Map
	used   map[int]bool
}

// say records a fault at the nearest setting that has a position.
func (c *compiler) say(path, format string, args ...any) {
	p := path
	for {
		if at, ok := c.at[p]; ok {
			c.faults = append(c.faults, placed{at[0], at[1], fmt.Sprintf(format, args...)})
			return
		}
		i := strings.LastIndexByte(p, '.')
		if i < 0 {
			break
		}
		p = p[:i]
	}
	c.faults = append(c.faults, placed{1, 1, fmt.Sprintf(format, args...)})
}

func (c *compiler) compile(f *mapFile) *Map {
	m := &Map{Name: f.Name, Title: f.Title, comma: ',', recorded: -1, local: -1, nhs: -1, form: f, at: c.at}
	c.m, c.slot, c.used = m, map[string]int{}, map[int]bool{}
	if f.Name == "" || f.Title == "" {
		c.say("name", "a map needs a name and a title")
	}
	switch f.Delimiter {
	case "":
	case ",", ";", "|", "\t":
		m.comma = f.Delimiter[0]
	default:
		c.say("delimiter", "the delimiter is a comma, a semicolon, a bar or a tab")
	}
	for _, name := range sortedKeys(f.Columns) {
		c.slot[name] = len(m.columns)
		m.columns = append(m.columns, c.column(name, f.Columns[name]))
	}
	if len(m.columns) == 0 {
		c.say("columns", "declare the columns that the map uses under [columns]")
	}
	c.record(&f.Record)
	c.subject(f)
	if len(f.Rows) == 0 {
		c.say("row", "a map makes rows: give at least one [[row]]")
	}
	for i := range f.Rows {
		c.row(fmt.Sprintf("row.%d", i), &f.Rows[i], f.Subject.None)
	}
	for i := range m.columns {
		if !c.used[i] {
			c.say("columns."+m.columns[i].name, "column %s is declared and never used; leave it out, for what is not declared is not read", m.columns[i].name)
		}
	}
	return m
}

func (c *compiler) column(name, spec string) column {
	col := column{name: name}
	path := "columns." + name
	for i, w := range strings.Fields(spec) {
		switch {
		case i == 0:
			k, ok := map[string]columnKind{"text": textColumn, "int": intColumn, "decimal": decimalColumn, "date": dateColumn}[w]
			if !ok {
				c.say(path, "a column is text, int, decimal or date; %q is none", w)
			}
			col.kind = k
		case w == "optional":
			col.optional = true
		case w == "partial" && col.kind == dateColumn:
			col.partial = true
		case w == "uk" && col.kind == dateColumn:
			col.format = ukDate
		case w == "compact" && col.kind == dateColumn:
			col.format = compactDate
		default:
			c.say(path, "%q does not go with a %s column", w, strings.Fields(spec)[0])
		}
	}
	if strings.TrimSpace(spec) == "" {
		c.say(path, "a column is text, int, decimal or date")
	}
	return col
}

// use gives the slot of a declared column.
func (c *compiler) use(path, name string, kinds ...columnKind) int {
	s, ok := c.slot[name]
	if !ok {
		c.say(path, "column %q is not declared under [columns]", name)
		return -1
	}
	c.used[s] = true
	if len(kinds) > 0 && !slices.Contains(kinds, c.m.columns[s].kind) {
		c.say(path, "column %s has the wrong type for this place", name)
	}
	return s
}

func (c *compiler) record(f *recordFile) {
	m := c.m
	if len(f.ID) == 0 {
		c.say("record.id", "say under [record] which columns name a record: id = [...]")
	}
	for _, n := range f.ID {
		m.id = append(m.id, c.use("record.id", n))
	}
	if f.Recorded != "" {
		m.recorded = c.use("record.recorded", f.Recorded, dateColumn)
	}
	for _, n := range f.Happened {
		m.happened = append(m.happened, c.use("record.happened", n, dateColumn))
	}
	if m.inHand = c.conds("record.in_hand", f.InHand); len(m.inHand) > 0 && len(f.Happened) == 0 {
		c.say("record.in_hand", "in_hand bounds the lag model: give happened, the dates that it starts from")
	}
	switch f.Order {
	case "", "file":
		m.inOrder = f.Order == "file"
	default:
		c.say("record.order", `order is "file" or left out`)
	}
	for _, pair := range f.Sequence {
		if len(pair) != 2 {
			c.say("record.sequence", "sequence is a list of pairs of date columns")
			continue
		}
		m.sequence = append(m.sequence, [2]int{c.use("record.sequence", pair[0], dateColumn), c.use("record.sequence", pair[1], dateColumn)})
	}
	m.retract = c.conds("record.retracted", f.Retracted)
}

func (c *compiler) conds(path string, fs []condFile) []cond {
	var out []cond
	for _, f := range fs {
		if f.Is == nil && f.Not == nil && f.Filled == nil {
			c.say(path, "a condition says is, not or filled")
		}
		k := cond{slot: c.use(path, f.Column), filled: f.Filled, out: set(f.Not)}
		if f.Is != nil {
			k.in = set(f.Is)
		}
		out = append(out, k)
	}
	return out
}

func set(list []string) map[string]bool {
	m := map[string]bool{}
	for _, s := range list {
		m[s] = true
	}
	return m
}

func (c *compiler) subject(f *mapFile) {
	said := 0
	if f.Subject.Local != "" {
		said++
		c.m.local = c.use("subject.local", f.Subject.Local)
	}
	if f.Subject.NHSNumber != "" {
		said++
		c.m.nhs = c.use("subject.nhs_number", f.Subject.NHSNumber)
	}
	if f.Subject.None {
		said++
	}
	if said != 1 {
		c.say("subject", "say under [subject] one of local, nhs_number, none = true")
	}
	if f.Identity == nil {
		return
	}
	if f.Subject.None {
		c.say("identity", "a reference table has no identity")
	}
	if f.Identity.NHSNumber == "" {
		c.say("identity", "an identity is kept under an NHS number: give nhs_number")
	}
	slot := func(key, name string) int {
		if name == "" {
			return -1
		}
		return c.use("identity."+key, name)
	}
	i := f.Identity
	c.m.identity = &identitySlots{slot("nhs_number", i.NHSNumber), slot("family", i.Family), slot("given", i.Given),
		slot("birth_date", i.BirthDate), slot("phone", i.Phone), slot("address", i.Address), slot("postcode", i.Postcode)}
	if f.Subject.NHSNumber != "" && f.Subject.NHSNumber != i.NHSNumber {
		c.say("identity.nhs_number", "the identity's number is not the subject's")
	}
	if c.m.local >= 0 {
		c.m.may |= 1 << schema.TableLink
	}
}

func (c *compiler) row(path string, f *rowFile, none bool) {
	t, ok := tables[f.Table]
	if !ok {
		c.say(path+".table", "there is no table %q; the tables are %s", f.Table, strings.Join(sortedKeys(tables), ", "))
		return
	}
	if reference[f.Table] != none {
		c.say(path+".table", "table %s and [subject] do not go together: organisation, team and area are about nobody, all others about somebody", f.Table)
	}
	p := rowPlan{table: t.id, row: reflect.TypeOf(t.row), when: c.conds(path+".when", f.When)}
	p.blank = reflect.New(p.row).Elem()
	fields := map[string][]int{}
	noDays(p.blank, nil, fields)
	for _, n := range f.Each {
		p.each = append(p.each, c.use(path+".each", n))
	}
	for _, name := range sortedKeys(f.Fill) {
		at := path + ".fill." + name
		field, ok := fields[name]
		if !ok {
			c.say(at, "table %s has no column %q that a map fills", f.Table, name)
			continue
		}
		one := f.Fill[name]
		k, ok := c.cell(at, f.Table, name, field, p.row.FieldByIndex(field).Type, &one, len(f.Each) > 0)
		if !ok {
			continue
		}
		if f.Table == "event" && name == "day" {
			if _, said := f.Fill["last_day"]; !said {
				k.lastFields = fields["last_day"]
			}
		}
		if k.kind == kNumber {
			p.value = &k
			continue
		}
		p.cells = append(p.cells, k)
	}
	// What a table requires must be filled somehow.
	for _, col := range schema.Landed[t.id].Columns {
		_, own := fields[col.Name]
		_, said := f.Fill[col.Name]
		if col.Required && own && !said && !(f.Table == "event" && col.Name == "last_day") {
			c.say(path, "a row of table %s needs %s", f.Table, col.Name)
		}
	}
	c.m.rows = append(c.m.rows, p)
	c.m.may |= 1 << t.id
}

// noDays makes the days of a row absent, and finds the fields by column,
// without those of the version.
func noDays(v reflect.Value, at []int, fields map[string][]int) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		index := append(slices.Clone(at), i)
		if f.Anonymous {
			continue
		}
		fields[f.Tag.Get("col")] = index
		if f.Type == reflect.TypeFor[engine.Day]() {
			v.Field(i).SetInt(int64(engine.NoDay))
		}
	}
}

func (c *compiler) cell(path, table, name string, field []int, typ reflect.Type, f *cellFile, each bool) (cell, bool) {
	k := cell{name: name, field: field, display: -1, unit: -1, month: f.Month, refuse: f.Refuse, current: f.Current, ordinal: f.Ordinal, thisRecord: f.ThisRecord, analyte: f.Analyte}
	before := len(c.faults)
	k.kind = kindOf(typ)
	froms := 0
	for _, said := range []bool{f.Is != nil, f.Column != "", len(f.FirstOf) > 0, f.Current, f.Ordinal != 0, f.Key != "", f.ThisRecord} {
		if said {
			froms++
		}
	}
	if froms != 1 {
		c.say(path, "%s needs exactly one of is, column, first_of, current, ordinal, key, this_record", name)
		return k, false
	}
	if (f.Current || f.Ordinal != 0) && !each {
		c.say(path, "%s uses the column of each, but the row has no each", name)
	}
	recordKey := isRecordKey(table, name)
	if (f.Key != "" || f.ThisRecord) != recordKey {
		c.say(path, "key and this_record fill a spell or an episode reference, and nothing else does")
	}

	mapped := f.Values != nil
	var kinds []columnKind
	switch {
	case mapped:
	case k.kind == kDay:
		kinds = []columnKind{dateColumn}
	case k.kind == kInt || k.kind == kSmall:
		kinds = []columnKind{intColumn}
	case k.kind == kNumber:
		kinds = []columnKind{decimalColumn, intColumn}
	}
	for _, n := range append(f.FirstOf, f.Column) {
		if n != "" {
			k.slots = append(k.slots, c.use(path, n, kinds...))
		}
	}
	if f.Key != "" {
		k.key = c.template(path, f.Key)
	}

	// The system comes before constants, which may be codes.
	switch {
	case k.kind == kCode:
		if k.system = engine.ParseSystem(f.System); k.system == engine.NoSystem {
			c.say(path, "%s needs the code system: system = \"snomed\" or the like", name)
		}
	case f.System != "" || f.Display != "" || f.Normalise != "" || f.Lookup != "":
		c.say(path, "system, display, normalise and lookup go with a code")
	}
	if f.Display != "" {
		k.display = c.use(path, f.Display)
	}
	switch f.Normalise {
	case "":
	case "icd10":
		k.normalise, k.valid = engine.NormaliseICD10, engine.ValidICD10
	case "opcs4":
		k.normalise, k.valid = engine.NormaliseICD10, validOPCS4
	default:
		c.say(path, "normalise is icd10 or opcs4")
	}
	switch f.Lookup {
	case "":
	case "lsoa":
		k.area = true
	default:
		c.say(path, "lookup is lsoa")
	}
	switch f.Bound {
	case "", "first":
	case "last":
		k.last = true
	default:
		c.say(path, "bound is first or last")
	}
	if k.kind != kDay && (f.Month || f.Bound != "") {
		c.say(path, "month and bound go with a day")
	}
	if k.kind != kNumber && (f.Unit != "" || f.Analyte) {
		c.say(path, "unit and analyte go with a measured value")
	}
	if f.Unit != "" {
		k.unit = c.use(path, f.Unit)
	}
	if k.kind == kNumber && len(k.slots) != 1 {
		c.say(path, "a measured value comes from one column")
	}

	aim := func(text string) target { return c.target(path, table, name, k.kind, text) }
	if f.Is != nil {
		t := aim(*f.Is)
		k.constant = &t
	}
	if mapped {
		k.values = map[string]target{}
		for from, to := range f.Values {
			k.values[from] = aim(to)
		}
	} else if f.Otherwise != nil || f.Refuse {
		c.say(path, "otherwise and refuse go with values")
	}
	if f.Otherwise != nil {
		t := aim(*f.Otherwise)
		k.otherwise = &t
	}
	if f.Missing != nil {
		t := aim(*f.Missing)
		k.missing = &t
	}
	return k, len(c.faults) == before
}

// kindOf says what a column of a landed table holds, by its field's type.
func kindOf(typ reflect.Type) kind {
	switch {
	case typ == reflect.TypeFor[engine.Day]():
		return kDay
	case typ == reflect.TypeFor[engine.Code]():
		return kCode
	case typ == reflect.TypeFor[schema.Number]():
		return kNumber
	case typ.Kind() == reflect.String:
		return kText
	case typ.Kind() == reflect.Uint8:
		return kSmall
	}
	return kInt
}

// isRecordKey says that a column refers to a source record.
func isRecordKey(table, name string) bool {
	return table == "episode" && name == "spell" || table == "event" && name == "episode"
}

// template compiles "spell/{PROVIDER}/{SPELL}".
func (c *compiler) template(path, text string) []keyPart {
	var parts []keyPart
	for text != "" {
		before, rest, ok := strings.Cut(text, "{")
		if before != "" {
			parts = append(parts, keyPart{before, -1})
		}
		if !ok {
			break
		}
		name, after, ok := strings.Cut(rest, "}")
		if !ok {
			c.say(path, "the key has a { without its }")
			break
		}
		parts = append(parts, keyPart{slot: c.use(path, name)})
		text = after
	}
	return parts
}

// target compiles a constant of a map.
func (c *compiler) target(path, table, name string, k kind, text string) target {
	switch k {
	case kText, kCode:
		return target{s: text}
	case kDay:
		d, ok := engine.ParseDay(text)
		if text != "" && !ok {
			c.say(path, "%q is no day such as 2026-03-04", text)
		}
		return target{n: int64(d)}
	}
	if text == "" {
		return target{}
	}
	if n, ok := words[table+"."+name][text]; ok {
		return target{n: n}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || k == kSmall && (n < 0 || n > 255) || words[table+"."+name] != nil && !national[table+"."+name] {
		names := ""
		if w := words[table+"."+name]; w != nil {
			names = "; it is one of " + strings.Join(sortedKeys(w), ", ")
		}
		c.say(path, "%q is no value of %s.%s%s", text, table, name, names)
	}
	return target{n: n}
}

// validOPCS4 says whether s has the shape of an OPCS-4 code without its dot: a
// letter and two or three digits.
func validOPCS4(s string) bool {
	if len(s) < 3 || len(s) > 4 || s[0] < 'A' || s[0] > 'Z' {
		return false
	}
	for _, d := range []byte(s[1:]) {
		if d < '0' || d > '9' {
			return false
		}
	}
	return true
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
