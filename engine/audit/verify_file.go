package audit

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// shape compares tables, indexes and triggers with those of a new audit; ok is
// false when a table is not the same, so that its rows mean nothing.
func (v *verification) shape(ctx context.Context, tx *sql.Tx) (ok bool, err error) {
	fresh, err := sql.Open("sqlite3", ":memory:")
	if err != nil {
		return false, err
	}
	defer fresh.Close()
	fresh.SetMaxOpenConns(1)
	if _, err := fresh.ExecContext(ctx, schema); err != nil {
		return false, err
	}
	want, err := objects(ctx, fresh)
	if err != nil {
		return false, err
	}
	have, err := objects(ctx, tx)
	if err != nil {
		return false, err
	}
	ok = true
	at := map[string]string{}
	for _, o := range have {
		at[o.name] = o.text
	}
	for _, o := range want {
		text, there := at[o.name]
		delete(at, o.name)
		switch {
		case there && text == o.text:
			continue
		case strings.HasPrefix(o.name, "table "):
			ok = false
		}
		what := "was changed"
		if !there {
			what = "is missing"
		}
		v.find(Break{Kind: Schema, Say: fmt.Sprintf("%s of the audit %s: the file was opened to change by other means than this program", o.name, what)})
	}
	for _, o := range have {
		if _, extra := at[o.name]; extra {
			v.find(Break{Kind: Schema, Say: "the audit has an object that is not this program's, of type " + strings.Fields(o.name)[0]})
		}
	}
	return ok, nil
}

type object struct{ name, text string }

func objects(ctx context.Context, db interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}) ([]object, error) {
	rows, err := db.QueryContext(ctx, "SELECT type || ' ' || name, tbl_name || ': ' || coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\' ORDER BY type, name")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []object
	for rows.Next() {
		var o object
		if err := rows.Scan(&o.name, &o.text); err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	return all, rows.Err()
}

// integrity is SQLite's own check of every page, index and constraint: an
// index that was changed would hide entries from Search and History.
func (v *verification) integrity(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, "PRAGMA integrity_check(100)")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var say string
		if err := rows.Scan(&say); err != nil {
			return err
		}
		if say != "ok" {
			v.find(Break{Kind: File, Say: "the database is not whole: " + say})
		}
	}
	return rows.Err()
}
