//go:build goexperiment.simd

package compute

import "simd"

// SwiGLU implements [Engine].
func (e *cpu) SwiGLU(h, gate, up []float32) {
	if !asmRows || !asmSwiGLU(h, gate, up) {
		swiGLU(h, nil, nil, gate, up, false)
	}
}

// SwiGLUBackward implements [Engine].
func (e *cpu) SwiGLUBackward(dgate, dup, dh, gate, up []float32) {
	if !asmRows || !asmSwiGLUBackward(dgate, dup, dh, gate, up) {
		swiGLU(dgate, dup, dh, gate, up, true)
	}
}

// swiGLU sets h = gate⊙s⊙up, with s = 1/(1 + e^−gate), or if back h = dgate = dh⊙s⊙up⊙(1 + gate⊙(1 − s)) and dup =
// dh⊙s⊙gate. Equal elements get equal bits wherever they lie. The exponential stands in the loop, step by step that of
// expVectors: divisions go on beside it, and nothing is stored between.
func swiGLU(h, dup, dh, gate, up []float32, back bool) {
	f := simd.BroadcastFloat32s
	low, high, toBase2, round := f(-expHigh), f(-expLow), f(-log2e), f(roundShift)
	ln2a, ln2b, one := f(-ln2High), f(-ln2Low), f(1)
	p4, p3, p2, p1, p0 := f(expP4), f(expP3), f(expP2), f(expP1), f(expP0)
	i, lanes := 0, one.Len()
	for ; i+lanes <= len(gate); i += lanes {
		h, gate, up := h[i:i+lanes], gate[i:i+lanes], up[i:i+lanes]
		g := simd.LoadFloat32s(gate)
		cut := g.Max(low).Min(high)
		shifted := cut.Mul(toBase2).Add(round)
		whole := shifted.Sub(round)
		r := whole.MulAdd(ln2b, whole.Mul(ln2a).Sub(cut))
		square := r.Mul(r)
		p := p4.MulAdd(square, p3.MulAdd(r, p2)).MulAdd(square, p1.MulAdd(r, p0))
		p = p.MulAdd(square, r.Add(one))
		p = p.ToBits().Add(shifted.ToBits().ShiftAllLeft(23)).BitsToFloat32()
		s := one.Div(one.Add(p))
		if back {
			d := simd.LoadFloat32s(dh[i : i+lanes]).Mul(s)
			d.Mul(g).Store(dup[i : i+lanes])
			d.Mul(simd.LoadFloat32s(up)).Mul(one.Sub(s).MulAdd(g, one)).Store(h)
		} else {
			g.Mul(s).Mul(simd.LoadFloat32s(up)).Store(h)
		}
	}
	if i == len(gate) {
		return
	}
	// What is no whole vector is made one.
	var to, to2, of, gates, ups [16]float32
	copy(gates[:], gate[i:])
	copy(ups[:], up[i:len(gate)])
	if back {
		copy(of[:], dh[i:len(gate)])
	}
	swiGLU(to[:lanes], to2[:lanes], of[:lanes], gates[:lanes], ups[:lanes], back)
	copy(h[i:len(gate)], to[:])
	if back {
		copy(dup[i:len(gate)], to2[:])
	}
}
