//go:build duckdb_arrow

package deliver

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"leftshift/engine"
	"leftshift/engine/audit"
	send "leftshift/engine/deliver"
	"leftshift/engine/identity"
	"leftshift/engine/snapshot/made"
	"leftshift/jobs/config"
)

const number = "9000000009" // valid, of the range for tests

// listener is an address of this machine that keeps what it is told.
type listener struct {
	*httptest.Server
	mu     sync.Mutex
	bodies []string
	auth   []string
	fails  int // so many answers of 503 first
}

func listen(t *testing.T) *listener {
	l := &listener{}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.fails > 0 {
			l.fails--
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		l.bodies, l.auth = append(l.bodies, string(text)), append(l.auth, r.Header.Get("Authorization"))
		var b struct{ Entry []struct{} }
		if json.Unmarshal(text, &b) == nil && len(b.Entry) > 0 {
			answer := map[string]any{"resourceType": "Bundle", "type": "transaction-response"}
			var entries []any
			for range b.Entry {
				entries = append(entries, map[string]any{"response": map[string]any{"status": "200 OK"}})
			}
			answer["entry"] = entries
			_ = json.NewEncoder(w).Encode(answer)
		}
	}))
	t.Cleanup(l.Close)
	return l
}

// site is a published site of 40 made-up people with a vault and keys.
type site struct {
	dir string
	c   *config.Config
	v   *Delivery
}

