package access

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
)

func TestG14TheAnalystCanNeverReidentify(t *testing.T) {
	related := Relationship{Known: true, Registered: true, Alive: true, Practice: mine, PCN: myNetwork, Teams: []string{myTeam}, ItemTeams: []string{myTeam}}
	for _, purpose := range Analyst.Purposes() {
		for _, act := range Acts() {
			for _, s := range []Subject{Person(purpose, related), List(purpose, myTeam), Organisation(purpose, org)} {
				d := Decide(principal("analyst", string(purpose)), act, s.Because("a good reason"))
				if d.Allowed {
					t.Errorf("%s is allowed on %v", act, s.Kind)
				}
			}
		}
	}
	for _, p := range Table() {
		if p.Role == Analyst && p.Columns != 0 {
			t.Errorf("%s shows columns of people to the analyst", p.Act)
		}
	}
}

// The guard stands before the table: a row that grants it is not enough.
func TestG14HoldsWhateverTheTableSays(t *testing.T) {
	defer func() { delete(rows, pair{Analyst, RevealIdentity}) }()
	rows[pair{Analyst, RevealIdentity}] = Policy{Role: Analyst, Act: RevealIdentity, Display: DisplayClinician, Columns: Identity}
	related := Relationship{Known: true, Registered: true, Alive: true, Practice: mine}
	if d := Decide(principal("analyst", "case-finding"), RevealIdentity, Person(CaseFinding, related)); d.Allowed || d.Code != CodeAnalyst {
		t.Errorf("%+v", d)
	}
}

func TestG19PrivacyOfficerReadsAuditAndTheGuardianBoth(t *testing.T) {
	person := Person(CaseFinding, Relationship{Known: true, Registered: true, Alive: true, Practice: "B82002"}).Because("complaint 12")
	officer, guardian := principal("privacy_officer", "audit"), principal("ig_lead", "case-finding")
	for _, p := range []Principal{officer, guardian} {
		if d := Decide(p, SearchAudit, Of("")); !d.Allowed {
			t.Errorf("%s: %+v", p.Role, d)
		}
	}
	d := Decide(guardian, OpenPerson, person)
	if !d.Allowed || !d.Columns.Has(Clinical) || d.Columns&Identity != 0 {
		t.Errorf("guardian: %+v", d)
	}
	for _, p := range Table() {
		if p.Role == PrivacyOfficer && p.Columns != 0 {
			t.Errorf("%s shows a privacy officer %s", p.Act, p.Columns)
		}
	}
	for _, purpose := range []string{"audit", "case-finding"} {
		if d := Decide(principal("privacy_officer", purpose), OpenPerson, person); d.Allowed {
			t.Error("a privacy officer opened a person")
		}
	}
}

// Identity is a separate act, and needs a relationship of everyone.
func TestG13IdentityAlwaysNeedsARelationshipToday(t *testing.T) {
	for _, p := range Table() {
		if p.Columns&Identity != 0 && !p.Related {
			t.Errorf("%s, %s: identity without a relationship", p.Role, p.Act)
		}
		if p.Columns&Identity != 0 && p.Act != RevealIdentity && p.Act != ExportList && p.Act != ReferPerson && p.Act != ReadScoresAPI {
			t.Errorf("%s, %s: identity outside the acts that reveal it", p.Role, p.Act)
		}
	}
	today := Relationship{Known: true, Registered: true, Alive: true, Practice: mine}
	if d := Decide(principal("coordinator", "case-finding"), RevealIdentity, Person(CaseFinding, today)); !d.Allowed {
		t.Errorf("%+v", d)
	}
	other, left := principal("coordinator", "case-finding"), today
	other.Practices, other.PCNs, other.Teams = []string{"B82002"}, nil, nil
	left.Registered = false
	for _, d := range []Decision{Decide(other, RevealIdentity, Person(CaseFinding, today)), Decide(principal("coordinator", "case-finding"), RevealIdentity, Person(CaseFinding, left))} {
		if d.Allowed || d.Err() != ErrNoPerson {
			t.Errorf("%+v", d)
		}
	}
}

