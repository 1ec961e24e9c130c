//go:build duckdb_arrow

package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/door"
)

// The interface for connected systems: JSON below /api/v1, by API token and
// never by cookie. The table of routes below is all there is, and what
// openapi.json says is made from it.

const apiRoot = "/api/v1"

// apiRoute is one operation.
type apiRoute struct {
	Method, Path string // Path below apiRoot
	ID, Say      string
	Act          access.Act // that the token's scope must have, and that the door decides on
	Open         bool       // to anyone: tells nothing of this site
	Asks         []apiAsk
	Body         any // the zero value of what is sent; nil: nothing
	Answer       any // the zero value of what is given; nil: any object
	Handle       func(context.Context, *apiRequest) (any, error)
}

// apiAsk is one thing asked for in the path or the query.
type apiAsk struct {
	Name, In, Say string // In: path or query
	Whole         bool   // a whole number, from Least to Most; else text
	Least, Most   int
	Required      bool
}

// apiRoutes is the table.
func apiRoutes() []apiRoute {
	pages := []apiAsk{
		{Name: "from", In: "query", Say: "people before the part asked for, as next gives it", Whole: true, Most: math.MaxInt32},
		{Name: "limit", In: "query", Say: "most people in the answer", Whole: true, Least: 1, Most: door.MostScores},
		{Name: "snapshot", In: "query", Say: "the snapshot that the first part came from, as next gives it: refused when another is current"},
	}
	return []apiRoute{
		{Method: http.MethodGet, Path: "/openapi.json", ID: "openapi", Say: "This document.", Open: true, Handle: func(context.Context, *apiRequest) (any, error) { return OpenAPI(), nil }},
		{Method: http.MethodGet, Path: "/snapshot", ID: "snapshot", Say: "What the current snapshot is, and how fresh its sources are.", Act: access.ReadScoresAPI, Answer: apiSnapshot{}, Handle: apiReadSnapshot},
		{Method: http.MethodGet, Path: "/lists/{team}", ID: "list", Say: "A team's list, the highest risk first.", Act: access.ReadScoresAPI, Answer: apiScores{}, Handle: apiReadList,
			Asks: append([]apiAsk{{Name: "team", In: "path", Say: "the team's name, as lists have it", Required: true}}, pages...)},
		{Method: http.MethodGet, Path: "/scores", ID: "scores", Say: "Everyone registered with a practice, in an order that says nothing.", Act: access.ReadScoresAPI, Answer: apiScores{}, Handle: apiReadScores,
			Asks: append([]apiAsk{{Name: "practice", In: "query", Say: "ODS code of the practice", Required: true}}, pages...)},
		{Method: http.MethodPost, Path: "/score", ID: "score", Say: "One person, by an NHS number that is sent in the body: an address is written to logs. Nothing is changed.", Act: access.ReadScoresAPI, Body: apiNumber{}, Answer: apiScores{}, Handle: apiReadScore},
		{Method: http.MethodGet, Path: "/runs", ID: "runs", Say: "What ran, the newest first.", Act: access.SeeRuns, Answer: apiRuns{}, Handle: apiReadRuns,
			Asks: []apiAsk{{Name: "limit", In: "query", Say: "most runs in the answer", Whole: true, Least: 1, Most: door.MostRuns}}},
	}
}

// apiRequest is what an operation is asked.
type apiRequest struct {
	*http.Request
	App   *App
	Who   access.Principal
	whole map[string]int // the whole numbers of the query; 0 where not given
}

func (r *apiRequest) where() door.Where { return door.Where{Route: r.Pattern} }

func (r *apiRequest) part() door.Part {
	return door.Part{Snapshot: r.URL.Query().Get("snapshot"), From: r.whole["from"], Most: r.whole["limit"]}
}

// isAPI says whether a request is for the interface of connected systems.
func isAPI(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/") }

// api adds the interface to what is served.
func (a *App) api(mux *http.ServeMux) {
	o := a.opt.Limits.orDefault()
	tokens := newLimiter(o.PerSession, max(1, int(o.PerSession*o.Burst)))
	for _, route := range apiRoutes() {
		mux.Handle(route.Method+" "+apiRoot+route.Path, a.serveAPI(route, tokens))
	}
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		a.problem(w, r, &engine.Fault{Code: "no-operation", Say: "there is no such operation: GET " + apiRoot + "/openapi.json lists them"})
	})
}

