//go:build duckdb_arrow

package night

import "leftshift/jobs/pipeline"

// Steps are the steps of one night, in order. upTo names the last one wanted;
// "" is all.
func (n *Night) Steps(upTo string) []pipeline.Step {
	return until(upTo, n.stepExtract(), n.stepCurate(), n.stepFeatures(), n.stepScore(), n.stepLists(), n.stepSnapshot(), n.stepPublish())
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
