//go:build duckdb_arrow

package night

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"leftshift/jobs/pipeline"
	"leftshift/models/registry"
)

// A training leaves its bundle in its own output folder, which stands only when
// the step is done, and the step after it puts the bundle among the models: a
// training that was called off leaves none there, and models that were lost come
// back by training again, without fitting again.

// trainedFile is the bundle in the output of a training. Every other file of
// the folder but the manifest goes beside it.
const trainedFile = "bundle.json"

// writeTrained writes a bundle, and files to go beside it, to an output folder.
func writeTrained(dir string, b *registry.Bundle, files map[string][]byte) error {
	text, _, err := b.Encode()
	if err != nil {
		return err
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dir, trainedFile), text, 0o600)
}

// readTrained reads what writeTrained wrote.
func readTrained(dir string) (*registry.Bundle, map[string][]byte, error) {
	text, err := os.ReadFile(filepath.Join(dir, trainedFile))
	if err != nil {
		return nil, nil, err
	}
	b, err := registry.Decode(text)
	if err != nil {
		return nil, nil, err
	}
	m, err := pipeline.ReadManifest(dir)
	if err != nil {
		return nil, nil, err
	}
	files := map[string][]byte{}
	for _, f := range m.Files {
		if f.Path == trainedFile {
			continue
		}
		if files[f.Path], err = os.ReadFile(filepath.Join(dir, filepath.FromSlash(f.Path))); err != nil {
			return nil, nil, err
		}
	}
	return b, files, nil
}

// stepApprove saves the trained bundle and, where the site is synthetic, makes
// it serve. On any other site a person does (`leftshift models approve`).
func (n *Night) stepApprove() pipeline.Step {
	return pipeline.Step{Name: "approve", Do: func(ctx context.Context, r *pipeline.Run, _ string) error {
		b, files, err := readTrained(r.Output("train"))
		if err = errors.Join(context.Cause(ctx), err); err != nil {
			return err
		}
		id, err := n.Registry().Put(b, files)
		if err != nil {
			return err
		}
		if !n.Config.Site.Synthetic {
			r.Warn("bundle-not-approved", fmt.Sprintf("bundle %s is saved and does not serve yet: read its card, then `leftshift models approve %s --by NAME`", id, id))
			return nil
		}
		return n.Registry().Approve(registry.Approval{Bundle: id, By: "synthetic site", On: n.AsOf.String()})
	}}
}
