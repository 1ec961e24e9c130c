package flat

import (
	"errors"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"leftshift/engine"
)

// parquetColumn decodes one flat column to text, some rows at a time.
type parquetColumn struct {
	chunk file.ColumnChunkReader
	iso   bool
	text  []string
	full  int16 // definition level of a value that is there

	whole func(n int64) string                       // of a 32 or 64 bit integer
	bytes func(b []byte) string                      // of a byte array
	read  func(p *parquetColumn, n int) (int, error) // appends to text

	levels []int16
}

// newParquetColumn gives nil for a type that no map can read.
func newParquetColumn(c *schema.Column) *parquetColumn {
	if c.MaxRepetitionLevel() > 0 || c.MaxDefinitionLevel() > 1 {
		return nil // a list, or a part of a structure
	}
	p := &parquetColumn{full: c.MaxDefinitionLevel(), levels: make([]int16, parquetRows)}
	p.whole = func(n int64) string { return strconv.FormatInt(n, 10) }
	logical := c.LogicalType()
	switch t := logical.(type) {
	case schema.DateLogicalType:
		p.iso = true
		p.whole = func(n int64) string {
			if n < math.MinInt32+1 || n > math.MaxInt32 {
				return "no day"
			}
			return engine.Day(n).String()
		}
	case schema.TimestampLogicalType:
		p.iso = true
		moment := time.UnixMilli
		switch t.TimeUnit() {
		case schema.TimeUnitMicros:
			moment = time.UnixMicro
		case schema.TimeUnitNanos:
			moment = func(n int64) time.Time { return time.Unix(0, n) }
		}
		layout := "2006-01-02T15:04:05.999999999" // without a zone: London's
		if t.IsAdjustedToUTC() {
			layout = time.RFC3339Nano
		}
		p.whole = func(n int64) string { return moment(n).UTC().Format(layout) }
	case schema.DecimalLogicalType:
		scale := int(t.Scale())
		p.whole = func(n int64) string { return decimalText(big.NewInt(n), scale) }
		p.bytes = func(b []byte) string { return decimalText(twosComplement(b), scale) }
	case schema.IntLogicalType:
		if !t.IsSigned() {
			bits := t.BitWidth()
			p.whole = func(n int64) string {
				if bits <= 32 {
					n = int64(uint32(n))
				}
				return strconv.FormatUint(uint64(n), 10)
			}
		}
	case schema.StringLogicalType, schema.EnumLogicalType, schema.JSONLogicalType:
		p.bytes = func(b []byte) string { return string(b) }
	case schema.TimeLogicalType, schema.IntervalLogicalType:
		return nil
	}
	switch c.PhysicalType() {
	case parquet.Types.Int32:
		p.read = decoder((*file.Int32ColumnChunkReader).ReadBatch, func(v int32) string { return p.whole(int64(v)) })
	case parquet.Types.Int64:
		p.read = decoder((*file.Int64ColumnChunkReader).ReadBatch, func(v int64) string { return p.whole(v) })
	case parquet.Types.Float:
		p.read = decoder((*file.Float32ColumnChunkReader).ReadBatch, func(v float32) string { return float(float64(v), 32) })
	case parquet.Types.Double:
		p.read = decoder((*file.Float64ColumnChunkReader).ReadBatch, func(v float64) string { return float(v, 64) })
	case parquet.Types.Boolean:
		p.read = decoder((*file.BooleanColumnChunkReader).ReadBatch, strconv.FormatBool)
	case parquet.Types.ByteArray:
		if p.bytes == nil {
			return nil // bytes that the file does not call text
		}
		p.read = decoder((*file.ByteArrayColumnChunkReader).ReadBatch, func(v parquet.ByteArray) string { return p.bytes(v) })
	case parquet.Types.FixedLenByteArray:
		if p.bytes == nil {
			return nil
		}
		p.read = decoder((*file.FixedLenByteArrayColumnChunkReader).ReadBatch, func(v parquet.FixedLenByteArray) string { return p.bytes(v) })
	default:
		return nil
	}
	return p
}

var errShort = errors.New("a column ends before its rows do")

// fill decodes the next n rows.
func (p *parquetColumn) fill(n int) error {
	p.text = p.text[:0]
	for len(p.text) < n {
		got, err := p.read(p, n-len(p.text))
		if err != nil {
			return err
		}
		if got == 0 {
			return errShort
		}
	}
	return nil
}

// decoder reads values of one physical type; C is the chunk reader of T.
func decoder[C file.ColumnChunkReader, T any](readBatch func(C, int64, []T, []int16, []int16) (int64, int, error), text func(T) string) func(*parquetColumn, int) (int, error) {
	values := make([]T, parquetRows)
	return func(p *parquetColumn, n int) (int, error) {
		chunk, ok := p.chunk.(C)
		if !ok {
			return 0, errors.New("a column changes its type")
		}
		rows, found, err := readBatch(chunk, int64(n), values, p.levels, nil)
		if err != nil {
			return 0, err
		}
		v := 0
		for i := range int(rows) {
			if p.full > 0 && p.levels[i] < p.full {
				p.text = append(p.text, "")
				continue
			}
			if v == found {
				return 0, errShort
			}
			p.text = append(p.text, text(values[v]))
			v++
		}
		return int(rows), nil
	}
}

func float(f float64, bits int) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return "not a number"
	}
	return strconv.FormatFloat(f, 'f', -1, bits)
}

// twosComplement reads a big-endian number.
func twosComplement(b []byte) *big.Int {
	n := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return n
}

// decimalText writes n / 10^scale in digits.
func decimalText(n *big.Int, scale int) string {
	digits := new(big.Int).Abs(n).String()
	if scale > 0 {
		if len(digits) <= scale {
			digits = strings.Repeat("0", scale-len(digits)+1) + digits
		}
		digits = digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
	}
	if n.Sign() < 0 {
		digits = "-" + digits
	}
	return digits
}
