package compute_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/model/compute"
)

func TestAttentionAgreesWithTheReference(t *testing.T) { bothWays(t, attentionAgrees) }

func attentionAgrees(t *testing.T) {
	for _, eng := range engines() {
		for _, s := range []compute.AttnShape{
			{Batch: 2, Seq: 1, Heads: 1, KVHeads: 1, HeadDim: 2}, {Batch: 2, Seq: 9, Heads: 4, KVHeads: 2, HeadDim: 6},
			{Batch: 1, Seq: 33, Heads: 3, KVHeads: 3, HeadDim: 16}, {Batch: 2, Seq: 64, Heads: 4, KVHeads: 1,
				HeadDim: 8}, {Batch: 1, Seq: 20, Heads: 2, KVHeads: 1, HeadDim: 34},
			{Batch: 1, Seq: 257, Heads: 2, KVHeads: 1, HeadDim: 12},
			{Batch: 15, Seq: 17, Heads: 1, KVHeads: 1, HeadDim: 4},
		} {
			what := fmt.Sprintf("%s %+v", eng.Name(), s)
			n, a, b := s.Batch*s.Seq, s.Heads*s.HeadDim, s.KVHeads*s.HeadDim
			q, k, v := columns(a, n, 1), columns(b, n, 2), columns(b, n, 3)
			dout := compute.M(values(n*a, 4), n, a)
			f := func(size int) []float32 { return make([]float32, size) }
			out, probs, out2, probs2 := f(n*a), f(s.Probs()), f(n*a), values(s.Probs(), 5)
			judge.Attention(compute.M(out, n, a), probs, q, k, v, s)
			eng.Attention(compute.M(out2, n, a), probs2, q, k, v, s)
			near(t, out, out2, what)
			dq, dk, dv := columns(a, n, 6), columns(b, n, 7), columns(b, n, 8)
			dq2, dk2, dv2 := columns(a, n, 9), columns(b, n, 10), columns(b, n, 11)
			judge.AttentionBackward(dq, dk, dv, dout, probs, q, k, v, s)
			eng.AttentionBackward(dq2, dk2, dv2, dout, probs2, q, k, v, s)
			near64(t, dq.Data, dq2.Data, 5e-6, what+" dq")
			near64(t, dk.Data, dk2.Data, 5e-6, what+" dk")
			near64(t, dv.Data, dv2.Data, 5e-6, what+" dv")

			half := s.HeadDim / 2
			r := compute.Rotary{Cos: compute.NewColumns(half, n), Sin: compute.NewColumns(half, n)}
			for c := range half {
				for i := range n {
					si, co := math.Sincos(float64(i%s.Seq) / float64(1+c))
					r.Cos.Data[c*r.Cos.Stride+i], r.Sin.Data[c*r.Sin.Stride+i] = float32(co), float32(si)
				}
			}
			weight := values(s.HeadDim, 12)
			y, rstd, y2, rstd2 := columns(a, n, 13), columns(s.Heads, n, 14), columns(a, n, 15), columns(s.Heads, n, 16)
			judge.QKNormRoPE(y, rstd, q, weight, r, 1e-6)
			eng.QKNormRoPE(y2, rstd2, q, weight, r, 1e-6)
			near(t, y.Data, y2.Data, what+" QKNormRoPE")
			for h := range s.Heads {
				near(t, rstd.Data[h*rstd.Stride:][:n], rstd2.Data[h*rstd.Stride:][:n], what+" QKNormRoPE rstd")
			}
			dg, dg2 := values(s.HeadDim, 17), values(s.HeadDim, 17)
			dx, dy := columns(a, n, 18), columns(a, n, 19)
			judge.QKNormRoPEBackward(dx, dg, dy, q, weight, rstd, r)
			eng.QKNormRoPEBackward(dy, dg2, dy, q, weight, rstd2, r) // in place
			near64(t, dx.Data, dy.Data, 5e-6, what+" QKNormRoPEBackward dx")
			near64(t, dg, dg2, 5e-6, what+" QKNormRoPEBackward dweight")
		}
	}
}

// columns is a channel-major matrix of normal numbers.
func columns(channels, tokens int, seed uint64) compute.Mat {
	m := compute.NewColumns(channels, tokens)
	for c := range channels {
		copy(m.Data[c*m.Stride:][:tokens], values(tokens, seed+uint64(c)*100))
	}
	return m
}

func TestRoutingAgreesWithTheReference(t *testing.T) { bothWays(t, routingAgrees) }

func routingAgrees(t *testing.T) {
	const rows = 37
	for _, eng := range engines() {
		for _, c := range [][2]int{{1, 1}, {4, 2}, {8, 3}, {17, 17}} {
			cols, k := c[0], c[1]
			what := fmt.Sprintf("%s, %d of %d", eng.Name(), k, cols)
			logits := compute.M(values(rows*cols, 1), rows, cols)
			clear(logits.Data[:cols]) // all equal: ties go to the lower index
			r, r2 := newRouting(cols, k, rows), newRouting(cols, k, rows)
			judge.Route(r, logits)
			eng.Route(r2, logits)
			ld := r.Weight.Stride
			for i := range k {
				assert.Equal(t, r.TopK[i*ld:][:rows], r2.TopK[i*ld:][:rows], what)
				near(t, r.Weight.Data[i*ld:][:rows], r2.Weight.Data[i*ld:][:rows], what+" weights")
				assert.EqualValues(t, i, r2.TopK[i*ld], "ties go to the lower index")
			}
			near(t, r.LSE.Data[:rows], r2.LSE.Data[:rows], what+" log-sum-exp")
			dw, dp := columns(k, rows, 2), values(cols, 3)
			d, d2 := columns(cols, rows, 4), columns(cols, rows, 5)
			judge.RouteBackward(d, dw, r, dp, 0.3)
			eng.RouteBackward(d2, dw, r2, dp, 0.3)
			for i := range cols {
				near(t, r.Prob.Data[i*ld:][:rows], r2.Prob.Data[i*ld:][:rows], what+" probabilities")
				near64(t, d.Data[i*ld:][:rows], d2.Data[i*ld:][:rows], 5e-6, what+" gradient")
			}
		}
	}
}

