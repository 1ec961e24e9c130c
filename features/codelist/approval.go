package codelist

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"leftshift/engine"
	"leftshift/engine/durable"
	"leftshift/features/declared"
)

// Approval is a named person's word that a list, as its hash names it, is fit
// to exclude people and to give reasons for as long as it says. The zero
// Approval is none.
type Approval struct {
	List  string `json:"list"`
	Hash  string `json:"hash"` // of the list that was read
	By    string `json:"by"`
	Role  string `json:"role"`
	On    string `json:"on"`    // day it was given, 2006-01-02
	Until string `json:"until"` // last day it holds
}

// LongestApproval is the most years from the day of an approval to its last
// day. Code systems have two releases a year and guidance changes: a list that
// nobody has read for so long is not approved.
const LongestApproval = 3

var hashShape = regexp.MustCompile(`^[0-9a-f]{64}$`)

// fault says what an approval lacks, or "".
func (a Approval) fault() string {
	if strings.TrimSpace(a.By) == "" || strings.TrimSpace(a.Role) == "" {
		return "an approval needs who gave it and in which role"
	}
	if text := a.term(); text != "" {
		return text
	}
	if !hashShape.MatchString(a.Hash) {
		return "an approval needs the hash of the list that was read, 64 hexadecimal digits: `leftshift codelist show` prints it"
	}
	return ""
}

// term says what is wrong with its days, or "".
func (a Approval) term() string {
	on, err1 := time.Parse(time.DateOnly, a.On)
	until, err2 := time.Parse(time.DateOnly, a.Until)
	switch {
	case err1 != nil || err2 != nil:
		return "an approval needs the day it was given and its last day, like 2026-03-31"
	case until.Before(on):
		return "an approval ends before it was given: correct its days"
	case until.After(on.AddDate(LongestApproval, 0, 0)):
		return fmt.Sprintf("an approval lasts at most %d years from the day it was given: give an earlier last day, and read the list again then", LongestApproval)
	}
	return ""
}

// Covers says whether the approval is of the list as it is now and holds on
// a day, written 2006-01-02. Both its days count.
func (a Approval) Covers(l *List, day string) bool {
	return a.List == l.Name && a.Hash == l.Hash && a.fault() == "" && a.On <= day && day <= a.Until
}

// ReadApprovals reads a site's file of [[approval]] tables. A file that does
// not exist holds none. The error is a *Faults. An approval of a list or of a
// hash that there is no longer is not a fault: it just has no effect.
func ReadApprovals(path string) ([]Approval, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	faults := newFaults()
	name := filepath.Base(path)
	if err != nil {
		faults.Add(name, 0, "file-unreadable", "cannot be read: give the program access to the file of approvals")
		return nil, faults
	}
	return parseApprovals(name, text)
}

