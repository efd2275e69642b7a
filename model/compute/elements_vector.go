//go:build goexperiment.simd && !wasm

package compute

import "simd"

// adamWRun does the whole vectors of adamW, and says how many numbers that were.
func adamWRun(p, g, m, v, rate []float32, s AdamW) int {
	f := simd.BroadcastFloat32s
	b1, b2, a1, a2 := f(s.Beta1), f(s.Beta2), f(1-s.Beta1), f(1-s.Beta2)
	decay, eps, corr1, corr2 := f(s.Decay), f(s.Eps), f(1/s.Corr1), f(1/s.Corr2)
	i, n, lanes := 0, len(p), b1.Len()
	g, m, v, rate = g[:n], m[:n], v[:n], rate[:n]
	for ; i+lanes <= n; i += lanes {
		p, g, m, v, rate := p[i:i+lanes], g[i:i+lanes], m[i:i+lanes], v[i:i+lanes], rate[i:i+lanes]
		gv, pv := simd.LoadFloat32s(g), simd.LoadFloat32s(p)
		mv := b1.Mul(simd.LoadFloat32s(m)).Add(a1.Mul(gv))
		vv := b2.Mul(simd.LoadFloat32s(v)).Add(a2.Mul(gv).Mul(gv))
		step := corr1.Mul(mv).Div(vv.Mul(corr2).Sqrt().Add(eps))
		mv.Store(m)
		vv.Store(v)
		pv.Sub(simd.LoadFloat32s(rate).Mul(decay.MulAdd(pv, step))).Store(p)
	}
	return i
}

// ownExp says that numbers one after the other have no assembly of their own.
func ownExp(y, x []float32) bool { return false }