func TestARouterWithoutNumbersStillChoosesDifferentExperts(t *testing.T) {
	for _, e := range append(engines(), judge) {
		r, logits := newRouting(4, 2, 3), compute.M(values(12, 1), 3, 4)
		logits.Data[5] = float32(math.NaN())
		e.Route(r, logits)
		assert.Equal(t, []int32{0, 1}, []int32{r.TopK[1], r.TopK[r.Weight.Stride+1]}, e.Name())
	}
}

func TestRowsDispatchedToExpertsAndCombined(t *testing.T) {
	const tokens, k = 11, 3
	for _, eng := range engines() {
		for _, n := range widths {
			what := fmt.Sprintf("%s, %d wide", eng.Name(), n)
			weight := columns(k, tokens, 1)
			s := compute.Permutation{Rows: make([]int32, len(weight.Data)), K: k, Stride: weight.Stride}
			for t := range tokens {
				for j := range k {
					s.Rows[j*s.Stride+t] = int32((t*7 + j*13) % (tokens * k))
				}
			}
			m := func(rows int, seed uint64) compute.Mat { return compute.M(values(rows*n, seed), rows, n) }
			x, y := m(tokens, 2), m(tokens*k, 3)
			far, far2 := m(tokens*k, 4), m(tokens*k, 4)
			judge.Dispatch(far, x, s)
			eng.Dispatch(far2, x, s)
			near(t, far.Data, far2.Data, what+" Dispatch")
			for _, w := range []compute.Mat{weight, {}} {
				for _, acc := range []bool{false, true} {
					near1, near2 := m(tokens, 5), m(tokens, 5)
					judge.Combine(near1, y, s, w, acc)
					eng.Combine(near2, y, s, w, acc)
					near(t, near1.Data, near2.Data, what+" Combine")
				}
			}
			dw, dw2 := columns(k, tokens, 6), columns(k, tokens, 7)
			judge.CombineBackward(far, dw, x, y, s, weight)
			eng.CombineBackward(far2, dw2, x, y, s, weight)
			near(t, far.Data, far2.Data, what+" CombineBackward")
			near64(t, dw.Data, dw2.Data, 1e-5, what+" CombineBackward weights")
		}
	}
}

func TestLogSumExpIsThatOfTheLibrary(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		for _, e := range engines() {
			const rows = 200
			logits, r := compute.M(make([]float32, 2*rows), rows, 2), newRouting(2, 1, rows)
			for i := range rows {
				logits.Data[2*i] = -float32(i) / 20
			}
			e.Route(r, logits)
			for i := range rows {
				assert.InDelta(t, math.Log1p(math.Exp(-float64(i)/20)), float64(r.LSE.Data[i]), 2e-7, e.Name())
			}
			for n := 1; n < 300; n++ {
				r := newRouting(n, 1, 1)
				e.Route(r, compute.M(make([]float32, n), 1, n))
				assert.InEpsilon(t, 1+math.Log(float64(n)), 1+float64(r.LSE.Data[0]), 2e-7, "%s: %d equal logits",
					e.Name(), n)
			}
		}
	})
}

func TestASlotOrALabelThatDoesNotExistPanics(t *testing.T) { bothWays(t, absentPanics) }

func absentPanics(t *testing.T) {
	const tokens, k = 3, 2
	for _, e := range append(engines(), judge) {
		for _, n := range []int{3, 5, 16} {
			near, far, weight := compute.M(values(tokens*n, 1), tokens, n),
				compute.M(values(tokens*k*n, 2), tokens*k, n), columns(k, tokens, 3)
			for _, bad := range []int32{tokens * k, -1} {
				s := compute.Permutation{Rows: make([]int32, len(weight.Data)), K: k, Stride: weight.Stride}
				s.Rows[s.Stride+2] = bad
				assert.Panics(t, func() { e.Combine(near, far, s, weight, false) }, "%s, slot %d", e.Name(), bad)
				assert.Panics(t, func() { e.CombineBackward(far, weight, near, far, s, weight) }, "%s, slot %d",
					e.Name(), bad)
			}
			for row := range tokens { // in none but the last does such a number lie beyond all of them
				labels := []int32{0, -100, 2}
				labels[row] = int32(n)
				for _, d := range [][]float32{nil, make([]float32, tokens*n)} {
					assert.Panics(t, func() { e.CrossEntropy(0, d, near.Data, labels, n, 1) }, "%s, label %d of row %d",
						e.Name(), n, row)
				}
			}
		}
	}
}

// newRouting is memory for the choice of k of the experts.
func newRouting(experts, k, tokens int) compute.Routing {
	r := compute.Routing{Prob: compute.NewColumns(experts, tokens), LSE: compute.NewColumns(1, tokens),
		Weight: compute.NewColumns(k, tokens)}
	r.TopK = make([]int32, len(r.Weight.Data))
	return r
}
