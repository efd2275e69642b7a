package compute_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/compute"
)

// bothWays runs a test with the row operations in assembly, where there is any, and without.
func bothWays(t *testing.T, test func(t *testing.T)) {
	if compute.HasAssembly() {
		t.Run("assembly", test)
	}
	compute.WithoutAssembly(func() { t.Run("portable", test) })
}

// same asks for equal bits.
func same(t *testing.T, want, got []float32, format string, args ...any) {
	t.Helper()
	require.Len(t, got, len(want))
	for i, x := range want {
		if math.Float32bits(x) != math.Float32bits(got[i]) {
			require.Fail(t, "bits differ", "%s: element %d is %g, and %g", fmt.Sprintf(format, args...), i, x, got[i])
		}
	}
}

// An element's result does not depend on what lies beside it, and on how much of that.
func TestElementsAreTheSameWhereverTheyLie(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		const most = 70
		e := compute.NewCPU()
		x, up, dh := values(most, 1), values(most, 2), values(most, 3)
		for i := range x {
			x[i] *= 20
		}
		// Each alone.
		var exp, h, dgate, dup [most]float32
		for i := range most {
			compute.Exp(exp[i:i+1], x[i:i+1])
			e.SwiGLU(h[i:i+1], x[i:i+1], up[i:i+1])
			e.SwiGLUBackward(dgate[i:i+1], dup[i:i+1], dh[i:i+1], x[i:i+1], up[i:i+1])
		}
		for n := 1; n <= most; n++ {
			for _, from := range []int{0, 1, most - n} {
				if to := from + n; to <= most {
					a, b := make([]float32, n), make([]float32, n)
					compute.Exp(a, x[from:to])
					same(t, exp[from:to], a, "e^x, %d from %d", n, from)
					e.SwiGLU(a, x[from:to], up[from:to])
					same(t, h[from:to], a, "SwiGLU, %d from %d", n, from)
					e.SwiGLUBackward(a, b, dh[from:to], x[from:to], up[from:to])
					same(t, dgate[from:to], a, "gradient of the gate, %d from %d", n, from)
					same(t, dup[from:to], b, "gradient of up, %d from %d", n, from)
				}
			}
		}
	})
}

// A row's result does not depend on which row it is, and of how many.
func TestRowsAreTheSameWhicheverTheyAre(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		const most = 133 // more than twice as many as are treated at once
		e := compute.NewCPU()
		for _, n := range widths {
			one, dy, weight, rstd := values(n, 1), values(n, 2), values(n, 3), []float32{0}
			y, dx, d := make([]float32, n), make([]float32, n), make([]float32, n)
			e.RMSNorm(y, rstd, one, weight, 1e-6)
			e.RMSNormBackward(dx, make([]float32, n), dy, one, weight, rstd, false)
			loss := e.CrossEntropy(0, d, one, []int32{int32(n / 2)}, n, 0.1)
			for rows := 1; rows <= most; rows += 6 {
				repeat := func(x []float32) (all []float32) {
					for range rows {
						all = append(all, x...)
					}
					return all
				}
				x, out, rstds, labels := repeat(one), make([]float32, rows*n), make([]float32, rows),
					make([]int32, rows)
				e.RMSNorm(out, rstds, x, weight, 1e-6)
				same(t, repeat(y), out, "RMSNorm, %d rows of %d", rows, n)
				same(t, repeat(rstd), rstds, "its roots, %d rows of %d", rows, n)
				e.RMSNormBackward(out, make([]float32, n), repeat(dy), x, weight, rstds, false)
				same(t, repeat(dx), out, "RMSNormBackward, %d rows of %d", rows, n)
				for i := range labels {
					labels[i] = int32(n / 2)
				}
				all := e.CrossEntropy(0, out, x, labels, n, 0.1)
				assert.InDelta(t, loss, all/float64(rows), 1e-12*max(1, loss), "loss of %d rows of %d", rows, n)
				same(t, repeat(d), out, "CrossEntropy, %d rows of %d", rows, n)
			}
		}
	})
}

