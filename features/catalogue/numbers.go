package catalogue

import (
	"strings"

	"leftshift/features/codelist"
	"leftshift/features/declared"
)

// numbers refuses a site's file in which something may be an NHS number. Only a
// code that says its system and is an identifier of it may look so.
func (l *loader) numbers(t *text) {
	declared.Numbers(t.name, t.bytes, func(before, number string) bool {
		return (strings.HasSuffix(before, codelist.SNOMED+":") || strings.HasSuffix(before, codelist.DMD+":")) && codelist.SNOMEDFault(number) == ""
	}, &l.faults.Faults)
}
