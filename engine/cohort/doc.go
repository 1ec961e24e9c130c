// Package cohort counts people of a published snapshot for analysts, who never
// see a person.
//
// A cohort is a Definition: a tree of all, any and none over conditions, each a
// field of the Dictionary, an operator and typed values. Two executors read the
// same tree: Compile makes SQL whose text holds nothing of the user's, and Eval
// goes over one person. Both are three-valued: what is asked of a value that is
// not known neither holds nor fails, "none" over it neither, and only people of
// whom the whole is true are in. So "none of HbA1c above 58" leaves out people
// without an HbA1c, unless the definition asks for them with is_unknown; how many
// could not be decided is told beside the count.
//
// What leaves is made of disclosure.Cell alone. A memory keeps sets that were
// counted apart: a set that differs by few people from one counted before is
// answered with the same numbers. See memory for what that stops and what not.
package cohort

import (
	"fmt"

	"leftshift/engine"
)

func fault(code, format string, args ...any) *engine.Fault {
	return &engine.Fault{Code: code, Say: fmt.Sprintf(format, args...)}
}
