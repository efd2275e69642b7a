//go:build goexperiment.simd

package compute

// swiGLUArgs and adamWArgs are what the assembly gets.
type swiGLUArgs struct {
	h, gate, up, e *float32
	n              int
}

type adamWArgs struct {
	p, g, m, v, rate                         *float32
	n                                        int
	b1, b2, a1, a2, decay, eps, corr1, corr2 float32
}

// swiGLULoop and adamWLoop do n vectors, at least one.
//
//go:noescape
func swiGLULoop(a *swiGLUArgs)

//go:noescape
func adamWLoop(a *adamWArgs)

// swiGLURun does the whole vectors of swiGLU, and says how many numbers that were.
func swiGLURun(h, gate, up, e []float32) int {
	n := len(gate) / 4
	if n == 0 {
		return 0
	}
	// What the assembly will read and write, checked once.
	_, _, _ = h[4*n-1], up[4*n-1], e[4*n-1]
	swiGLULoop(&swiGLUArgs{&h[0], &gate[0], &up[0], &e[0], n})
	return 4 * n
}

// adamWRun does the whole vectors of adamW, and says how many numbers that were.
func adamWRun(p, g, m, v, rate []float32, s AdamW) int {
	n := len(p) / 4
	if n == 0 {
		return 0
	}
	_, _, _, _ = g[4*n-1], m[4*n-1], v[4*n-1], rate[4*n-1]
	adamWLoop(&adamWArgs{
		p: &p[0], g: &g[0], m: &m[0], v: &v[0], rate: &rate[0], n: n,
		b1: s.Beta1, b2: s.Beta2, a1: 1 - s.Beta1, a2: 1 - s.Beta2, decay: s.Decay, eps: s.Eps, corr1: 1 / s.Corr1, corr2: 1 / s.Corr2,
	})
	return 4 * n
}
