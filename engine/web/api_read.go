//go:build duckdb_arrow

package web

import (
	"context"
	"math"
	"net/url"
	"strconv"
	"time"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/door"
	"leftshift/engine/identity"
)

// What the interface gives. A person is an NHS number, and never a pseudonym.

type apiModel struct {
	Name    string `json:"name" say:"as the model card has it"`
	Version string `json:"version" say:"of the bundle that the model came in"`
	Outcome string `json:"outcome" say:"what is predicted, in words; empty: see the model card"`
	Horizon int    `json:"horizon_days" min:"0" say:"days ahead that the risk is of"`
}

type apiSource struct {
	Name   string `json:"name"`
	Newest string `json:"newest" say:"day of the newest record received; empty: none has come"`
}

type apiSnapshot struct {
	Site      string      `json:"site"`
	Snapshot  string      `json:"snapshot" say:"its name; it never changes once published"`
	AsOf      string      `json:"as_of" format:"date" say:"the record is as it stood on this day"`
	Synthetic bool        `json:"synthetic" say:"everyone is made up"`
	Stale     string      `json:"stale" say:"why what is given is old; empty when it is not"`
	Model     apiModel    `json:"model"`
	Sources   []apiSource `json:"sources"`
}

type apiScore struct {
	Number  string   `json:"nhs_number" pattern:"^[0-9]{10}$"`
	Rank    *int64   `json:"rank" min:"1" say:"place on the list; null where there is none"`
	Risk    string   `json:"risk" say:"in words"`
	Band    *string  `json:"band" say:"risk band; null where it is not known"`
	Chance  *float64 `json:"chance" min:"0" max:"1" say:"the risk as a number, to three decimals; null where this site shows bands alone"`
	Reasons []string `json:"reasons" say:"what raises the risk most, in plain words, the greatest first"`
}

type apiScores struct {
	Snapshot  string     `json:"snapshot"`
	AsOf      string     `json:"as_of" format:"date"`
	Synthetic bool       `json:"synthetic"`
	Stale     string     `json:"stale"`
	Model     apiModel   `json:"model"`
	Limits    string     `json:"limits" say:"what the scores are for, to be shown with them"`
	People    []apiScore `json:"people"`
	LeftOut   int        `json:"left_out" min:"0" say:"people of this part who are not given, because no valid NHS number is known"`
	Next      *string    `json:"next" say:"path of the next part; null: this is the last"`
}

type apiNumber struct {
	Number string `json:"nhs_number" pattern:"^[0-9]{3} ?[0-9]{3} ?[0-9]{4}$"`
}

type apiRun struct {
	ID      string  `json:"id"`
	Job     string  `json:"job"`
	State   string  `json:"state"`
	Attempt int     `json:"attempt" min:"0"`
	Code    string  `json:"code" say:"of what ended it; empty when nothing did"`
	Started string  `json:"started" format:"date-time"`
	Ended   *string `json:"ended" format:"date-time" say:"null: not yet"`
}

type apiRuns struct {
	Runs []apiRun `json:"runs"`
}

// apiLimits goes with every answer that has people in it.
const apiLimits = "For supporting a care team in choosing whom to review first. It does not diagnose or decide treatment, and no decision about a person may rest on it alone."

func modelOf(m door.Model) apiModel { return apiModel{m.Name, m.Version, m.Outcome, m.Horizon} }

func apiReadSnapshot(ctx context.Context, r *apiRequest) (any, error) {
	s, err := r.App.opt.Doors.Standing(ctx, r.Who, r.where())
	if err != nil {
		return nil, err
	}
	out := apiSnapshot{Site: s.Site, Snapshot: s.Snapshot, AsOf: s.AsOf.String(), Synthetic: s.Synthetic, Stale: s.Stale, Model: modelOf(s.Model), Sources: []apiSource{}}
	for _, x := range s.Sources {
		out.Sources = append(out.Sources, apiSource{x.Name, x.NewestKnown})
	}
	return out, nil
}

func apiReadList(ctx context.Context, r *apiRequest) (any, error) {
	team := r.PathValue("team")
	s, err := r.App.opt.Doors.TeamScores(ctx, r.Who, r.where(), team, r.part())
	return r.scores(s, err, apiRoot+"/lists/"+url.PathEscape(team), url.Values{})
}

func apiReadScores(ctx context.Context, r *apiRequest) (any, error) {
	practice := r.URL.Query().Get("practice")
	s, err := r.App.opt.Doors.PracticeScores(ctx, r.Who, r.where(), practice, r.part())
	return r.scores(s, err, apiRoot+"/scores", url.Values{"practice": {practice}})
}

func apiReadScore(ctx context.Context, r *apiRequest) (any, error) {
	var ask apiNumber
	if err := r.body(&ask); err != nil {
		return nil, err
	}
	number := identity.CleanNHSNumber(ask.Number)
	if !identity.ValidNHSNumber(number) {
		return nil, &engine.Fault{Code: "nhs-number", Say: "nhs_number is an NHS number of 10 digits; the last is checked"}
	}
	s, err := r.App.opt.Doors.PersonScore(ctx, r.Who, r.where(), number)
	return r.scores(s, err, "", nil)
}

// scores writes people as the door gave them, and where the next part is.
func (r *apiRequest) scores(s *door.Scores, err error, at string, query url.Values) (any, error) {
	if err != nil {
		return nil, err
	}
	out := apiScores{Snapshot: s.Snapshot, AsOf: s.AsOf.String(), Synthetic: s.Synthetic, Stale: s.Stale, Model: modelOf(s.Model), Limits: apiLimits, People: []apiScore{}}
	if !s.Columns.Has(access.ColumnNHSNumber | access.ColumnRisk) {
		return nil, &engine.Fault{Code: access.CodeRole, Say: "this system's role may not see NHS numbers and risk: ask the information governance lead"}
	}
	for _, row := range s.Rows {
		if !identity.ValidNHSNumber(row.Who.NHSNumber) {
			out.LeftOut++
			continue
		}
		one := apiScore{Number: row.Who.NHSNumber, Risk: row.Risk, Reasons: row.Why}
		if row.Rank > 0 {
			one.Rank = &row.Rank
		}
		if row.Band != "" {
			one.Band = &row.Band
		}
		if !math.IsNaN(row.Chance) {
			x := math.Round(row.Chance*1000) / 1000
			one.Chance = &x
		}
		if one.Reasons == nil {
			one.Reasons = []string{}
		}
		out.People = append(out.People, one)
	}
	if s.Next > 0 && at != "" {
		query.Set("from", strconv.Itoa(s.Next))
		query.Set("snapshot", s.Snapshot)
		if n := r.whole["limit"]; n > 0 {
			query.Set("limit", strconv.Itoa(n))
		}
		next := at + "?" + query.Encode()
		out.Next = &next
	}
	return out, nil
}

func apiReadRuns(ctx context.Context, r *apiRequest) (any, error) {
	all, err := r.App.opt.Doors.WhatRan(ctx, r.Who, r.where(), r.whole["limit"])
	if err != nil {
		return nil, err
	}
	out := apiRuns{Runs: []apiRun{}}
	for _, x := range all {
		one := apiRun{ID: x.ID, Job: x.Job, State: x.State, Attempt: x.Attempt, Code: x.Code, Started: x.Started.UTC().Format(time.RFC3339)}
		if !x.Ended.IsZero() {
			ended := x.Ended.UTC().Format(time.RFC3339)
			one.Ended = &ended
		}
		out.Runs = append(out.Runs, one)
	}
	return out, nil
}
