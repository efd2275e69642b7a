package compute_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	_ "github.com/sparkling-lab/sparkling/internal/fixture" // the flag that all tests below model/ know
	"github.com/sparkling-lab/sparkling/model/compute"
)

// Every engine is held against the plain one, with every kernel that this machine can run. One that is new joins this
// list.
func engines() (all []compute.Engine) {
	for _, name := range compute.Kernels() {
		e, err := compute.NewCPUWith(name)
		if err != nil {
			panic(err)
		}
		all = append(all, e)
	}
	return all
}

var judge compute.Reference

// values are n standard normal numbers, the same for the same seed.
func values(n int, seed uint64) []float32 {
	rng := rand.New(rand.NewPCG(seed, 9))
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(rng.NormFloat64())
	}
	return out
}

// near compares with the largest value as the measure: engines may round sums otherwise, but not by more than a sum's
// length explains.
func near(t *testing.T, want, got []float32, what string) {
	t.Helper()
	near64(t, want, got, 2e-6, what)
}

func near64(t *testing.T, want, got []float32, tolerance float64, what string) {
	t.Helper()
	require.Len(t, got, len(want))
	size, worst := 1e-30, 0.0
	for i, x := range want {
		size = math.Max(size, math.Abs(float64(x)))
		worst = math.Max(worst, math.Abs(float64(x)-float64(got[i])))
		require.Equal(t, math.IsNaN(float64(x)), math.IsNaN(float64(got[i])), what)
	}
	assert.LessOrEqual(t, worst, tolerance*size, what)
}

// Widths around every vector length: none, one and several whole vectors, and every number of elements besides.
var widths = upTo(70)

func upTo(n int) (all []int) {
	for i := range n {
		all = append(all, i+1)
	}
	return all
}

// The elementwise operations treat the main part of a slice and its tail alike.
func TestElementwiseOperationsGiveEqualBitsInMainPartAndTail(t *testing.T) {
	bothWays(t, equalBits)
}

func equalBits(t *testing.T) {
	for _, eng := range engines() {
		for _, n := range widths {
			same := func(v float32) []float32 {
				out := make([]float32, n)
				for i := range out {
					out[i] = v
				}
				return out
			}
			out, out2, p, m, v := same(0), same(0), same(0.3), same(0.02), same(0.004)
			equal := func(x []float32, what string) {
				for i := range x {
					require.Equal(t, math.Float32bits(x[0]), math.Float32bits(x[i]), "%s %s: element %d of %d",
						eng.Name(), what, i, n)
				}
			}
			eng.SwiGLU(out, same(0.37), same(-1.2))
			equal(out, "SwiGLU")
			eng.SwiGLUBackward(out, out2, same(0.11), same(0.37), same(-1.2))
			equal(out, "SwiGLUBackward gate")
			equal(out2, "SwiGLUBackward up")
			eng.AdamW(p, same(0.05), m, v, []float32{0.01},
				compute.AdamW{WeightDecay: 0.001, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, BiasCorr1: 0.19, BiasCorr2: 0.1})
			equal(p, "AdamW p")
			equal(m, "AdamW m")
			equal(v, "AdamW v")
			eng.UpdateWeights(p, same(0.7), same(0.01), 0.1, 0.3)
			equal(p, "UpdateWeights")
			eng.Axpby(out, 0.7, same(1.1), 0.3)
			equal(out, "Axpby")
		}
	}
}

func TestGroupedProductsAreTheProductsOfTheirGroups(t *testing.T) {
	off := []int{0, 5, 5, 6, 17} // one expert gets nothing, one a single row
	const in, out, experts = 13, 19, 4
	rows := off[experts]
	for _, e := range append(engines(), judge) {
		x, w, dy := values(rows*in, 1), values(experts*out*in, 2), values(rows*out, 3)
		y, dx, dw := make([]float32, rows*out), make([]float32, rows*in), make([]float32, experts*out*in)
		e.GroupedMatMul(compute.NT, compute.M(y, rows, out), compute.M(x, rows, in), compute.M(w, experts*out, in),
			off, false)
		e.GroupedMatMul(compute.NN, compute.M(dx, rows, in), compute.M(dy, rows, out), compute.M(w, experts*out, in),
			off, false)
		e.GroupedMatMul(compute.TN, compute.M(dw, experts*out, in), compute.M(dy, rows, out), compute.M(x, rows, in),
			off, false)
		for g := range experts {
			a, b := off[g], off[g+1]
			n := b - a
			wg := compute.M(w[g*out*in:(g+1)*out*in], out, in)
			if n > 0 {
				want := make([]float32, n*out)
				judge.MatMul(compute.NT, compute.M(want, n, out), compute.M(x[a*in:b*in], n, in), wg, false)
				near(t, want, y[a*out:b*out], e.Name()+" NT")
				want = make([]float32, n*in)
				judge.MatMul(compute.NN, compute.M(want, n, in), compute.M(dy[a*out:b*out], n, out), wg, false)
				near(t, want, dx[a*in:b*in], e.Name()+" NN")
			}
			want := make([]float32, out*in)
			judge.MatMul(compute.TN, compute.M(want, out, in), compute.M(dy[a*out:b*out], n, out),
				compute.M(x[a*in:b*in], n, in), false)
			near(t, want, dw[g*out*in:(g+1)*out*in], e.Name()+" TN")
		}
	}
}

