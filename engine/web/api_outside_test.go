//go:build duckdb_arrow

package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Connected systems too: whatever a path or a query holds is refused without
// failing, and every look is in the audit.
func TestB16G23WhatSystemsSendFromOutside(t *testing.T) {
	s := called(t, Limits{PerAddress: 1e6, PerSession: 1e6})
	ask := func(route apiRoute, path string) (int, string, bool) {
		t.Helper()
		before := s.newest(t).Sequence
		answer, text := s.ask(t, route.Method, apiRoot+path, "", nil, "Authorization", "Bearer "+string(route.Act))
		return answer.StatusCode, text, s.newest(t).Sequence > before
	}
	for _, route := range apiRoutes() {
		if route.Method != http.MethodGet {
			continue
		}
		path, query := strings.ReplaceAll(route.Path, "{team}", "team-0"), url.Values{}
		for _, a := range route.Asks {
			if a.In == "query" && a.Required {
				query.Set(a.Name, "P0")
			}
		}
		if status, _, kept := ask(route, path+"?"+query.Encode()); kept == route.Open || status >= 500 {
			t.Errorf("GET %s: %d, in the audit: %t", route.Path, status, kept)
		}
		for name, text := range outside {
			for _, a := range route.Asks {
				at, q := path, url.Values{}
				for k, v := range query {
					q[k] = v
				}
				if a.In == "path" {
					at = strings.ReplaceAll(route.Path, "{"+a.Name+"}", url.PathEscape(text))
				} else {
					q.Set(a.Name, text)
				}
				status, _, kept := ask(route, at+"?"+q.Encode())
				if status >= 500 || status != http.StatusBadRequest && !kept {
					t.Errorf("GET %s, %s is %s: %d, in the audit: %t", route.Path, a.Name, name, status, kept)
				}
			}
		}
	}
}
