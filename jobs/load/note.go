package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// work is what one person noted.
type work struct {
	saved   map[string][]string // by path of a person: notes that the application said it saved
	refused int                 // notes that it said it did not save
	unsure  int                 // notes of which no answer came: they may be there, once
	lost    int                 // saved, and not there at the end
	twice   int                 // there more than once
}

var hidden = regexp.MustCompile(`name="(item|version)" value="(\d+)"`)

// write saves a note on a person's page that was opened. One key for each note:
// sent twice it is one note.
func (p *person) write(ctx context.Context, path, page, note string) error {
	form := url.Values{"do": {"record"}, "to": {""}, "key": {strings.ReplaceAll(note, " ", "-")}, "note": {note}}
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		form.Set(m[1], m[2])
	}
	if form.Get("item") == "" {
		return nil // this person has no entry to note on
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.address+path, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", p.address)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	client := http.Client{Jar: p.client.Jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	began := time.Now()
	answer, err := client.Do(req)
	if err != nil {
		p.work.unsure++
		return err
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)
	status := answer.StatusCode
	if status == http.StatusSeeOther {
		p.work.saved[path] = append(p.work.saved[path], note)
		status = http.StatusOK
	} else {
		p.work.refused++
	}
	p.note("a note", time.Since(began), status)
	return nil
}

// check looks for every saved note on the pages at the end.
func (p *person) check(ctx context.Context) error {
	var paths []string
	for path := range p.work.saved {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	p.note = func(string, time.Duration, int) {}
	for _, path := range paths {
		page, err := p.open(ctx, path, "")
		if err != nil {
			return fmt.Errorf("looking for the notes: %w", err)
		}
		for _, note := range p.work.saved[path] {
			switch n := strings.Count(page, note+"<"); {
			case n == 0:
				p.work.lost++
			case n > 1:
				p.work.twice++
			}
		}
	}
	return nil
}
