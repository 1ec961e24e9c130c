//go:build duckdb_arrow

// Command docs writes the reference pages under docs/ from the declarations
// in the code: tables, features and their files, outcomes, code lists built in
// and of a site, configuration, maps, coded reasons and published scores.
//
//	go run ./jobs/docs ROOT         writes them
//	go run ./jobs/docs -check ROOT  names those that are not current, and exits 1
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run gives the exit status: 0 done or current, 1 not current or not
// written, 2 wrong use.
func run(args []string, out, errs io.Writer) int {
	flags := flag.NewFlagSet("docs", flag.ContinueOnError)
	flags.SetOutput(errs)
	check := flags.Bool("check", false, "write nothing; name the pages that are not current")
	flags.Usage = func() {
		fmt.Fprintln(errs, "use: docs [-check] ROOT")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if flags.NArg() != 1 {
		flags.Usage()
		return 2
	}
	root := flags.Arg(0)
	if *check {
		stale, err := Stale(root)
		if err != nil {
			fmt.Fprintln(errs, err)
			return 1
		}
		for _, path := range stale {
			fmt.Fprintf(errs, "%s is not current: run `make generate`\n", path)
		}
		if len(stale) > 0 {
			return 1
		}
		return 0
	}
	written, err := Write(root)
	for _, path := range written {
		fmt.Fprintln(out, path)
	}
	if err != nil {
		fmt.Fprintln(errs, err)
		return 1
	}
	return 0
}
