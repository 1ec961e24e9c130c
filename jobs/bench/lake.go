//go:build duckdb_arrow

package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"leftshift/engine/lake"
	"leftshift/engine/schema"
)

// perPerson is how many curated events (versions included) a synthetic person
// gives, those who have opted out counted among the people.
const perPerson = 84.5

// asOf is the as-of date of the synthetic site and of every leg.
const asOf = "2026-09-30"

// schemaHash names the curated tables: their columns and types.
func schemaHash() string {
	h := sha256.New()
	for _, t := range schema.Curated {
		fmt.Fprintln(h, t.Name, t.Arrow)
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:4])
}

// makeLake gives a folder of curated tables of about so many events of
// synthetic people, made by the pipeline itself and kept for the next time: by
// number of events, seed and the schema of the tables. binary is the built
// leftshift.
func makeLake(ctx context.Context, binary, dir string, events int64, seed uint64, log io.Writer) (string, error) {
	out := filepath.Join(dir, fmt.Sprintf("lake-%d-%d-%s", events, seed, schemaHash()))
	if _, err := os.Stat(out); err == nil {
		return out, nil
	}
	site := filepath.Join(dir, "site")
	if err := os.RemoveAll(site); err != nil {
		return "", err
	}
	people := int(math.Round(float64(events) / perPerson))
	fmt.Fprintf(log, "making %d synthetic people with about %d events, once\n", people, events)
	for _, args := range [][]string{
		{"synth", "--landed", "--people", fmt.Sprint(people), "--seed", fmt.Sprint(seed), "--end", asOf, "--out", site},
		{"extract", "--config", filepath.Join(site, "leftshift.toml")},
	} {
		cmd := exec.CommandContext(ctx, binary, args...)
		cmd.Stdout, cmd.Stderr = log, log
		if err := cmd.Run(); err != nil {
			return "", fmt.Errorf("leftshift %s: %w", args[0], err)
		}
	}
	curated, err := filepath.Glob(filepath.Join(site, "data", "steps", "curate", "*", "code.parquet"))
	if err != nil || len(curated) != 1 {
		return "", fmt.Errorf("%d curated folders in %s, %v", len(curated), site, err)
	}
	if err := os.Rename(filepath.Dir(curated[0]), out); err != nil {
		return "", err
	}
	return out, os.RemoveAll(site)
}

// part gives a folder with the first buckets of a lake, as links: a share of
// its people, at least one bucket.
func part(full string, share float64) (string, error) {
	buckets, err := lake.Buckets(full)
	if err != nil {
		return "", err
	}
	n := max(1, int(math.Round(share*float64(buckets))))
	out := fmt.Sprintf("%s-first-%d", full, n)
	if err := os.RemoveAll(out); err != nil {
		return "", err
	}
	for _, t := range schema.Curated[:schema.Bucketed] {
		files, err := filepath.Glob(filepath.Join(full, t.Name, "*.parquet"))
		if err != nil || len(files) != buckets {
			return "", fmt.Errorf("table %s has %d of %d buckets: remove %s", t.Name, len(files), buckets, full)
		}
		slices.Sort(files)
		if err := os.MkdirAll(filepath.Join(out, t.Name), 0o700); err != nil {
			return "", err
		}
		for _, f := range files[:n] {
			if err := os.Link(f, filepath.Join(out, t.Name, filepath.Base(f))); err != nil {
				return "", err
			}
		}
	}
	return out, os.Link(filepath.Join(full, "code.parquet"), filepath.Join(out, "code.parquet"))
}

// sizes are what a lake holds.
type sizes struct {
	Events, Spells, Persons, Buckets int64
	Bytes                            int64
}

// sizeOf counts a lake. Reading it also leaves its files in the machine's page
// cache, so that every leg finds them there.
func sizeOf(ctx context.Context, dir string) (s sizes, err error) {
	db, err := lake.Open(ctx, lake.Options{Threads: 1, MemoryMiB: 1024})
	if err != nil {
		return s, err
	}
	defer db.Close()
	for table, to := range map[string]*int64{"event": &s.Events, "spell": &s.Spells, "person": &s.Persons} {
		rows, err := db.Query(ctx, "SELECT count(*) FROM read_parquet('"+filepath.Join(dir, table, "*.parquet")+"')")
		if err != nil {
			return s, err
		}
		for rows.Next() {
			if err := rows.Scan(to); err != nil {
				return s, err
			}
		}
		if err := rows.Close(); err != nil {
			return s, err
		}
	}
	n, err := lake.Buckets(dir)
	s.Buckets = int64(n)
	if err != nil {
		return s, err
	}
	return s, filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		s.Bytes += int64(len(text))
		return err
	})
}
