//go:build duckdb_arrow

package retain

import (
	"errors"

	"golang.org/x/sys/unix"
)

// exchange lets two folders change names, in one operation where the file system
// can.
func exchange(a, b string) error {
	err := unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.ENOENT) {
		return exchangeSlowly(a, b)
	}
	return err
}
