//go:build duckdb_arrow

package cli

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"leftshift/engine"
	"leftshift/engine/audit"
	"leftshift/engine/lake"
	"leftshift/jobs/night"
)

func (a *app) sqlCommand() *cobra.Command {
	var format string
	var rows int
	var timeout time.Duration
	cmd := a.ofSite(&cobra.Command{
		Use:   `sql "select ..."`,
		Short: "read-only SQL over the curated and published tables",
		Long: `One SELECT over these views, on a connection that can read nothing else:

  person, registration, residence, event, spell, document, code,
  organisation, team, area, quarantine, feature, score, reason, risk_list,
  resident, run

The newest curation and the current snapshot are read; rows carry known_from and
known_to, for what was known on a day. SCHEMA.md says what each column means. A
query of - is read from standard input. People are pseudonyms here; that a query
was asked, its hash and how many rows it gave are kept in the audit:

  leftshift features sql falls_365d | leftshift sql -`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return &usageError{fmt.Errorf("sql takes one query in quotes")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			c, _, err := a.load()
			if err != nil {
				return err
			}
			boundMemory(c.Run.Memory())
			write, ok := formats[format]
			if !ok {
				return &usageError{fmt.Errorf("--format %q is not table, csv or json", format)}
			}
			views, cleanup, err := night.Views(c)
			if err != nil {
				return err
			}
			defer cleanup()
			text := args[0]
			if text == "-" {
				read, err := io.ReadAll(io.LimitReader(cmd.InOrStdin(), maxQuery))
				if err != nil {
					return err
				}
				text = string(read)
			}
			log, err := a.operator(c)
			if err != nil {
				return err
			}
			defer log.Close()
			hash := sha256.Sum256([]byte(text))
			entry := audit.Entry{Event: "sql", Route: cmd.CommandPath(), Query: hex.EncodeToString(hash[:])}
			answer, err := lake.Ask(cmd.Context(), views, text, lake.Limits{Rows: rows, Timeout: timeout, MemoryMiB: c.Run.Memory() / 2})
			if err != nil {
				// The one who asked may read why: it is about their own words. A
				// fault of conversion quotes a value all the same.
				entry.Outcome = "query-failed"
				if _, err := looks(context.WithoutCancel(cmd.Context()), log, c, entry); err != nil {
					return err
				}
				fmt.Fprintln(a.err, "leftshift:", err)
				return errFailed
			}
			entry.Rows = int64(len(answer.Rows))
			if _, err := looks(cmd.Context(), log, c, entry); err != nil {
				return err
			}
			if answer.Truncated {
				fmt.Fprintf(a.err, "there is more than the %s shown: raise --rows\n", engine.Plural(rows, "row"))
			}
			return write(a.out, answer)
		},
	})
	cmd.Flags().StringVar(&format, "format", "table", "table, csv or json")
	cmd.Flags().IntVar(&rows, "rows", 10000, "most rows of the answer")
	cmd.Flags().DurationVar(&timeout, "timeout", time.Minute, "longest time for the query")
	return cmd
}

// maxQuery is the most bytes of a query from standard input.
const maxQuery = 16 << 20

var formats = map[string]func(io.Writer, *lake.Answer) error{"table": writeTable, "csv": writeCSV, "json": writeJSON}

// text shows a value; NULL is "".
func text(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case time.Time:
		if x.Hour() == 0 && x.Minute() == 0 && x.Second() == 0 && x.Nanosecond() == 0 {
			return x.Format(time.DateOnly)
		}
		return x.Format(time.RFC3339)
	}
	return fmt.Sprint(v)
}

func writeTable(w io.Writer, a *lake.Answer) error {
	width := make([]int, len(a.Columns))
	for i, c := range a.Columns {
		width[i] = utf8.RuneCountInString(c)
	}
	right := make([]bool, len(a.Columns))
	for _, r := range a.Rows {
		for i, v := range r {
			width[i] = max(width[i], utf8.RuneCountInString(text(v)))
			switch v.(type) {
			case int8, int16, int32, int64, uint8, uint16, uint32, uint64, float32, float64:
				right[i] = true
			}
		}
	}
	line := func(cells []string) error {
		for i, c := range cells {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(c))
			switch {
			case right[i]:
				cells[i] = pad + c
			case i < len(cells)-1:
				cells[i] = c + pad
			}
		}
		_, err := fmt.Fprintln(w, strings.Join(cells, "  "))
		return err
	}
	if err := line(append([]string(nil), a.Columns...)); err != nil {
		return err
	}
	rule := make([]string, len(width))
	for i := range rule {
		rule[i] = strings.Repeat("-", width[i])
	}
	if err := line(rule); err != nil {
		return err
	}
	for _, r := range a.Rows {
		cells := make([]string, len(r))
		for i, v := range r {
			cells[i] = text(v)
		}
		if err := line(cells); err != nil {
			return err
		}
	}
	return nil
}

func writeCSV(w io.Writer, a *lake.Answer) error {
	c := csv.NewWriter(w)
	if err := c.Write(a.Columns); err != nil {
		return err
	}
	for _, r := range a.Rows {
		cells := make([]string, len(r))
		for i, v := range r {
			cells[i] = text(v)
			if s, ok := v.(string); ok && s != "" && strings.ContainsAny(s[:1], "=+-@\t\r\n") {
				cells[i] = "'" + s // text that a spreadsheet would run as a formula
			}
		}
		if err := c.Write(cells); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

func writeJSON(w io.Writer, a *lake.Answer) error {
	rows := make([]map[string]any, len(a.Rows))
	for i, r := range a.Rows {
		rows[i] = map[string]any{}
		for k, v := range r {
			if t, ok := v.(time.Time); ok {
				v = text(t)
			}
			rows[i][a.Columns[k]] = v
		}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(rows)
}
