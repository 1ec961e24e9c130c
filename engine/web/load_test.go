//go:build duckdb_arrow

package web

import (
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"leftshift/engine"
	"leftshift/engine/audit"
	"leftshift/engine/door"
	"leftshift/engine/snapshot/made"
)

// crowdTeam is whose list coordinators of the test gate may open.
const crowdTeam = "team-0"

// BenchmarkFiftyPeopleAtOnce opens pages as 40 coordinators and 10 analysts at
// once, each with a pause of a fifth of a second on average between two, and
// reports how long the answers took. LEFTSHIFT_CROWD is how many people the
// snapshot has (20,000):
//
//	LEFTSHIFT_CROWD=1000000 go test ./engine/web -run xxx -bench FiftyPeople -benchtime 1x
func BenchmarkFiftyPeopleAtOnce(b *testing.B) {
	data := b.TempDir()
	made.Crowd(b, data, made.Size(20_000))
	at := made.Open(b, data, audit.Options{})
	app, err := New(Options{Service: "Test ICS", SignIn: testGate, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Limits: Limits{PerAddress: 1e6, PerSession: 1e6},
		Doors: door.New(door.Options{Snapshots: at.Snapshots, Audit: at.Audit, Vault: vault{}, Today: func() engine.Day { return at.Today }, Recheck: 7, Stale: 90, Chances: true})})
	if err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(app)
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 50}}
	toPerson := regexp.MustCompile(`href="(/people/[^"/?]+)"`)
	get := func(path, as string) (string, time.Duration) {
		req, err := http.NewRequest(http.MethodGet, server.URL+path, nil)
		if err != nil {
			b.Error(err)
			return "", 0
		}
		req.Header.Set("X-Test", as)
		began := time.Now()
		answer, err := client.Do(req)
		if err != nil {
			b.Error(err)
			return "", 0
		}
		defer answer.Body.Close()
		text, _ := io.ReadAll(answer.Body)
		if answer.StatusCode != http.StatusOK {
			b.Errorf("%s as %s: %d", path, as, answer.StatusCode)
		}
		return string(text), time.Since(began)
	}
	get("/population", "analyst warm") // serving counts the people before anyone asks
	for b.Loop() {
		var mu sync.Mutex
		var took []time.Duration
		var wait sync.WaitGroup
		for user := range 50 {
			wait.Go(func() {
				rng := rand.New(rand.NewPCG(7, uint64(user)))
				var mine []time.Duration
				open := func(path, as string) string {
					time.Sleep(time.Duration(rng.ExpFloat64() * float64(200*time.Millisecond)))
					text, d := get(path, as)
					mine = append(mine, d)
					return text
				}
				for range 4 {
					if user >= 40 {
						as := fmt.Sprintf("analyst a%d", user)
						for _, path := range []string{"/population", "/population/segments", "/workload", "/model", "/quality", "/runs"} {
							open(path, as)
						}
						continue
					}
					as := fmt.Sprintf("coordinator c%d", user)
					open("/lists", as)
					people := toPerson.FindAllStringSubmatch(open("/lists/"+crowdTeam, as), -1)
					if len(people) == 0 {
						b.Error("the list leads to nobody")
						break
					}
					for range 5 {
						open(people[rng.IntN(len(people))][1], as)
					}
				}
				mu.Lock()
				defer mu.Unlock()
				took = append(took, mine...)
			})
		}
		wait.Wait()
		slices.Sort(took)
		for _, q := range []int{50, 95, 99} {
			b.ReportMetric(float64(took[(len(took)-1)*q/100].Microseconds())/1000, fmt.Sprintf("p%d-ms", q))
		}
		b.ReportMetric(float64(len(took)), "answers")
	}
}
