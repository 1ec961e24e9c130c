package audit

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"leftshift/engine"
)

// Appends a second and how long a page waits for one, by how many write at
// once. Set TMPDIR to a folder on the disk to be measured.
func BenchmarkAppend(b *testing.B) {
	for _, writers := range []int{1, 50, 200} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			dir := b.TempDir()
			opt := signing(dir)
			opt.Every, opt.Age = 0, 0
			l := open(b, filepath.Join(dir, "audit.db"), opt)
			var next atomic.Int64
			took := make([]time.Duration, b.N)
			var wait sync.WaitGroup
			b.ResetTimer()
			for range writers {
				wait.Go(func() {
					for {
						i := next.Add(1) - 1
						if i >= int64(b.N) {
							return
						}
						began := time.Now()
						if _, err := l.Append(context.Background(), look("u", engine.Person(i+1))); err != nil {
							b.Error(err)
						}
						took[i] = time.Since(began)
					}
				})
			}
			wait.Wait()
			b.StopTimer()
			slices.Sort(took)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "appends/s")
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}

// An export of 10,000 persons, one entry.
func BenchmarkExport(b *testing.B) {
	l := open(b, filepath.Join(b.TempDir(), "audit.db"), Options{})
	e := look("u")
	for p := range engine.Person(10_000) {
		e.Persons = append(e.Persons, p*7919+1)
	}
	for b.Loop() {
		add(b, l, e)
	}
}

func BenchmarkVerify(b *testing.B) {
	dir := b.TempDir()
	l := open(b, filepath.Join(dir, "audit.db"), Options{})
	var wait sync.WaitGroup
	for g := range 200 {
		wait.Go(func() {
			for i := range 50 {
				if _, err := l.Append(context.Background(), look("u", engine.Person(g*50+i+1))); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wait.Wait()
	for b.Loop() {
		if r, _ := verify(b, dir); r.Entries != 10_000 || !r.Sound() {
			b.Fatalf("%+v", r)
		}
	}
	b.ReportMetric(10_000*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
}
