//go:build duckdb_arrow

package retain

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"leftshift/engine"
	"leftshift/engine/durable"
	"leftshift/engine/lake"
	"leftshift/engine/snapshot"
	"leftshift/models/registry"
)

// What keeps a thing whatever its age.
const (
	whyDelivery = "the newest delivery of its flow: the record as it is now"
	whyCurrent  = "the current snapshot"
	whyBefore   = "the snapshot that the current one is compared with"
	whyLastRun  = "what the last run used: the current snapshot can be made again from it"
	whyServes   = "the newest approved bundle"
	whyApproved = "somebody approved it, before another"
	whyNamed    = "the configuration names it"
	whyScored   = "a published snapshot that is kept was scored with it"
)

// survey lists the folders and files of a site, of all classes that have such,
// each class in the order of its names.
func (s *site) survey() ([]Item, error) {
	var all []Item
	for _, list := range []func() ([]Item, error){s.landed, s.steps, s.snapshots, s.bundles, s.delivered} {
		items, err := list()
		if err != nil {
			return nil, err
		}
		all = append(all, items...)
	}
	return all, nil
}

func (s *site) landed() ([]Item, error) {
	batches, err := lake.Landed(filepath.Join(s.data, "landed"))
	if err != nil {
		return nil, err
	}
	newest := map[string]string{}
	for _, b := range batches {
		flow := b.Source + "\x00" + b.Flow
		newest[flow] = max(newest[flow], b.Night)
	}
	var out []Item
	for _, b := range batches {
		it, err := s.folder("landed", b.Dir, "manifest.json")
		if err != nil {
			return nil, err
		}
		night, ok := engine.ParseDay(b.Night)
		if !ok {
			return nil, fault("batch-manifest", "landed batch "+b.ID+" does not say in which night it landed: restore its manifest")
		}
		it.Day = night
		if newest[b.Source+"\x00"+b.Flow] == b.Night {
			it.Why = whyDelivery
		}
		out = append(out, it)
	}
	return out, nil
}

// classOfStep says which class the outputs of a step are of.
func classOfStep(step string) string {
	switch step {
	case "curate":
		return "curated"
	case "train":
		return "reports"
	}
	return "features"
}

func (s *site) steps() ([]Item, error) {
	homes, err := folders(filepath.Join(s.data, "steps"))
	if err != nil {
		return nil, err
	}
	var out []Item
	for _, home := range homes {
		outputs, err := folders(home)
		if err != nil {
			return nil, err
		}
		last, lastAt := -1, int64(0)
		for _, path := range outputs {
			it, err := s.folder(classOfStep(filepath.Base(home)), path, "manifest.json")
			if err != nil {
				return nil, err
			}
			day, at, err := changed(path)
			if err != nil {
				return nil, err
			}
			it.Day = day
			if t := at.UnixNano(); !aside(path) && (last < 0 || t > lastAt) {
				last, lastAt = len(out), t
			}
			out = append(out, it)
		}
		if last >= 0 {
			out[last].Why = whyLastRun
		}
	}
	return out, nil
}

func (s *site) snapshots() ([]Item, error) {
	dir := filepath.Join(s.data, "snapshots")
	paths, err := folders(dir)
	if err != nil {
		return nil, err
	}
	now, err := snapshot.Current(s.data)
	if f := (*engine.Fault)(nil); errors.As(err, &f) && f.Code == "snapshot-recalled" {
		now, err = "", nil
	}
	if err != nil {
		return nil, err
	}
	standing, err := snapshot.All(s.data)
	if err != nil {
		return nil, err
	}
	before := ""
	for _, m := range standing { // oldest as-of date first
		if now != "" && m.AsOf < filepath.Base(now)[:len("2006-01-02")] {
			before = m.Name
		}
	}
	var out []Item
	for _, path := range paths {
		it, err := s.folder("snapshots", path, "manifest.json")
		if err != nil {
			return nil, err
		}
		name := filepath.Base(path)
		var ok bool
		if it.Day, ok = engine.ParseDay(name[:min(len(name), len("2006-01-02"))]); !ok {
			continue // not ours
		}
		switch {
		case path == now:
			it.Why = whyCurrent
		case name == before:
			it.Why = whyBefore
		}
		out = append(out, it)
	}
	return out, nil
}

func (s *site) bundles() ([]Item, error) {
	store := registry.Store{Dir: filepath.Join(s.data, "models")}
	approved, _, err := store.Approved()
	if err != nil {
		return nil, err
	}
	scored := map[string]bool{}
	published, err := folders(filepath.Join(s.data, "snapshots"))
	if err != nil {
		return nil, err
	}
	for _, path := range published {
		if m, err := snapshot.ReadManifest(path); err == nil {
			scored[m.Bundle] = true
		}
	}
	paths, err := folders(store.Dir)
	if err != nil {
		return nil, err
	}
	var out []Item
	for _, path := range paths {
		it, err := s.folder("bundles", path, "bundle.json")
		if err != nil {
			return nil, err
		}
		day, _, err := changed(filepath.Join(path, "bundle.json"))
		if errors.Is(err, fs.ErrNotExist) {
			day, _, err = changed(path)
		}
		if err != nil {
			return nil, err
		}
		it.Day = day
		switch id := filepath.Base(path); {
		case id == approved.Bundle:
			it.Why = whyServes
		case approved.Of(id):
			it.Why = whyApproved
		case id == s.c.Model.Bundle:
			it.Why = whyNamed
		case scored[id]:
			it.Why = whyScored
		}
		out = append(out, it)
	}
	return out, nil
}

func (s *site) delivered() ([]Item, error) {
	box := s.c.At(s.c.Retention.Outbox)
	if box == "" {
		return nil, nil
	}
	var out []Item
	err := filepath.WalkDir(box, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || strings.HasSuffix(path, leaving) {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		sum, _, err := durable.Checksum(path)
		if err != nil {
			return err
		}
		out = append(out, Item{Class: "delivered", Name: "delivered/" + sum[:16], Path: path, Bytes: info.Size(), Day: engine.DayOf(info.ModTime()), Digest: sum})
		return nil
	})
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return out, err
}
