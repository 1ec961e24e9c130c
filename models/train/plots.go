package train

import (
	"leftshift/models/evaluate"
)

// Plots draws the evaluation of the test rows: calibration and discrimination,
// as SVG by file name.
func (m *Model) Plots() (map[string][]byte, error) {
	data := evaluate.Data{Probability: m.Test, Y: m.Label, W: m.Weight}
	title := m.Title()
	calibration, err := evaluate.PlotCalibration(m.Evaluation, "Calibration: "+title)
	if err != nil {
		return nil, err
	}
	roc, err := evaluate.PlotROC(data, "Discrimination: "+title)
	if err != nil {
		return nil, err
	}
	return map[string][]byte{"calibration_" + m.Name + ".svg": calibration, "roc_" + m.Name + ".svg": roc}, nil
}
