//go:build duckdb_arrow

package retain

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/engine/audit"
	"leftshift/engine/identity"
	"leftshift/jobs/config"
)

const inquiry = "[[retention.hold]]\nclass = \"all\"\nby = \"Legal\"\nreason = \"inquiry 9\"\nuntil = \"\"\n"

// configure makes a place go by another configuration.
func (p *place) configure(more string) {
	p.t.Helper()
	p.file("leftshift.toml", conf+more, today)
	var err error
	if p.c, err = config.Load(filepath.Join(p.dir, "leftshift.toml")); err != nil {
		p.t.Fatal(err)
	}
}

// A hold that comes while a deletion is cut off keeps all that still has its name,
// wherever the deletion was; the certificate says what is gone, and that alone.
func TestG33AHoldIsHeededByADeletionThatWasCutOff(t *testing.T) {
	whole := newPlace(t, periods)
	ops, forgets := 0, 0
	if _, _, err := whole.apply(false, func(op, _ string) error {
		if ops++; op == "forget" {
			forgets = ops
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for kill := 1; kill < ops; kill++ {
		t.Run(fmt.Sprint(kill), func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, periods)
			n := 0
			if _, _, err := p.apply(false, func(string, string) error {
				if n++; n > kill {
					return errKilled
				}
				return nil
			}); !errors.Is(err, errKilled) {
				t.Fatal(err)
			}
			p.configure(periods + inquiry)
			before := p.files()
			cert, _, err := p.apply(false, nil)
			if err != nil || cert == nil {
				t.Fatalf("%+v, %v", cert, err)
			}
			// Whose the records are is held as they are, unless it had gone already.
			v := p.vault()
			identities, err := v.People()
			v.Close()
			if gone := kill >= forgets; err != nil || gone != (len(identities) < len(numbers)) || gone != (cert.Vault != "") {
				t.Errorf("%d identities, certified %q, %v", len(identities), cert.Vault, err)
			}
			after := p.files()
			for name := range before {
				if _, stands := after[name]; !stands && !strings.Contains(name, leaving) && filepath.Base(name) != journalFile {
					t.Errorf("%s was deleted under a hold", name)
				}
			}
			for _, d := range cert.Deleted {
				if d.Items != len(d.Gone) || d.Items == 0 {
					t.Errorf("%s: %d of %v", d.Class, d.Items, d.Gone)
				}
				for _, g := range d.Gone {
					if _, err := os.Lstat(filepath.Join(p.c.At(p.c.Site.Data), g.Name)); err == nil {
						t.Errorf("%s is certified as gone", g.Name)
					}
				}
			}
		})
	}
}

// An erasure that was cut off waits for a hold, and is ended after it.
func TestG33G34AnErasureThatWasCutOffWaitsForAHold(t *testing.T) {
	p := newPlace(t, periods+erasing)
	p.working()
	if _, _, err := p.apply(true, func(op, _ string) error {
		if op == "place" {
			return errKilled
		}
		return nil
	}); !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	p.configure(periods + erasing + inquiry)
	before := p.files()
	_, _, err := p.apply(true, nil)
	if f := (*engine.Fault)(nil); !errors.As(err, &f) || f.Code != "retention-held" {
		t.Errorf("under a hold: %v", err)
	}
	if !maps.Equal(before, p.files()) {
		t.Error("something changed under a hold")
	}
	p.configure(periods + erasing)
	if cert, _, err := p.apply(true, nil); err != nil || cert == nil || cert.Erasure == nil {
		t.Errorf("after the hold: %+v, %v", cert, err)
	}
}

// Words that the audit does not take stop a deletion before anything is written:
// with a journal that holds them no deletion would ever end.
func TestG33G7WordsThatTheAuditDoesNotTakeLeaveNoJournal(t *testing.T) {
	p := newPlace(t, periods)
	for name, opt := range map[string]Options{
		"an NHS number":       {By: "A. Officer", Reason: "request of 999 000 0018"},
		"a control character": {By: "A. Officer", Reason: "review\x00"},
		"too long":            {By: strings.Repeat("a", 5000), Reason: "review"},
	} {
		opt.On, opt.Today, opt.Entry = today, today, audit.Entry{User: "root", Role: "operator", Organisation: "Made", Device: "test"}
		_, _, err := Apply(context.Background(), p.c, opt)
		if f := (*engine.Fault)(nil); !errors.As(err, &f) || f.Code != "retention-words" {
			t.Errorf("%s: %v", name, err)
		}
		if CutOff(p.c) {
			t.Errorf("%s: a journal was left", name)
		}
	}
	if cert, _, err := p.apply(false, nil); err != nil || cert == nil {
		t.Errorf("afterwards: %+v, %v", cert, err)
	}
}

// A hold on landed records holds the identities of the vault too, of somebody of
// whom nothing is landed as well.
func TestG33AHoldKeepsTheVault(t *testing.T) {
	p := newPlace(t, periods+erasing+inquiry)
	stranger, v := engine.Person(77), p.vault()
	if err := v.Put([]identity.Entry{{Person: stranger, Identity: identity.Identity{Family: "Made"}}}); err != nil {
		t.Fatal(err)
	}
	v.Close()
	cert, _, err := p.apply(true, nil)
	if err != nil {
		t.Fatal(err)
	}
	if cert != nil && cert.Vault != "" {
		t.Errorf("certified: %q", cert.Vault)
	}
	v = p.vault()
	defer v.Close()
	if people, err := v.People(); err != nil || len(people) != len(numbers)+1 || !slices.Contains(people, stranger) {
		t.Errorf("%d identities, %v", len(people), err)
	}
}
