// Package record writes what has to be published of a model: the items of
// TRIPOD+AI and the fields of an algorithmic transparency record. What a bundle
// knows is told from the bundle; what only the organisation knows is asked of it;
// what does not apply says why. A field is never left out, and never guessed.
package record

import (
	"fmt"
	"slices"
	"strings"
)

// Document is a record by sections, in the order of its standard.
type Document struct {
	Title    string
	Standard string // whose items these are
	Sections []Section
}

// Section is a heading of the standard with its fields.
type Section struct {
	Title  string
	Fields []Field
}

// Field is one item. Exactly one of Text, Because and Ask is not empty.
type Field struct {
	ID, Title string
	Text      string // what there is to say, in Markdown
	Because   string // why it does not apply
	Ask       string // key of what the organisation has not yet given
}

// Answers are what the organisation gives, by key; a key that is absent or empty
// is not given.
type Answers map[string]string

// told is a field that the bundle or the program answers.
func told(id, title, text string, args ...any) Field {
	if len(args) > 0 {
		text = fmt.Sprintf(text, args...)
	}
	return Field{ID: id, Title: title, Text: text}
}

// not is a field that does not apply.
func not(id, title, because string) Field { return Field{ID: id, Title: title, Because: because} }

// asked is a field that the organisation answers; more is what is said beside it
// in any case.
func (a Answers) asked(id, title, key string, more ...string) Field {
	given := strings.TrimSpace(a[key])
	if given == "" {
		return Field{ID: id, Title: title, Ask: key}
	}
	return Field{ID: id, Title: title, Text: strings.Join(append([]string{given}, more...), " ")}
}

// Open are the keys that the organisation has not given, each once, in order.
func (d Document) Open() []string {
	var keys []string
	for _, s := range d.Sections {
		for _, f := range s.Fields {
			if f.Ask != "" && !slices.Contains(keys, f.Ask) {
				keys = append(keys, f.Ask)
			}
		}
	}
	return keys
}

// Markdown is the document as a page.
func (d Document) Markdown() string {
	var w strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&w, format+"\n", args...) }
	p("# %s\n", d.Title)
	p("After %s.\n", d.Standard)
	if open := d.Open(); len(open) > 0 {
		p("**Not ready to publish.** Still to be given, in the table `[record]` of the configuration: `%s`.\n", strings.Join(open, "`, `"))
	}
	for _, s := range d.Sections {
		p("## %s\n", s.Title)
		for _, f := range s.Fields {
			p("### %s %s\n", f.ID, f.Title)
			switch {
			case f.Because != "":
				p("Not applicable, because %s.\n", f.Because)
			case f.Ask != "":
				p("*To be given: `record.%s`.*\n", f.Ask)
			default:
				p("%s\n", f.Text)
			}
		}
	}
	return strings.TrimRight(w.String(), "\n") + "\n"
}
