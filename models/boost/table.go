package boost

import (
	"fmt"
	"math"

	"leftshift/features/matrix"
)

// table is the training rows in bins, kept twice: by column, one byte a value,
// to divide the rows of a leaf; and by row in blocks of columns, to fill
// histograms.
type table struct {
	edges  []edges
	bins   [][]uint8 // by column; nil for a column with one bin
	blocks []*block
}

// block is a run of columns, row by row. Most values of a health record are
// the same (none), so a row lists only the bins that are not the commonest bin
// of their column; the commonest is what is left of the leaf's total, which is
// exact because histograms hold integers.
type block struct {
	columns []int    // table columns, rising
	offset  []uint32 // first slot of each column, and the number of slots
	common  []uint8  // commonest bin of each column
	start   []uint32 // first entry of each row, and the number of entries
	slots   []uint16 // entries: offset of the column + bin
}

// maxSlots is how many slots an entry can name.
const maxSlots = 1 << 16

// newTable bins the rows of m (all rows are binned; only the given rows choose
// the edges).
func newTable(m *matrix.Matrix, rows []int32, opt Options) (*table, error) {
	t := &table{edges: make([]edges, len(m.Columns)), bins: make([][]uint8, len(m.Columns))}
	infinite := make([]bool, len(m.Columns))
	common := make([]uint8, len(m.Columns))
	entries := make([]int, len(m.Columns))
	sorters := make([]sorter, opt.Threads)
	parallel(len(m.Columns), opt.Threads, func(worker, j int) {
		col := m.Values[j]
		e := findEdges(col, rows, opt.Bins, &sorters[worker])
		t.edges[j] = e
		for _, i := range rows {
			if math.IsInf(float64(col[i]), 0) {
				infinite[j] = true
				return
			}
		}
		if e.bins() < 2 {
			return
		}
		var count [256]int
		b := make([]uint8, len(col))
		for _, i := range rows {
			b[i] = e.bin(col[i])
			count[b[i]]++
		}
		best := 0
		for k := range count {
			if count[k] > count[best] {
				best = k
			}
		}
		t.bins[j] = b
		common[j] = uint8(best)
		entries[j] = len(rows) - count[best]
	})
	total := 0
	for j := range m.Columns {
		if infinite[j] {
			return nil, fmt.Errorf("boost.infinite: column %s has an infinite value; make it NaN if it is unknown, or a number", m.Columns[j].ID)
		}
		if t.bins[j] != nil {
			total += entries[j] + len(rows)/8
		}
	}
	// Blocks of about equal work, one for each thread, more where the slots of
	// a block would not fit 16 bits.
	share := total/opt.Threads + 1
	var cur *block
	work := 0
	for j := range m.Columns {
		if t.bins[j] == nil {
			continue
		}
		n := uint32(t.edges[j].bins())
		if cur == nil || work >= share || cur.offset[len(cur.columns)]+n > maxSlots {
			cur = &block{offset: []uint32{0}}
			t.blocks = append(t.blocks, cur)
			work = 0
		}
		cur.columns = append(cur.columns, j)
		cur.offset = append(cur.offset, cur.offset[len(cur.offset)-1]+n)
		cur.common = append(cur.common, common[j])
		work += entries[j] + len(rows)/8
	}
	parallel(len(t.blocks), opt.Threads, func(_, k int) {
		t.blocks[k].fill(t.bins, rows, m.Rows)
	})
	return t, nil
}

// fill writes the entries of the given rows; other rows have none.
func (b *block) fill(bins [][]uint8, rows []int32, all int) {
	b.start = make([]uint32, all+1)
	for c, j := range b.columns {
		common, col := b.common[c], bins[j]
		for _, i := range rows {
			if col[i] != common {
				b.start[i+1]++
			}
		}
	}
	for i := range all {
		b.start[i+1] += b.start[i]
	}
	b.slots = make([]uint16, b.start[all])
	at := make([]uint32, all)
	copy(at, b.start)
	for c, j := range b.columns {
		common, col, offset := b.common[c], bins[j], b.offset[c]
		for _, i := range rows {
			if col[i] != common {
				b.slots[at[i]] = uint16(offset + uint32(col[i]))
				at[i]++
			}
		}
	}
}
