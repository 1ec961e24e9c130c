package fhir

import (
	"strings"

	"leftshift/engine"
	"leftshift/engine/identity"
	"leftshift/engine/schema"
)

// patient: the person, the link from the source's id, practice and home. What
// identifies the person goes to the vault.
func (x *extractor) patient(position int64, fullURL string) error {
	value, bad := x.identifier(x.res)
	if !x.doc.isTroubled() && bad != "" {
		x.doc.blame(bad, "identifier")
	}
	x.profile()
	restricted := x.restricted()
	sex := gender(x.res.Text("gender"))
	birth := x.date(x.res, "birthDate")
	day, stamp := x.known(nil)
	death := x.death(day)
	registrations, told := x.registrations()
	home := x.home()
	var residence *schema.Residence
	if home.Is() && !restricted {
		residence = x.residence(home)
	}
	who := x.identity(value, home, restricted)
	key := x.key("Patient", fullURL)
	if x.doc.isTroubled() {
		return x.b.Quarantine(position, x.doc.trouble.code, x.doc.trouble.field)
	}
	ns := x.opt.Identifier.Namespace
	k, _ := x.b.Keys.Key(ns, value)
	person := engine.Person(k)
	var subject engine.Subject
	if key == "" {
		subject = x.b.SubjectOf(ns, value)
	} else {
		subject = x.b.Subject(key)
	}
	r := x.b.Open(position, subject, key, x.res.Raw(), stamp, day, engine.NoDay)
	r.Add(schema.TableLink, &schema.Link{Person: person})
	if uuid := urlKey(fullURL); strings.HasPrefix(uuid, "urn:uuid:") {
		if alias := x.scope + "Patient/" + uuid[9:]; alias != key {
			r.Alias(x.b.Subject(alias), person)
		}
	}
	fact := schema.NewPersonFact()
	fact.Sex, fact.DeathDay = sex, death
	fact.EthnicCategory = x.ethnic()
	if birth.ok {
		if birth.first.Month() == birth.last.Month() {
			fact.BirthMonth = birth.first.Month()
		} else {
			x.note("birth-month-unknown")
		}
	}
	r.Add(schema.TablePerson, &fact)
	for i := range registrations {
		r.Add(schema.TableRegistration, &registrations[i])
	}
	if residence != nil {
		r.Add(schema.TableResidence, residence)
	}
	may := int64(patientTables)
	if restricted && !told {
		may &^= 1 << schema.TableRegistration // held back, which is not "no practice"
	}
	if !r.Broken() {
		for _, n := range x.notes {
			x.b.Note(n)
		}
		known, _ := x.b.Known(day, engine.NoDay)
		if _, err := x.b.Identify(ns, value, known, stamp, who); err != nil {
			return err
		}
	}
	return r.Close(may)
}

// identifier gives the one value of the declared system that a Patient has.
// bad is "" or the reason why there is none.
func (x *extractor) identifier(p Element) (value, bad string) {
	for id := p.Get("identifier").First(); id.Is(); id = id.Next() {
		if !sameSystem(id.Text("system"), x.opt.Identifier.System) {
			continue
		}
		if id.Text("use") == "old" || x.over(id.Get("period")) {
			continue
		}
		v, why := x.check(id.Text("value"))
		switch verification := extensionCode(id, "NHSNumberVerificationStatus"); {
		case why != "":
			if bad == "" || bad == "identifier-missing" {
				bad = why
			}
			continue
		case verification == "04" || verification == "05":
			return "", "nhs-number-conflict"
		case verification != "" && verification != "01" && verification != "1":
			x.note("nhs-number-not-verified")
		}
		if value != "" && value != v {
			return "", "identifier-ambiguous"
		}
		value = v
	}
	switch {
	case value != "":
		return value, ""
	case bad != "":
		return "", bad
	}
	return "", "identifier-missing"
}

// restricted says whether the record is labelled restricted, very restricted
// or redacted: where the person lives and how to reach them is held back.
func (x *extractor) restricted() bool {
	for s := x.meta.Get("security").First(); s.Is(); s = s.Next() {
		switch strings.ToUpper(s.Text("code")) {
		case "R", "V", "REDACTED":
			x.note("restricted")
			return true
		}
	}
	return false
}

func gender(s string) engine.Sex {
	switch s {
	case "male":
		return engine.Male
	case "female":
		return engine.Female
	case "other":
		return engine.SexIndeterminate
	}
	return engine.SexUnknown
}

// ethnic gives the NHS Data Dictionary ethnic category; "" when not known
// (99) or not given.
func (x *extractor) ethnic() string {
	c := extensionCode(x.res, "-EthnicCategory")
	if c == "" {
		c = extensionCode(x.res, "-EthnicCategory-1")
	}
	c = strings.ToUpper(c)
	switch {
	case c == "", c == "99":
		return ""
	case len(c) == 1 && (c[0] >= 'A' && c[0] <= 'S' && c != "I" && c != "O" && c != "Q" || c == "Z"):
		return strings.Clone(c)
	}
	x.note("ethnic-category-unknown")
	return ""
}

