//go:build unix

package codelist

import (
	"os"

	"golang.org/x/sys/unix"
)

// hold takes the right to change the files of a folder, waiting for whoever has
// it. The kernel releases it when the process ends, however it ends.
func hold(folder string) (release func(), err error) {
	f, err := os.Open(folder)
	if err != nil {
		return nil, err
	}
	for err = unix.EINTR; err == unix.EINTR; {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return func() { f.Close() }, nil
}
