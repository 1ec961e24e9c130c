//go:build duckdb_arrow

package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// fault is a code with which the program stops or refuses, and the sentences
// that come with it. A part that is known only where it happens is "…".
type fault struct {
	Code    string
	Package string
	Says    []string // distinct, sorted
}

// faults reads them from the source files under root, tests left out. Where a
// code comes from depends on the package; six forms are known:
//
//	Fault{Code: "code", Say: "sentence"}    and Text for Say
//	fault("code", "sentence", ...)          helpers of packages
//	f.add(place, "code", "sentence", ...)   the configuration's
//	b.fault(key, "code", "sentence", ...)   the outcomes', and bad
//	errors.New("code: sentence"), fmt.Errorf("code: sentence", ...)
//	return "code"                           in jobs/config, for declared rules
func faults(root string) ([]fault, error) {
	found := map[[2]string]map[string]bool{}
	set := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			switch top, _, _ := strings.Cut(rel, "/"); top {
			case ".", "engine", "features", "models", "jobs":
			default:
				return filepath.SkipDir
			}
			if d.Name() == "testdata" || rel == "jobs/docs" {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(rel, ".go") || strings.HasSuffix(rel, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		where := rel[:max(strings.LastIndex(rel, "/"), 0)]
		ast.Inspect(file, func(n ast.Node) bool {
			code, say := faultOf(n, where)
			if codeShape.MatchString(code) && !strings.HasSuffix(code, ".toml") {
				key := [2]string{code, where}
				if found[key] == nil {
					found[key] = map[string]bool{}
				}
				found[key][say] = true
			}
			return true
		})
		return nil
	})
	if err != nil {
		return nil, err
	}
	var out []fault
	for key, says := range found {
		f := fault{Code: key[0], Package: key[1]}
		for s := range says {
			if strings.Trim(s, "… ") != "" {
				f.Says = append(f.Says, s)
			}
		}
		slices.Sort(f.Says)
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b fault) int {
		if c := strings.Compare(a.Code, b.Code); c != 0 {
			return c
		}
		return strings.Compare(a.Package, b.Package)
	})
	return out, nil
}

var (
	codeShape = regexp.MustCompile(`^[a-z0-9]+([-._][a-z0-9]+)*$`)
	prefixed  = regexp.MustCompile(`^([a-z0-9]+(?:[-._][a-z0-9]+)+): (.+)$`)
	verb      = regexp.MustCompile(`%[-+# 0-9.]*[a-zA-Z]`)
)

// faultOf gives the code and sentence that a node of a package declares, or "".
func faultOf(n ast.Node, where string) (code, say string) {
	switch n := n.(type) {
	case *ast.CompositeLit:
		if n.Type == nil || last(n.Type) != "Fault" {
			return "", ""
		}
		for _, e := range n.Elts {
			kv, ok := e.(*ast.KeyValueExpr)
			if !ok {
				return "", ""
			}
			switch last(kv.Key) {
			case "Code":
				code = literal(kv.Value)
			case "Say", "Text":
				say = words(kv.Value)
			}
		}
	case *ast.CallExpr:
		switch name := last(n.Fun); {
		case where == "features/outcome" && (name == "fault" || name == "bad"):
			if len(n.Args) >= 3 {
				code, say = literal(n.Args[1]), plain(words(n.Args[2]))
			}
		case name == "fault" && len(n.Args) >= 2:
			code, say = literal(n.Args[0]), words(n.Args[1])
			if strings.Contains(say, "%") {
				say = plain(say)
			}
		case name == "add" && where == "jobs/config" && len(n.Args) >= 3:
			code, say = literal(n.Args[1]), plain(words(n.Args[2]))
		case (name == "New" || name == "Errorf") && len(n.Args) >= 1:
			if m := prefixed.FindStringSubmatch(words(n.Args[0])); m != nil {
				code, say = m[1], plain(m[2])
			}
		}
	case *ast.ReturnStmt:
		if where == "jobs/config" && len(n.Results) == 1 {
			if s := literal(n.Results[0]); strings.HasPrefix(s, "config-") {
				code, say = s, "expected … (as CONFIG.md says)"
			}
		}
	}
	return code, say
}

// last is the name of an identifier or of the selected part of one.
func last(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// literal is a text constant as it stands, or "".
func literal(e ast.Expr) string {
	if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		if s, err := strconv.Unquote(lit.Value); err == nil {
			return s
		}
	}
	return ""
}

// words is a text expression with "…" for what is known only at run time.
func words(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		return literal(e)
	case *ast.BinaryExpr:
		return words(e.X) + words(e.Y)
	case *ast.ParenExpr:
		return words(e.X)
	case *ast.CallExpr:
		if last(e.Fun) == "Sprintf" && len(e.Args) > 0 {
			return plain(words(e.Args[0]))
		}
	}
	return "…"
}

// plain puts "…" for the verbs of a format.
func plain(format string) string {
	parts := strings.Split(format, "%%")
	for i := range parts {
		parts[i] = verb.ReplaceAllString(parts[i], "…")
	}
	return strings.Join(parts, "%")
}
