//go:build duckdb_arrow

package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"leftshift/engine"
	"leftshift/jobs/config"
	"leftshift/jobs/ledger"
	"leftshift/jobs/night"
	"leftshift/jobs/progress"
	"leftshift/models/evaluate"
)

func (a *app) demoCommand() *cobra.Command {
	var f synthFlags
	var open bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "a synthetic integrated care system, from source files to pages that people see",
		Long: `Makes synthetic people, trains the models, runs one night and closes with a page
of summary: what came in and what became of it, how good the models are beside
the best possible, and the top of one list with its reasons. At a terminal it
then serves the application on this machine until Ctrl-C: sign in as a care
coordinator, an analyst or another role.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, start := cmd.Context(), time.Now()
			peak := &peaks{MiB: map[string]int64{}}
			peak.hear(progress.StepStarted{Step: "synth"})
			if _, err := a.synth(ctx, f); err != nil {
				return err
			}
			peak.hear(progress.StepEnded{Step: "synth"})
			took := map[string]float64{"synth": time.Since(start).Seconds()}
			a.config = filepath.Join(f.out, "leftshift.toml")
			c, asOf, err := a.load()
			if err != nil {
				return err
			}
			tell := progress.Tee(peak.hear, a.listener())
			if err := a.train(ctx, c, asOf, tell); err != nil {
				return err
			}
			if err := a.now(ctx, c, a.job(c, "night", tell, nightSteps(c, asOf, "")), tell); err != nil {
				return err
			}
			took["total"] = time.Since(start).Seconds()
			if err := a.closing(c, f, took, peak.MiB); err != nil {
				return err
			}
			if cmd.Flags().Changed("serve") && !open || !open && !atTerminal(a.out) {
				fmt.Fprintf(a.out, "  Open it        leftshift serve --config %s\n", a.config)
				return nil
			}
			return a.serveDemo(ctx, c)
		},
	}
	cmd.Flags().BoolVar(&open, "serve", false, "serve the application at the end (at a terminal: unless --serve=false)")
	f.add(cmd)
	f.addLanded(cmd)
	return cmd
}

// demoSummary is summary.json.
type demoSummary struct {
	People      int                `json:"people"`
	Seed        uint64             `json:"seed"`
	Seconds     map[string]float64 `json:"seconds"`
	PeakMiB     map[string]int64   `json:"peak_mib"`
	Sources     []night.SourceSum  `json:"sources"`
	Scored      int64              `json:"people_scored"`
	Listed      int64              `json:"people_listed"`
	AUROC       evaluate.Number    `json:"auroc"`
	AUROCLow    evaluate.Number    `json:"auroc_low"`
	AUROCHigh   evaluate.Number    `json:"auroc_high"`
	AUROCTarget evaluate.Number    `json:"auroc_target"`
	Slope       evaluate.Number    `json:"calibration_slope"`
	Logistic    evaluate.Number    `json:"auroc_logistic"`
	TestIndex   string             `json:"test_index_date"`
	Snapshot    string             `json:"snapshot"`
}

func (a *app) closing(c *config.Config, f synthFlags, took map[string]float64, peak map[string]int64) error {
	data := c.At(c.Site.Data)
	l, err := ledger.Open(data, ledger.Options{})
	if err != nil {
		return err
	}
	runs, err := l.Runs(2)
	l.Close()
	if err != nil {
		return err
	}
	s := demoSummary{People: f.people, Seed: f.seed, Seconds: took, PeakMiB: peak}
	for _, r := range runs {
		for _, step := range r.Steps {
			if took := step.Ended.Sub(step.Started).Seconds(); step.State == ledger.Succeeded && took > s.Seconds[step.Name] {
				s.Seconds[step.Name] = took
			}
		}
	}
	if s.Sources, err = night.Reconciliation(c); err != nil {
		return err
	}
	p, err := night.Page(c)
	if err != nil {
		return err
	}
	truth := night.ReadTruth(filepath.Join(f.out, "truth.json"), p.TestIndex)
	s.Scored, s.Listed, s.TestIndex, s.Snapshot = p.Scored, p.Listed, p.TestIndex, p.Snapshot
	s.AUROC, s.AUROCLow, s.AUROCHigh, s.Slope = p.AUROC.Value, p.AUROC.Low, p.AUROC.High, p.Slope.Value
	s.Logistic, s.AUROCTarget = evaluate.Number(p.Logistic), evaluate.Number(truth.Target)
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(f.out, "summary.json")
	if err := os.WriteFile(path, append(text, '\n'), 0o600); err != nil {
		return err
	}
	writePage(a.out, c, p, s.Sources, &truth)
	fmt.Fprint(a.out, "\nStep          seconds  peak MiB\n")
	for _, step := range []string{"synth", "extract", "curate", "train", "features", "score", "lists", "moved", "snapshot", "publish"} {
		fmt.Fprintf(a.out, "  %-10s %8.1f  %8d\n", step, s.Seconds[step], s.PeakMiB[step])
	}
	fmt.Fprintf(a.out, "  Numbers        %s\n  Ask            leftshift sql --config %s \"select * from risk_list limit 5\"\n", path, a.config)
	fmt.Fprintf(a.out, "\nDone in %s.\n", time.Duration(took["total"]*float64(time.Second)).Round(time.Second))
	return nil
}

// summary prints the page of a night.
func (a *app) summary(c *config.Config) error {
	sums, err := night.Reconciliation(c)
	if err != nil {
		return err
	}
	p, err := night.Page(c)
	if err != nil {
		return err
	}
	writePage(a.out, c, p, sums, nil)
	return nil
}

func writePage(w io.Writer, c *config.Config, p *night.PageData, sums []night.SourceSum, truth *night.Truth) {
	line := strings.Repeat("-", 78)
	fmt.Fprintf(w, "\n%s\n%s, as of %s\n%s\n\n", line, c.Site.Name, p.AsOf.Words(), line)
	if c.Site.Synthetic {
		fmt.Fprint(w, "Everyone here is made up.\n\n")
	}
	fmt.Fprintf(w, "%-12s %10s %10s %10s %9s %12s %9s\n", "Records", "in", "accepted", "reference", "pending", "quarantined", "withheld")
	var all night.SourceSum
	for _, s := range sums {
		fmt.Fprintf(w, "%-12s %10d %10d %10d %9d %12d %9d\n", s.Source, s.In, s.Accepted, s.Reference, s.Pending, s.Quarantined, s.Withheld)
		all.In += s.In
		all.Quarantined += s.Quarantined
	}
	if len(p.Quarantine) > 0 {
		fmt.Fprintln(w, "\nQuarantined, by reason")
		for _, q := range p.Quarantine {
			fmt.Fprintf(w, "  %-36s %8d\n", q.Code, q.Records)
		}
	}
	fmt.Fprintf(w, "\nPeople scored  %d, %d of them on %s\n", p.Scored, p.Listed, engine.Plural(int(p.Lists), "list"))
	switch {
	case p.Bundle == "":
		fmt.Fprintln(w, "Models         none is approved: published scores only, no lists. Run `leftshift train`.")
	default:
		fmt.Fprintf(w, "Risk           first emergency admission within %s; tested at %s\n", engine.Plural(p.Horizon, "day"), p.TestIndex)
		fmt.Fprintf(w, "AUROC          %s", estimate(p.AUROC, 3))
		if truth != nil && truth.Known {
			fmt.Fprintf(w, "; best possible from what the record can show %.3f", truth.Target)
		}
		if p.Logistic > 0 {
			fmt.Fprintf(w, "; logistic regression %.3f", p.Logistic)
		}
		fmt.Fprintf(w, "\nCalibration    slope %s, intercept %s\n", estimate(p.Slope, 2), estimate(p.Intercept, 2))
	}
	if len(p.Top) > 0 {
		fmt.Fprintf(w, "\nTop of the list of %s\n", p.TopList)
		for _, t := range p.Top {
			fmt.Fprintf(w, "  %d. %s (%s, %s)\n", t.Rank, t.Risk, strings.ReplaceAll(t.Band, "_", " "), t.Status)
			for _, r := range t.Reasons {
				fmt.Fprintf(w, "       %+.2f  %s\n", r.Contribution, r.Text)
			}
		}
	}
	fmt.Fprintf(w, "\nFiles\n  Night report   %s\n", filepath.Join(p.Snapshot, "report.html"))
	if p.Bundle != "" {
		fmt.Fprintf(w, "  Lists          %s\n  Model card     %s\n", filepath.Join(p.Snapshot, "lists"), filepath.Join(p.Snapshot, "card.md"))
	}
}
