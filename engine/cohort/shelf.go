package cohort

import (
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"leftshift/engine"
	"leftshift/engine/durable"
)

// Shelf is where definitions are: the site's folder of files, those saved from
// pages, and the examples. What is saved is never changed: a new version is a
// new file.
type Shelf struct {
	Site  string           // folder of the site's own files; "" or absent: none
	State string           // folder of what is saved here, of drafts and of when what was counted
	Now   func() time.Time // nil: time.Now
}

// Kept is one definition's file.
type Kept struct {
	Origin string // site, saved or example
	File   string // its name, without a folder
	Text   []byte
}

//go:embed examples/*.toml
var examples embed.FS

// Examples are the definitions that come with the program, by name.
func Examples() []Kept {
	k, err := read(examples, "examples", "example")
	if err != nil {
		panic(err) // of the program itself
	}
	return k
}

// most is how large a file of a definition may be, and how many a folder has.
const (
	mostBytes  = 256 << 10
	mostFiles  = 1000
	mostDrafts = 20 // of one user
)

// All are the site's files, those saved and the examples, in this order and by
// name.
func (s *Shelf) All() ([]Kept, error) {
	var out []Kept
	for _, x := range [][2]string{{s.Site, "site"}, {filepath.Join(s.State, "saved"), "saved"}} {
		if x[0] == "" {
			continue
		}
		k, err := read(os.DirFS(x[0]), ".", x[1])
		if err != nil {
			return nil, unreadable(err)
		}
		out = append(out, k...)
	}
	return append(out, Examples()...), nil
}

func read(folder fs.FS, dir, origin string) ([]Kept, error) {
	entries, err := fs.ReadDir(folder, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []Kept
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".toml") || len(out) == mostFiles {
			continue
		}
		if info, err := e.Info(); err != nil || !info.Mode().IsRegular() || info.Size() > mostBytes {
			continue
		}
		text, err := fs.ReadFile(folder, strings.TrimPrefix(dir+"/"+e.Name(), "./"))
		if err != nil {
			return nil, err
		}
		out = append(out, Kept{origin, e.Name(), text})
	}
	return out, nil
}

// version is what a version may be, for it is part of names of files and paths.
var version = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$`)

// Handle names a definition and its version in paths; false where its version
// has other signs than letters, digits, dot, - and _.
func (def *Definition) Handle() (string, bool) {
	return def.ID + "@" + def.Version, version.MatchString(def.Version)
}

// Save keeps a definition that is not yet there.
func (s *Shelf) Save(def *Definition, text []byte) error {
	handle, ok := def.Handle()
	if !ok {
		return fault("cohort-version", "a version is at most 32 letters, digits, dots, - and _")
	}
	dir := filepath.Join(s.State, "saved")
	temporary, err := s.write(dir, text)
	if err != nil {
		return err
	}
	defer os.Remove(temporary)
	err = os.Link(temporary, filepath.Join(dir, handle+".toml")) // never over another
	if errors.Is(err, fs.ErrExist) {
		return fault("cohort-exists", "this version of the cohort is saved already, and is not changed: give another version")
	}
	if err == nil {
		err = durable.SyncDir(dir)
	}
	return unreadable(err)
}

// write makes a new file of another name in a folder.
func (s *Shelf) write(dir string, text []byte) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", unreadable(err)
	}
	path := filepath.Join(dir, ".new-"+rand.Text())
	return path, unreadable(durable.WriteFile(path, text))
}

// put writes a file in place of another.
func (s *Shelf) put(dir, name string, text []byte) error {
	temporary, err := s.write(dir, text)
	if err == nil {
		err = unreadable(os.Rename(temporary, filepath.Join(dir, name)))
	}
	return err
}

// Counted says that a tree was counted on a snapshot now.
func (s *Shelf) Counted(hash, snapshot string) error {
	now := time.Now
	if s.Now != nil {
		now = s.Now
	}
	return s.put(filepath.Join(s.State, "counted"), hash, []byte(now().UTC().Format(time.RFC3339)+" "+snapshot+"\n"))
}

// LastCounted says when a tree was last counted and on which snapshot; zero for
// never.
func (s *Shelf) LastCounted(hash string) (at time.Time, snapshot string) {
	text, err := os.ReadFile(filepath.Join(s.State, "counted", hash))
	if err != nil {
		return time.Time{}, ""
	}
	when, snapshot, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
	at, err = time.Parse(time.RFC3339, when)
	if err != nil {
		return time.Time{}, ""
	}
	return at, snapshot
}

var draftID = regexp.MustCompile(`^[A-Z2-7]{26}$`)

// drafts is the folder of a user's drafts.
func (s *Shelf) drafts(user string) string {
	sum := sha256.Sum256([]byte(user))
	return filepath.Join(s.State, "drafts", hex.EncodeToString(sum[:12]))
}

// PutDraft keeps a draft; of one user's drafts the newest alone are kept.
func (s *Shelf) PutDraft(f *Draft) error {
	if !draftID.MatchString(f.ID) {
		return noDraft()
	}
	text := f.Text()
	if len(text) > maxRequest {
		return fault("cohort-too-large", "a cohort's definition has at most %d bytes: divide it", maxRequest)
	}
	dir := s.drafts(f.User)
	if err := s.put(dir, f.ID, text); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return unreadable(err)
	}
	type aged struct {
		name string
		at   time.Time
	}
	var all []aged
	for _, e := range entries {
		if info, err := e.Info(); err == nil && e.Name() != f.ID {
			all = append(all, aged{e.Name(), info.ModTime()})
		}
	}
	slices.SortFunc(all, func(a, b aged) int { return b.at.Compare(a.at) })
	for k := mostDrafts - 1; k < len(all); k++ {
		_ = os.Remove(filepath.Join(dir, all[k].name))
	}
	return nil
}

// Draft is a user's draft as it is kept; a Fault with code cohort-no-draft where
// this user has none of that name.
func (s *Shelf) Draft(user, id string) ([]byte, error) {
	if !draftID.MatchString(id) {
		return nil, noDraft()
	}
	text, err := os.ReadFile(filepath.Join(s.drafts(user), id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, noDraft()
	}
	return text, unreadable(err)
}

// DropDraft lets go of a draft.
func (s *Shelf) DropDraft(f *Draft) { _ = os.Remove(filepath.Join(s.drafts(f.User), f.ID)) }

// unreadable wraps what the file system says; nil stays nil.
func unreadable(err error) error {
	if err == nil {
		return nil
	}
	return &engine.Fault{Code: "cohort-shelf", Say: "the folder of cohorts cannot be read or written: check serve.state and site.cohorts, and free space", Err: err}
}
