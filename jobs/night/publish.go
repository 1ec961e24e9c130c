//go:build duckdb_arrow

package night

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/engine/risklist"
	"leftshift/engine/schema"
	"leftshift/engine/snapshot"
	"leftshift/features/catalogue"
	"leftshift/jobs/pipeline"
	"leftshift/models/registry"
)

// stepSnapshot gathers what is published into one folder: tables, lists as
// CSV, evaluation, quality and the night report.
func (n *Night) stepSnapshot() pipeline.Step {
	return pipeline.Step{
		Name: "snapshot", Keep: 1,
		Digest: func(_ context.Context, r *pipeline.Run) (string, error) {
			return digest(r.Identity("curate"), r.Identity("features"), r.Identity("score"), r.Identity("lists"), r.Identity("due"), r.Identity("moved"), n.Config.Hash(), n.Config.Retention.Unset()), nil
		},
		Do: n.snapshot,
	}
}

// stepPublish puts the snapshot under its name and makes it current, each by
// one rename.
func (n *Night) stepPublish() pipeline.Step {
	return pipeline.Step{Name: "publish", Do: func(_ context.Context, r *pipeline.Run, _ string) error {
		from := filepath.Join(r.Output("snapshot"), "snapshot")
		name, err := snapshot.NameOf(from)
		if err != nil {
			return err
		}
		dir := filepath.Join(n.Data, "snapshots")
		if err := placeSnapshot(r, from, dir, name); err != nil {
			return err
		}
		switch gone, err := snapshot.Recalled(n.Data, name); {
		case err != nil:
			return err
		case gone != nil:
			return &engine.Fault{Code: "snapshot-recalled", Say: "this night makes snapshot " + name + " again, which was recalled: correct what it was recalled for, then run again"}
		}
		now, err := snapshot.Current(n.Data)
		if err != nil {
			return err
		}
		if now != "" && filepath.Base(now) > name && filepath.Base(now)[:10] > n.AsOf.String() {
			r.Warn("published-not-current", "snapshot "+name+" is published, and CURRENT stays at "+filepath.Base(now)+", whose as-of date is later")
			return nil
		}
		return r.Point(dir, name)
	}}
}

func (n *Night) snapshot(ctx context.Context, r *pipeline.Run, dir string) error {
	out := filepath.Join(dir, "snapshot")
	if err := os.MkdirAll(filepath.Join(out, "lists"), 0o700); err != nil {
		return err
	}
	id, bundle, err := n.serving()
	if err != nil {
		return err
	}
	copies := map[string]string{
		"score.parquet":     filepath.Join(r.Output("score"), "score.parquet"),
		"feature.parquet":   filepath.Join(r.Output("features"), "feature.parquet"),
		columnsFile:         filepath.Join(r.Output("features"), columnsFile),
		"risk_list.parquet": filepath.Join(r.Output("lists"), "risk_list.parquet"),
		"resident.parquet":  filepath.Join(r.Output("lists"), "resident.parquet"),
		"leaver.parquet":    filepath.Join(r.Output("lists"), "leaver.parquet"),
		"gap.parquet":       filepath.Join(r.Output("lists"), "gap.parquet"),
		"timeline.parquet":  filepath.Join(r.Output("lists"), "timeline.parquet"),
		"need.parquet":      filepath.Join(r.Output("lists"), "need.parquet"),
		flowFile:            filepath.Join(r.Output("features"), flowFile),
		dueFile:             filepath.Join(r.Output("due"), dueFile),
		stoppedFile:         filepath.Join(r.Output("features"), stoppedFile),
		"lists.json":        filepath.Join(r.Output("lists"), "lists.json"),
		movedCountFile:      filepath.Join(r.Output("moved"), movedCountFile),
	}
	for _, name := range []string{movedFile, movedToldFile, movedClinicianFile} { // none of a first night
		if path := filepath.Join(r.Output("moved"), name); exists(path) {
			copies[name] = path
		}
	}
	if bundle != nil {
		copies["reason.parquet"] = filepath.Join(r.Output("score"), "reason.parquet")
		copies["reason_clinician.parquet"] = filepath.Join(r.Output("score"), "reason_clinician.parquet")
		for _, name := range []string{"test_row.parquet", "card.md"} {
			if path := filepath.Join(n.Registry().Dir, id, name); exists(path) {
				copies[name] = path
			}
		}
	}
	for name, path := range copies {
		if err := copyFile(path, filepath.Join(out, name)); err != nil {
			return err
		}
	}
	if err := writeJSON(filepath.Join(out, "evaluation.json"), evaluations(bundle)); err != nil {
		return err
	}
	db, err := n.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := writeCompleteness(ctx, db, r.Output("features"), out); err != nil {
		return err
	}
	quality, err := n.quality(ctx, db, r.Output("curate"))
	if err != nil {
		return err
	}
	if err := writeJSON(filepath.Join(out, "quality.json"), quality); err != nil {
		return err
	}
	if err := n.listFiles(ctx, db, out, bundle); err != nil {
		return err
	}
	gate, due, err := n.gated(ctx, db, out, bundle)
	if err != nil {
		return err
	}
	html, err := n.report(ctx, r, db, out, bundle, quality, gate, due)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(out, "report.html"), html, 0o600); err != nil {
		return err
	}
	_, err = snapshot.Seal(out, snapshot.Manifest{Format: 1, Site: n.Config.Site.Name, Synthetic: n.Config.Site.Synthetic, Purpose: n.Config.Site.Purpose, AsOf: n.AsOf.String(),
		Bundle: id, Catalogue: n.Catalogue.Hash, Codelists: n.Codelists.Hash, Config: n.Config.Hash()})
	return err
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// evaluation is one model's evaluation as published.
type evaluation struct {
	Name       string `json:"name"`
	Kind       string `json:"kind"`
	Horizon    int    `json:"horizon_days"`
	Outcome    string `json:"outcome"` // in words
	Evaluation any    `json:"evaluation"`
}

