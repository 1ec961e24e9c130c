//go:build duckdb_arrow

package deliver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/door"
	"leftshift/engine/standard"
)

// server is a FHIR server that takes transactions of PUT: it validates each
// against the schema of R4, takes all of it or none, and refuses a reference to
// what it does not have.
type server struct {
	*httptest.Server
	t       *testing.T
	has     map[string]string // by type and id
	asked   int
	trouble func(asked int, w http.ResponseWriter) bool // before anything is taken
	lost    func(asked int) bool                        // taken, and the answer lost
}

func serve(t *testing.T) *server {
	s := &server{t: t, has: map[string]string{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked++
	text, _ := io.ReadAll(r.Body)
	if s.trouble != nil && s.trouble(s.asked, w) {
		return
	}
	if r.Method != http.MethodPost || r.URL.Path != "/r4" || r.Header.Get("Content-Type") != "application/fhir+json" || r.Header.Get("Authorization") != "Bearer t" {
		s.t.Errorf("asked %s %s with %v", r.Method, r.URL, r.Header)
	}
	if err := standard.R4Bundle(s.t, text); err != nil {
		s.t.Errorf("not R4: %v", err)
	}
	var b struct {
		Type  string
		Entry []struct {
			FullURL  string
			Resource map[string]any
			Request  struct{ Method, URL string }
		}
	}
	if err := json.Unmarshal(text, &b); err != nil || b.Type != "transaction" {
		s.t.Errorf("%v, %s", err, b.Type)
	}
	next := maps.Clone(s.has)
	for _, e := range b.Entry {
		id := fmt.Sprintf("%s/%s", e.Resource["resourceType"], e.Resource["id"])
		if e.Request.Method != "PUT" || e.Request.URL != id || e.FullURL != s.URL+"/r4/"+id {
			s.t.Errorf("%s: request %v at %s", id, e.Request, e.FullURL)
		}
		one, _ := json.Marshal(e.Resource)
		next[id] = string(one)
	}
	for _, e := range b.Entry {
		for _, ref := range references(e.Resource) {
			if next[ref] == "" {
				s.t.Errorf("%s refers to %s, which is not there", e.Resource["resourceType"], ref)
			}
		}
	}
	s.has = next
	if s.lost != nil && s.lost(s.asked) {
		panic(http.ErrAbortHandler)
	}
	out := map[string]any{"resourceType": "Bundle", "type": "transaction-response"}
	var entries []any
	for range b.Entry {
		entries = append(entries, map[string]any{"response": map[string]any{"status": "201 Created"}})
	}
	out["entry"] = entries
	_ = json.NewEncoder(w).Encode(out)
}

func references(o any) (out []string) {
	switch o := o.(type) {
	case map[string]any:
		for k, v := range o {
			if text, ok := v.(string); ok && k == "reference" {
				out = append(out, text)
			}
			out = append(out, references(v)...)
		}
	case []any:
		for _, v := range o {
			out = append(out, references(v)...)
		}
	}
	return out
}

// crowd is a list of many with valid numbers.
func crowd(n int) *door.List {
	l := fhirList(everything)
	first := l.Rows[0]
	l.Rows = nil
	for i := range n {
		r := first
		r.Rank, r.Work, r.Who.NHSNumber = int64(i+1), nil, "9000000009"
		r.Mark[1], r.Mark[2] = byte(i), byte(i>>8)
		l.Rows = append(l.Rows, r)
	}
	return l
}

func (s *server) receiver() Receiver {
	return Receiver{Enabled: true, Endpoint: s.URL + "/r4/", People: 4, Authorize: func(r *http.Request) error {
		r.Header.Set("Authorization", "Bearer t")
		return nil
	}, Retries: Retries{Wait: func(context.Context, time.Duration) error { return nil }}}
}

func code(err error) string {
	var f *engine.Fault
	if errors.As(err, &f) {
		return f.Code
	}
	return ""
}

func TestF17AFailureMidwayAndSendingAgainEndInTheSame(t *testing.T) {
	smooth := serve(t)
	l := crowd(10)
	sent, err := smooth.receiver().Send(t.Context(), l)
	if err != nil || sent != (Sent{People: 10, Requests: 5}) || len(smooth.has) != 1+20+3 {
		t.Fatalf("%+v, %v, %d resources", sent, err, len(smooth.has))
	}
	// The third answer is lost after it was taken, the fourth and fifth requests
	// find the server down; what is there in the end is the same.
	rough := serve(t)
	rough.lost = func(n int) bool { return n == 3 }
	rough.trouble = func(n int, w http.ResponseWriter) bool {
		if n == 4 || n == 5 {
			w.WriteHeader(503)
			return true
		}
		return false
	}
	sent, err = rough.receiver().Send(t.Context(), l)
	if err != nil || sent != (Sent{People: 10, Requests: 8}) {
		t.Errorf("%+v, %v", sent, err)
	}
	same := func(a, b *server) bool {
		for id, one := range a.has {
			if strings.ReplaceAll(b.has[id], b.URL, a.URL) != one {
				return false
			}
		}
		return len(a.has) == len(b.has)
	}
	if !same(smooth, rough) {
		t.Error("after failures the server has something else")
	}
	// A server that fails for good midway has no List; sent again, it has all.
	broken := serve(t)
	broken.trouble = func(n int, w http.ResponseWriter) bool {
		if n < 3 {
			return false
		}
		w.WriteHeader(422)
		_, _ = io.WriteString(w, `{"resourceType":"OperationOutcome","issue":[{"code":"invalid","diagnostics":"9000000009 is wrong"},{"code":"9000000009"}]}`)
		return true
	}
	sent, err = broken.receiver().Send(t.Context(), l)
	if code(err) != "fhir-refused" || sent.People != 4 || strings.Contains(err.Error(), "9000000009") || !strings.Contains(err.Error(), "422 (invalid)") {
		t.Errorf("%+v, %v", sent, err)
	}
	if slices.ContainsFunc(slices.Collect(maps.Keys(broken.has)), func(id string) bool { return strings.HasPrefix(id, "List/") }) {
		t.Error("a list is there without everyone on it")
	}
	broken.trouble = nil
	if _, err = broken.receiver().Send(t.Context(), l); err != nil || !same(smooth, broken) {
		t.Errorf("sent again: %v", err)
	}
}

func TestWriteBackIsOffUnlessSwitchedOn(t *testing.T) {
	s := serve(t)
	v := s.receiver()
	v.Enabled = false
	if _, err := v.Send(t.Context(), crowd(1)); code(err) != "write-back-off" {
		t.Errorf("off: %v", err)
	}
	if _, err := (Receiver{}).Send(t.Context(), crowd(1)); code(err) != "write-back-off" || s.asked != 0 {
		t.Errorf("the zero value: %v, %d asked", err, s.asked)
	}
	for _, endpoint := range []string{"", "http://fhir.example/r4", "ftp://fhir.example", "https://u:p@fhir.example/r4", "fhir.example"} {
		v := Receiver{Enabled: true, Endpoint: endpoint}
		if _, err := v.Send(t.Context(), crowd(1)); code(err) != "address" {
			t.Errorf("%s: %v", endpoint, err)
		}
	}
	if _, err := s.receiver().Send(t.Context(), fhirList(access.ColumnRisk)); code(err) != "columns" || s.asked != 0 {
		t.Errorf("without numbers: %v, %d asked", err, s.asked)
	}
}

func TestTheAnswerMustBeOfAWholeTransaction(t *testing.T) {
	for _, answer := range []string{``, `{}`, `{"resourceType":"Bundle","type":"transaction-response","entry":[]}`,
		`{"resourceType":"Bundle","type":"batch-response","entry":[{"response":{"status":"200"}}]}`,
		`{"resourceType":"Bundle","type":"transaction-response","entry":[{"response":{"status":"422"}}]}`} {
		s := serve(t)
		s.trouble = func(_ int, w http.ResponseWriter) bool { _, _ = io.WriteString(w, answer); return true }
		if _, err := s.receiver().Send(t.Context(), crowd(1)); code(err) != "fhir-answer" || s.asked != 1 {
			t.Errorf("%q: %v, %d asked", answer, err, s.asked)
		}
	}
	// Somewhere else is not followed: a body with people would go with it.
	s := serve(t)
	s.trouble = func(_ int, w http.ResponseWriter) bool {
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(307)
		return true
	}
	if _, err := s.receiver().Send(t.Context(), crowd(1)); code(err) != "fhir-refused" || s.asked != 1 {
		t.Errorf("redirected: %v, %d asked", err, s.asked)
	}
}

func TestRetriesAreBounded(t *testing.T) {
	s := serve(t)
	s.trouble = func(_ int, w http.ResponseWriter) bool {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(429)
		return true
	}
	v := s.receiver()
	var waits []time.Duration
	v.Retries.Wait = func(_ context.Context, d time.Duration) error { waits = append(waits, d); return nil }
	_, err := v.Send(t.Context(), crowd(1))
	if want := []time.Duration{7 * time.Second, 7 * time.Second, 7 * time.Second, 8 * time.Second}; code(err) != "fhir-refused" || s.asked != 5 || !reflect.DeepEqual(waits, want) {
		t.Errorf("%v after %d, waited %v", err, s.asked, waits)
	}
	s.Close()
	if _, err := v.Send(t.Context(), crowd(1)); code(err) != "fhir-unreachable" {
		t.Errorf("nobody there: %v", err)
	}
}