// What is no number, or too large, spoils its own element or row, as it does in the reference, and nothing else.
func TestWhatIsNoNumberSpoilsItsOwnRow(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	agree := func(t *testing.T, want, got []float32, what string) {
		t.Helper()
		for i, x := range want {
			a, b := float64(x), float64(got[i])
			if math.IsNaN(a) != math.IsNaN(b) || math.IsInf(a, 0) != math.IsInf(b, 0) ||
				math.Abs(a-b) > 1e-5*(math.Abs(a)+1) {
				require.Fail(t, "differs", "%s: element %d is %g, and %g", what, i, x, got[i])
			}
		}
	}
	bothWays(t, func(t *testing.T) {
		const rows = 6
		for _, e := range engines() {
			for _, n := range widths {
				for _, bad := range []float32{nan, inf, 1e4, -1e4, 3e38} {
					x, weight, up := values(rows*n, 1), values(n, 2), values(rows*n, 3)
					for _, at := range []int{0, 2*n + n/2, 4*n + n - 1} {
						x[at] = bad
					}
					what := fmt.Sprintf("%s with %g, %d wide", e.Name(), bad, n)
					f := func(size int) []float32 { return make([]float32, size) }
					a, b, a2, b2, rstd, rstd2 := f(rows*n), f(rows*n), f(rows*n), f(rows*n), f(rows), f(rows)
					judge.SwiGLU(a, x, up)
					e.SwiGLU(a2, x, up)
					agree(t, a, a2, "SwiGLU, "+what)
					if bad < 1e38 { // times ∞ and 0 the order counts
						judge.SwiGLUBackward(a, b, up, x, up)
						e.SwiGLUBackward(a2, b2, up, x, up)
						agree(t, a, a2, "SwiGLUBackward gate, "+what)
						agree(t, b, b2, "SwiGLUBackward up, "+what)
						judge.RMSNorm(a, rstd, x, weight, 1e-6)
						e.RMSNorm(a2, rstd2, x, weight, 1e-6)
						agree(t, a, a2, "RMSNorm, "+what)
						agree(t, rstd, rstd2, "its roots, "+what)
					}
					labels := []int32{0, int32(n - 1), 0, -100, int32(n / 2), 0}
					loss, loss2 := judge.CrossEntropy(0, a, x, labels, n, 0.1), e.CrossEntropy(0, a2, x, labels, n, 0.1)
					agree(t, a, a2, "CrossEntropy, "+what)
					agree(t, []float32{float32(loss)}, []float32{float32(loss2)}, "loss, "+what)
				}
			}
		}
	})
}

// A token's result does not depend on which token it is, and of how many.
func TestTokensAreTheSameWhicheverTheyAre(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		const heads, width, experts, k = 2, 6, 5, 2
		e := compute.NewCPU()
		for tokens := 1; tokens <= 40; tokens += 3 {
			// every column the same, and what is computed of it
			repeat := func(channels int, seed uint64) compute.Mat {
				m := compute.NewColumns(channels, tokens)
				for c, v := range values(channels, seed) {
					for i := range tokens {
						m.Data[c*m.Stride+i] = v
					}
				}
				return m
			}
			equal := func(m compute.Mat, what string) {
				for c := range m.Rows {
					row := m.Data[c*m.Stride:][:tokens]
					for i, v := range row {
						require.Equal(t, math.Float32bits(row[0]), math.Float32bits(v),
							"%s: channel %d, token %d of %d", what, c, i, tokens)
					}
				}
			}
			x, y, dx, rstd, weight := repeat(heads*width, 1), repeat(heads*width, 2), repeat(heads*width, 3),
				repeat(heads, 4), values(width, 5)
			turn := compute.Rotary{Cos: repeat(width/2, 6), Sin: repeat(width/2, 7)}
			e.QKNormRoPE(y, rstd, x, weight, turn, 1e-6)
			equal(y, "QKNormRoPE")
			equal(rstd, "its roots")
			e.QKNormRoPEBackward(dx, make([]float32, width), y, x, weight, rstd, turn)
			equal(dx, "QKNormRoPEBackward")

			one := values(experts, 8)
			logits, r := compute.M(nil, tokens, experts), newRouting(experts, k, tokens)
			for range tokens {
				logits.Data = append(logits.Data, one...)
			}
			e.Route(r, logits)
			equal(r.Prob, "Route")
			equal(r.LSE, "its log-sum-exp")
			equal(r.Weight, "its weights")
			dlogits := compute.NewColumns(experts, tokens)
			e.RouteBackward(dlogits, repeat(k, 9), r, values(experts, 10), 0.1)
			equal(dlogits, "RouteBackward")

			// All slots hold the same row.
			s := compute.Permutation{Rows: make([]int32, len(r.Weight.Data)), K: k, Stride: r.Weight.Stride}
			for i := range tokens {
				for j := range k {
					s.Rows[j*s.Stride+i] = int32(i*k + j)
				}
			}
			for _, n := range widths {
				near, far, dfar, dw := compute.M(nil, tokens, n), compute.M(nil, tokens*k, n),
					compute.M(make([]float32, tokens*k*n), tokens*k, n), repeat(k, 11)
				for range tokens {
					near.Data = append(near.Data, values(n, 12)...)
					far.Data = append(far.Data, append(values(n, 13), values(n, 14)...)...)
				}
				near.Stride, far.Stride = n, n
				e.CombineBackward(dfar, dw, near, far, s, r.Weight)
				equal(dw, "CombineBackward")
				e.Combine(near, far, s, r.Weight, true)
				for i := range tokens {
					same(t, near.Data[:n], near.Data[i*n:(i+1)*n], "Combine, token %d of %d, %d wide", i, tokens, n)
					same(t, dfar.Data[:k*n], dfar.Data[i*k*n:(i+1)*k*n], "CombineBackward, token %d of %d, %d wide",
						i, tokens, n)
				}
			}
		}
	})
}