func open(t *testing.T, text string) *site {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "leftshift.toml")
	text = "[site]\nname = \"Test ICS\"\nsynthetic = true\nas_of = \"" + made.AsOf + "\"\n[deliver]\naddress = \"https://ls.example\"\n" + text
	c, err := config.Parse([]byte(text), file)
	if err != nil {
		t.Fatal(err)
	}
	made.Publish(t, c.At(c.Site.Data), 40, "Test ICS")
	for _, path := range []string{c.Identity.KeyFile, c.Identity.VaultKeyFile, "secrets/hook.key"} {
		if err := os.MkdirAll(filepath.Dir(c.At(path)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := identity.NewKeyFile(c.At(path)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "secrets", "token"), []byte("opens-it\n"), 0o400); err != nil {
		t.Fatal(err)
	}
	key, err := identity.LoadKeyFile(c.At(c.Identity.VaultKeyFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(c.At(c.Identity.Vault)), 0o700); err != nil {
		t.Fatal(err)
	}
	vault, err := identity.OpenVault(c.At(c.Identity.Vault), key)
	if err != nil {
		t.Fatal(err)
	}
	var all []identity.Entry
	for k := range 40 {
		all = append(all, identity.Entry{Person: made.Person(k), Check: uint64(k), Known: 1, Identity: identity.Identity{NHSNumber: number, Family: "Familyname", Given: "Givenname", BirthDate: "1950-01-02", Phone: "01632960000"}})
	}
	if err := errors.Join(vault.Put(all), vault.Close()); err != nil {
		t.Fatal(err)
	}
	s := &site{dir: dir, c: c}
	s.v, err = Open(c, By{User: "op", Name: "A. Manager", Device: "test", Route: "leftshift deliver"}, Options{Retries: send.Retries{Attempts: 3, Wait: func(context.Context, time.Duration) error { return nil }}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.v.Close)
	return s
}

func (s *site) entries(t *testing.T) []audit.Entry {
	t.Helper()
	got, err := s.v.site.Audit.Search(context.Background(), audit.Filter{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(got)
	return got
}

// night sends what is due, and gives the codes of what failed.
func (s *site) night(t *testing.T) (codes []string) {
	t.Helper()
	s.v.Night(t.Context(), func(err error) {
		codes = append(codes, code(err))
		if !strings.Contains(err.Error(), "team-") {
			t.Errorf("the warning does not say of which list: %v", err)
		}
	})
	return codes
}

func code(err error) string {
	var f *engine.Fault
	if errors.As(err, &f) {
		return f.Code
	}
	return fmt.Sprint(err)
}

// nobody fails where a text has anything of a person.
func nobody(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		for _, word := range []string{number, "Familyname", "Givenname", "1950", "01632", "reason", made.Person(0).String(), made.Person(5).String()} {
			if strings.Contains(text, word) {
				t.Errorf("%q is in %s", word, text)
			}
		}
	}
}

const hook = "[[deliver.webhook]]\nname = \"hook\"\nurl = %q\nsecret_file = \"secrets/hook.key\"\nteams = [%q]\n"

// A night tells each team once for a snapshot: team and link, no person.
func TestG36ANightTellsTheTeamsOnceAndNothingElse(t *testing.T) {
	l := listen(t)
	l.fails = 2
	s := open(t, fmt.Sprintf(hook, l.URL, "all"))
	for range 2 {
		if codes := s.night(t); codes != nil {
			t.Fatal(codes)
		}
	}
	want := []string{`{"type":"list.ready","team":"team-0","link":"https://ls.example/lists/team-0"}`, `{"type":"list.ready","team":"team-1","link":"https://ls.example/lists/team-1"}`}
	if !reflect.DeepEqual(l.bodies, want) {
		t.Errorf("told %s", l.bodies)
	}
	nobody(t, l.bodies...)
	all := s.entries(t)
	if len(all) != 2 {
		t.Fatalf("%+v", all)
	}
	for i, e := range all {
		if e.Event != "notice_sent" || e.Outcome != audit.Allowed || e.People != 0 || e.Rows != 0 || e.Object != fmt.Sprintf("team-%d to webhook hook", i) || e.Snapshot == "" {
			t.Errorf("%+v", e)
		}
	}
	// The next snapshot is told of again.
	made.Publish(t, s.c.At(s.c.Site.Data), 20, "Test ICS")
	if codes := s.night(t); codes != nil || len(l.bodies) != 4 {
		t.Errorf("%v, %d told", codes, len(l.bodies))
	}
}

// What cannot be sent is a code, retried a bounded number of times, kept, and
// tried again the next time; the other notices go.
func TestG36ANoticeThatFailsIsAWarningAndIsKept(t *testing.T) {
	down, up := listen(t), listen(t)
	down.fails = 1000
	s := open(t, fmt.Sprintf(hook, down.URL, "team-0")+strings.Replace(fmt.Sprintf(hook, up.URL, "team-1"), `"hook"`, `"other"`, 1))
	if codes := s.night(t); !slices.Equal(codes, []string{"webhook-refused"}) || down.fails != 997 || len(up.bodies) != 1 {
		t.Errorf("%v, %d left, %d told", codes, down.fails, len(up.bodies))
	}
	all := s.entries(t)
	if len(all) != 2 || all[0].Outcome != "webhook-refused" || all[1].Outcome != audit.Allowed {
		t.Errorf("%+v", all)
	}
	down.fails = 0
	if codes := s.night(t); codes != nil || len(down.bodies) != 1 || len(up.bodies) != 1 {
		t.Errorf("%v, %d and %d told", codes, len(down.bodies), len(up.bodies))
	}
}

// A relay is told of the teams that have somebody to tell.
func TestG36MailGoesToWhomTheTeamHas(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	lines := make(chan []string, 4)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			lines <- talk(c)
		}
	}()
	s := open(t, fmt.Sprintf("[[deliver.mail]]\nname = \"relay\"\nsmtp = %q\nfrom = \"leftshift@ics.example\"\n[[deliver.mail.team]]\nname = \"team-1\"\nto = [\"lead@ics.example\"]\n", l.Addr()))
	if codes := s.night(t); codes != nil {
		t.Fatal(codes)
	}
	text := strings.Join(<-lines, "\n")
	if !strings.Contains(text, "RCPT TO:<lead@ics.example>") || !strings.Contains(text, "https://ls.example/lists/team-1") || strings.Contains(text, "team-0") || len(lines) != 0 {
		t.Error(text)
	}
	nobody(t, text)
}

// talk takes one mail and gives every line of it.
func talk(c net.Conn) (got []string) {
	defer c.Close()
	in := bufio.NewScanner(c)
	body := false
	fmt.Fprint(c, "220 relay\r\n")
	for in.Scan() {
		line := in.Text()
		got = append(got, line)
		switch {
		case body && line != ".":
		case line == "DATA":
			body = true
			fmt.Fprint(c, "354 go on\r\n")
		case line == "QUIT":
			fmt.Fprint(c, "221 bye\r\n")
			return got
		default:
			body = false
			fmt.Fprint(c, "250 fine\r\n")
		}
	}
	return got
}

const server = "[[deliver.fhir]]\nname = \"gp\"\nurl = %q\nteams = [\"team-0\"]\ntoken_file = \"secrets/token\"\nenabled = %v\n"

// A list is put on a server where that is enabled: once a snapshot by the
// night, again by the command with the same identifiers, each an export.
func TestF17G15AListIsPutOnceAndAgainByTheCommand(t *testing.T) {
	l := listen(t)
	s := open(t, fmt.Sprintf(server, l.URL, true))
	for range 2 {
		if codes := s.night(t); codes != nil {
			t.Fatal(codes)
		}
	}
	once := ids(t, l.bodies)
	if len(once) < 6 || l.auth[0] != "Bearer opens-it" {
		t.Fatalf("%d resources, %v", len(once), l.auth)
	}
	for _, text := range l.bodies {
		if strings.Contains(text, "Familyname") || strings.Contains(text, "1950-01-02") || strings.Contains(text, "01632") {
			t.Error("more than an NHS number is sent")
		}
	}
	requests := len(l.bodies)
	sent, err := s.v.Push(t.Context(), "gp", "team-0", "after a fault there")
	if err != nil || sent.People != 4 {
		t.Fatalf("%+v, %v", sent, err)
	}
	if again := ids(t, l.bodies[requests:]); !reflect.DeepEqual(once, again) {
		t.Errorf("%v, then %v", once, again)
	}
	var events []string
	for _, e := range s.entries(t) {
		events = append(events, fmt.Sprint(e.Event, " ", e.Outcome, " ", e.People, " ", e.Role))
	}
	want := []string{"export_list allowed 4 service", "list_sent allowed 0 service", "export_list allowed 4 service", "list_sent allowed 0 service"}
	if !slices.Equal(events, want) {
		t.Errorf("the audit has %q", events)
	}
}

// ids are what was PUT, sorted.
func ids(t *testing.T, bodies []string) (out []string) {
	t.Helper()
	for _, text := range bodies {
		var b struct {
			Entry []struct{ Request struct{ Method, URL string } }
		}
		if err := json.Unmarshal([]byte(text), &b); err != nil {
			t.Fatal(err)
		}
		for _, e := range b.Entry {
			if e.Request.Method != "PUT" {
				t.Errorf("%s", e.Request.Method)
			}
			out = append(out, e.Request.URL)
		}
	}
	slices.Sort(out)
	return out
}

// Nothing leaves that is not switched on, and that it was asked for is kept.
func TestG13G36WhatIsNotEnabledIsRefusedAndKept(t *testing.T) {
	l := listen(t)
	s := open(t, fmt.Sprintf(server, l.URL, false)+"[[deliver.file]]\nname = \"f\"\nteams = [\"team-0\"]\nshapes = [\"csv\"]\nenabled = true\n")
	if Wanted(s.c) {
		t.Error("a night would send")
	}
	if codes := s.night(t); codes != nil {
		t.Error(codes)
	}
	write := func(*send.File) error { t.Error("it was written"); return nil }
	for name, ask := range map[string]func() error{
		"a server that is off": func() error { _, err := s.v.Push(t.Context(), "gp", "team-0", "because"); return err },
		"a server of no name":  func() error { _, err := s.v.Push(t.Context(), "x", "team-0", "because"); return err },
		"another shape":        func() error { return s.v.File(t.Context(), send.FHIR, "team-0", "because", write) },
		"another team":         func() error { return s.v.File(t.Context(), send.CSV, "team-1", "because", write) },
		"dates of birth":       func() error { return s.v.File(t.Context(), send.NumberBorn, "team-0", "because", write) },
	} {
		before := len(s.entries(t))
		err := ask()
		all := s.entries(t)
		if code(err) != "delivery-off" || len(all) != before+1 || all[before].Outcome != "delivery-off" || all[before].Event != "export_list" || all[before].People != 0 {
			t.Errorf("%s: %v, %+v", name, err, all[before:])
		}
	}
	if len(l.bodies) > 0 {
		t.Error("something was sent")
	}
	var got *send.File
	if err := s.v.File(t.Context(), send.CSV, "team-0", "because", func(f *send.File) error { got = f; return nil }); err != nil || got.Rows != 4 {
		t.Fatal(err)
	}
	if text := string(got.Bytes); !strings.Contains(text, number) || strings.Contains(text, "Familyname") || strings.Contains(text, "1950-01-02") {
		t.Error(text)
	}
	if err := s.v.File(t.Context(), send.CSV, "team-0", " ", write); code(err) != "reason-missing" {
		t.Error(err)
	}
}

// A server of one team is not sent another's, and an open token is refused.
func TestG13AServerGetsItsTeamsAlone(t *testing.T) {
	l := listen(t)
	s := open(t, fmt.Sprintf(server, l.URL, true))
	if _, err := s.v.Push(t.Context(), "gp", "team-1", "because"); code(err) != "team-refused" {
		t.Error(err)
	}
	if err := os.Chmod(filepath.Join(s.dir, "secrets", "token"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := s.v.Push(t.Context(), "gp", "team-0", "because"); code(err) != "secret-file" || strings.Contains(err.Error(), "opens-it") {
		t.Error(err)
	}
	if len(l.bodies) > 0 {
		t.Error("something was sent")
	}
}

// Each shape that a system may be given is what the page's export of it is:
// numbers alone, one a line, or with what a system may know.
func TestR10F17FilesForASystemAreThoseOfThePage(t *testing.T) {
	s := open(t, "[[deliver.file]]\nname = \"f\"\nteams = [\"all\"]\nshapes = [\"csv\", \"xlsx\", \"nhs\", \"fhir\"]\nenabled = true\n")
	for shape, has := range map[send.Shape]string{send.CSV: `"nhs_number"`, send.XLSX: "PK", send.Numbers: number + "\n" + number, send.FHIR: `"RiskAssessment"`} {
		var got *send.File
		if err := s.v.File(t.Context(), shape, "team-1", "because", func(f *send.File) error { got = f; return nil }); err != nil {
			t.Fatalf("%s: %v", shape, err)
		}
		if !strings.Contains(string(got.Bytes), has) || got.Rows != 4 || strings.Contains(got.Name, number) {
			t.Errorf("%s: %s with %d", shape, got.Name, got.Rows)
		}
	}
	if shapes := len(send.Shapes()); shapes != 5 {
		t.Errorf("%d shapes: say of the new one whether a system may have it", shapes)
	}
	for _, e := range s.entries(t) {
		if e.Event != "export_list" || e.People != 4 || e.Name != "A. Manager" || e.User != "op" || e.Reason != "because" {
			t.Errorf("%+v", e)
		}
	}
}
