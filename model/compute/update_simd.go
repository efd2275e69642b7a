//go:build goexperiment.simd

package compute

import "simd"

// rateChunk is the longest stretch that is updated with a learning rate for every element: one that is the same for all
// is repeated.
const rateChunk = 1024

// each cuts n elements into stretches, with a learning rate for every element of each.
func (e *cpu) each(n int, rate []float32, f func(from, to int, rate []float32)) {
	if len(rate) == n {
		f(0, n, rate)
		return
	}
	all := e.scratch(0, rateChunk)
	for i := range min(n, rateChunk) {
		all[i] = rate[0]
	}
	for i := 0; i < n; i += rateChunk {
		to := min(i+rateChunk, n)
		f(i, to, all)
	}
}

// AdamW implements [Engine].
func (e *cpu) AdamW(p, g, m, v, rate []float32, s AdamW) {
	e.each(len(p), rate, func(from, to int, rate []float32) {
		adamW(p[from:to], g[from:to], m[from:to], v[from:to], rate, s)
	})
}

func adamW(p, g, m, v, rate []float32, s AdamW) {
	f := simd.BroadcastFloat32s
	b1, b2, a1, a2 := f(s.Beta1), f(s.Beta2), f(1-s.Beta1), f(1-s.Beta2)
	decay, eps, corr1, corr2 := f(s.WeightDecay), f(s.Eps), f(1/s.BiasCorr1), f(1/s.BiasCorr2)
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
	if i == n {
		return
	}
	// What is no whole vector is made one.
	var rest [5][16]float32
	of := [5][]float32{p, g, m, v, rate}
	for j, x := range of {
		copy(rest[j][:], x[i:])
	}
	adamW(rest[0][:lanes], rest[1][:lanes], rest[2][:lanes], rest[3][:lanes], rest[4][:lanes], s)
	copy(p[i:], rest[0][:])
	copy(m[i:], rest[2][:])
	copy(v[i:], rest[3][:])
}

// UpdateWeights implements [Engine].
func (e *cpu) UpdateWeights(p, u, rate []float32, decay, scale float32) {
	e.each(len(p), rate, func(from, to int, rate []float32) {
		updateWeights(p[from:to], u[from:to], rate, decay, scale)
	})
}

func updateWeights(p, u, rate []float32, decay, scale float32) {
	dv, sv := simd.BroadcastFloat32s(decay), simd.BroadcastFloat32s(scale)
	i, lanes := 0, dv.Len()
	for ; i+lanes <= len(p); i += lanes {
		pv := simd.LoadFloat32s(p[i:])
		pv.Sub(simd.LoadFloat32s(rate[i:]).Mul(dv.MulAdd(pv, sv.Mul(simd.LoadFloat32s(u[i:]))))).Store(p[i:])
	}
	if i < len(p) {
		pv := loadPart(p[i:])
		uv := loadPart(u[i:len(p)])
		rv := loadPart(rate[i:len(p)])
		pv.Sub(rv.Mul(dv.MulAdd(pv, sv.Mul(uv)))).StorePart(p[i:])
	}
}
