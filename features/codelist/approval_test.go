package codelist

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"leftshift/engine"
)

func approvalOf(l *List) Approval {
	return Approval{List: l.Name, Hash: l.Hash, By: "Dr A Example", Role: "clinical safety officer", On: "2026-01-01", Until: "2026-03-31"}
}

func TestApprovedByDay(t *testing.T) {
	lib := one(t, "a", "prefix", []string{"I10", "J45"})
	with := lib.With([]Approval{approvalOf(lib.List("a"))})
	for day, want := range map[string]bool{"2025-12-31": false, "2026-01-01": true, "2026-03-31": true, "2026-04-01": false} {
		if with.Approved("a", day) != want {
			t.Errorf("on %s approved is %v", day, !want)
		}
	}
	if lib.Approved("a", "2026-02-01") || with.Approved("b", "2026-02-01") {
		t.Error("a list without approval, or no list, is approved")
	}
	if with.Hash != lib.Hash {
		t.Error("an approval changed the library's hash")
	}
	for day, want := range map[string]string{"2025-12-31": "approved from 2026-01-01 on", "2026-02-01": "", "2026-04-01": "approved until 2026-03-31"} {
		if got := with.Lapsed("a", day); got != want {
			t.Errorf("on %s: %q", day, got)
		}
	}
}

func TestAChangedListIsNotApproved(t *testing.T) {
	was := one(t, "a", "prefix", []string{"I10", "J45"})
	now := one(t, "a", "prefix", []string{"I10", "J45", "J46"}).With([]Approval{approvalOf(was.List("a"))})
	if now.Approved("a", "2026-02-01") {
		t.Error("an approval of another hash counts")
	}
	if got := now.Lapsed("a", "2026-02-01"); got != "changed since it was approved on 2026-01-01" {
		t.Errorf("%q", got)
	}
}

// Of several approvals any that covers the day counts, in any order.
func TestApprovalsInAnyOrder(t *testing.T) {
	lib := one(t, "a", "prefix", []string{"I10"})
	rapid.Check(t, func(t *rapid.T) {
		day := func(label string) engine.Day { return engine.Day(rapid.IntRange(20000, 20040).Draw(t, label)) }
		var some []Approval
		on, want := day("day"), false
		for range rapid.IntRange(0, 4).Draw(t, "approvals") {
			a := approvalOf(lib.List("a"))
			from, until := day("from"), day("until")
			if until < from {
				from, until = until, from
			}
			a.On, a.Until = from.String(), until.String()
			if rapid.Bool().Draw(t, "stale") {
				a.Hash = strings.Repeat("0", 64)
			} else {
				want = want || from <= on && on <= until
			}
			some = append(some, a)
		}
		if got := lib.With(some).Approved("a", on.String()); got != want {
			t.Fatalf("%v on %s: %v", some, on, got)
		}
		if got := lib.With(some).Lapsed("a", on.String()); (got == "") != want {
			t.Fatalf("%v on %s: %q", some, on, got)
		}
	})
}

func TestApprove(t *testing.T) {
	lib := one(t, "a", "prefix", []string{"I10"})
	path := filepath.Join(t.TempDir(), "codelists.toml")
	good := approvalOf(lib.List("a"))
	good.By = "Dr \"A\" \\ Example\n\x00"
	for n := 1; n <= 2; n++ {
		if err := lib.Approve(path, good); err != nil {
			t.Fatal(err)
		}
		got, err := ReadApprovals(path)
		if err != nil || len(got) != n || got[n-1] != good {
			t.Fatalf("%v, %v", got, err)
		}
		if !lib.With(got).Approved("a", "2026-03-31") {
			t.Error("what was approved is not")
		}
	}
	before, _ := os.ReadFile(path)
	for name, change := range map[string]func(*Approval){
		"no name":      func(a *Approval) { a.By = " " },
		"no role":      func(a *Approval) { a.Role = "" },
		"no day":       func(a *Approval) { a.Until = "31/03/2026" },
		"ends first":   func(a *Approval) { a.Until = "2025-12-31" },
		"another hash": func(a *Approval) { a.Hash = strings.Repeat("a", 64) },
		"3 years":      func(a *Approval) { a.Until = "2029-01-02" },
		"no end":       func(a *Approval) { a.Until = "9999-12-31" },
		"no hash":      func(a *Approval) { a.Hash = "" },
		"no list":      func(a *Approval) { a.List = "b" },
	} {
		a := approvalOf(lib.List("a"))
		change(&a)
		if err := lib.Approve(path, a); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Error("a refused approval changed the file")
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestApprovalsFileIsReadStrictly(t *testing.T) {
	for text, want := range map[string]string{
		"[[approval]]\nlist = \"a\"\nname = \"x\"\n": "x.toml:3: name is not a key of [[approval]]",
		"[[approval]]\nlist = \"a\"\n":               "x.toml:1: [[approval]] a lacks hash (its hash), by (who approves it), role (in which role), on (on which day), until",
		"[[approval]]\nlist = \"A b\"\n":             "is no name of a list",
		"[[approval]]\nlist = \"a\"\nby = \"x\"\nrole = \"y\"\non = \"soon\"\nuntil = \"2026-03-31\"\n": "x.toml:6: list a: an approval needs the day it was given",
		"[[approval]]\nlist = \"a\"\non = \"2026-01-31\"\nuntil = \"9999-12-31\"\n":                     "x.toml:4: list a: an approval lasts at most 3 years",
		"[[approval]]\nlist = \"a\"\nhash = \"beef\"\n":                                                 "x.toml:3: list a: hash must be",
	} {
		if _, err := parseApprovals("x.toml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if got, err := ReadApprovals(filepath.Join(t.TempDir(), "none.toml")); got != nil || err != nil {
		t.Errorf("no file: %v, %v", got, err)
	}
}

func TestApprovalOfAnEntry(t *testing.T) {
	lib := one(t, "a", "prefix", []string{"I10"})
	text := func(hash string) string {
		return "approved_by = \"Dr A\"\napproved_role = \"GP\"\napproved_on = \"2026-01-01\"\napproved_until = \"2026-03-31\"\napproved_hash = \"" + hash + "\"\n"
	}
	for hash, want := range map[string]bool{lib.List("a").Hash: true, strings.Repeat("0", 64): false} {
		got, err := LoadFS(index(entry("a", "icd10", "prefix", text(hash)), map[string]string{"a": "I10"}))
		if err != nil {
			t.Fatal(err)
		}
		if got.Approved("a", "2026-03-31") != want || got.Approved("a", "2026-04-01") {
			t.Errorf("hash %.4s: not %v", hash, want)
		}
	}
}

// Approvals that are given at once all stand.
func TestApproveAtOnce(t *testing.T) {
	lib := one(t, "a", "prefix", []string{"I10"})
	path := filepath.Join(t.TempDir(), "codelists.toml")
	var group errgroup.Group
	for range 20 {
		group.Go(func() error { return lib.Approve(path, approvalOf(lib.List("a"))) })
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadApprovals(path); err != nil || len(got) != 20 {
		t.Errorf("%d of 20 approvals stand: %v", len(got), err)
	}
}

// An approval of three years to the day is the longest; a longer one that
// stands in a list's own entry is a fault too.
func TestLongestApproval(t *testing.T) {
	a := approvalOf(one(t, "a", "prefix", []string{"I10"}).List("a"))
	if a.Until = "2029-01-01"; a.fault() != "" {
		t.Error(a.fault())
	}
	if a.Until = "2029-01-02"; !strings.Contains(a.fault(), "at most 3 years") {
		t.Error(a.fault())
	}
}
