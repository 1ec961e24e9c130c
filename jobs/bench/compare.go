//go:build duckdb_arrow

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"leftshift/engine/lake"
	"leftshift/features/catalogue"
	"leftshift/features/compute"
	"leftshift/features/kernel"
	"leftshift/features/plan"
)

func init() {
	legs["keep"] = keep
	legs["compare_wide"] = func(ctx context.Context, t *task, got *taken) error { return compare(ctx, t, got, wideValue) }
	legs["compare_long"] = func(ctx context.Context, t *task, got *taken) error { return compare(ctx, t, got, longValue) }
}

// keep writes the kernel's values, to compare with.
func keep(ctx context.Context, t *task, got *taken) error {
	p, err := t.plan(ctx)
	if err != nil {
		return err
	}
	dates, err := t.dates()
	if err != nil {
		return err
	}
	files := &compute.Files{Dir: t.Check}
	err = compute.Buckets(ctx, t.Lake, p, dates, dates[0], t.options(), func(_ int, r *kernel.Result) error {
		got.Rows += int64(len(r.Persons))
		return files.Add(r)
	})
	return errors.Join(err, files.Close())
}

// compare counts the people and features in which what a peer left in a
// folder differs from what keep left beside it, over the kernel's people: a peer
// also has rows of people who are not in the population. No row of a person
// means zero or not known, as the feature says. Two values are one when they
// differ by no more than the rounding of a float32.
func compare(ctx context.Context, t *task, got *taken, value func(folder string, list []rule, i int) (from, expression string)) error {
	list, err := t.loadRules()
	if err != nil {
		return err
	}
	db, err := lake.Open(ctx, lake.Options{Threads: t.Threads, MemoryMiB: peerMiB, Temp: filepath.Join(t.Temp, "spill")})
	if err != nil {
		return err
	}
	defer db.Close()
	ours := "read_parquet('" + filepath.Join(filepath.Dir(t.Check), "kernel", compute.ValuesFile) + "')"
	for i, r := range list {
		from, expression := value(t.Check, list, i)
		absent := "0"
		if r.Unknown {
			absent = "NULL"
		}
		q := fmt.Sprintf(`SELECT count(*), count(*) FILTER (WHERE ours <> 0), count(*) FILTER (WHERE (ours IS NULL) <> (theirs IS NULL) OR abs(ours - theirs) > 1e-5 * greatest(1, abs(ours)))
 FROM (SELECT k."%s"::DOUBLE AS ours, coalesce(p.v, %s)::DOUBLE AS theirs FROM %s k LEFT JOIN (SELECT person, %s AS v FROM %s) p USING (person))`, r.ID, absent, ours, expression, from)
		rows, err := db.Query(ctx, q)
		if err != nil {
			return err
		}
		var people, held, differ int64
		for rows.Next() {
			if err := rows.Scan(&people, &held, &differ); err != nil {
				return err
			}
		}
		if err := rows.Close(); err != nil {
			return err
		}
		got.Rows = people
		if held > 0 {
			got.Columns++ // a feature that someone has: the others agree for want of rows
		}
		if differ > 0 {
			fmt.Fprintf(os.Stderr, "%s differs for %d of %d people\n", r.ID, differ, people)
			got.Sum += float64(differ)
		}
	}
	return nil
}

// wideValue finds a rule's column in the results of one statement, whichever
// of its files it is in.
func wideValue(folder string, list []rule, i int) (from, expression string) {
	pattern := "0-*.parquet"
	if two, _ := filepath.Glob(filepath.Join(folder, "1-*.parquet")); len(two) > 0 && list[i].Source == string(catalogue.Spell) {
		pattern = "1-*.parquet"
	}
	return "read_parquet('" + filepath.Join(folder, pattern) + "')", fmt.Sprintf("f%d", i)
}

// longValue finds a rule's sums in the results of the long statements.
func longValue(folder string, list []rule, i int) (from, expression string) {
	r := &list[i]
	n, at := needOf(r), 0
	seen := map[[2]int]bool{}
	for k := range list {
		seen[[2]int{int(sourceOrder(&list[k])), int(needOf(&list[k]))}] = true
	}
	for s := range 2 {
		for m := range int(needs) {
			if seen[[2]int{s, m}] && (s < sourceOrder(r) || s == sourceOrder(r) && m < int(n)) {
				at++
			}
		}
	}
	from = fmt.Sprintf("read_parquet('%s') WHERE family = %d", filepath.Join(folder, fmt.Sprintf("%d-*.parquet", at)), r.Family)
	c := func(name string) string { return fmt.Sprintf("%s_%d", name, r.Days) }
	scaled := func(name string) string { return fmt.Sprintf("%s / %g", c(name), r.Scale) }
	switch catalogue.Aggregate(r.Aggregate) {
	case catalogue.Count:
		return from, c("n")
	case catalogue.Any:
		return from, "(" + c("n") + " > 0)::INTEGER"
	case catalogue.Days:
		return from, c("days")
	case catalogue.DistinctCodes:
		return from, c("codes")
	case catalogue.DaysSince:
		return from, c("newest")
	case catalogue.DaysSinceFirst:
		return from, c("first")
	case catalogue.LatestValue:
		return from, fmt.Sprintf("(%s %% %d - %d) / %g", c("newest"), 4*plan.LargestValue, plan.LargestValue, r.Scale)
	case catalogue.Mean:
		return from, scaled("mean")
	case catalogue.Min:
		return from, scaled("least")
	case catalogue.Max:
		return from, scaled("most")
	case catalogue.Spread:
		return from, fmt.Sprintf("CASE WHEN %s >= 3 THEN %s END", c("n"), scaled("spread"))
	case catalogue.Slope:
		return from, fmt.Sprintf("CASE WHEN %s >= %d AND %s - %s >= %d THEN %s * 365.25 END", c("days"), catalogue.SlopeDays, c("span"), c("near"), catalogue.SlopeSpan, scaled("slope"))
	case catalogue.Members:
		return from, "bit_count(" + c("seen") + "::BIGINT)"
	case catalogue.LatestMember:
		return from, fmt.Sprintf("256 - %s %% 256", c("pick"))
	case catalogue.LatestIs:
		return from, fmt.Sprintf("(255 - %s %% 256 = %d)::INTEGER", c("pick"), r.Pick)
	}
	recent := fmt.Sprintf("n_%d", r.Recent)
	return from, strings.NewReplacer("R", recent, "N", c("n")).Replace(fmt.Sprintf("R * %d.0 / %d - (N - R)", catalogue.RateYear, r.Recent))
}

func sourceOrder(r *rule) int {
	if r.Source == string(catalogue.Spell) {
		return 1
	}
	return 0
}
