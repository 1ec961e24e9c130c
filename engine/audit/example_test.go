package audit_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"fmt"
	"os"
	"path/filepath"

	"leftshift/engine"
	"leftshift/engine/audit"
)

// A page that shows a person: no entry, no page. Later an operator holds the
// file against the checkpoints that were copied elsewhere.
func Example() {
	dir, err := os.MkdirTemp("", "audit")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	keyFile, checkpoints := filepath.Join(dir, "audit.key"), filepath.Join(dir, "audit.checkpoints")
	if err := audit.NewKeyFile(keyFile); err != nil {
		fmt.Println(err)
		return
	}
	key, err := audit.LoadKey(keyFile)
	if err != nil {
		fmt.Println(err)
		return
	}
	log, err := audit.Open(filepath.Join(dir, "audit.db"), audit.Options{Checkpoints: checkpoints, Key: key})
	if err != nil {
		fmt.Println(err)
		return
	}
	entry, err := log.Append(context.Background(), audit.Entry{
		User: "555254240100", Name: "Sam Example", RoleProfile: "555254242102", Role: "coordinator", Organisation: "A81001",
		Purpose: "direct care", Device: "browser at 10.0.0.7", Event: "open_person", Outcome: audit.Allowed,
		Rows: 1, Persons: []engine.Person{4242},
	})
	if err != nil {
		fmt.Println("show nothing:", err)
		return
	}
	fmt.Println("show the page; entry", entry.Sequence)
	if err := log.Close(); err != nil {
		fmt.Println(err)
		return
	}

	public, err := audit.LoadPublicKey(keyFile + ".pub")
	if err != nil {
		fmt.Println(err)
		return
	}
	copied, err := os.ReadFile(checkpoints)
	if err != nil {
		fmt.Println(err)
		return
	}
	proof := audit.Proof{Checkpoints: bytes.NewReader(copied), Keys: []ed25519.PublicKey{public}}
	report, err := audit.Verify(context.Background(), filepath.Join(dir, "audit.db"), proof, func(b audit.Break) { fmt.Println(b) })
	fmt.Println(report.Sound(), report.Entries, "entry, proved up to", report.Proved, err)
	// Output:
	// show the page; entry 1
	// true 1 entry, proved up to 1 <nil>
}
