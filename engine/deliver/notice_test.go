package deliver

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"leftshift/engine"
)

func faultCode(err error) string {
	if f, ok := err.(*engine.Fault); ok {
		return f.Code
	}
	return ""
}

var atNoon = func() time.Time { return time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC) }

func noWait(context.Context, time.Duration) error { return nil }

func notice(t *testing.T) Notice {
	t.Helper()
	n, err := NewNotice("https://leftshift.example/", "North & East 2")
	if err != nil || n.Link != "https://leftshift.example/lists/North%20&%20East%202" {
		t.Fatalf("%+v, %v", n, err)
	}
	return n
}

// G36: what could be a person's number is in no notice, however it is written.
func TestG36ANoticeHasTheTeamAndTheLinkAlone(t *testing.T) {
	for _, team := range []string{"", "  ", "Team 9000000009", "Team 900 000 0009", "Team 900-000-0009", "9.0.0.0.0", "a\r\nBcc: x@y.example", "a\u2028b", "٩٠٠٠٠٠٠٠٠٩", strings.Repeat("a", 121)} {
		if n, err := NewNotice("https://leftshift.example", team); faultCode(err) != "notice-refused" || strings.Contains(fmt.Sprint(err), "900") {
			t.Errorf("%q: %+v, %v", team, n, err)
		}
	}
	for _, site := range []string{"http://leftshift.example", "https://leftshift.example/?person=1", "https://leftshift.example/#x", "leftshift", "https://u:p@leftshift.example"} {
		if _, err := NewNotice(site, "North"); err == nil {
			t.Errorf("%s was taken", site)
		}
	}
	for team, last := range map[string]string{"     -": "", "- - - - - -": "", "A — B": "", "PCN 123": "", "PCN 12": "/PCN%2012"} {
		if n, err := NewNotice("https://leftshift.example", team); err != nil || n.Link != "https://leftshift.example/lists"+last {
			t.Errorf("%q: %+v, %v", team, n, err)
		}
	}
	number := regexp.MustCompile(`[0-9](?:[^\pL]*[0-9]){9}`)
	rapid.Check(t, func(r *rapid.T) {
		team := rapid.StringMatching(`[A-Za-z0-9 .-]{1,30}`).Draw(r, "team")
		n, err := NewNotice("https://leftshift.example", team)
		if err == nil && (number.MatchString(n.Team) || digits(team) > mostDigits) {
			r.Fatalf("%q was taken", team)
		}
		if err == nil {
			if text := string(Relay{From: "a@b.example", Now: atNoon}.text("1", "a@b.example", n)); number.MatchString(text[strings.Index(text, "\r\n\r\n"):]) {
				r.Fatalf("the mail is %s", text)
			}
		}
	})
}

func TestTheWebhookIsSignedAndSaysNothingElse(t *testing.T) {
	secret := []byte(strings.Repeat("s", 32))
	var asked []*http.Request
	var bodies []string
	fail := 2
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		asked, bodies = append(asked, r), append(bodies, string(text))
		if len(asked) <= fail {
			w.WriteHeader(502)
		}
	}))
	defer s.Close()
	h := Webhook{Address: s.URL + "/hook", Secret: secret, Now: atNoon, Retries: Retries{Wait: noWait}}
	if err := h.Send(t.Context(), "snapshot", notice(t)); err != nil || len(asked) != 3 {
		t.Fatalf("%v after %d", err, len(asked))
	}
	for i, r := range asked {
		id, at := r.Header.Get("Webhook-Id"), r.Header.Get("Webhook-Timestamp")
		if at != strconv.FormatInt(atNoon().Unix(), 10) || id != asked[0].Header.Get("Webhook-Id") || r.Header.Get("Webhook-Signature") != "v1,"+signature(secret, id, at, []byte(bodies[i])) {
			t.Errorf("headers %v", r.Header)
		}
		if r.Header.Get("Webhook-Signature") == "v1,"+signature([]byte(strings.Repeat("x", 32)), id, at, []byte(bodies[i])) {
			t.Error("another secret signs the same")
		}
	}
	var body map[string]any
	if err := json.Unmarshal([]byte(bodies[0]), &body); err != nil || len(body) != 3 || body["type"] != "list.ready" || body["team"] != "North & East 2" || body["link"] != notice(t).Link {
		t.Errorf("the body is %s", bodies[0])
	}
	asked, fail = nil, 99
	if err := h.Send(t.Context(), "snapshot", notice(t)); faultCode(err) != "webhook-refused" || len(asked) != 5 {
		t.Errorf("%v after %d", err, len(asked))
	}
	for _, bad := range []Webhook{{Address: s.URL, Secret: secret[:31]}, {Address: "http://elsewhere.example", Secret: secret}} {
		if err := bad.Send(t.Context(), "x", notice(t)); err == nil {
			t.Errorf("%s was sent to", bad.Address)
		}
	}
	asked = nil
	if err := h.Send(t.Context(), "x", Notice{Team: "9000000009"}); faultCode(err) != "notice-refused" || len(asked) > 0 {
		t.Errorf("%v after %d", err, len(asked))
	}
}

