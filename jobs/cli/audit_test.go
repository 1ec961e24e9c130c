//go:build duckdb_arrow

package cli

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/engine/audit"
	"leftshift/jobs/config"
	"leftshift/jobs/serve"
)

// madeUp is a synthetic site in the folder where we are, without people.
func madeUp(t *testing.T, synthetic bool) *config.Config {
	t.Helper()
	t.Chdir(t.TempDir())
	text := "[site]\nname = \"Here\"\n"
	if synthetic {
		text += "synthetic = true\n"
	}
	put(t, "leftshift.toml", text)
	c, err := config.Load("leftshift.toml")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// kept is what the audit holds, oldest first.
func kept(t *testing.T, c *config.Config) []audit.Entry {
	t.Helper()
	log, err := serve.OpenAudit(c, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	all, err := log.Search(context.Background(), audit.Filter{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
		all[i], all[j] = all[j], all[i]
	}
	return all
}

// shut makes the audit one that cannot be opened.
func shut(t *testing.T, c *config.Config) {
	t.Helper()
	kept(t, c)
	if err := os.Chmod(serve.AuditFile(c), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestG23ExplainWritesAnEntryBeforeItReads(t *testing.T) {
	explain := []string{"features", "explain", "--person", "12", "--feature", "age"}
	c := madeUp(t, true)
	// There is no record to read here: the entry comes before it is looked for.
	typed(t, 1, []string{"[not-curated]"}, explain...)
	all := kept(t, c)
	if len(all) != 1 {
		t.Fatalf("%d entries", len(all))
	}
	e := all[0]
	if e.Event != "open_person" || e.User != account() || e.User == "" || e.Role != "operator" || e.Organisation != "Here" || e.Purpose != "case-finding" ||
		e.Route != "leftshift features explain" || e.Object != "age" || len(e.Persons) != 1 || e.Persons[0] != 12 || e.Outcome != audit.Allowed {
		t.Errorf("the entry is %+v", e)
	}
	shut(t, c)
	typed(t, 1, []string{"[audit-open-to-others]"}, explain...)
}

func TestG23ExplainOfRealPeopleNeedsAReason(t *testing.T) {
	c := madeUp(t, false)
	typed(t, 0, []string{"made secrets/audit.key\n", "made secrets/audit.key.pub\n"}, "keygen")
	explain := []string{"features", "explain", "--person", "12", "--feature", "age"}
	typed(t, 1, []string{"[reason-missing]", "--reason"}, explain...)
	typed(t, 1, []string{"[reason-missing]"}, append(explain, "--reason", " ")...)
	if n := len(kept(t, c)); n != 0 {
		t.Errorf("%d entries of what was not begun", n)
	}
	typed(t, 1, []string{"[not-curated]"}, append(explain, "--reason", "query 7 of the practice")...)
	if all := kept(t, c); len(all) != 1 || all[0].Reason != "query 7 of the practice" {
		t.Errorf("the audit has %+v", all)
	}
	typed(t, 1, []string{"[audit-patient-number]"}, append(explain, "--reason", "asked by 900 000 0009")...)
}

func TestB22AQueryLeavesItsHashAndRows(t *testing.T) {
	c := madeUp(t, true)
	typed(t, 0, []string{"1"}, "sql", "select 1 as n union all select 2")
	typed(t, 1, nil, "sql", "select cast('x' as int)")
	all := kept(t, c)
	if len(all) != 2 || all[0].Event != "sql" || all[0].Rows != 2 || all[0].Outcome != audit.Allowed || all[1].Outcome != "query-failed" || all[1].Rows != 0 {
		t.Fatalf("the audit has %+v", all)
	}
	// printf 'select 1 as n union all select 2' | sha256sum
	if want := "43f1d617246c458f78877fa8a368ad165bdc6ec5bf5edf3d500ee9d8ccbd8514"; all[0].Query != want {
		t.Errorf("the hash is %s", all[0].Query)
	}
	shut(t, c)
	if out, _ := typed(t, 1, []string{"[audit-open-to-others]"}, "sql", "select 4242 as n"); strings.Contains(out, "4242") {
		t.Error("an answer was shown that the audit does not have")
	}
}

func TestG22VerifyNamesEveryBreakAndEndsWithOne(t *testing.T) {
	c := madeUp(t, true)
	for i := range 4 {
		typed(t, 0, nil, "sql", fmt.Sprintf("select %d", i))
	}
	line, _ := typed(t, 0, []string{"leftshift-audit-checkpoint-1 "}, "audit", "checkpoint")
	put(t, "elsewhere/checkpoints.txt", line)
	public, err := os.ReadFile(serve.AuditPublicKey(c))
	if err != nil {
		t.Fatal(err)
	}
	put(t, "elsewhere/key.pub", string(public))
	copied := []string{"audit", "verify", "--checkpoints", "elsewhere/checkpoints.txt", "--key", "elsewhere/key.pub"}
	typed(t, 0, []string{"4 entries: none is changed", "--checkpoints"}, "audit", "verify")
	typed(t, 0, []string{"5 entries: none is changed", "1 signed checkpoint agrees; entries up to 4"}, copied...)
	if all := kept(t, c); len(all) != 6 || all[5].Event != "verify_audit" || all[5].Rows != 5 {
		t.Errorf("the audit has %+v", all)
	}
	typed(t, 1, []string{"[audit-checkpoint-read]"}, "audit", "verify", "--checkpoints", "elsewhere/none.txt")
	typed(t, 1, []string{"[key-file-missing]"}, "audit", "verify", "--key", "elsewhere/none.pub")
	// Entries 2 and 3 are taken out, and the rest of the last is changed.
	db, err := sql.Open("sqlite3", serve.AuditFile(c))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := db.Query("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
	if err != nil {
		t.Fatal(err)
	}
	var guards []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		guards = append(guards, name)
	}
	rows.Close()
	for _, name := range guards {
		if _, err := db.Exec("DROP TRIGGER " + name); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Exec("DELETE FROM entry WHERE seq IN (2, 3); UPDATE entry SET user = 'nobody' WHERE seq = 6"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(serve.AuditFile(c))
	out, _ := typed(t, 1, []string{"entries 2 to 3 are missing", "entry 6 does not follow", "Keep the file as it is"}, copied...)
	if n := strings.Count(out, "\n"); n < 3+len(guards) {
		t.Errorf("%d lines:\n%s", n, out)
	}
	after, _ := os.ReadFile(serve.AuditFile(c))
	if !bytes.Equal(before, after) {
		t.Error("a broken audit was written to")
	}
}

func TestG24HistoryReadsTheNumberFromAFileOrInput(t *testing.T) {
	c := madeUp(t, true)
	typed(t, 0, nil, "keygen")
	put(t, "number.txt", "900 000 0009\n")
	person, err := personOf(c, "number.txt", nil)
	if err != nil {
		t.Fatal(err)
	}
	log, err := serve.OpenAudit(c, nil)
	if err != nil {
		t.Fatal(err)
	}
	for user, p := range map[string]engine.Person{"reader": person, "stranger": person ^ 1} {
		if _, err := log.Append(context.Background(), audit.Entry{User: user, Role: "coordinator", Organisation: "A1", Purpose: "case-finding", Device: "d", Event: "open_person", Outcome: audit.Allowed, Persons: []engine.Person{p}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	ask := []string{"audit", "history", "--by", "A. Officer", "--reason", "request 2026/14", "--nhs-number-file", "number.txt", "--format", "csv"}
	out, errs := typed(t, 0, []string{"reader", "access_history", "A. Officer", "request 2026/14"}, ask...)
	if strings.Contains(out+errs, "stranger") || strings.Contains(out+errs, "0009") {
		t.Errorf("it tells of others, or the number:\n%s%s", out, errs)
	}
	all := kept(t, c)
	if last := all[len(all)-1]; last.Event != "access_history" || last.Authoriser != "A. Officer" || last.User != account() || last.Purpose != "audit" || len(last.Persons) != 1 || last.Persons[0] != person {
		t.Errorf("the last entry is %+v", last)
	}
	// Never as an argument, and never without who and why.
	typed(t, 2, []string{"takes no argument"}, append(ask, "x")...)
	typed(t, 2, []string{"required flag"}, "audit", "history", "--reason", "r", "--nhs-number-file", "number.txt")
	typed(t, 2, []string{"--by and --reason"}, "audit", "history", "--by", " ", "--reason", "r", "--nhs-number-file", "number.txt")
	put(t, "number.txt", "9000000008")
	typed(t, 1, []string{"[nhs-number]"}, ask...)
	typed(t, 1, []string{"[nhs-number-file]"}, "audit", "history", "--by", "a", "--reason", "r", "--nhs-number-file", "none.txt")
	if n := len(kept(t, c)); n != len(all) {
		t.Errorf("%d entries of questions that were not asked", n-len(all))
	}
}

func TestG23SearchIsKeptAndFiltered(t *testing.T) {
	c := madeUp(t, true)
	typed(t, 0, nil, "sql", "select 1")
	typed(t, 1, nil, "sql", "select nothing")
	ask := []string{"audit", "search", "--by", "A. Officer", "--reason", "review", "--format", "csv"}
	out, _ := typed(t, 0, []string{"query-failed"}, append(ask, "--refused")...)
	if n := strings.Count(out, "\n"); n != 2 {
		t.Errorf("%d lines:\n%s", n, out)
	}
	out, _ = typed(t, 0, nil, append(ask, "--event", "search_audit", "--limit", "1")...)
	if n := strings.Count(out, "\n"); n != 2 || !strings.Contains(out, "\n4,") {
		t.Errorf("%d lines:\n%s", n, out)
	}
	out, _ = typed(t, 0, nil, append(ask, "--to", "2001-01-01")...)
	if strings.Count(out, "\n") != 1 {
		t.Errorf("before there was anything:\n%s", out)
	}
	typed(t, 2, []string{"--from"}, append(ask, "--from", "31/03/2026")...)
	typed(t, 2, []string{"--limit"}, append(ask, "--limit", "0")...)
	if all := kept(t, c); len(all) != 5 || all[4].Event != "search_audit" || all[4].Authoriser != "A. Officer" || all[3].Query == all[4].Query {
		t.Errorf("the audit has %+v", all)
	}
}

func TestTokenIsShownOnceAndKept(t *testing.T) {
	c := madeUp(t, true)
	out, errs := typed(t, 0, []string{"it is shown this once"}, "token", "create", "--name", "GP system", "--organisation", "A81001", "--by", "A. Manager", "--reason", "agreement 12", "--days", "30")
	secret := strings.TrimSpace(out)
	id := strings.Split(secret, "_")[1]
	if !strings.HasPrefix(secret, "leftshift_") || strings.Contains(errs, secret) {
		t.Fatalf("%q, %q", out, errs)
	}
	list, _ := typed(t, 0, []string{id, "GP system", "read_scores_api"}, "token", "list")
	if strings.Contains(list, secret) {
		t.Error("the list has the secret")
	}
	typed(t, 0, []string{"revoked " + id}, "token", "revoke", id, "--by", "A. Manager")
	typed(t, 1, []string{"[token-unknown]"}, "token", "revoke", "NONE", "--by", "A. Manager")
	typed(t, 1, []string{"[token-ask-invalid]"}, "token", "create", "--name", "x", "--organisation", "A1", "--by", "y", "--days", "91")
	typed(t, 1, []string{"[token-ask-invalid]"}, "token", "create", "--name", "x", "--organisation", "A1", "--by", "y", "--scope", "open_person")
	var got []string
	for _, e := range kept(t, c) {
		got = append(got, e.Event+" "+e.Object+" "+e.Authoriser)
		if strings.Contains(fmt.Sprintf("%+v", e), secret) {
			t.Error("the audit has the secret")
		}
	}
	if want := []string{"manage_access token " + id + " made for A81001 A. Manager", "manage_access token " + id + " revoked A. Manager"}; strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the audit has %q", got)
	}
	// A token that the audit does not have is of no use.
	shut(t, c)
	if out, _ := typed(t, 1, []string{"[audit-open-to-others]"}, "token", "create", "--name", "x", "--organisation", "A1", "--by", "y"); out != "" {
		t.Errorf("%q was printed", out)
	}
	var o bytes.Buffer
	if Main([]string{"token", "list", "--format", "csv"}, &o, &o) != 0 || strings.Count(o.String(), "\n") != 3 {
		t.Fatal(o.String())
	}
	for _, line := range strings.Split(strings.TrimSpace(o.String()), "\n")[1:] {
		if strings.HasSuffix(line, ",") {
			t.Errorf("a token is not revoked: %s", line)
		}
	}
}

func TestKeygenMakesThePublicKeyAnew(t *testing.T) {
	c := madeUp(t, false)
	typed(t, 0, []string{"made secrets/person.key", "made secrets/vault.key", "made secrets/audit.key\n", "made secrets/audit.key.pub"}, "keygen")
	was, err := os.ReadFile(serve.AuditPublicKey(c))
	if err != nil {
		t.Fatal(err)
	}
	typed(t, 0, []string{"kept secrets/audit.key\n", "kept secrets/audit.key.pub"}, "keygen")
	if err := os.Remove(serve.AuditPublicKey(c)); err != nil {
		t.Fatal(err)
	}
	typed(t, 0, []string{"kept secrets/audit.key\n", "made secrets/audit.key.pub"}, "keygen")
	if is, err := os.ReadFile(serve.AuditPublicKey(c)); err != nil || !bytes.Equal(was, is) {
		t.Errorf("another public key, %v", err)
	}
}
