package codelist

import "leftshift/features/declared"

// Fault is one thing wrong in one file.
type Fault = declared.Fault

// Faults is the error of Load and ReadApprovals: every fault found, in order of
// file and line.
type Faults = declared.Faults

func newFaults() *Faults { return &Faults{Of: "code lists or their approvals have"} }