// The example with which libraries of Standard Webhooks are tested.
func TestTheSignatureIsThatOfStandardWebhooks(t *testing.T) {
	secret, err := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	if got := signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`)); got != "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Errorf("the signature is %s", got)
	}
}

// relay is a mail server for one machine.
type relay struct {
	net.Listener
	mu    sync.Mutex
	taken []string // messages
	to    []string
	asked int
	say   func(asked int, line string) string // "": as it should
	tls   *tls.Config                         // nil: none is offered
	safe  int                                 // messages taken over TLS
}

func mailServer(t *testing.T) *relay {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{Listener: l, say: func(int, string) string { return "" }}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			r.mu.Lock()
			r.asked++
			n := r.asked
			r.mu.Unlock()
			go r.talk(c, n)
		}
	}()
	return r
}

func (r *relay) talk(c net.Conn, n int) {
	defer func() { _ = c.Close() }()
	in := bufio.NewReader(c)
	fmt.Fprint(c, "220 relay\r\n")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSpace(line)
		r.mu.Lock()
		say := r.say(n, line)
		r.mu.Unlock()
		switch {
		case say == "drop":
			return
		case say != "":
			fmt.Fprint(c, say+"\r\n")
		case strings.HasPrefix(line, "EHLO"):
			offer := ""
			if _, already := c.(*tls.Conn); r.tls != nil && !already {
				offer = "250-STARTTLS\r\n"
			}
			fmt.Fprint(c, "250-relay\r\n"+offer+"250 8BITMIME\r\n")
		case line == "STARTTLS":
			fmt.Fprint(c, "220 go on\r\n")
			c = tls.Server(c, r.tls)
			in = bufio.NewReader(c)
		case line == "DATA":
			fmt.Fprint(c, "354 go on\r\n")
			var text strings.Builder
			for {
				part, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if part == ".\r\n" {
					break
				}
				text.WriteString(part)
			}
			r.mu.Lock()
			r.taken = append(r.taken, text.String())
			if _, ok := c.(*tls.Conn); ok {
				r.safe++
			}
			r.mu.Unlock()
			fmt.Fprint(c, "250 taken\r\n")
		case line == "QUIT":
			fmt.Fprint(c, "221 bye\r\n")
			return
		default:
			if to, ok := strings.CutPrefix(line, "RCPT TO:"); ok {
				r.mu.Lock()
				r.to = append(r.to, to)
				r.mu.Unlock()
			}
			fmt.Fprint(c, "250 fine\r\n")
		}
	}
}

func TestTheMailSaysTheTeamAndTheLinkAlone(t *testing.T) {
	s := mailServer(t)
	s.say = func(n int, line string) string { // down, then gone, then there
		switch {
		case n == 1 && strings.HasPrefix(line, "MAIL"):
			return "451 later"
		case n == 2 && strings.HasPrefix(line, "RCPT"):
			return "drop"
		}
		return ""
	}
	r := Relay{Address: s.Addr().String(), From: "leftshift@site.example", Now: atNoon, Retries: Retries{Wait: noWait}}
	if err := r.Send(t.Context(), "snapshot", []string{"team@site.example", "Lead <lead@site.example>"}, notice(t)); err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked != 3 || len(s.taken) != 1 || !slices.Equal(s.to, []string{"<team@site.example>", "<lead@site.example>"}) {
		t.Fatalf("%d asked, %d taken, to %v", s.asked, len(s.taken), s.to)
	}
	m, err := mail.ReadMessage(strings.NewReader(s.taken[0]))
	if err != nil {
		t.Fatal(err)
	}
	subject, _ := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	body, _ := io.ReadAll(m.Body)
	if want := "The list of North & East 2 is ready.\r\n\r\nSign in to open it: https://leftshift.example/lists/North%20&%20East%202\r\n"; subject != "The list of North & East 2 is ready" || string(body) != want {
		t.Errorf("%q, %q", subject, body)
	}
	if strings.Contains(s.taken[0], "team@") || strings.Contains(s.taken[0], "lead@") {
		t.Error("those told are told of each other")
	}
}

// Where the relay offers encryption it is taken, and only from a relay whose
// certificate is good.
func TestMailIsEncryptedWhereTheRelayOffersIt(t *testing.T) {
	https := httptest.NewTLSServer(http.NotFoundHandler()) // for its certificate, of 127.0.0.1
	defer https.Close()
	s := mailServer(t)
	s.tls = https.TLS
	r := Relay{Address: s.Addr().String(), From: "leftshift@site.example", Now: atNoon, Retries: Retries{Wait: noWait}}
	if err := r.Send(t.Context(), "x", []string{"team@site.example"}, notice(t)); faultCode(err) != "mail-relay" {
		t.Errorf("a certificate of nobody: %v", err)
	}
	trusted := x509.NewCertPool()
	trusted.AddCert(https.Certificate())
	r.TLS = &tls.Config{RootCAs: trusted}
	if err := r.Send(t.Context(), "x", []string{"team@site.example"}, notice(t)); err != nil {
		t.Error(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.taken) != 1 || s.safe != 1 {
		t.Errorf("%d taken, %d of them encrypted", len(s.taken), s.safe)
	}
}

func TestMailThatIsRefusedForGoodIsTriedOnce(t *testing.T) {
	s := mailServer(t)
	s.say = func(_ int, line string) string {
		if strings.HasPrefix(line, "RCPT") {
			return "550 no such user team@site.example"
		}
		return ""
	}
	r := Relay{Address: s.Addr().String(), From: "leftshift@site.example", Now: atNoon, Retries: Retries{Wait: noWait}}
	err := r.Send(t.Context(), "x", []string{"team@site.example"}, notice(t))
	s.mu.Lock()
	if faultCode(err) != "mail-refused" || s.asked != 1 || strings.Contains(err.Error(), "team@") {
		t.Errorf("%v after %d", err, s.asked)
	}
	s.mu.Unlock()
	for _, to := range [][]string{nil, {"not an address"}, {"a@b.example\r\nRCPT TO:<c@d.example>"}} {
		if err := r.Send(t.Context(), "x", to, notice(t)); faultCode(err) != "mail-address" {
			t.Errorf("%q: %v", to, err)
		}
	}
	_ = s.Close()
	if err := r.Send(t.Context(), "x", []string{"a@b.example"}, notice(t)); faultCode(err) != "mail-unreachable" {
		t.Errorf("nobody there: %v", err)
	}
}
