package outcome

import "leftshift/features/declared"

// Fault is one thing wrong in a file of outcomes.
type Fault = declared.Fault

// Faults is the error of Load: every fault, in order of line.
type Faults = declared.Faults
