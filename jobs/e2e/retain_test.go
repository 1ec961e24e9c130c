//go:build duckdb_arrow

package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// A third night, without new files, between the two.
const betweenNights = "2026-09-15"

// since is how many days ago a day was.
func since(t *testing.T, day string) int {
	t.Helper()
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		t.Fatal(err)
	}
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	y, m, d := time.Now().In(london).Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Sub(at).Hours() / 24)
}

// retention is a period of so many days for landed batches and snapshots.
func retention(days int) string {
	return fmt.Sprintf("\n[retention.landed]\nperiod = \"%[1]d days\"\nby = \"S. Iro\"\nreason = \"policy 1\"\n\n[retention.snapshots]\nperiod = \"%[1]d days\"\nby = \"S. Iro\"\nreason = \"policy 1\"\n", days)
}

// planned is what `retain --json` says.
type planned struct {
	Classes []struct {
		Class  string
		Period string
		Due    struct{ Items int }
	}
}

func (s *site) planned(args ...string) (due map[string]int) {
	s.t.Helper()
	var p planned
	if err := json.Unmarshal([]byte(s.do("retain", append([]string{"--json"}, args...)...).done(s.t).out), &p); err != nil {
		s.t.Fatal(err)
	}
	due = map[string]int{}
	for _, c := range p.Classes {
		due[c.Class] = c.Due.Items
	}
	return due
}

// lasting are the files of a site that a run does not write for itself.
func (s *site) lasting() map[string]string {
	s.t.Helper()
	out := digests(s.t, s.dir)
	for name := range out {
		if strings.Contains(name, ".db") || strings.HasSuffix(name, "/lock") || strings.HasSuffix(name, "checkpoints.txt") {
			delete(out, name)
		}
	}
	return out
}

// TestG33OnlyWhatIsDueGoes: three nights, periods, and the clock moved on:
// exactly what was due is gone, everything else is as it was byte for byte, the
// next night runs and lands nothing of it again, pages open, and the audit is
// whole and has the certificate.
func TestG33OnlyWhatIsDueGoes(t *testing.T) {
	timed(t)
	s := newSite(t)
	if err := os.MkdirAll(s.path("state"), 0o700); err != nil {
		t.Fatal(err)
	}
	oldest := s.night(firstNight)
	s.night(betweenNights)
	s.deliver()
	s.night(secondNight)
	if out := s.do("status").done(t).out; !strings.Contains(out, "no retention period is set, so it is kept: landed, curated,") {
		t.Errorf("status does not say that no period is set:\n%s", out)
	}
	if out := s.do("retain", "-q", "--apply", "--by", "A. Officer", "--reason", "review").done(t).out; out != "nothing is due\n" {
		t.Errorf("without periods: %s", out)
	}
	before := s.lasting()

	config := s.read(s.config)
	set := func(days int) { s.write(config+retention(days), s.config) }
	set(since(t, firstNight) + 1)
	tomorrow := time.Now().AddDate(0, 0, 2).Format(time.DateOnly)
	for class, n := range s.planned() {
		if n != 0 {
			t.Errorf("%d of %s are due a day early", n, class)
		}
	}
	moved := s.planned("--as-of", tomorrow)
	if moved["snapshots"] != 1 || moved["landed"] == 0 || moved["curated"] != 0 {
		t.Errorf("when the clock has moved on: %v", moved)
	}
	s.do("retain", "--apply", "--as-of", tomorrow, "--by", "A. Officer", "--reason", "review").fails(t, 1, "[retention-future]")
	s.do("retain", "--apply").fails(t, 2, "--by and --reason")
	s.do("retain", "--erase").fails(t, 2, "--apply")

	set(since(t, firstNight))
	due := s.planned()
	if due["snapshots"] != 1 || due["landed"] != moved["landed"] {
		t.Errorf("on the day: %v, as planned %v", due, moved)
	}
	var cert struct {
		ID      string
		Deleted []struct {
			Class string
			Gone  []struct{ Name string }
		}
	}
	a := s.do("retain", "-q", "--apply", "--json", "--by", "A. Officer", "--reason", "review").done(t)
	if err := json.Unmarshal([]byte(a.out), &cert); err != nil {
		t.Fatalf("%v in\n%s", err, a.out)
	}
	var gone []string
	for _, d := range cert.Deleted {
		if len(d.Gone) != due[d.Class] {
			t.Errorf("%s: %d gone, %d were due", d.Class, len(d.Gone), due[d.Class])
		}
		for _, g := range d.Gone {
			gone = append(gone, "data/"+g.Name)
		}
	}
	if !slices.Contains(gone, "data/snapshots/"+oldest) {
		t.Errorf("the oldest snapshot is not among %v", gone)
	}
	want := map[string]string{}
	for name, sum := range before {
		if !slices.ContainsFunc(gone, func(g string) bool { return strings.HasPrefix(name, g+"/") }) {
			want[name] = sum
		}
	}
	if len(want) == len(before) {
		t.Error("nothing went")
	}
	after := s.lasting()
	for name := range after {
		word := strings.TrimSuffix(name, ".gone")
		if strings.HasPrefix(name, "state/retention/"+cert.ID+".") || word != name && slices.Contains(gone, word) {
			delete(after, name)
		}
	}
	delete(want, s.config)
	delete(after, s.config)
	same(t, "what was not due", after, want)

	// The certificate's checksum is in the audit, which is whole.
	found := s.do("audit", "search", "--by", "A. Officer", "--reason", "test", "--event", "retention_done", "--format", "json").done(t).out
	if sum := digests(t, s.path("state", "retention"))[cert.ID+".json"]; sum == "" || !strings.Contains(found, "certificate "+cert.ID+" sha256 "+sum) {
		t.Errorf("the audit has not the checksum of the certificate:\n%s", found)
	}
	s.do("audit", "verify").done(t)

	// The next night runs, and what went does not land again.
	s.night("2026-10-07")
	for _, g := range gone {
		if _, err := os.Stat(s.path(filepath.FromSlash(g))); !os.IsNotExist(err) {
			t.Errorf("%s is back", g)
		}
	}
	s.pages("2026-10-07")
	s.do("audit", "verify").done(t)
}

