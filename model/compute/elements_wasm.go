//go:build goexperiment.simd

package compute

// adamWArgs is what the assembly gets.
type adamWArgs struct {
	p, g, m, v, rate                         *float32
	n                                        int
	b1, b2, a1, a2, decay, eps, corr1, corr2 float32
}

// adamWLoop does n vectors, at least one.
//
//go:noescape
func adamWLoop(a *adamWArgs)

// ownAdamW is adamWRun.
func ownAdamW(p, g, m, v, rate []float32, s AdamW) int {
	n := len(p) / 4
	if n == 0 {
		return 0
	}
	// What the assembly will read and write, checked once.
	_, _, _, _ = g[4*n-1], m[4*n-1], v[4*n-1], rate[4*n-1]
	adamWLoop(&adamWArgs{
		p: &p[0], g: &g[0], m: &m[0], v: &v[0], rate: &rate[0], n: n,
		b1: s.Beta1, b2: s.Beta2, a1: 1 - s.Beta1, a2: 1 - s.Beta2, decay: s.Decay, eps: s.Eps, corr1: 1 / s.Corr1, corr2: 1 / s.Corr2,
	})
	return 4 * n
}
