//go:build duckdb_arrow

package lake

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"leftshift/engine"
	"leftshift/engine/schema"
)

// B1 to B3: the query connection reads the views and nothing else.
func TestAskIsLockedDown(t *testing.T) {
	ctx := context.Background()
	dir, outside := t.TempDir(), t.TempDir()
	for _, d := range []string{dir, outside} {
		w := &schema.File{Path: filepath.Join(d, "t.parquet"), Table: schema.Landed[schema.TableSubject]}
		for i := range 20 {
			if err := w.Append(&schema.SubjectCount{Subject: engine.Subject(i + 1), Records: 2}); err != nil {
				t.Fatal(err)
			}
		}
		if _, _, err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	view, err := FilesView("subject", dir, "t.parquet")
	if err != nil {
		t.Fatal(err)
	}
	views := []View{view}
	// A file beside those of the views is out of reach too.
	beside := filepath.Join(dir, "beside.parquet")
	text, err := os.ReadFile(filepath.Join(dir, "t.parquet"))
	if err == nil {
		err = os.WriteFile(beside, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	got, err := Ask(ctx, views, "select count(*) n, sum(records)::bigint s from subject", Limits{})
	if err != nil || got.Rows[0][0] != int64(20) || got.Rows[0][1] != int64(40) {
		t.Fatalf("%+v %v", got, err)
	}
	if got, err = Ask(ctx, views, "select * from subject", Limits{Rows: 5}); err != nil || len(got.Rows) != 5 || !got.Truncated {
		t.Fatalf("%+v %v", got, err)
	}
	target := filepath.Join(dir, "made.csv")
	for _, q := range []string{
		"select * from read_text('/etc/passwd')",
		"select * from read_parquet('" + beside + "')",
		"select * from '" + beside + "'",
		"select * from glob('" + dir + "/*')",
		"explain analyze copy (select 1) to '" + target + "'",
		"explain analyze copy (select 1) to '" + filepath.Join(dir, "t.parquet") + "'",
		"explain analyze create temp table t as select 1", "explain select 1",
		"select * from read_parquet('" + outside + "/t.parquet')",
		"select * from read_parquet('" + dir + "/../" + filepath.Base(outside) + "/t.parquet')",
		"select * from glob('/etc/*')",
		"attach '" + outside + "/x.duckdb'",
		"copy (select 1) to '" + target + "'",
		"copy subject to '" + target + "'",
		"export database '" + dir + "/e'",
		"load httpfs", "install httpfs",
		"set memory_limit='20GB'", "set enable_external_access=true", "reset lock_configuration",
		"drop view subject", "create table t as select 1", "create view v as select 1",
		"insert into subject values (1, 1)", "delete from subject",
		"select 1; select 2", "select 1; drop view subject",
		"pragma database_list; select 1", "call pragma_version()", "checkpoint",
		"", "select", "select * from nowhere",
	} {
		if _, err := Ask(ctx, views, q, Limits{}); err == nil {
			t.Errorf("answered: %s", q)
		}
	}
	if _, err := os.Stat(target); err == nil {
		t.Error("a file was written")
	}
	if now, err := os.ReadFile(filepath.Join(dir, "t.parquet")); err != nil || !bytes.Equal(now, text) {
		t.Error("a table was overwritten")
	}
	for setting, want := range map[string]string{"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "allow_community_extensions": "false", "enable_external_access": "false", "lock_configuration": "true", "access_mode": "read_only"} {
		got, err := Ask(ctx, views, "select value from duckdb_settings() where name = '"+setting+"'", Limits{})
		if err != nil || len(got.Rows) != 1 || strings.ToLower(got.Rows[0][0].(string)) != want {
			t.Errorf("%s: %+v %v", setting, got, err)
		}
	}
	// A table that is not there yet says so, to who names it and nobody else.
	not := &engine.Fault{Code: "not-yet", Say: "not yet"}
	late := append(views, View{Name: "score", Absent: not})
	for _, q := range []string{"select count(*) from score", "select * from Score", "select * from subject where exists (from score)", `select * from "score" s`} {
		if _, err := Ask(ctx, late, q, Limits{}); !errors.Is(err, not) {
			t.Errorf("%s: %v", q, err)
		}
	}
	if _, err := Ask(ctx, late, "with score as (select 1 as x) select x from score", Limits{}); err != nil {
		t.Error(err)
	}
	if _, err := Ask(ctx, late, "select * from scores", Limits{}); err == nil || errors.Is(err, not) {
		t.Errorf("another table: %v", err)
	}
	_, err = Ask(ctx, views, "select count(*) from range(1000000000) a, range(1000000) b", Limits{Timeout: 200 * time.Millisecond})
	var f *engine.Fault
	if !errors.As(err, &f) || f.Code != "sql-timeout" {
		t.Errorf("a long query: %v", err)
	}
}
