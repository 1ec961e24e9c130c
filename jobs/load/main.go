// Command load opens the pages of a synthetic site as many coordinators at
// once, and prints how long the answers took: at the middle, and for the
// slowest 5 and 1 of 100, by page. With -notes some of them also save notes, and
// at the end every note that the application said it saved is looked for.
//
//	leftshift serve --config build/demo/leftshift.toml &
//	go run ./jobs/load -address http://127.0.0.1:8080/ -users 50 -seconds 30
//
// It loads this machine's own address alone. The site needs
// serve.sign_ins_per_minute as large as the number of users.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"leftshift/engine/web/signin"
)

func main() {
	address := flag.String("address", "http://127.0.0.1:8080/", "address of the application, on this machine")
	users := flag.Int("users", 50, "people at once, at most 500")
	seconds := flag.Int("seconds", 30, "how long, at most 600")
	think := flag.Duration("think", 500*time.Millisecond, "pause of each person between two pages, on average")
	notes := flag.Float64("notes", 0, "share of the people opened on whom a note is saved, 0 to 1")
	asJSON := flag.Bool("json", false, "print JSON")
	flag.Parse()
	if err := run(*address, min(*users, 500), min(*seconds, 600), *think, *notes, *asJSON, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// taken is how long pages of one kind took.
type taken struct {
	Page   string  `json:"page"`
	Count  int     `json:"count"`
	Failed int     `json:"failed"` // other answers than 200
	P50    float64 `json:"p50_ms"`
	P95    float64 `json:"p95_ms"`
	P99    float64 `json:"p99_ms"`
	took   []time.Duration
}

func run(address string, users, seconds int, think time.Duration, notes float64, asJSON bool, out io.Writer) error {
	u, err := url.Parse(address)
	if err != nil || signin.CheckLoopback(u.Host) != nil {
		return errors.New("give an address on this machine, such as http://127.0.0.1:8080/")
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(seconds)*time.Second)
	defer cancel()
	var mu sync.Mutex
	all := map[string]*taken{}
	note := func(page string, took time.Duration, status int) {
		mu.Lock()
		defer mu.Unlock()
		t := all[page]
		if t == nil {
			t = &taken{Page: page}
			all[page] = t
		}
		t.Count++
		t.took = append(t.took, took)
		if status != http.StatusOK {
			t.Failed++
		}
	}
	choices, err := roles(address)
	if err != nil {
		return err
	}
	total := work{saved: map[string][]string{}}
	mark := fmt.Sprintf("load %d", time.Now().UnixNano())
	var wait sync.WaitGroup
	faults := make(chan error, users)
	for i := range users {
		wait.Go(func() {
			p := person{address: strings.TrimSuffix(address, "/"), note: note, think: think, rand: rand.New(rand.NewPCG(1, uint64(i))), notes: notes, mark: fmt.Sprintf("%s of %d", mark, i), work: work{saved: map[string][]string{}}}
			err := p.day(ctx, choices[i%len(choices)])
			if err != nil && ctx.Err() == nil {
				faults <- err
				return
			}
			if err := p.check(context.Background()); err != nil {
				faults <- err
			}
			mu.Lock()
			defer mu.Unlock()
			total.refused, total.unsure, total.lost, total.twice = total.refused+p.work.refused, total.unsure+p.work.unsure, total.lost+p.work.lost, total.twice+p.work.twice
			for path, saved := range p.work.saved {
				total.saved[fmt.Sprint(i, path)] = saved
			}
		})
	}
	wait.Wait()
	close(faults)
	if err := <-faults; err != nil {
		return err
	}
	if err := print(all, users, seconds, asJSON, out); err != nil || notes == 0 {
		return err
	}
	saved := 0
	for _, n := range total.saved {
		saved += len(n)
	}
	fmt.Fprintf(out, "%d notes saved, %d refused, %d without an answer; of those saved %d lost, %d there twice\n", saved, total.refused, total.unsure, total.lost, total.twice)
	if total.lost+total.twice > 0 {
		return errors.New("what was said to be saved is not there as it was saved")
	}
	return nil
}

var (
	roleOf   = regexp.MustCompile(`name="role" value="(coordinator-[^"]+)"`)
	toList   = regexp.MustCompile(`href="(/lists/[^"/?]+)"`)
	toPerson = regexp.MustCompile(`href="(/people/[^"/?]+)"`)
)

// roles are the coordinators that the form offers.
func roles(address string) ([]string, error) {
	answer, err := http.Get(address + "sign-in")
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, m := range roleOf.FindAllStringSubmatch(string(text), -1) {
		out = append(out, m[1])
	}
	if len(out) == 0 {
		return nil, errors.New("the site offers no coordinators to sign in as: serve a synthetic one with sign_in = \"demo\"")
	}
	return out, nil
}

// person is one of those who load the site.
type person struct {
	address string
	client  http.Client
	note    func(page string, took time.Duration, status int)
	think   time.Duration
	rand    *rand.Rand
	notes   float64
	mark    string // what this person's notes begin with
	work    work
}

// day opens the list, people of it and their sheet until ctx ends.
func (p *person) day(ctx context.Context, role string) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	p.client.Jar = jar
	if err := p.signIn(ctx, role); err != nil {
		return err
	}
	for written := 0; ctx.Err() == nil; {
		home, err := p.open(ctx, "/lists", "lists")
		if err != nil {
			return err
		}
		list := toList.FindStringSubmatch(home)
		if list == nil {
			return fmt.Errorf("%s has no list", role)
		}
		text, err := p.open(ctx, list[1], "one list")
		if err != nil {
			return err
		}
		people := toPerson.FindAllStringSubmatch(text, -1)
		if len(people) == 0 {
			return fmt.Errorf("the list of %s has nobody", role)
		}
		for range 5 {
			path := people[p.rand.IntN(len(people))][1]
			page, err := p.open(ctx, path, "one person")
			if err != nil {
				return err
			}
			if p.rand.Float64() < p.notes {
				written++
				if err := p.write(ctx, path, page, fmt.Sprintf("%s number %d", p.mark, written)); err != nil {
					return err
				}
			}
		}
		if _, err := p.open(ctx, list[1]+"/sheet", "sheet"); err != nil {
			return err
		}
	}
	return nil
}

func (p *person) signIn(ctx context.Context, role string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.address+"/sign-in", strings.NewReader(url.Values{"role": {role}}.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", p.address)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	answer, err := p.client.Do(req)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("signing in as %s: %s (is serve.sign_ins_per_minute as large as -users?)", role, answer.Status)
	}
	return err
}

func (p *person) open(ctx context.Context, path, page string) (string, error) {
	select {
	case <-time.After(time.Duration(p.rand.ExpFloat64() * float64(p.think))):
	case <-ctx.Done():
		return "", ctx.Err()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.address+path, nil)
	if err != nil {
		return "", err
	}
	began := time.Now()
	answer, err := p.client.Do(req)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return "", err
	}
	p.note(page, time.Since(began), answer.StatusCode)
	return string(text), nil
}

