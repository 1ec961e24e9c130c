package progress

import "leftshift/engine/identity"

// Mask replaces every number in a text that could be an NHS number: the last
// defence of a log, not the first.
func Mask(s string) string { return identity.Mask(s) }
