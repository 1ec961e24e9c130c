package report

import (
	"strings"
	"testing"
)

// What cannot be seen is said under the data quality, and nothing is said where
// everything can.
func TestA4F7Unseen(t *testing.T) {
	n := made(t, 2_000, 1)
	if strings.Contains(render(t, n), "Not observable here") {
		t.Error("something is not observable though nothing was said to be")
	}
	n.Unseen = []string{"care: mental health", "flag"}
	n.Silent = []Silence{{"care: ambulance", 1}, {"referral", 1200}}
	page := render(t, n)
	_, quality, _ := strings.Cut(page, `<h2 id="quality">`)
	quality, _, _ = strings.Cut(quality, "</section>")
	for _, want := range []string{"<h3>Not observable here</h3>", "<li>Of anyone: care: mental health, flag.</li>", "<li>Of the people of 1 practice: care: ambulance.</li>", "<li>Of the people of 1,200 practices: referral.</li>"} {
		if !strings.Contains(quality, want) {
			t.Errorf("%q is missing", want)
		}
	}
	n.Quality = nil
	if page = render(t, n); !strings.Contains(page, "Not observable here") {
		t.Error("without measures of quality, what cannot be seen is not said")
	}
}