// Sequences that are equal are attended equally, wherever in a vector they begin.
func TestSequencesAreTheSameWhicheverTheyAre(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		e := compute.NewCPU()
		for seq := 1; seq <= 40; seq += 3 {
			s := compute.AttnShape{Batch: 3, Seq: seq, Heads: 2, KVHeads: 1, HeadDim: 4}
			n, a, b := s.Batch*s.Seq, s.Heads*s.HeadDim, s.KVHeads*s.HeadDim
			repeat := func(channels int, seed uint64) compute.Mat {
				m := compute.NewColumns(channels, n)
				for c := range channels {
					one := values(seq, seed+uint64(c))
					for i := range n {
						m.Data[c*m.Stride+i] = one[i%seq]
					}
				}
				return m
			}
			equal := func(m compute.Mat, what string) {
				for c := range m.Rows {
					for i := seq; i < n; i++ {
						row := m.Data[c*m.Stride:]
						require.Equal(t, math.Float32bits(row[i%seq]), math.Float32bits(row[i]),
							"%s: channel %d, token %d of %d", what, c, i, seq)
					}
				}
			}
			q, k, v, out, probs := repeat(a, 1), repeat(b, 20), repeat(b, 30), compute.M(make([]float32, n*a), n, a),
				make([]float32, s.Probs())
			dq, dk, dv := compute.NewColumns(a, n), compute.NewColumns(b, n), compute.NewColumns(b, n)
			e.Attention(out, probs, q, k, v, s)
			e.AttentionBackward(dq, dk, dv, out, probs, q, k, v, s)
			for i := 1; i < s.Batch; i++ {
				same(t, out.Data[:seq*a], out.Data[i*seq*a:(i+1)*seq*a], "attention, %d tokens", seq)
			}
			equal(dq, "queries")
			equal(dk, "keys")
			equal(dv, "values")
		}
	})
}

// Rows whose losses are summed in several calls, each of whole blocks, give the bits of one call.
func TestLossesInPartsAreThoseOfOneCall(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		const rows, n = 300, 37
		x, labels := values(rows*n, 1), make([]int32, rows)
		for i := range labels {
			labels[i] = int32(i%(n+1)) - 1
		}
		for _, e := range []compute.Engine{compute.Reference{}, compute.NewCPU()} {
			want, got := make([]float32, rows*n), make([]float32, rows*n)
			whole, total := e.CrossEntropy(0, want, x, labels, n, 0.1), 0.0
			for from, to := 0, 0; from < rows; from = to {
				to = min(from+128, rows)
				total = e.CrossEntropy(total, got[from*n:to*n], x[from*n:to*n], labels[from:to], n, 0.1)
			}
			assert.Equal(t, math.Float64bits(whole), math.Float64bits(total), e.Name())
			same(t, want, got, "gradients of %s", e.Name())
		}
	})
}
