//go:build duckdb_arrow

package night

import (
	"slices"

	"leftshift/jobs/pipeline"
)

// Steps are the steps of one night, in order. upTo names the last one wanted;
// "" is all. A site with a folder of what people do has its worklist brought up
// to what was published.
func (n *Night) Steps(upTo string) []pipeline.Step {
	steps := until(upTo, n.stepExtract(), n.stepCurate(), n.stepFeatures(), n.stepScore(), n.stepLists(), n.stepMoved(), n.stepDue(), n.stepSnapshot(), n.stepGate(), n.stepPublish())
	if steps[len(steps)-1].Name == "publish" && Worked(n.Config) {
		steps = append(steps, n.stepWorklist())
	}
	if slices.ContainsFunc(steps, func(s pipeline.Step) bool { return s.Name == "lists" }) {
		steps[0] = n.early(steps[0])
	}
	return steps
}

// Training is the job that fits, evaluates and saves a model bundle.
func (n *Night) Training() []pipeline.Step {
	return []pipeline.Step{n.stepExtract(), n.stepCurate(), n.stepTrain(), n.stepApprove()}
}

func until(last string, steps ...pipeline.Step) []pipeline.Step {
	for i, s := range steps {
		if s.Name == last {
			return steps[:i+1]
		}
	}
	return steps
}
