package engine

import (
	"fmt"
	"io/fs"
)

// LargestText is the most bytes of a file that people write by hand or keep as
// a list.
const LargestText = 64 << 20

// ReadText reads a file of definitions or codes. What is no regular file, such
// as a pipe that would never end, and what is larger than LargestText are
// errors.
func ReadText(dir fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(dir, name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("it is no regular file")
	case info.Size() > LargestText:
		return nil, fmt.Errorf("it has more than %d MiB", LargestText>>20)
	}
	return fs.ReadFile(dir, name)
}
