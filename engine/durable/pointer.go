package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"leftshift/engine"
)

// Current is the name of the file in a folder of snapshots that says which of
// them is current: one line, the name of a folder beside it.
const Current = "CURRENT"

// Pointed is the name of the folder that is current, "" when none is. An error
// says that the pointer cannot be read or names no folder.
func Pointed(dir string) (string, error) {
	text, err := os.ReadFile(filepath.Join(dir, Current))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	name, ended := strings.CutSuffix(string(text), "\n")
	if !ended || !Plain(name) {
		return "", &engine.Fault{Code: "pointer-damaged", Say: "the file CURRENT is damaged: publish again"}
	}
	if info, err := os.Stat(filepath.Join(dir, name)); err != nil || !info.IsDir() {
		return "", &engine.Fault{Code: "pointer-damaged", Say: "the file CURRENT names a folder that is not there: publish again"}
	}
	return name, nil
}

// Plain says whether a name is that of a folder, and no path.
func Plain(name string) bool {
	return name != "." && filepath.IsLocal(name) && !strings.ContainsAny(name, "/\\\n\x00")
}
