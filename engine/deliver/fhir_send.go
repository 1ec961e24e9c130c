//go:build duckdb_arrow

package deliver

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/engine/door"
)

// Receiver is a FHIR server that takes lists. The zero value takes nothing:
// writing to another system's records is switched on for each site.
type Receiver struct {
	Enabled   bool
	Endpoint  string // base of the server: https, but on this machine
	Flags     bool   // also a Flag for each person, for a local record
	Authorize func(*http.Request) error
	Client    *http.Client
	People    int // in one transaction; 0: 50
	Retries   Retries
}

// Sent is what became of a list.
type Sent struct {
	People, Left int // taken by the server; not sent, because no valid NHS number is known
	Requests     int // made, those that failed included
}

// Send puts a list on the server: people in transactions of a bounded size, and
// List, Group and Provenance last, so that a list is there only with everyone
// on it. Every resource is PUT under its own identifier (the server must take
// identifiers of ours): sending again after a failure, whatever had arrived,
// ends in the same resources. No body is logged, nor what the server says of
// one.
func (v Receiver) Send(ctx context.Context, l *door.List) (Sent, error) {
	var sent Sent
	if !v.Enabled {
		return sent, &engine.Fault{Code: "write-back-off", Say: "nothing is written to other systems' records here: export a file, or have write-back agreed and switched on"}
	}
	base, err := address("the FHIR server", v.Endpoint)
	if err != nil {
		return sent, err
	}
	at := strings.TrimRight(base.String(), "/")
	r, err := makeFHIR(l, FHIROptions{Base: at, Flags: v.Flags})
	if err != nil {
		return sent, err
	}
	sent.Left = r.left
	if v.People <= 0 {
		v.People = 50
	}
	v.Client = client(v.Client)
	parts := [][]entry{{r.device}}
	for some := range slices.Chunk(r.persons, v.People) {
		parts = append(parts, slices.Concat(some...))
	}
	parts = append(parts, r.whole)
	for i, part := range parts {
		text, err := encode(r.transaction(part))
		if err != nil {
			return sent, err
		}
		err = v.Retries.run(ctx, func() error {
			sent.Requests++
			return v.post(ctx, at, text, len(part))
		})
		if err != nil {
			return sent, err
		}
		if i > 0 && i < len(parts)-1 {
			sent.People += min(v.People, len(r.persons)-sent.People)
		}
	}
	return sent, nil
}

// mostAnswer is the longest answer that is read.
const mostAnswer = 16 << 20

// post sends one transaction.
func (v Receiver) post(ctx context.Context, at string, text []byte, entries int) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at, bytes.NewReader(text))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", typeFHIR)
	req.Header.Set("Accept", typeFHIR)
	req.Header.Set("Prefer", "return=minimal")
	if v.Authorize != nil {
		if err := v.Authorize(req); err != nil {
			return &engine.Fault{Code: "fhir-authorise", Say: "this system could not sign in to the FHIR server: check its credentials there", Err: err}
		}
	}
	answer, err := v.Client.Do(req)
	if err != nil {
		return again{error: &engine.Fault{Code: "fhir-unreachable", Say: "the FHIR server did not answer: sending the list again does no harm", Err: err}}
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, mostAnswer))
	if err != nil {
		return again{error: &engine.Fault{Code: "fhir-unreachable", Say: "the FHIR server's answer broke off: sending the list again does no harm", Err: err}}
	}
	if answer.StatusCode != http.StatusOK {
		f := &engine.Fault{Code: "fhir-refused", Say: fmt.Sprintf("the FHIR server answered %d%s: nothing of this part was taken; ask whoever runs it", answer.StatusCode, issues(body))}
		if passes(answer.StatusCode) {
			return again{f, after(answer.Header)}
		}
		return f
	}
	return taken(body, entries)
}

// taken holds an answer to what a transaction promises: every entry, or none.
func taken(body []byte, entries int) error {
	var b struct {
		ResourceType, Type string
		Entry              []struct {
			Response struct{ Status string }
		}
	}
	err := json.Unmarshal(body, &b)
	good := err == nil && b.ResourceType == "Bundle" && b.Type == "transaction-response" && len(b.Entry) == entries
	for _, e := range b.Entry {
		good = good && strings.HasPrefix(e.Response.Status, "2")
	}
	if !good {
		return &engine.Fault{Code: "fhir-answer", Say: "the FHIR server's answer is not that of a transaction in which everything was taken: check with whoever runs it what is there, then send the list again"}
	}
	return nil
}

var issueCode = regexp.MustCompile(`^[a-z-]{1,32}$`)

// issues are the codes of an OperationOutcome. Its words may repeat what was
// sent, and are not read.
func issues(body []byte) string {
	var o struct {
		ResourceType string
		Issue        []struct{ Code string }
	}
	if json.Unmarshal(body, &o) != nil || o.ResourceType != "OperationOutcome" {
		return ""
	}
	var codes []string
	for _, i := range o.Issue {
		if issueCode.MatchString(i.Code) && !slices.Contains(codes, i.Code) {
			codes = append(codes, i.Code)
		}
	}
	if codes == nil {
		return ""
	}
	return " (" + strings.Join(codes, ", ") + ")"
}
