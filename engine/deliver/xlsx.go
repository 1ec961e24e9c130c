//go:build duckdb_arrow

package deliver

import (
	"bytes"

	"github.com/xuri/excelize/v2"
)

// writeXLSX writes two sheets of text cells: the list, and what it is. A text
// cell is never read as a formula or a number, so an NHS number keeps its
// digits.
func writeXLSX(rows, about [][]string) ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetSheetName("Sheet1", "List"); err != nil {
		return nil, err
	}
	if _, err := f.NewSheet("About"); err != nil {
		return nil, err
	}
	for sheet, table := range map[string][][]string{"List": rows, "About": about} {
		for y, row := range table {
			for x, text := range row {
				at, err := excelize.CoordinatesToCellName(x+1, y+1)
				if err != nil {
					return nil, err
				}
				if err := f.SetCellStr(sheet, at, Text(text)); err != nil {
					return nil, err
				}
			}
		}
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return nil, err
	}
	if err := f.SetRowStyle("List", 1, 1, bold); err != nil {
		return nil, err
	}
	if err := f.SetPanes("List", &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	if err := f.SetColWidth("List", "A", "Z", 18); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = f.Write(&b)
	return b.Bytes(), err
}