// A person outside the caseload and one that does not exist get the same value.
func TestB18RefusedAndNonExistentAreOne(t *testing.T) {
	for _, role := range Roles() {
		for _, act := range Acts() {
			if !word(ofPersons, string(act)) {
				continue
			}
			row, ok := rows[pair{role, act}]
			var first *Decision
			for _, a := range subjects(CaseFinding) {
				if a.subject.Kind != OfPerson || a.related || !row.Related && a.shown {
					continue
				}
				d := Decide(principal(string(role), "case-finding"), act, a.subject.Because("why"))
				if ok && traits[act].persons && !errors.Is(d.Err(), ErrNoPerson) {
					t.Errorf("%s, %s, %s: %+v", role, act, a.name, d)
				}
				if first == nil {
					first = &d
				} else if d != *first {
					t.Errorf("%s, %s, %s: %+v differs from %+v", role, act, a.name, d, *first)
				}
			}
		}
	}
}

func TestG3APurposeIsNotReadForAnother(t *testing.T) {
	for _, role := range Roles() {
		for _, own := range role.Purposes() {
			for _, snapshot := range []Purpose{CaseFinding, Planning, Evaluation, ModelDevelopment} {
				d := Decide(principal(string(role), string(own)), Count, Of(snapshot))
				if d.Allowed && own != snapshot {
					t.Errorf("%s counts %s data for %s", role, snapshot, own)
				}
			}
		}
	}
	if PurposeAt(PrivacyOfficer, CaseFinding) != Oversight || PurposeAt(Analyst, Planning) != Planning || PurposeAt(Coordinator, Planning) != CaseFinding || PurposeAt("cleaner", Planning) != "" {
		t.Error("the purpose of a role at a site")
	}
}

func TestNarrowerRolesSeeFewerColumns(t *testing.T) {
	shown := map[Role]Columns{}
	for _, p := range Table() {
		shown[p.Role] |= p.Columns
	}
	for _, r := range []Role{Pharmacy, Ambulance, Domiciliary, SocialCare} {
		if !shown[Coordinator].Has(shown[r]) || shown[r] == shown[Coordinator] || shown[r].Has(ColumnTimeline) {
			t.Errorf("%s sees %s", r, shown[r])
		}
	}
	for r, not := range map[Role]Columns{Pharmacy: ColumnRisk | ColumnTimeline, Ambulance: ColumnPhone | ColumnGaps, Domiciliary: ColumnNHSNumber | ColumnReasons | ColumnRisk, SocialCare: ColumnReasons | ColumnRisk} {
		if shown[r]&not != 0 {
			t.Errorf("%s sees %s", r, shown[r]&not)
		}
	}
	if s := (ColumnName | ColumnGaps).String(); s != "name, gaps" {
		t.Error(s)
	}
}

func drawPerson(t *rapid.T) Relationship {
	code := rapid.SampledFrom([]string{"", mine, "B82002", myNetwork, "U00002", myTeam, "south"})
	codes := rapid.SliceOfN(code, 0, 3)
	flag := rapid.Bool()
	return Relationship{flag.Draw(t, "known"), code.Draw(t, "practice"), code.Draw(t, "pcn"), codes.Draw(t, "teams"), codes.Draw(t, "item teams"), flag.Draw(t, "registered"), flag.Draw(t, "alive"), flag.Draw(t, "restricted")}
}

func drawCase(t *rapid.T) (Principal, Act, Subject) {
	p := principal(string(rapid.SampledFrom(Roles()).Draw(t, "role")), string(rapid.SampledFrom([]Purpose{CaseFinding, Planning, Oversight}).Draw(t, "purpose")))
	code := rapid.SampledFrom([]string{"", mine, "B82002", myTeam, "south", org})
	s := Subject{Kind: rapid.SampledFrom([]Kind{Nothing, OfPerson, OfList, OfOrganisation}).Draw(t, "kind"), Purpose: p.Purpose, Person: drawPerson(t), Code: code.Draw(t, "code"), Reason: rapid.SampledFrom([]string{"", "why"}).Draw(t, "reason")}
	p.Practices, p.Teams = rapid.SliceOfN(code, 0, 2).Draw(t, "practices"), rapid.SliceOfN(code, 0, 2).Draw(t, "own teams")
	return p, rapid.SampledFrom(Acts()).Draw(t, "act"), s
}

func TestB18AddingARelationshipNeverRemovesAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, a, s := drawCase(t)
		before := Decide(p, a, s)
		more := rapid.SampledFrom([]string{mine, "B82002", myNetwork, myTeam, "south"}).Draw(t, "more")
		switch rapid.IntRange(0, 4).Draw(t, "where") {
		case 0:
			p.Practices = append(slices.Clone(p.Practices), more)
		case 1:
			p.PCNs = append(slices.Clone(p.PCNs), more)
		case 2:
			p.Teams = append(slices.Clone(p.Teams), more)
		case 3:
			s.Person.Teams = append(slices.Clone(s.Person.Teams), more)
		case 4:
			s.Person.ItemTeams = append(slices.Clone(s.Person.ItemTeams), more)
		}
		if after := Decide(p, a, s); before.Allowed && after != before {
			t.Fatalf("%+v became %+v", before, after)
		}
	})
}

