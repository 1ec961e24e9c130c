package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"leftshift/engine"
)

// At makes a path of the configuration absolute: relative to site.root, which
// is the folder of the configuration file where nothing else is given. ""
// stays "".
func (c *Config) At(path string) string {
	if path == "" {
		return ""
	}
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	if c.dir == "" {
		if full, err := filepath.Abs(path); err == nil {
			return full
		}
	}
	return filepath.Join(c.dir, path)
}

// Files gives the plain files that patterns match, absolute, sorted by name
// and each once. A pattern that matches nothing gives none. The folder before
// a pattern's first * ? or [ may be anywhere the configuration says, itself
// through links; but a link below it that leads out of that folder is refused,
// for whoever delivers files there must not choose what else is read.
func (c *Config) Files(patterns []string) ([]string, error) {
	var out []string
	for _, p := range patterns {
		if text := globFault(p); text != "" {
			return nil, &engine.Fault{Code: "config-path", Say: text}
		}
		folder, rest := splitGlob(p)
		folder = c.At(folder)
		root, err := os.OpenRoot(folder)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, &engine.Fault{Code: "feed-unreadable", Say: "a source's folder cannot be opened: check that it is a folder and who may read it", Err: err}
		}
		found, err := filesIn(root, rest)
		root.Close()
		if err != nil {
			return nil, err
		}
		for _, name := range found {
			out = append(out, filepath.Join(folder, filepath.FromSlash(name)))
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func filesIn(root *os.Root, pattern string) ([]string, error) {
	found, err := fs.Glob(root.FS(), filepath.ToSlash(pattern))
	if err != nil {
		return nil, &engine.Fault{Code: "config-path", Say: "a source's paths hold a pattern that is not one: check its brackets", Err: err}
	}
	out := found[:0]
	for _, name := range found {
		info, err := root.Stat(name)
		if err != nil {
			return nil, &engine.Fault{Code: "feed-unreadable", Say: "a delivered file cannot be read, or is a link that leads out of its folder: replace it with the file itself", Err: err}
		}
		if info.Mode().IsRegular() {
			out = append(out, name)
		}
	}
	return out, nil
}

// splitGlob gives the folder before the first part with a * ? or [, and the
// rest. A plain path gives its folder and its name.
func splitGlob(pattern string) (folder, rest string) {
	parts := strings.Split(filepath.ToSlash(pattern), "/")
	n := len(parts) - 1
	for i, part := range parts {
		if strings.ContainsAny(part, `*?[\`) {
			n = i
			break
		}
	}
	folder = strings.Join(parts[:n], "/")
	if folder == "" {
		if strings.HasPrefix(pattern, "/") {
			folder = "/"
		} else {
			folder = "."
		}
	}
	return filepath.FromSlash(folder), strings.Join(parts[n:], "/")
}

// pathFault says what is wrong with a path, or "".
func pathFault(path string) string {
	switch {
	case strings.ContainsRune(path, 0):
		return "a path holds a zero byte"
	case strings.HasPrefix(path, "~"):
		return "a path starts with ~: write the folder out"
	case filepath.IsAbs(path):
		if filepath.Clean(path) != strings.TrimSuffix(path, "/") && path != "/" {
			return "an absolute path holds .. or an empty part: write it plainly"
		}
		return ""
	case !filepath.IsLocal(path):
		return "a path leads out of the configuration's folder: write it as an absolute path"
	}
	return ""
}

// globFault is pathFault for a pattern.
func globFault(pattern string) string {
	if strings.Contains(pattern, "**") {
		return "a pattern holds **: name each level of folders"
	}
	if _, err := filepath.Match(pattern, ""); err != nil {
		return "a pattern's brackets do not close"
	}
	return pathFault(pattern)
}
