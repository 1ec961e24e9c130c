package codelist

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
)

// hashList covers what decides which records a list covers: system, release,
// match and the sorted codes, one a line. Terms, titles and approval are not in
// it.
func hashList(l *List) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%q\n%s\n", l.System, l.Release, l.Match)
	for _, c := range l.Codes {
		io.WriteString(h, c)
		io.WriteString(h, "\n")
	}
	return hex.EncodeToString(h.Sum(nil))
}

// hashLibrary covers every list by name and hash with what it means beside
// others, and every sensitive topic.
func hashLibrary(lib *Library) string {
	h := sha256.New()
	for _, l := range lib.Lists {
		fmt.Fprintf(h, "list %s %s %q\n", l.Name, l.Hash, l.Means)
	}
	for _, t := range lib.Topics {
		fmt.Fprintf(h, "topic %s %q\n", t.ID, t.Lists)
	}
	return hex.EncodeToString(h.Sum(nil))
}