// pages serves the site and opens a page of each role.
func (s *site) pages(asOf string) {
	s.t.Helper()
	s.configure("as_of = \""+secondNight+"\"", "as_of = \""+asOf+"\"")
	s.configure("[lists]\n", "[serve]\nsign_ins_per_minute = 1000\n\n[lists]\n")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	listen := l.Addr().String()
	l.Close()
	c := start(s.t, s.dir, "serve", "--config", s.config, "--listen", listen)
	defer func() {
		_ = c.Process.Signal(os.Interrupt)
		finish(s.t, c).done(s.t)
	}()
	at := "http://" + listen
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	for range 200 {
		if answer, err := client.Get(at + "/sign-in"); err == nil {
			answer.Body.Close()
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	// What each role's start page leads to.
	for _, choice := range (&served{s, at + "/"}).choices(s.t) {
		request, err := http.NewRequest("POST", at+"/sign-in", strings.NewReader(url.Values{"role": {choice}}.Encode()))
		if err != nil {
			s.t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Origin", at)
		home := s.page(client, choice, request)
		opened := 0
		for _, m := range link.FindAllStringSubmatch(home, -1) {
			if strings.HasPrefix(m[1], "/assets") || strings.HasPrefix(m[1], "/sign") {
				continue
			}
			if request, err = http.NewRequest("GET", at+m[1], nil); err != nil {
				s.t.Fatal(err)
			}
			if s.page(client, choice, request) != "" {
				opened++
			}
		}
		if opened == 0 {
			s.t.Errorf("%s sees no page", choice)
		}
	}
}

var link = regexp.MustCompile(`<a [^>]*href="(/[a-z][^"#?]*)`)

// page opens one, which must be there, or ask this reader why.
func (s *site) page(client *http.Client, who string, request *http.Request) string {
	s.t.Helper()
	answer, err := client.Do(request)
	if err != nil {
		s.t.Error(err)
		return ""
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	asks := answer.StatusCode == http.StatusBadRequest && strings.Contains(string(text), "Say why")
	if err != nil || answer.StatusCode != http.StatusOK && !asks {
		s.t.Errorf("%s for %s: %s, %v", request.URL.Path, who, answer.Status, err)
		return ""
	}
	return string(text)
}

// erasure has whoever is on a list erased.
const erasure = "\n[retention.erase]\noptouts = [\"national\", \"type1\", \"objection\"]\nbasis = true\nby = \"C. Guardian\"\nreason = \"decision 7\"\n"

// TestG34G6AnOptOutIsErased: people opt out between two nights. The next night's
// lists are without them, and an erasure takes them out of what landed before,
// the older snapshots and the vault: what is published after it is, but for the
// counts of records, the same byte for byte. A night takes a batch that was
// rewritten only for the certificate that says so.
func TestG34G6AnOptOutIsErased(t *testing.T) {
	timed(t)
	s := newSite(t)
	if err := os.MkdirAll(s.path("state"), 0o700); err != nil {
		t.Fatal(err)
	}
	s.write(s.read(s.config)+erasure, s.config)
	first := s.night(firstNight)
	people := s.count("select count(*) from person")
	var more []string
	for i, line := range strings.Split(s.read("sources", "place_b", "patients.csv"), "\n") {
		if f := strings.Split(line, ","); i > 0 && i%40 == 0 && len(f) > 2 && len(f[2]) == 10 {
			more = append(more, f[2]+",\n")
		}
	}
	s.do("retain", "-q", "--apply", "--erase", "--by", "A. Officer", "--reason", "before").done(t)
	s.write(s.read("sources", "optouts", "objections.csv")+strings.Join(more, ""), "sources", "optouts", "objections.csv")
	s.do("retain", "--apply", "--erase", "--by", "A. Officer", "--reason", "too early").fails(t, 1, "[erase-current]")
	second := s.night(firstNight)
	without := s.count("select count(*) from person")
	if second == first || without >= people {
		t.Fatalf("%d opt-outs took nobody out: %d people, then %d", len(more), people, without)
	}
	published := s.snapshot()

	out := s.do("retain", "-q", "--apply", "--erase", "--by", "A. Officer", "--reason", "opt-outs").done(t).out
	if !strings.Contains(out, "rewritten: landed/place_b/") || !strings.Contains(out, "snapshots/"+first) || strings.Contains(out, "people: 0") {
		t.Errorf("erased:\n%s", out)
	}
	if _, err := os.Stat(s.path("data", "snapshots", first)); !os.IsNotExist(err) {
		t.Error("the older snapshot still shows them")
	}
	third := s.night(firstNight)
	after := s.snapshot()
	if third == second || s.count("select count(*) from person") != without {
		t.Error("another record came of it")
	}
	for _, name := range []string{"manifest.json", "quality.json", "report.html", "test_row.parquet"} { // which count records of sources, and evaluation rows
		if published[name] == after[name] && name == "manifest.json" {
			t.Errorf("%s is the same: nothing was erased", name)
		}
		delete(published, name)
		delete(after, name)
	}
	same(t, "published after an erasure", after, published)
	s.sums(firstNight) // the dispositions of every file add up
	s.do("audit", "verify").done(t)

	// The certificate is what makes it good.
	certificates, err := filepath.Glob(s.path("state", "retention", "*.json"))
	if err != nil || len(certificates) != 2 {
		t.Fatalf("%v, %v", certificates, err)
	}
	away := certificates[1] + ".away"
	if err := os.Rename(certificates[1], away); err != nil {
		t.Fatal(err)
	}
	s.do("run", "-q", "--as-of", betweenNights).fails(t, 1, "[batch-erasure]")
	if err := os.Rename(away, certificates[1]); err != nil {
		t.Fatal(err)
	}
	s.do("run", "-q", "--as-of", betweenNights).done(t)
}
