//go:build duckdb_arrow

package night

import (
	"context"
	"encoding/gob"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/engine/risklist"
	"leftshift/engine/schema"
	"leftshift/engine/source/fhir"
	"leftshift/engine/source/flat"
	"leftshift/jobs/pipeline"
	"leftshift/jobs/report"
	"leftshift/models/registry"
)

// report renders the night report from what the steps left.
func (n *Night) report(ctx context.Context, r *pipeline.Run, db *lake.DB, out string, bundle *registry.Bundle, quality *Quality, g *Gate, due []schema.Due) ([]byte, error) {
	curation, err := loadCuration(r.Output("curate"))
	if err != nil {
		return nil, err
	}
	night := report.Night{Site: n.Config.Site.Name, Synthetic: n.Config.Site.Synthetic, AsOf: n.AsOf, Rule: n.rule()}
	night.Run = []report.Fact{{Label: "Purpose", Value: n.Config.Site.Purpose}, {Label: "People in the record", Value: n.rule().Count(int(curation.Persons)).String()},
		{Label: "Feature catalogue", Value: short(n.Catalogue.Hash)}, {Label: "Code lists", Value: short(n.Codelists.Hash)}}
	for _, line := range curation.OptOuts {
		night.Run = append(night.Run, report.Fact{Label: "People withheld: " + strings.ReplaceAll(line.Reason, "-", " "), Value: line.People})
	}
	night.Flows, night.Refused = flows(curation)
	for _, t := range []string{"event", "spell", "document"} {
		s := curation.Rows[t]
		night.Tables = append(night.Tables, report.Rows{Table: t, Landed: int(s.Landed), Current: int(s.Current), Ended: int(s.Ended), Merged: int(s.Merged)})
	}
	night.Quality = slices.Concat(n.attention(curation, bundle), n.approvals(), n.periods(), n.qualityLines(quality))
	var seen featuresInfo
	if err := readJSON(filepath.Join(r.Output("features"), featuresFile), &seen); err != nil {
		return nil, err
	}
	night.Unseen, night.Silent = seen.unseen()
	night.Limits = g.lines()
	if night.Stopped, err = stoppedLines(ctx, db, out); err != nil {
		return nil, err
	}
	residents, err := lake.Rows[schema.Resident](ctx, db, filepath.Join(out, "resident.parquet"), "")
	if err != nil {
		return nil, err
	}
	probability := map[engine.Person]float64{}
	if bundle != nil {
		scores, err := lake.Rows[schema.Score](ctx, db, filepath.Join(out, "score.parquet"), "model = '"+bundle.Primary().Name+"'")
		if err != nil {
			return nil, err
		}
		for _, s := range scores {
			probability[s.Person] = s.Probability
		}
		night.Run = append(night.Run, report.Fact{Label: "Model bundle", Value: bundleName(n)})
		for i := range bundle.Models {
			f := &bundle.Models[i]
			night.Evaluations = append(night.Evaluations, report.Evaluation{Model: f.Method(), Horizon: f.Horizon, Report: f.Evaluation})
		}
		night.Card = card(bundle)
		night.Live = liveLines(due, bundle.Primary().Name)
	}
	night.Population = breakdowns(residents, probability)
	if night.Lists, err = loadLists(r.Output("lists")); err != nil {
		return nil, err
	}
	night.Moved = &movedCounts{}
	if err := readJSON(filepath.Join(r.Output("moved"), movedCountFile), night.Moved); err != nil {
		return nil, err
	}
	return report.Render(night)
}

func bundleName(n *Night) string {
	id, _, err := n.serving()
	if err != nil {
		return ""
	}
	return short(id)
}

// short gives the first eight characters of a hexadecimal hash. Ten of them
// may all be decimal digits, and report.Guard refuses a page with those.
func short(hash string) string { return hash[:min(8, len(hash))] }

