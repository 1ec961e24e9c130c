package flat

import (
	"bytes"
	"context"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/parquet/compress"
	"pgregory.net/rapid"

	"leftshift/engine/source"
)

// A file with bytes changed, or cut short, is refused or read; it never ends
// the process, and what was counted adds up.
func TestParquetDamage(t *testing.T) {
	m, err := ParseMap("t", []byte(typesMap))
	if err != nil {
		t.Fatal(err)
	}
	for _, codec := range []compress.Compression{compress.Codecs.Uncompressed, compress.Codecs.Zstd} {
		whole := typed(t, codec)
		r := rand.New(rand.NewPCG(1, 2))
		refused := 0
		for i := range 300 {
			file := bytes.Clone(whole)
			for range 1 + r.IntN(3) {
				file[r.IntN(len(file))] = byte(r.IntN(256))
			}
			if i%10 == 0 {
				file = file[:r.IntN(len(file))]
			}
			b, _ := newBatch(t, source.Meta{Source: "b", Flow: "f", Lag: -1}, nil)
			if Extract(context.Background(), bytes.NewReader(file), "parquet", m, Options{}, b) != nil {
				refused++
			}
			c, _, err := b.Finish()
			if err != nil || c.In != c.Held+c.Reference+c.Quarantined {
				t.Fatalf("%+v, %v", c, err)
			}
		}
		if refused < 100 {
			t.Errorf("%s: only %d of 300 damaged files were refused", codec, refused)
		}
	}
}

func TestDecimalText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64().Draw(t, "n")
		scale := rapid.IntRange(0, 25).Draw(t, "scale")
		got, ok := new(big.Rat).SetString(decimalText(big.NewInt(n), scale))
		want := new(big.Rat).SetFrac(big.NewInt(n), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil))
		if !ok || got.Cmp(want) != 0 {
			t.Fatalf("%d scale %d: %s", n, scale, decimalText(big.NewInt(n), scale))
		}
		b := make([]byte, 16)
		v := big.NewInt(n)
		if n < 0 {
			v = new(big.Int).Add(v, new(big.Int).Lsh(big.NewInt(1), 128))
		}
		if twosComplement(v.FillBytes(b)).Int64() != n {
			t.Fatalf("%d does not come back", n)
		}
	})
	if got := strings.Join([]string{decimalText(big.NewInt(-5), 2), decimalText(big.NewInt(12345), 2), decimalText(big.NewInt(0), 0)}, " "); got != "-0.05 123.45 0" {
		t.Error(got)
	}
}
