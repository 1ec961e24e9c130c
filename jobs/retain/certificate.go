//go:build duckdb_arrow

package retain

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"leftshift/engine/durable"
	"leftshift/jobs/config"
)

// Certificate says what was deleted and erased: what, how much, by whom, when, on
// what ground. Nothing in it is about a person: counts of people are under
// disclosure control, names of delivered files are left out.
type Certificate struct {
	Form      string    `json:"form"`
	ID        string    `json:"id"`
	Site      string    `json:"site"`
	Synthetic bool      `json:"synthetic"`
	Started   time.Time `json:"started"` // UTC
	On        string    `json:"on"`      // day on which periods were reckoned
	By        string    `json:"by"`
	Reason    string    `json:"reason"`
	Account   string    `json:"account"`
	Version   string    `json:"version"`

	Deleted []Deleted `json:"deleted"` // by class, in the order of config.Retained
	Erasure *Erasure  `json:"erasure"` // nil: none was asked for
	Vault   string    `json:"vault"`   // identities removed, of whom no landed record is left; "": not looked at
	Kept    []Kept    `json:"kept"`
}

// Deleted is what of one class is gone.
type Deleted struct {
	Class  string `json:"class"`
	Period string `json:"period"` // "": erased, not due
	SetBy  string `json:"set_by"`
	Ground string `json:"ground"`
	Sum
	Gone []Gone `json:"gone"` // folders and files; of rows there are counts alone
}

// Gone is one thing that was deleted.
type Gone struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	Day    string `json:"day"`
	SHA256 string `json:"sha256"` // of its manifest, or of the file; "" it had none
}

// Kept is a class of which nothing goes, and why.
type Kept struct {
	Class string `json:"class"`
	Why   string `json:"why"`
}

const certificateForm = "leftshift-retention-certificate-1"

// Folder is where a site's certificates are.
func Folder(c *config.Config) string { return filepath.Join(c.At(c.Serve.State), "retention") }

// Bytes is the certificate as its file has it, and the SHA-256 of that.
func (c *Certificate) Bytes() (text []byte, sum string, err error) {
	if text, err = json.MarshalIndent(c, "", "  "); err != nil {
		return nil, "", err
	}
	text = append(text, '\n')
	h := sha256.Sum256(text)
	return text, hex.EncodeToString(h[:]), nil
}

// write puts the certificate, for programs and for readers, in its folder.
func (c *Certificate) write(folder string) (sum string, err error) {
	text, sum, err := c.Bytes()
	if err != nil {
		return "", err
	}
	for name, data := range map[string][]byte{c.ID + ".json": text, c.ID + ".txt": []byte(c.String() + "\nSHA-256 of " + c.ID + ".json: " + sum + "\n")} {
		if err := durable.Replace(filepath.Join(folder, name), data); err != nil {
			return "", err
		}
	}
	return sum, nil
}

// String is the certificate for readers.
func (c *Certificate) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "CERTIFICATE OF DELETION %s\n\nSite: %s\n", c.ID, c.Site)
	if c.Synthetic {
		b.WriteString("Synthetic: nobody in it is real\n")
	}
	fmt.Fprintf(&b, "Begun: %s\nPeriods reckoned on: %s\nBy: %s (account %s)\nReason: %s\nProgram: leftshift %s\n", c.Started.Format(time.RFC3339), c.On, c.By, c.Account, c.Reason, c.Version)
	for _, d := range c.Deleted {
		fmt.Fprintf(&b, "\n%s: %d deleted, %d bytes, of %s to %s\n", d.Class, d.Items, d.Bytes, d.Oldest, d.Newest)
		if d.Period != "" {
			fmt.Fprintf(&b, "  period %s, set by %s: %s\n", d.Period, d.SetBy, d.Ground)
		} else {
			fmt.Fprintf(&b, "  by the erasure below\n")
		}
		for _, g := range d.Gone {
			fmt.Fprintf(&b, "  %s  %d bytes  %s  %s\n", g.Name, g.Bytes, g.Day, g.SHA256)
		}
	}
	if len(c.Deleted) == 0 {
		b.WriteString("\nNothing was due.\n")
	}
	if e := c.Erasure; e != nil {
		fmt.Fprintf(&b, "\nErasure, decided by %s: %s\n  of: %s\n  people: %s\n  open work items closed: %s\n", e.SetBy, e.Ground, strings.Join(e.Of, ", "), e.People, e.Closed)
		for _, x := range e.Landed {
			fmt.Fprintf(&b, "  rewritten: %s  manifest before %s  after %s\n", x.Name, x.Before, x.After)
		}
		for _, x := range e.Bundles {
			fmt.Fprintf(&b, "  rewritten: %s  before %s  after %s\n", x.Name, x.Before, x.After)
		}
		for _, x := range e.Left {
			fmt.Fprintf(&b, "  left: %s\n", x)
		}
	}
	if c.Vault != "" {
		fmt.Fprintf(&b, "\nIdentities removed from the vault: %s\n", c.Vault)
	}
	b.WriteString("\nKept:\n")
	for _, k := range c.Kept {
		fmt.Fprintf(&b, "  %s: %s\n", k.Class, k.Why)
	}
	return b.String()
}
