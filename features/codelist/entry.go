package codelist

import (
	"slices"

	"leftshift/features/declared"
)

// indexFile is lists.toml as written. The tags of its tables are the one
// declaration of their keys.
type indexFile struct {
	Source []sourceEntry `toml:"source"`
	List   []listEntry   `toml:"list"`
}

// Keys gives every key of lists.toml ("source", "list"), of sensitive.toml
// ("topic") and of a file of approvals ("approval"), table by table, for the
// page that explains the formats.
func Keys() []declared.Key {
	return slices.Concat(declared.Keys[indexFile](), declared.Keys[topicsFile](), declared.Keys[approvalsFile]())
}

type sourceEntry struct {
	declared.Place `fault:"source-incomplete"`

	ID         string            `toml:"id" need:"yes" means:"its name for the lists"`
	Title      string            `toml:"title" need:"yes" means:"what it is"`
	Repository string            `toml:"repository" means:"where its files are public" without:"written for this library"`
	Licence    string            `toml:"licence" means:"its licence, or none stated" without:"none; a repository needs one"`
	Note       string            `toml:"note" means:"what a reader should know of it" without:"none"`
	Release    map[string]string `toml:"release" means:"the release of each code system that was read" without:"not stated"`
}

type listEntry struct {
	declared.Place `fault:"list-incomplete"`

	Name         string `toml:"name" need:"yes" means:"its name for features, lower_snake; its codes are in lists/NAME.csv"`
	Title        string `toml:"title" need:"yes" means:"what its codes are"`
	System       string `toml:"system" need:"yes" means:"snomed, icd10, opcs4, dmd, bnf or nhsdd"`
	Match        string `toml:"match" need:"yes" means:"exact, or prefix for icd10, opcs4, bnf and nhsdd"`
	Source       string `toml:"source" need:"yes" means:"the id of the source that it came from"`
	Confirmation string `toml:"confirmation" need:"yes" means:"how many sources were read and whether they agree"`
	Rule         string `toml:"rule" means:"what the codes do not say by themselves" without:"none"`
	Release      string `toml:"release" means:"the release of its code system" without:"that of its source"`
	Expression   string `toml:"expression" means:"what its codes were expanded from" without:"chosen one by one"`
	Hierarchy    string `toml:"hierarchy" means:"the hash of the relationships that were read for it" without:"none; expression needs one"`
	Means
	ApprovedBy   string `toml:"approved_by" means:"who approved it" without:"not approved here"`
	ApprovedRole string `toml:"approved_role" means:"in which role" without:"not approved here"`
	ApprovedOn   string `toml:"approved_on" means:"on which day, as 2026-03-31" without:"not approved here"`
	ApprovedTo   string `toml:"approved_until" means:"the last day on which that holds, at most three years on" without:"not approved here"`
	ApprovedHash string `toml:"approved_hash" means:"the hash of the list that was read" without:"not approved here"`
}

// topicsFile is sensitive.toml as written.
type topicsFile struct {
	Topic []topicEntry `toml:"topic"`
}

type topicEntry struct {
	declared.Place `fault:"topic-incomplete"`

	ID    string   `toml:"id" need:"yes" means:"its name"`
	Title string   `toml:"title" need:"yes" means:"what it is, for readers"`
	Why   string   `toml:"why" need:"yes" means:"why it is sensitive"`
	Lists []string `toml:"lists" need:"yes" means:"the code lists that tell it" twice:"told"`
}

// approvalsFile is a site's file of approvals as written.
type approvalsFile struct {
	Approval []approvalEntry `toml:"approval"`
}

type approvalEntry struct {
	declared.Place `fault:"approval"`

	List  string `toml:"list" need:"yes" means:"the list that was read"`
	Hash  string `toml:"hash" need:"yes" means:"its hash"`
	By    string `toml:"by" need:"yes" means:"who approves it"`
	Role  string `toml:"role" need:"yes" means:"in which role"`
	On    string `toml:"on" need:"yes" means:"on which day"`
	Until string `toml:"until" need:"yes" means:"the last day on which that holds, at most three years on"`
}