func TestRowOperationsAgreeWithTheReference(t *testing.T) { bothWays(t, rowsAgree) }

func rowsAgree(t *testing.T) {
	const rows = 6
	for _, eng := range engines() {
		for _, n := range widths {
			what := func(op string) string { return fmt.Sprintf("%s %s, %d wide", eng.Name(), op, n) }
			f := func(size int) []float32 { return make([]float32, size) }
			x, weight, dy := values(rows*n, 1), values(n, 2), values(rows*n, 3)

			y, rstd, y2, rstd2 := f(rows*n), f(rows), f(rows*n), f(rows)
			judge.RMSNorm(y, rstd, x, weight, 1e-6)
			eng.RMSNorm(y2, rstd2, x, weight, 1e-6)
			near(t, y, y2, what("RMSNorm"))
			near(t, rstd, rstd2, what("RMSNorm rstd"))
			for _, acc := range []bool{false, true} {
				dx, dx2, dg, dg2 := values(rows*n, 5), values(rows*n, 5), values(n, 6), values(n, 6)
				judge.RMSNormBackward(dx, dg, dy, x, weight, rstd, acc)
				eng.RMSNormBackward(dx2, dg2, dy, x, weight, rstd, acc)
				near(t, dx, dx2, what("RMSNormBackward dx"))
				near(t, dg, dg2, what("RMSNormBackward dweight"))
			}

			large := values(rows*n, 7)
			for i := range large {
				large[i] *= 30 // exponentials over- and underflow unless the largest is taken off first
			}
			for _, in := range [][]float32{x, large} {
				labels := []int32{0, -100, int32(n - 1), int32(n / 2), -1, 0}
				d, d2 := f(rows*n), append([]float32(nil), in...)
				want, got := judge.CrossEntropy(0, d, in, labels, n, 0.25), eng.CrossEntropy(0, d2, d2, labels, n, 0.25)
				near(t, d, d2, what("CrossEntropy in place"))
				assert.InDelta(t, want, got, 2e-6*math.Max(1, want), what("CrossEntropy"))
				assert.InDelta(t, want, eng.CrossEntropy(0, nil, in, labels, n, 0.25), 2e-6*math.Max(1, want),
					what("CrossEntropy without gradient"))
			}

			h, h2 := f(rows*n), f(rows*n)
			judge.SwiGLU(h, large, dy)
			eng.SwiGLU(h2, large, dy)
			near(t, h, h2, what("SwiGLU"))
			a, b, a2, b2 := f(rows*n), f(rows*n), f(rows*n), f(rows*n)
			judge.SwiGLUBackward(a, b, x, large, dy)
			eng.SwiGLUBackward(a2, b2, x, large, dy)
			near(t, a, a2, what("SwiGLUBackward gate"))
			near(t, b, b2, what("SwiGLUBackward up"))

			picked := []int32{3, 0, 3, 5}
			g, g2 := f(4*n), f(4*n)
			judge.Gather(g, x, picked, n)
			eng.Gather(g2, x, picked, n)
			near(t, g, g2, what("Gather"))
			to, to2 := values(rows*n, 9), values(rows*n, 9)
			judge.ScatterAdd(to, g, picked, n)
			eng.ScatterAdd(to2, g, picked, n)
			near(t, to, to2, what("ScatterAdd"))
			assert.InEpsilon(t, judge.SumSquares(x), eng.SumSquares(x), 1e-6, what("SumSquares"))
			for _, keep := range []float32{0, 0.4} {
				z, z2 := values(rows*n, 10), values(rows*n, 10)
				judge.Axpby(z, 1.3, x, keep)
				eng.Axpby(z2, 1.3, x, keep)
				near(t, z, z2, what("Axpby"))
			}

			s := compute.AdamW{WeightDecay: 0.001, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, BiasCorr1: 0.19, BiasCorr2: 0.1}
			p, m, v := values(rows*n, 11), values(rows*n, 12), values(rows*n, 13)
			for i := range v {
				v[i] *= v[i]
			}
			for _, rate := range [][]float32{{0.01}, values(rows*n, 14)} {
				p2, m2, v2 := append([]float32(nil), p...), append([]float32(nil), m...), append([]float32(nil), v...)
				judge.AdamW(p, dy, m, v, rate, s)
				eng.AdamW(p2, dy, m2, v2, rate, s)
				near(t, p, p2, what("AdamW p"))
				near(t, m, m2, what("AdamW m"))
				near(t, v, v2, what("AdamW v"))
				judge.UpdateWeights(p, dy, rate, 0.1, 0.3)
				eng.UpdateWeights(p2, dy, rate, 0.1, 0.3)
				near(t, p, p2, what("UpdateWeights"))
			}
		}
	}
}
