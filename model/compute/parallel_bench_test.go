package compute

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// BenchmarkSharedAmongTwo is how much faster than one thread two are, by the size of an operation in multiplications:
// what [minWork] is chosen by. Both take turns, and of each the fastest twentieth counts: the moments at which both had
// a core.
func BenchmarkSharedAmongTwo(b *testing.B) {
	eng := NewThreaded(2)
	compare := func(name string, work task, n, grain int) {
		b.Run(name, func(b *testing.B) {
			var one, two []float64
			for b.Loop() {
				at := time.Now()
				work.do(eng.cpu, 0, n)
				one = append(one, time.Since(at).Seconds())
				part := (n + 1) / 2
				part = (part + grain - 1) / grain * grain
				for range 2 { // the second finds the worker awake, as the operations of a step do
					at = time.Now()
					eng.pool.parallelFor(work, n, part, 2)
				}
				two = append(two, time.Since(at).Seconds())
			}
			slices.Sort(one)
			slices.Sort(two)
			b.ReportMetric(1e6*one[len(one)/20], "µs")
			b.ReportMetric(one[len(one)/20]/two[len(two)/20], "x")
			b.ReportMetric(0, "ns/op")
		})
	}
	for size := 17; size <= 25; size++ {
		for _, width := range []int{32, 256} {
			rows := 1 << size / (width * width)
			if rows < 32 {
				continue
			}
			m := func(r, c int) Mat { return M(make([]float32, r*c), r, c) }
			compare(fmt.Sprintf("product, %d wide/2^%d", width, size),
				&products{form: NT, dst: m(rows, width), a: m(rows, width), b: m(width, width)}, rows, 16)
		}
	}
	for _, seq := range []int{16, 32, 64, 128, 256} {
		s := AttnShape{Batch: 512 / seq, Seq: seq, Heads: 4, KVHeads: 2, HeadDim: 8}
		if s.Batch*s.KVHeads < 2 {
			continue
		}
		q, k, v := NewColumns(32, 512), NewColumns(16, 512), NewColumns(16, 512)
		cost := s.Batch * s.KVHeads * s.Seq * s.Seq * s.HeadDim * s.Heads / s.KVHeads
		compare(fmt.Sprintf("attention, sequences of %d/%d", seq, cost),
			&attend{out: M(make([]float32, 512*32), 512, 32), probs: make([]float32, s.Probs()), q: q, k: k, v: v,
				s: s}, s.Batch*s.KVHeads, 1)
	}
	for size := 14; size <= 22; size += 2 {
		n := 1 << size
		f := func() []float32 { return make([]float32, n) }
		compare(fmt.Sprintf("SwiGLU/%d elements", n), &elements{op: swiGLUOp, x: [5][]float32{f(), f(), f()}}, n,
			blockElements/8)
		compare(fmt.Sprintf("sum of two/%d elements", n), &elements{op: axpbyOp, x: [5][]float32{f(), f()}, a: 1, b: 1},
			n, blockElements/8)
	}
}
