//go:build duckdb_arrow && unix

package e2e

import (
	"strconv"
	"syscall"
)

const (
	stopSignal = syscall.SIGSTOP
	contSignal = syscall.SIGCONT
)

func pid(c *command) string { return strconv.Itoa(c.Process.Pid) }
