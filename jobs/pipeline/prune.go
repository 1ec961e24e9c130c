package pipeline

import (
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"
)

// prune removes the outputs that steps do not keep, those unused for longest
// first. A folder loses its name before it loses its files.
func (p *Pipeline) prune(r *Run) error {
	for _, s := range p.Steps {
		if s.Keep <= 0 || s.Digest == nil {
			continue
		}
		home := s.home(p.Root)
		entries, err := os.ReadDir(home)
		if err != nil {
			return err
		}
		type output struct {
			name string
			used time.Time
		}
		var old []output
		for _, e := range entries {
			if e.Name() == r.Identity(s.Name) || strings.Contains(e.Name(), ".") || !e.IsDir() {
				continue
			}
			info, err := e.Info()
			if err != nil {
				return err
			}
			old = append(old, output{e.Name(), info.ModTime()})
		}
		sort.Slice(old, func(i, j int) bool {
			if !old[i].used.Equal(old[j].used) {
				return old[i].used.After(old[j].used)
			}
			return old[i].name < old[j].name
		})
		for _, o := range old[min(s.Keep-1, len(old)):] {
			away := filepath.Join(home, o.name+".tmp-pruned")
			if err := r.disk.rename(filepath.Join(home, o.name), away); err != nil {
				return err
			}
			if err := r.disk.remove(away); err != nil {
				return err
			}
		}
	}
	return nil
}