// death gives the last possible day of death. A death notification that was
// removed says that the person lives. A death without a date happened by the
// day on which the record was known.
func (x *extractor) death(updated engine.Day) engine.Day {
	if n := extension(x.res, "DeathNotificationStatus"); extensionCode(n, "deathNotificationStatus") == "U" {
		x.note("death-removed")
		return engine.NoDay
	}
	if x.res.Get("deceasedDateTime").Is() {
		if d := x.date(x.res, "deceasedDateTime"); d.ok {
			return d.last
		}
		return engine.NoDay
	}
	if dead, _ := x.res.Get("deceasedBoolean").Bool(); dead {
		x.note("death-day-unknown")
		day, _ := x.b.Known(updated, engine.NoDay)
		return day
	}
	return engine.NoDay
}

// registrations gives the practices of the patient; told is false when the
// record says nothing of them.
func (x *extractor) registrations() (rows []schema.Registration, told bool) {
	add := func(practice engine.Code, period Element) {
		row := schema.NewRegistration()
		row.Practice = practice
		began := x.date(period, "start")
		if began.ok {
			row.FromDay = began.first
		}
		row.ToDay = x.end(period, "end", began)
		rows = append(rows, row)
	}
	for g := x.res.Get("generalPractitioner").First(); g.Is(); g = g.Next() {
		told = true
		if o := x.organisation(g); o != 0 {
			add(o, g.Get("identifier").Get("period"))
		}
	}
	if o := x.res.Get("managingOrganization"); len(rows) == 0 && o.Is() && told {
		if code := x.organisation(o); code != 0 {
			add(code, Element{})
		}
	}
	if told && len(rows) == 0 {
		x.note("practice-unresolved")
	}
	return rows, told
}

// over says whether a period ended before tonight.
func (x *extractor) over(period Element) bool {
	_, last, ok := engine.ParsePartial(period.Text("end"))
	return ok && last < x.b.Night
}

// home gives the current home address.
func (x *extractor) home() Element {
	var found Element
	for a := x.res.Get("address").First(); a.Is(); a = a.Next() {
		use := a.Text("use")
		if use != "" && use != "home" || a.Text("type") == "postal" && use != "home" {
			continue
		}
		if x.over(a.Get("period")) {
			continue
		}
		if use == "home" {
			return a
		}
		if !found.Is() {
			found = a
		}
	}
	return found
}

func (x *extractor) residence(home Element) *schema.Residence {
	row := schema.NewResidence()
	if code := postcode(home.Text("postalCode")); code != "" && x.opt.AreaOf != nil {
		if lsoa, ok := x.opt.AreaOf(code); ok {
			row.Area = x.b.Code(engine.ONS, lsoa, "")
		} else {
			x.note("postcode-unknown")
		}
	}
	if row.Area == 0 {
		return nil
	}
	if began := x.date(home.Get("period"), "start"); began.ok {
		row.FromDay = began.first
	}
	return &row
}

// postcode writes a postcode in capitals with one space before its last
// three characters.
func postcode(s string) string {
	s = strings.ToUpper(strings.Join(strings.Fields(s), ""))
	if len(s) < 5 || len(s) > 7 {
		return ""
	}
	return s[:len(s)-3] + " " + s[len(s)-3:]
}

// identity gathers what identifies the person, for the vault alone.
func (x *extractor) identity(value string, home Element, restricted bool) identity.Identity {
	id := identity.Identity{BirthDate: strings.Clone(x.res.Text("birthDate"))}
	if x.opt.Identifier.Namespace == identity.NHSNamespace {
		id.NHSNumber = strings.Clone(value)
	}
	if name := x.name(); name.Is() {
		id.Family = strings.Clone(name.Text("family"))
		var given []string
		for g := name.Get("given").First(); g.Is(); g = g.Next() {
			given = append(given, g.Word())
		}
		id.Given = strings.Join(given, " ")
		if id.Given != "" {
			id.Given = strings.Clone(id.Given)
		}
	}
	if restricted {
		return id
	}
	for t := x.res.Get("telecom").First(); t.Is(); t = t.Next() {
		if t.Text("system") == "phone" && t.Text("use") != "old" && !x.over(t.Get("period")) {
			if mobile := t.Text("use") == "mobile"; mobile || id.Phone == "" {
				id.Phone = strings.Clone(t.Text("value"))
				if mobile {
					break
				}
			}
		}
	}
	if home.Is() {
		var lines []string
		for l := home.Get("line").First(); l.Is(); l = l.Next() {
			lines = append(lines, l.Word())
		}
		for _, part := range []string{"city", "district"} {
			if s := home.Text(part); s != "" {
				lines = append(lines, s)
			}
		}
		if len(lines) == 0 {
			lines = append(lines, home.Text("text"))
		}
		id.Address = strings.Clone(strings.Join(lines, ", "))
		if id.Postcode = postcode(home.Text("postalCode")); id.Postcode != "" {
			id.Postcode = strings.Clone(id.Postcode)
		}
	}
	return id
}

// name gives the current name: the official or usual one, else the first that
// is not old.
func (x *extractor) name() Element {
	var found Element
	for n := x.res.Get("name").First(); n.Is(); n = n.Next() {
		if x.over(n.Get("period")) {
			continue
		}
		switch n.Text("use") {
		case "official", "usual":
			return n
		case "old", "nickname", "maiden", "anonymous", "temp":
		default:
			if !found.Is() {
				found = n
			}
		}
	}
	if !found.Is() {
		return x.res.Get("name").First()
	}
	return found
}
