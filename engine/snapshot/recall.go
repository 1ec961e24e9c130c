package snapshot

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"leftshift/engine"
	"leftshift/engine/durable"
)

// Recall is the tombstone of a published snapshot: a file beside its folder,
// which stays as it is. Nobody is shown the snapshot after.
type Recall struct {
	Snapshot string    `json:"snapshot"`
	By       string    `json:"by"`
	Reason   string    `json:"reason"`
	At       time.Time `json:"at"` // UTC
	// To is the snapshot that was made current in its place; "" none. It was not
	// current where To is its own name.
	To string `json:"to"`
}

func tombstone(data, name string) string {
	return filepath.Join(data, "snapshots", name+".recalled.json")
}

// Recalled gives the recall of a snapshot; nil when it stands.
func Recalled(data, name string) (*Recall, error) {
	text, err := os.ReadFile(tombstone(data, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var r Recall
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil {
		return nil, &engine.Fault{Code: "recall-unreadable", Say: "the recall of snapshot " + name + " cannot be read, so it is not shown: restore the file beside it", Err: err}
	}
	return &r, nil
}

func recalled(name string) error {
	return &engine.Fault{Code: "snapshot-recalled", Say: "snapshot " + name + " was recalled: correct what was wrong and publish again"}
}

// Withdraw recalls a snapshot: from now on it is shown to nobody and no night
// compares itself with it. Where it is current, the one before it by as-of date
// that stands takes its place, or none. It gives what was written. The same again
// gives what was written first; an error is a Fault: snapshot-unknown, recall-incomplete.
func Withdraw(data, name, by, reason string, now time.Time) (*Recall, error) {
	by, reason = strings.TrimSpace(by), strings.TrimSpace(reason)
	if by == "" || reason == "" {
		return nil, &engine.Fault{Code: "recall-incomplete", Say: "a recall needs the name of who recalls and the reason: give both"}
	}
	dir := filepath.Join(data, "snapshots")
	if name == "." || !filepath.IsLocal(name) || strings.ContainsAny(name, "/\\.\n\x00") {
		return nil, unknown()
	}
	if _, err := os.Stat(filepath.Join(dir, name, manifestFile)); err != nil {
		return nil, unknown()
	}
	r, err := Recalled(data, name)
	if err != nil {
		return nil, err
	}
	if r == nil {
		r = &Recall{Snapshot: name, By: by, Reason: reason, At: now.UTC().Truncate(time.Second), To: name}
		if pointed(dir) == name {
			if r.To, err = before(data, name); err != nil {
				return nil, err
			}
		}
		text, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			return nil, err
		}
		if err := durable.Replace(tombstone(data, name), append(text, '\n')); err != nil {
			return nil, err
		}
	}
	// A recall that was cut off here is finished when it is said again.
	if pointed(dir) != name {
		return r, nil
	}
	to, err := before(data, name)
	if err != nil {
		return nil, err
	}
	if to == "" {
		if err := os.Remove(filepath.Join(dir, "CURRENT")); err != nil {
			return nil, err
		}
		return r, durable.SyncDir(dir)
	}
	return r, durable.Replace(filepath.Join(dir, "CURRENT"), []byte(to+"\n"))
}

func unknown() error {
	return &engine.Fault{Code: "snapshot-unknown", Say: "there is no published snapshot of that name: `leftshift status` names the current one, the folder data/snapshots has all"}
}

// pointed is what CURRENT says; "" for nothing that can be read.
func pointed(dir string) string {
	text, _ := os.ReadFile(filepath.Join(dir, "CURRENT"))
	return strings.TrimSuffix(string(text), "\n")
}

// before is the newest snapshot that stands and comes before one by as-of date
// and name; "" none.
func before(data, name string) (string, error) {
	all, err := All(data)
	if err != nil {
		return "", err
	}
	at := ""
	for _, m := range all {
		if m.Name < name { // names begin with the as-of date
			at = m.Name
		}
	}
	return at, nil
}