func print(all map[string]*taken, users, seconds int, asJSON bool, out io.Writer) error {
	var rows []*taken
	total := &taken{Page: "all"}
	for _, t := range all {
		rows = append(rows, t)
		total.Count += t.Count
		total.Failed += t.Failed
		total.took = append(total.took, t.took...)
	}
	slices.SortFunc(rows, func(a, b *taken) int { return strings.Compare(a.Page, b.Page) })
	rows = append(rows, total)
	for _, t := range rows {
		slices.Sort(t.took)
		at := func(share float64) float64 {
			if len(t.took) == 0 {
				return 0
			}
			return float64(t.took[int(share*float64(len(t.took)-1))].Microseconds()) / 1000
		}
		t.P50, t.P95, t.P99 = at(.5), at(.95), at(.99)
	}
	if asJSON {
		return json.NewEncoder(out).Encode(struct {
			Users   int      `json:"users"`
			Seconds int      `json:"seconds"`
			Pages   []*taken `json:"pages"`
		}{users, seconds, rows})
	}
	fmt.Fprintf(out, "%d people at once for %d seconds\n", users, seconds)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "page\tanswers\tfailed\tp50 ms\tp95 ms\tp99 ms\t")
	for _, t := range rows {
		fmt.Fprintf(w, "%s\t%d\t%d\t%.1f\t%.1f\t%.1f\t\n", t.Page, t.Count, t.Failed, t.P50, t.P95, t.P99)
	}
	return w.Flush()
}
