package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"strings"

	"leftshift/engine"
	"leftshift/engine/identity"
)

//go:embed templates assets
var files embed.FS

// Page is what every page has; Main is drawn from a template of its own.
type Page struct {
	Title   string // its one main heading
	Caption string // above the heading, "" for none
	Main    template.HTML
	Back    *Link
	Done    string  // what has just been done, in words
	Faults  []Fault // what has to be put right before it can be done

	Frame
}

// Frame is what is around a page and the same for all that one person sees.
type Frame struct {
	Service   string
	Synthetic bool
	Who       *Who
	Nav       []Link
	Snapshot  string
	AsOf      string // in words
	Sources   []Fresh
	Stale     string // why what is shown is old, "" when it is not
}

// Who is signed in.
type Who struct{ Name, Role, Organisation string }

// Link leads to another page of the application.
type Link struct {
	Text, Path string
	Current    bool
}

// Fresh is the newest record received from a source.
type Fresh struct{ Name, Newest string }

// Fault is one thing wrong with what was sent; Field is the input's id, "" for
// the whole.
type Fault struct{ Field, Say string }

// pages draws templates: one set for each file, each with the layout.
type pages struct{ set *template.Template }

var functions = template.FuncMap{
	// nhs groups an NHS number 3 3 4 with spaces that do not break (G50).
	"nhs": func(s string) string { return strings.ReplaceAll(identity.FormatNHSNumber(s), " ", "\u00a0") },
	"day": func(d engine.Day) string {
		if d == engine.NoDay {
			return ""
		}
		return d.Words()
	},
	// born writes a birth date as a person does; one that is no whole day as the
	// source gave it.
	"born": func(s string) string {
		if d, ok := engine.ParseDay(s); ok {
			return d.Words()
		}
		return s
	},
	"isoDay": func(d engine.Day) string {
		if d == engine.NoDay {
			return ""
		}
		return d.String()
	},
	// pair gives a template two values.
	"pair": func(a, b any) []any { return []any{a, b} },
	"plural": func(n int, one, many string) string {
		if n == 1 {
			return "1 " + one
		}
		return fmt.Sprintf("%d %s", n, many)
	},
}

func loadPages() (*pages, error) {
	set, err := template.New("").Funcs(functions).ParseFS(files, "templates/*.html")
	if err != nil {
		return nil, err
	}
	return &pages{set}, nil
}

// main draws a template into a page's main part.
func (p *pages) main(name string, data any) (template.HTML, error) {
	var b bytes.Buffer
	if err := p.set.ExecuteTemplate(&b, name, data); err != nil {
		return "", err
	}
	return template.HTML(b.String()), nil //nolint:gosec // made by html/template, which has escaped it
}

// whole draws a page.
func (p *pages) whole(page *Page) ([]byte, error) {
	var b bytes.Buffer
	err := p.set.ExecuteTemplate(&b, "layout", page)
	return b.Bytes(), err
}

// assets are the style sheet and images, by path below /assets/.
func assets() fs.FS {
	sub, err := fs.Sub(files, "assets")
	if err != nil {
		panic(err)
	}
	return sub
}