func saveLists(dir string, got *risklist.Result) error {
	f, err := os.OpenFile(filepath.Join(dir, "result.gob"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := gob.NewEncoder(f).Encode(got); err != nil {
		return err
	}
	return f.Sync()
}

func loadLists(dir string) (*risklist.Result, error) {
	f, err := os.Open(filepath.Join(dir, "result.gob"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var got risklist.Result
	return &got, gob.NewDecoder(f).Decode(&got)
}

// flows adds the files of each flow, and gathers reasons by source.
func flows(c *Curation) ([]report.Flow, []report.Refusal) {
	var out []report.Flow
	reasons := map[[2]string]int64{}
	for _, f := range c.Feeds {
		i := slices.IndexFunc(out, func(x report.Flow) bool { return x.Source == f.Source && x.Flow == f.Flow })
		if i < 0 {
			i = len(out)
			out = append(out, report.Flow{Source: f.Source, Flow: f.Flow})
		}
		x := &out[i]
		x.Files++
		x.In += int(f.In)
		x.Accepted += int(f.Accepted)
		x.Reference += int(f.Reference)
		x.Pending += int(f.Pending)
		x.Quarantined += int(f.Quarantined)
		x.Withheld += int(f.Withheld)
		for code, k := range f.Reasons {
			reasons[[2]string{f.Source, code}] += k
		}
		if f.Pending > 0 {
			reasons[[2]string{f.Source, "subject-pending"}] += f.Pending
		}
	}
	sort.Slice(out, func(i, j int) bool {
		return out[i].Source+"\x00"+out[i].Flow < out[j].Source+"\x00"+out[j].Flow
	})
	var refused []report.Refusal
	for key, k := range reasons {
		disposition, say, ok := reason(key[1])
		if ok {
			refused = append(refused, report.Refusal{Source: key[0], Disposition: disposition, Code: key[1], Say: say, Records: int(k)})
		}
	}
	sort.Slice(refused, func(i, j int) bool {
		a, b := &refused[i], &refused[j]
		if a.Source != b.Source {
			return a.Source < b.Source
		}
		if a.Records != b.Records {
			return a.Records > b.Records
		}
		return a.Code < b.Code
	})
	return out, refused
}

// reason explains a coded reason that kept a record out; ok is false for a
// note on a record that was accepted.
func reason(code string) (engine.Disposition, string, bool) {
	if code == "subject-pending" {
		return engine.Pending, "about a subject whom no landed record ties to a person yet", true
	}
	for _, r := range fhir.Reasons {
		if r.Code == code {
			return engine.Quarantined, r.Say, r.Kind == "quarantined"
		}
	}
	for _, r := range flat.Reasons() {
		if r.Code == code {
			return engine.Quarantined, r.Say, r.Quarantines
		}
	}
	switch code {
	case "date-missing", "date-out-of-range", "value-missing":
		return engine.Quarantined, "breaks a constraint of the canonical record", true
	}
	return 0, "", false
}

// attention is what a reader should look at first.
func (n *Night) attention(c *Curation, b *registry.Bundle) []report.Quality {
	var out []report.Quality
	say := func(source, measure, text string) {
		out = append(out, report.Quality{Source: source, Measure: measure, Text: text, Attention: true})
	}
	if b == nil {
		say("models", "No fitted model", "none is approved: published scores only, and no lists")
	}
	for _, kind := range slices.Sorted(maps.Keys(c.Refused)) {
		say("opt-outs", "Lines of the "+kind+" list that name nobody", strconv.Itoa(c.Refused[kind]))
	}
	delivered := map[string]bool{}
	for _, f := range c.Feeds {
		delivered[f.Source+"\x00"+f.Flow] = true
	}
	for _, s := range n.Config.Source {
		if len(s.Paths) > 0 && !delivered[s.Name+"\x00fhir"] {
			say(s.Name, "Never delivered", "no file of this source has come: check its paths")
		}
		for _, flow := range s.Flow {
			if !delivered[s.Name+"\x00"+flow.Name] {
				say(s.Name, "Never delivered: "+flow.Name, "no file of this flow has come: check its paths")
			}
		}
	}
	return out
}

func (n *Night) qualityLines(q *Quality) []report.Quality {
	var out []report.Quality
	for _, s := range q.Sources {
		newest, _ := engine.ParseDay(s.NewestFact)
		stale := n.AsOf-newest > 60
		out = append(out, report.Quality{Source: s.Source, Measure: "Newest fact", Text: newest.Words(), Attention: stale},
			report.Quality{Source: s.Source, Measure: "Usual days from happening to known", Text: strconv.FormatInt(s.MedianLagDays, 10)},
			report.Quality{Source: s.Source, Measure: "Facts without a code", Part: int(s.WithoutCode), Whole: int(s.Facts)})
		if s.Observations > 0 {
			out = append(out, report.Quality{Source: s.Source, Measure: "Observations without a value", Part: int(s.WithoutValue), Whole: int(s.Observations)},
				report.Quality{Source: s.Source, Measure: "Observations that are no known analyte in a known unit", Part: int(s.UnknownUnit), Whole: int(s.Observations)})
		}
	}
	for _, x := range []struct {
		measure string
		share   float64
	}{{"People without an ethnic category", q.NoEthnicity}, {"People without a small area", q.NoArea}} {
		if x.share >= 0 {
			out = append(out, report.Quality{Source: "all sources", Measure: x.measure, Text: fmt.Sprintf("%.1f %%", 100*x.share)})
		}
	}
	return out
}

// bandOrder is the order of bands in tables.
var bandOrder = []string{risklist.VeryHigh.String(), risklist.High.String(), risklist.Moderate.String(), risklist.Low.String()}

func breakdowns(people []schema.Resident, probability map[engine.Person]float64) []report.Breakdown {
	by := func(title, note string, order []string, label func(*schema.Resident) string) report.Breakdown {
		count, sum := map[string]int{}, map[string]float64{}
		for i := range people {
			p, ok := probability[people[i].Person]
			if !ok { // no fitted model: nobody has one
				p = math.NaN()
			}
			l := label(&people[i])
			if l == "" {
				l = "not known"
			}
			count[l]++
			sum[l] += p
		}
		if order == nil {
			for l := range count {
				order = append(order, l)
			}
			sort.Strings(order)
		} else if count["not known"] > 0 {
			order = append(slices.Clone(order), "not known")
		}
		b := report.Breakdown{By: title, Note: note}
		for _, l := range order {
			mean := math.NaN()
			if count[l] > 0 {
				mean = sum[l] / float64(count[l])
			}
			b.Groups = append(b.Groups, report.Group{Label: strings.ReplaceAll(l, "_", " "), People: count[l], MeanRisk: mean})
		}
		return b
	}
	return []report.Breakdown{
		by("Risk band", "Very high: the 0.5 % of the people scored with the highest risk; high: the next 4.5 %; moderate: the next 15 %; low: the rest.", bandOrder, func(x *schema.Resident) string { return x.Band }),
		by("Age", "", nil, func(x *schema.Resident) string { return AgeBand(int(x.Age)) }),
		by("Deprivation decile", "Index of multiple deprivation of the small area; 1 is the most deprived tenth.", []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"}, func(x *schema.Resident) string {
			if x.IMD == 0 {
				return ""
			}
			return strconv.Itoa(int(x.IMD))
		}),
		by("Primary care network", "", nil, func(x *schema.Resident) string { return x.PCN }),
		by("Sex", "", nil, func(x *schema.Resident) string { return SexWord(x.Sex) }),
		by("Ethnic group", "", nil, func(x *schema.Resident) string {
			if x.Ethnic == "" {
				return ""
			}
			return EthnicGroup(x.Ethnic[0])
		}),
	}
}

func card(b *registry.Bundle) report.Card {
	return report.Card{Model: b.Primary().Title(), Outcome: "Predicted: " + b.Outcome + ".",
		Facts: []report.Fact{
			{Label: "Fitted at", Value: strings.Join(b.TrainIndex, ", ")},
			{Label: "Evaluated at", Value: b.TestIndex + ", each person by a fit that never saw them"},
			{Label: "Predictors", Value: strconv.Itoa(len(b.Columns))},
			{Label: "Deaths per 1,000 person-years", Value: registry.BesideExpected(b.DeathsPer1000, b.ExpectedDeathsPer1000)},
			{Label: "Leavers per 1,000 person-years", Value: registry.BesideExpected(b.LeaversPer1000, b.ExpectedLeaversPer1000)},
		},
		Limits: []string{
			"History before the first deliveries is backfilled: past index dates use the sources' own dates, so they are not what a night then saw.",
			"Fitted here, it fits here: test it again before use elsewhere and after changes of coding or of services.",
		}}
}
