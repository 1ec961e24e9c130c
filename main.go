// Command leftshift finds people at risk of moving into acute care in an
// integrated care system's shared care records, and gives the teams who can
// help them lists that they can work.
package main

import (
	"os"

	"leftshift/jobs/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr))
}
