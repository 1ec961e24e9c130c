//go:build duckdb_arrow

// Command bench measures the feature engine beside its yardsticks in one run,
// on events of synthetic people that the pipeline has curated: a bare scan of
// the same columns, DuckDB and Polars.
//
//	go build -o build/bench/bench ./jobs/bench && build/bench/bench
//
// It prints a table and writes OUT/features.json. Every leg is a process of its
// own; the legs take turns, and files are in the page cache.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == "leg" {
		if err := runLeg(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if err := run(context.Background(), os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(log)
	events := flags.Int64("events", 50_000_000, "curated events of synthetic people, about")
	seed := flags.Uint64("seed", 1, "of the synthetic people")
	rounds := flags.Int("rounds", 3, "how often each leg is measured")
	threads := flags.Int("threads", 2, "threads of every leg")
	dir := flags.String("out", "build/bench", "folder for the synthetic record (kept) and features.json")
	binary := flags.String("leftshift", "build/leftshift", "the built program, which makes the record")
	python := flags.String("python", "build/bench/venv/bin/python", "a Python with Polars")
	script := flags.String("script", "jobs/bench/polars_features.py", "the Polars leg")
	peers := flags.Bool("peers", true, "measure SQL and Polars too")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *events < 1_000_000 || *rounds < 1 || *threads < 1 || flags.NArg() > 0 {
		return errors.New("bench: at least a million events, one round and one thread, and no other arguments")
	}
	if err := os.MkdirAll(*dir, 0o755); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	lake, err := makeLake(ctx, *binary, *dir, *events, *seed, log)
	if err != nil {
		return err
	}
	b := &bench{self: self, python: *python, script: *script, rounds: *rounds, peers: *peers, log: log}
	t := task{Lake: lake, Peers: filepath.Join(*dir, "peers"), Temp: filepath.Join(*dir, "tmp"), AsOf: asOf, Threads: *threads}
	if err := errors.Join(os.RemoveAll(t.Temp), os.MkdirAll(t.Temp, 0o755)); err != nil { // a run that was killed leaves it
		return err
	}
	defer os.RemoveAll(t.Temp)
	r, err := b.all(ctx, t)
	if err != nil {
		return err
	}
	r.print(out)
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(*dir, "features.json"), append(text, '\n'), 0o644)
}