func parseApprovals(name string, text []byte) ([]Approval, error) {
	faults := newFaults()
	var file approvalsFile
	if !declared.Read(name, text, &file, faults) {
		return nil, faults.Err()
	}
	var out []Approval
	for i := range file.Approval {
		e := &file.Approval[i]
		a := Approval{e.List, e.Hash, e.By, e.Role, e.On, e.Until}
		out = append(out, a)
		if !listName.MatchString(a.List) && !e.Broken("list") {
			faults.Add(name, e.Key("list"), "list-name", "an approval names list %q, which is no name of a list", a.List)
		}
		if text := a.term(); text != "" && !e.Broken("on") && !e.Broken("until") {
			faults.Add(name, e.Key("until"), "approval", "list %s: %s", a.List, text)
		}
		if !hashShape.MatchString(a.Hash) && !e.Broken("hash") {
			faults.Add(name, e.Key("hash"), "approval", "list %s: hash must be the 64 hexadecimal digits that `leftshift codelist show` prints", a.List)
		}
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return out, nil
}

// With gives the library with a site's approvals beside those of its own
// files. Hashes stay: who approved a list changes nothing that it covers.
func (l *Library) With(site []Approval) *Library {
	out := *l
	out.site = map[string][]Approval{}
	for _, a := range site {
		out.site[a.List] = append(out.site[a.List], a)
	}
	return &out
}

// ApprovalOf gives the approval that covers a list on a day, the one that
// lasts longest when there are several; false when none does.
func (l *Library) ApprovalOf(name, day string) (Approval, bool) {
	var best Approval
	list := l.byName[name]
	if list == nil {
		return best, false
	}
	for _, a := range append([]Approval{list.Approval}, l.site[name]...) {
		if a.Covers(list, day) && a.Until > best.Until {
			best = a
		}
	}
	return best, best.By != ""
}

// Approved says whether an approval covers a list, as it is now, on a day. A
// list that does not exist is not approved.
func (l *Library) Approved(name, day string) bool {
	_, ok := l.ApprovalOf(name, day)
	return ok
}

// Lapsed says in words why a list that is not approved on the day is not, by
// the newest of its approvals; "" when it is approved or there is no such list.
func (l *Library) Lapsed(name, day string) string {
	list := l.byName[name]
	if list == nil || l.Approved(name, day) {
		return ""
	}
	var last Approval
	for _, a := range append([]Approval{list.Approval}, l.site[name]...) {
		if a.On > last.On {
			last = a
		}
	}
	switch {
	case last.By == "":
		return "no approval"
	case last.Hash != list.Hash:
		return "changed since it was approved on " + last.On
	case day < last.On:
		return "approved from " + last.On + " on"
	}
	return "approved until " + last.Until
}

// Approve adds approvals to a site's file, made when there is none, and leaves
// what stands in it as it is. It refuses all of them when one is incomplete, or
// is of a list or a hash that the library does not have.
func (l *Library) Approve(path string, some ...Approval) error {
	for _, a := range some {
		list := l.byName[a.List]
		switch {
		case list == nil:
			return &engine.Fault{Code: "list-unknown", Say: "there is no code list " + strconv.Quote(a.List) + ": `leftshift codelist list` names them"}
		case a.fault() != "":
			return &engine.Fault{Code: "approval", Say: a.fault()}
		case a.Hash != list.Hash:
			return &engine.Fault{Code: "approval-stale", Say: "code list " + a.List + " is not what was read: its hash is " + list.Hash + "; read it again with `leftshift codelist show`"}
		}
	}
	release, err := hold(filepath.Dir(path)) // two at once would lose one
	if err != nil {
		return &engine.Fault{Code: "approvals-unwritable", Say: "the file of approvals cannot be written: check that its folder exists and who may write there", Err: err}
	}
	defer release()
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &engine.Fault{Code: "approvals-unreadable", Say: "the file of approvals cannot be read: give the program access to it", Err: err}
	}
	if err != nil {
		text = []byte("# Approvals of code lists by this site. Each is of the list with that hash\n# only: a list that changes needs a new one. `leftshift codelist approve` adds them.\n")
	} else if _, err := parseApprovals(filepath.Base(path), text); err != nil {
		return err
	}
	if len(text) > 0 && text[len(text)-1] != '\n' {
		text = append(text, '\n')
	}
	for _, a := range some {
		text = append(text, fmt.Sprintf("\n[[approval]]\nlist = %s\nhash = %s\nby = %s\nrole = %s\non = %s\nuntil = %s\n",
			quote(a.List), quote(a.Hash), quote(a.By), quote(a.Role), quote(a.On), quote(a.Until))...)
	}
	if _, err := parseApprovals(filepath.Base(path), text); err != nil {
		return err
	}
	return replace(path, text)
}

// replace writes a file whole beside the old one and takes its place by one
// rename, so that a file of approvals is never half written.
func replace(path string, text []byte) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".approvals-")
	if err != nil {
		return &engine.Fault{Code: "approvals-unwritable", Say: "the file of approvals cannot be written: check that its folder exists and who may write there", Err: err}
	}
	next := f.Name()
	f.Close()
	if err = durable.WriteFile(next, text); err == nil {
		err = os.Rename(next, path)
	}
	if err != nil {
		os.Remove(next)
		return &engine.Fault{Code: "approvals-unwritable", Say: "the file of approvals cannot be written: check the disk and who may write there", Err: err}
	}
	return durable.SyncDir(dir)
}

// quote writes a TOML basic string.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