// evaluations are those of a bundle; none of nil.
func evaluations(b *registry.Bundle) []evaluation {
	out := []evaluation{}
	if b == nil {
		return out
	}
	for i := range b.Models {
		f := &b.Models[i]
		out = append(out, evaluation{f.Name, f.Kind, f.Horizon, b.Outcome, f.Evaluation})
	}
	return out
}

// references gives each column's meaning beside the values.
func (n *Night) references() []catalogue.Reference {
	return n.Catalogue.References(n.Codelists, n.Today.String())
}

var unsafeName = regexp.MustCompile(`[^A-Za-z0-9_-]+`)

// listFiles writes one CSV a team: rank (0 of who was added by hand), pseudonym, risk in words, band,
// status and the reasons that anyone on the care team may read. The pseudonym
// begins with a letter, for spreadsheets keep 15 digits of a longer number and
// would make it another person's. Names and
// numbers are put to it only through the vault's door.
func (n *Night) listFiles(ctx context.Context, db *lake.DB, out string, bundle *registry.Bundle) error {
	rows, err := lake.Rows[schema.ListRow](ctx, db, filepath.Join(out, "risk_list.parquet"), "", "list", "rank = 0", "rank", "probability DESC NULLS LAST", "person")
	if err != nil || len(rows) == 0 {
		return err
	}
	why := map[engine.Person][]schema.Reason{}
	horizon := 0
	if bundle != nil { // without a model a list can hold who was added by hand
		horizon = bundle.Primary().Horizon
		var people []engine.Person
		for _, x := range rows {
			people = append(people, x.Person)
		}
		slices.Sort(people)
		reasons, err := reasonsOf(ctx, db, filepath.Join(out, "reason.parquet"), slices.Compact(people))
		if err != nil {
			return err
		}
		for _, x := range reasons {
			why[x.Person] = append(why[x.Person], x)
		}
	}
	for len(rows) > 0 {
		k := 1
		for k < len(rows) && rows[k].List == rows[0].List {
			k++
		}
		if err := writeList(filepath.Join(out, "lists", unsafeName.ReplaceAllString(rows[0].List, "_")+".csv"), rows[:k], why, n.AsOf, horizon); err != nil {
			return err
		}
		rows = rows[k:]
	}
	return nil
}

func writeList(path string, rows []schema.ListRow, why map[engine.Person][]schema.Reason, asOf engine.Day, horizon int) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	w := csv.NewWriter(f)
	head := []string{"list", "as_of", "rank", "person", "risk", "band", "status"}
	for i := range topReasons {
		head = append(head, fmt.Sprintf("reason_%d", i+1), fmt.Sprintf("contribution_%d", i+1))
	}
	head = append(head, "other_recorded_factors")
	if err := w.Write(head); err != nil {
		return err
	}
	for _, x := range rows {
		line := []string{cell(x.List), asOf.String(), strconv.FormatInt(x.Rank, 10), "p" + x.Person.String(), risklist.Words(x.Probability, horizon), x.Band, x.Status}
		// What raises the risk says why someone is on the list; what lowers it
		// would be read as a reason too, so it is among the other factors here.
		var told []schema.Reason
		rest := 0.0
		for _, r := range why[x.Person] {
			if r.Feature == schema.OtherFactors || r.Contribution <= 0 {
				rest += r.Contribution
			} else {
				told = append(told, r)
			}
		}
		for i := range topReasons {
			if i < len(told) {
				line = append(line, cell(told[i].Text), strconv.FormatFloat(told[i].Contribution, 'f', 3, 64))
			} else {
				line = append(line, "", "")
			}
		}
		line = append(line, strconv.FormatFloat(rest, 'f', 3, 64))
		if err := w.Write(line); err != nil {
			return err
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return err
	}
	return f.Sync()
}

// cell keeps a spreadsheet from reading text as a formula.
func cell(s string) string {
	if s != "" && strings.ContainsAny(s[:1], "=+-@\t\r\n") {
		return "'" + s
	}
	return s
}