func TestG13LeavingDyingOrRestrictionNeverOpensAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, a, s := drawCase(t)
		before := Decide(p, a, s)
		switch rapid.IntRange(0, 3).Draw(t, "what") {
		case 0:
			s.Person.Registered = false
		case 1:
			s.Person.Alive = false
		case 2:
			s.Person.Restricted = true
		case 3:
			s.Person = Relationship{}
		}
		if after := Decide(p, a, s); after.Allowed && !before.Allowed {
			t.Fatalf("%+v became %+v", before, after)
		}
	})
}

func TestG14NoDrawnCaseShowsAnAnalystAPerson(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, a, s := drawCase(t)
		p.Role = Analyst
		if d := Decide(p, a, s); d.Allowed && (d.Columns != 0 || s.Kind == OfPerson || d.Display > DisplayCounts) {
			t.Fatalf("%s: %+v", a, d)
		}
	})
}

func TestG18NationalRoleCodes(t *testing.T) {
	d := Directory{Organisations: []Member{{ODS: "A81001", Name: "North Road", Practices: []string{"A81001"}, Teams: []string{"north"}}, {ODS: "QK1"}},
		Grants: []Grant{{Code: "R8001", Organisation: "QK1", Role: Analyst}, {Code: "R8001", Role: ClinicalLead}, {Code: "R8000", Organisation: "QK1", None: true}, {Code: "ops-team", Role: Administrator, Teams: []string{"x"}}}}
	if err := d.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		code, ods string
		role      Role
		fault     string
	}{
		{"S8000:G8000:R8000", "A81001", ClinicalLead, ""},
		{"R8000", "A81001", ClinicalLead, ""},
		{"S8000:G8000:R8001", "QK1", Analyst, ""},
		{"S8000:G8000:R8001", "A81001", ClinicalLead, ""},
		{"S8000:G8000:R8003", "A81001", Coordinator, ""},
		{"S0080:G0450:R5105", "QK1", IGLead, ""},
		{"R0001", "QK1", PrivacyOfficer, ""},
		{"ops-team", "QK1", Administrator, ""},
		{"R8000", "QK1", "", "role-code-unknown"},
		{"R5080", "QK1", "", "role-code-unknown"},
		{"", "QK1", "", "role-code-unknown"},
		{"r8000", "A81001", "", "role-code-unknown"},
		{"R8000", "Z99999", "", "organisation-unknown"},
		{"R8000", "", "", "organisation-unknown"},
	} {
		got, err := d.Resolve(c.code, c.ods)
		var f *engine.Fault
		if errors.As(err, &f) != (c.fault != "") || f != nil && f.Code != c.fault || got.Role != c.role {
			t.Errorf("%s at %s: %+v, %v", c.code, c.ods, got, err)
		}
	}
	got, _ := d.Resolve("ops-team", "A81001")
	if strings.Join(got.Teams, " ") != "north x" || strings.Join(got.Practices, " ") != "A81001" {
		t.Errorf("%+v", got)
	}
	got.Teams[0] = "changed"
	if d.Organisations[0].Teams[0] != "north" {
		t.Error("an assignment shares its lists with the directory")
	}
	if _, err := (Directory{}).Resolve("R8000", "A81001"); err == nil {
		t.Error("an empty directory lets somebody in")
	}
	for _, j := range JobRoles() {
		if JobRoleCode("S1:G1:"+j.Code) != j.Code || j.Role == Administrator || j.Role == Service {
			t.Errorf("%+v", j)
		}
	}
}

func TestDirectoryReportsEveryFaultTogether(t *testing.T) {
	err := Directory{Organisations: []Member{{}, {ODS: "A"}, {ODS: "A"}},
		Grants: []Grant{{Role: Analyst}, {Code: "x", Role: "cleaner"}, {Code: "x", Role: Analyst}, {Code: "y", Organisation: "B", Role: Service}, {Code: "z", Role: Analyst, None: true}}}.Validate()
	for _, part := range []string{"no ODS code", `"A" is there twice`, "no role code", `"x" needs one of the roles`, `"x" is granted twice`, `"B", which is not declared`, "only an API token", `"z" needs one of`} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in %v", part, err)
		}
	}
}
