package compute_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/sparkling-lab/sparkling/model/compute"
)

// BenchmarkOperation is every operation but the matrix products, in nanoseconds an element (of what it reads most of;
// of a score in attention), in its fastest turn. The widths are those of the default experiment and of a network of
// width 512.
func BenchmarkOperation(b *testing.B) {
	for _, s := range []struct {
		tokens, d, f, vocab, experts int
		attn                         compute.AttnShape
	}{
		{512, 32, 32, 47, 4, compute.AttnShape{Batch: 8, Seq: 64, Heads: 4, KVHeads: 2, HeadDim: 8}},
		{2048, 512, 512, 47, 8, compute.AttnShape{Batch: 8, Seq: 256, Heads: 8, KVHeads: 4, HeadDim: 64}},
	} {
		const k = 2
		e := compute.NewCPU()
		n, a, kv := s.tokens, s.attn.Heads*s.attn.HeadDim, s.attn.KVHeads*s.attn.HeadDim
		run := func(name string, elements int, f func()) {
			b.Run(fmt.Sprintf("%s/%d", name, s.d), func(b *testing.B) {
				best := time.Duration(math.MaxInt64)
				for b.Loop() {
					begin := time.Now()
					f()
					best = min(best, time.Since(begin))
				}
				b.ReportMetric(float64(best.Nanoseconds())/float64(elements), "ns/element")
				b.ReportMetric(0, "ns/op")
			})
		}
		x, y, dx, rstd, weight, dweight := values(n*s.d, 1), values(n*s.d, 2), values(n*s.d, 3), values(n, 4),
			values(s.d, 5), values(s.d, 6)
		run("RMSNorm", n*s.d, func() { e.RMSNorm(y, rstd, x, weight, 1e-6) })
		run("RMSNormBackward", n*s.d, func() { e.RMSNormBackward(dx, dweight, y, x, weight, rstd, false) })

		q, qn, kn, v, out := columns(a, n, 7), columns(a, n, 8), columns(kv, n, 9), columns(kv, n, 10),
			compute.M(values(n*a, 11), n, a)
		dq, dk, dv, probs := columns(a, n, 12), columns(kv, n, 13), columns(kv, n, 14), make([]float32, s.attn.Probs())
		half := s.attn.HeadDim / 2
		turn, hrstd, hweight := compute.Rotary{Cos: columns(half, n, 15), Sin: columns(half, n, 16)},
			columns(s.attn.Heads, n, 17), values(s.attn.HeadDim, 18)
		dhweight := values(s.attn.HeadDim, 19)
		run("QKNormRoPE", n*a, func() { e.QKNormRoPE(qn, hrstd, q, hweight, turn, 1e-6) })
		run("QKNormRoPEBackward", n*a, func() { e.QKNormRoPEBackward(dq, dhweight, qn, q, hweight, hrstd, turn) })
		scores := s.attn.Batch * s.attn.Heads * s.attn.Seq * s.attn.Seq / 2
		run("Attention", scores, func() { e.Attention(out, probs, qn, kn, v, s.attn) })
		run("AttentionBackward", scores, func() { e.AttentionBackward(dq, dk, dv, out, probs, qn, kn, v, s.attn) })

		logits, r := compute.M(values(n*s.experts, 20), n, s.experts), newRouting(s.experts, k, n)
		dl, dw, dp := columns(s.experts, n, 21), columns(k, n, 22), values(s.experts, 23)
		run("Route", n*s.experts, func() { e.Route(r, logits) })
		run("RouteBackward", n*s.experts, func() { e.RouteBackward(dl, dw, r, dp, 0.1) })
		slots := compute.Permutation{Rows: make([]int32, len(r.TopK)), K: k, Stride: r.Weight.Stride}
		for t := range n {
			for j := range k {
				slots.Rows[j*slots.Stride+t] = int32((t*31 + j*n) % (k * n))
			}
		}
		far, far2 := compute.M(values(k*n*s.d, 24), k*n, s.d), compute.M(values(k*n*s.d, 25), k*n, s.d)
		run("Dispatch", k*n*s.d, func() { e.Dispatch(far, compute.M(x, n, s.d), slots) })
		run("Combine", k*n*s.d, func() { e.Combine(compute.M(y, n, s.d), far, slots, r.Weight, false) })
		run("CombineBackward", k*n*s.d,
			func() { e.CombineBackward(far2, dw, compute.M(x, n, s.d), far, slots, r.Weight) })

		size := k * n * s.f
		g, u, h, dg, du := values(size, 26), values(size, 27), values(size, 28), values(size, 29), values(size, 30)
		run("SwiGLU", size, func() { e.SwiGLU(h, g, u) })
		run("SwiGLUBackward", size, func() { e.SwiGLUBackward(dg, du, h, g, u) })
		run("Axpby", size, func() { e.Axpby(h, 0.5, g, 0.5) })
		run("SumSquares", size, func() { e.SumSquares(h) })
		adam := compute.AdamW{WeightDecay: 0.1, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, BiasCorr1: 0.5, BiasCorr2: 0.5}
		run("AdamW", size, func() { e.AdamW(h, g, dg, du, []float32{1e-6}, adam) })
		run("UpdateWeights", size, func() { e.UpdateWeights(h, g, []float32{1e-6}, 0.1, 0.2) })

		scoresOf, dscores, labels := values(n*s.vocab, 31), values(n*s.vocab, 32), make([]int32, n)
		run("CrossEntropy", n*s.vocab, func() { e.CrossEntropy(0, dscores, scoresOf, labels, s.vocab, 0.1) })
		run("CrossEntropyAlone", n*s.vocab, func() { e.CrossEntropy(0, nil, scoresOf, labels, s.vocab, 0.1) })
	}
}
