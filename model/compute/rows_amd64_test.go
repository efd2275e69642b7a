//go:build goexperiment.simd

package compute_test

import (
	"fmt"
	"testing"

	"github.com/sparkling-lab/sparkling/model/compute"
)

// On amd64 whatever has assembly gives the bits of the portable loops, which other machines of that kind run instead.
// In WebAssembly sums go across lanes in another order.
func TestOnAMD64TheAssemblyHasTheBitsOfThePortableLoops(t *testing.T) {
	e := compute.NewCPU()
	compare := func(what string, f func() [][]float32) {
		want, got := f(), [][]float32(nil)
		compute.WithoutAssembly(func() { got = f() })
		for i := range want {
			same(t, want[i], got[i], "%s, result %d", what, i)
		}
	}
	for _, n := range widths {
		for _, rows := range []int{1, 4, 5, 33} {
			x, dy, weight, rstd := values(rows*n, 1), values(rows*n, 2), values(n, 3), values(rows, 4)
			compare(fmt.Sprintf("RMSNorm, %d rows of %d", rows, n), func() [][]float32 {
				y, rstd := make([]float32, rows*n), make([]float32, rows)
				e.RMSNorm(y, rstd, x, weight, 1e-6)
				return [][]float32{y, rstd}
			})
			for _, acc := range []bool{false, true} {
				compare(fmt.Sprintf("RMSNormBackward, %d rows of %d", rows, n), func() [][]float32 {
					dx, dweight := values(rows*n, 5), values(n, 6)
					e.RMSNormBackward(dx, dweight, dy, x, weight, rstd, acc)
					return [][]float32{dx, dweight}
				})
			}
		}
	}
	for _, seq := range []int{1, 16, 17, 33, 100} {
		s := compute.AttnShape{Batch: 2, Seq: seq, Heads: 2, KVHeads: 1, HeadDim: 6}
		n, a, b := s.Batch*s.Seq, s.Heads*s.HeadDim, s.KVHeads*s.HeadDim
		q, k, v, dout := columns(a, n, 1), columns(b, n, 2), columns(b, n, 3), compute.M(values(n*a, 4), n, a)
		compare(fmt.Sprintf("attention, sequences of %d", seq), func() [][]float32 {
			out, probs := compute.M(make([]float32, n*a), n, a), make([]float32, s.Probs())
			e.Attention(out, probs, q, k, v, s)
			dq, dk, dv := compute.NewColumns(a, n), compute.NewColumns(b, n), compute.NewColumns(b, n)
			e.AttentionBackward(dq, dk, dv, dout, probs, q, k, v, s)
			return [][]float32{out.Data, probs, dq.Data, dk.Data, dv.Data}
		})
	}
}
