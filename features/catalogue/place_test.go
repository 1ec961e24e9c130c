package catalogue

import (
	"strings"
	"testing"
	"testing/fstest"
)

// A list that could never match the rows a feature reads is refused: it would
// be zero for everyone, and nobody would notice.
func TestListsMustStandWhereTheyAreRead(t *testing.T) {
	lib, an := shelves(t)
	feature := func(kinds, lists, codes string) string {
		return `[[feature]]
id = "x_{w}"
title = "X, {window}"
sentence = "{n:x|xs} {in}"
source = "event"
kinds = [` + kinds + `]
lists = [` + lists + `]
codes = [` + codes + `]
windows = [365]
aggregate = "count"
absence = "zero"
display = "team"
area = "a"
why = "w"
since = "0.1"
tests = ["conditions"]
`
	}
	for name, c := range map[string]struct{ kinds, lists, codes, want string }{
		"ICD-10 on medicines":          {`"medication"`, `"copd_icd10"`, ``, "reads list copd_icd10 of icd10 on events of kind medication, where no such code can stand"},
		"one of two on observations":   {`"observation"`, `"copd", "copd_icd10"`, ``, "reads list copd_icd10 of icd10"},
		"an OPCS-4 code on problems":   {`"problem", "observation"`, ``, `"opcs4:K40"`, "reads code opcs4:K40 of opcs4 on events of kind problem and observation"},
		"ICD-10 on some of the kinds":  {`"medication", "diagnosis"`, `"copd_icd10"`, ``, ""},
		"an OPCS-4 code on procedures": {`"procedure"`, ``, `"opcs4:K40"`, ""},
	} {
		_, err := LoadFS(fstest.MapFS{"a.toml": {Data: []byte(feature(c.kinds, c.lists, c.codes))}}, lib, an)
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		} else if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