func (a *App) serveAPI(route apiRoute, tokens *limiter) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, a.opt.Body)
		req := &apiRequest{Request: r, App: a}
		if !route.Open {
			who, err := a.gate.Bearer(r, route.Act)
			if err != nil {
				a.problem(w, r, a.tokenRefused(r, err))
				return
			}
			req.Who = who
			if d := tokens.wait(who.User, time.Now()); d > 0 {
				tooOften(w, r, d)
				return
			}
		}
		err := req.read(route)
		var answer any
		if err == nil {
			answer, err = route.Handle(r.Context(), req)
		}
		var text bytes.Buffer
		if err == nil {
			e := json.NewEncoder(&text)
			e.SetEscapeHTML(false) // no page: nosniff, and a type of its own
			err = e.Encode(answer)
		}
		if err != nil {
			a.problem(w, r, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(text.Bytes())
	})
}

// tokenRefused keeps that whoever holds a token's secret was refused. An
// unknown token is anyone's guess, and is not kept.
func (a *App) tokenRefused(r *http.Request, err error) error {
	var f *engine.Fault
	if errors.As(err, &f) {
		switch f.Code {
		case "token-revoked", "token-expired", "token-scope", "token-in-url", "organisation-unknown":
			if err := a.opt.Doors.Entered(r.Context(), access.Principal{}, "token_refused", f.Code); err != nil {
				return err
			}
		}
	}
	return err
}

// read holds the query to what the operation asks.
func (r *apiRequest) read(route apiRoute) error {
	query := r.URL.Query()
	r.whole = map[string]int{}
	for _, ask := range route.Asks {
		if ask.In != "query" {
			continue
		}
		given := query[ask.Name]
		delete(query, ask.Name)
		if len(given) > 1 || ask.Required && (len(given) == 0 || given[0] == "") {
			return &engine.Fault{Code: "parameter", Say: "give " + ask.Name + " once: " + ask.Say}
		}
		if len(given) == 0 || !ask.Whole {
			continue
		}
		n, err := strconv.Atoi(given[0])
		if err != nil || n < ask.Least || n > ask.Most {
			return &engine.Fault{Code: "parameter", Say: ask.Name + " is a whole number from " + strconv.Itoa(ask.Least) + " to " + strconv.Itoa(ask.Most)}
		}
		r.whole[ask.Name] = n
	}
	if len(query) > 0 {
		return &engine.Fault{Code: "parameter", Say: "the address asks for something that this operation does not know: leave it out"}
	}
	return nil
}

// body reads what was sent.
func (r *apiRequest) body(into any) error {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if kind != "application/json" || d.Decode(into) != nil || d.Decode(&struct{}{}) != io.EOF {
		return &engine.Fault{Code: "body", Say: "send one JSON object as the operation asks, with Content-Type: application/json"}
	}
	return nil
}

// apiProblem is what goes wrong, as RFC 9457 has it.
type apiProblem struct {
	Type   string `json:"type" say:"urn:leftshift:problem: and the code"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail" say:"what is wrong and what to do; never a person's values"`
	Code   string `json:"code" say:"stable"`
}

func (a *App) problem(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) {
		return // nobody waits for the answer
	}
	p := apiProblem{Status: http.StatusInternalServerError, Code: "failed", Detail: "Tell whoever runs this installation what you asked and when."}
	var fault *engine.Fault
	if errors.As(err, &fault) {
		p.Status, p.Detail, p.Code = apiStatus(fault.Code), sentence(fault.Say), fault.Code
	}
	if p.Status >= http.StatusInternalServerError {
		a.opt.Log.Error("api", "route", r.Pattern, "code", p.Code, "error", err)
	}
	setRetry(w, p.Code)
	writeProblem(w, p)
}

func writeProblem(w http.ResponseWriter, p apiProblem) {
	p.Type, p.Title = "urn:leftshift:problem:"+p.Code, http.StatusText(p.Status)
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	text, _ := json.Marshal(p)
	_, _ = w.Write(append(text, '\n'))
}

// tooOften answers who has to wait, a person or a system.
func tooOften(w http.ResponseWriter, r *http.Request, d time.Duration) {
	const say = "too many requests: wait a little and try again"
	w.Header().Set("Retry-After", strconv.Itoa(int(d/time.Second)+1))
	if isAPI(r) {
		writeProblem(w, apiProblem{Status: http.StatusTooManyRequests, Code: "too-often", Detail: sentence(say)})
		return
	}
	http.Error(w, say, http.StatusTooManyRequests)
}

func apiStatus(code string) int {
	switch code {
	case "token-none", "token-refused", "token-revoked", "token-expired":
		return http.StatusUnauthorized
	case "token-scope", "organisation-unknown":
		return http.StatusForbidden
	case "token-in-url", "parameter", "body":
		return http.StatusBadRequest
	case "no-operation":
		return http.StatusNotFound
	case "snapshot-changed":
		return http.StatusConflict
	case "no-vault", "no-key", "no-runs", "no-model":
		return http.StatusServiceUnavailable
	}
	status, _ := statusOf(code)
	return status
}
