//go:build duckdb_arrow

package main

import (
	"fmt"
	"reflect"
	"strings"

	"leftshift/engine/access"
	"leftshift/engine/audit"
)

// auditFields says what each field of an audit entry is. Every field has its
// words: one without is an error of the page.
var auditFields = map[string]string{
	"Sequence": "number of the entry, from 1 without gap", "Time": "when it was written, UTC to the millisecond",
	"User": "identifier of who acts: the identity provider's, a token's, or the account that runs a command", "Name": "the user's name",
	"RoleProfile": "role profile as the sign-in gave it", "Role": "role as this system understands it; `operator` for commands", "Organisation": "ODS code; for commands, the site's name",
	"Authoriser": "who vouches for the user: the issuer, or the person in whose name it is done", "Purpose": "the purpose declared", "Reason": "why, as the user gave it",
	"Session": "reference of the session, not its secret", "Device": "device or system", "Event": "what was done or asked: an act of the table above, or one of the events below",
	"Route": "page, command or interface", "Object": "list, file, entry or token that it was about", "Snapshot": "the snapshot shown",
	"Query": "SHA-256 of what was asked, for searches and queries", "Outcome": "`allowed`, or the code of the refusal", "Rows": "rows shown, counted or sent",
	"Persons": "pseudonyms of the people it was about; never a patient's name, NHS number or health", "People": "how many people", "Hash": "SHA-256 over the hash before and all of the above",
}

// otherEvents are the events that are no act of the table of rights.
var otherEvents = [][]string{
	{"`sign_in`, `role_chosen`, `sign_out`, `signed_out_by_issuer`, `sign_in_refused`", "coming in and going out"},
	{"`list_sent`, `notice_sent`", "a list arrived at another system; a team was told that its list is ready. No person is in either"},
	{"`sql`", "`leftshift sql`: the query's hash and how many rows it gave"},
}

// purposesOf are the purposes that a role may act for.
func purposesOf(r access.Role) string {
	var out []string
	for _, p := range []access.Purpose{access.CaseFinding, access.Planning, access.Evaluation, access.ModelDevelopment, access.Oversight} {
		if access.PurposeAt(r, p) == p {
			out = append(out, string(p))
		}
	}
	return strings.Join(out, ", ")
}

func needsOf(p access.Policy) string {
	var out []string
	if p.Related {
		out = append(out, "a relationship that day")
	}
	if p.Reason {
		out = append(out, "a reason")
	}
	return strings.Join(out, " and ")
}

// accessPage is ACCESS.md.
func accessPage() (string, error) {
	var b strings.Builder
	b.WriteString(`# Who may do what, and what is kept of it

What the table below does not grant to a role is refused: nothing is allowed by default. A decision is made on the role, the
organisation, the purpose and, where the table says so, the relationship with the person **on that day**: the person is registered
with one of the user's practices or networks, or in the care of one of the user's teams, or is on an open work item of one of those
teams. Someone who has left or died has none. A person who may not be seen is answered, to the byte, like nobody at all.

Data prepared for one purpose is not read for another, and people are shown for case finding (direct care) alone. What a refusal
says, by its code, is in [REASONS.md](REASONS.md); who takes part and which role a role code gives is in [CONFIG.md](CONFIG.md).

## Roles

`)
	var roles [][]string
	for _, r := range access.Roles() {
		roles = append(roles, []string{r.Title(), "`" + string(r) + "`", purposesOf(r)})
	}
	table(&b, []string{"role", "code", "may act for"}, roles)
	b.WriteString(`
## The table of rights

Columns are what may be shown about a person. Display says for whom it is worded: counts under disclosure control, plain words for a
care team, or clinical words and values.
`)
	for _, r := range access.Roles() {
		var rows [][]string
		for _, p := range access.Table() {
			if p.Role == r {
				rows = append(rows, []string{p.Act.Title(), "`" + string(p.Act) + "`", needsOf(p), p.Display.String(), p.Columns.String()})
			}
		}
		fmt.Fprintf(&b, "\n### %s\n\n", r.Title())
		table(&b, []string{"may", "act", "needs", "display", "columns"}, rows)
	}
	b.WriteString(`
## National job role codes

What a national role code gives where a site's configuration says nothing. A code that is not here gives no way in.

`)
	var codes [][]string
	for _, j := range access.JobRoles() {
		codes = append(codes, []string{"`" + j.Code + "`", j.Title, j.Role.Title()})
	}
	table(&b, []string{"code", "national title", "role"}, codes)
	b.WriteString(`
## The audit

Every look, act and refusal is written to ` + "`audit/audit.db`" + ` in the folder of ` + "`serve.state`" + ` before anything is shown; what cannot be
written is not shown. Entries are never changed or removed by the program. Each holds:

`)
	var fields [][]string
	entry := reflect.TypeFor[audit.Entry]()
	for i := range entry.NumField() {
		name := entry.Field(i).Name
		say := auditFields[name]
		if say == "" {
			return "", fmt.Errorf("the audit's field %s has no words", name)
		}
		fields = append(fields, []string{name, say})
	}
	table(&b, []string{"field", "what it is"}, fields)
	b.WriteString("\nEvents that are no act of the table of rights:\n\n")
	table(&b, []string{"event", "when"}, otherEvents)
	b.WriteString(`
Reading the audit is in the audit too. The privacy officer and the information governance lead have pages for it; whoever has an
account on the machine has commands, which are kept under the role ` + "`operator`" + ` and that account:

| command | what it does |
| --- | --- |
| ` + "`leftshift audit verify`" + ` | reads every entry, names each break and ends with 1 where there is one |
| ` + "`leftshift audit checkpoint`" + ` | signs the newest entry and prints the line to keep elsewhere |
| ` + "`leftshift audit search`" + ` | entries by time, user, organisation, event and outcome; needs ` + "`--by` and `--reason`" + ` |
| ` + "`leftshift audit history`" + ` | who looked at one person, for a subject access request; the NHS number comes from a file or standard input |
| ` + "`leftshift features explain`" + ` | shows one person's rows: an entry before they are read, and on real people a reason |
| ` + "`leftshift sql`" + ` | an entry with the query's hash and its rows |
| ` + "`leftshift token create, revoke`" + ` | an entry of each API token made or ended |

The hash chain shows a changed, added, moved or removed entry. Entries cut from the end, and a history written anew from some entry
on, show only against a **copy of the checkpoints kept where nobody who can write on this machine can write**: copy
` + "`audit/checkpoints.txt`" + ` and the public key (` + "`leftshift keygen`" + ` makes it, ` + "`.pub`" + ` beside ` + "`serve.audit_key_file`" + `) there, often, and check
against the copies with ` + "`leftshift audit verify --checkpoints FILE --key FILE`" + `. How long the audit is kept is for the controller to
decide; the program deletes none of it.
`)
	return b.String(), nil
}
