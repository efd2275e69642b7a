//go:build goexperiment.simd

package compute

import (
	"math"
	"simd"
)

// The operations here treat the last, partial vector with the same instructions as all others, so that an element's result does not
// depend on where it lies.

// expChunk is how many exponentials are taken before they are used: few enough to stay in the cache.
const expChunk = 512

// SwiGLU implements [Engine].
func (e *cpu) SwiGLU(h, gate, up []float32) {
	buf := e.scratch(0, expChunk)
	for i := 0; i < len(gate); i += expChunk {
		to := min(i+expChunk, len(gate))
		expSlice(buf, gate[i:to], 0, -1)
		swiGLU(h[i:to], gate[i:to], up[i:to], buf)
	}
}

// swiGLU sets h = gate/(1+e)⊙up, e = e^−gate.
func swiGLU(h, gate, up, e []float32) {
	one := simd.BroadcastFloat32s(1)
	i, lanes := 0, one.Len()
	for ; i+2*lanes <= len(gate); i += 2 * lanes {
		h, g, u, e := h[i:i+2*lanes], gate[i:i+2*lanes], up[i:i+2*lanes], e[i:i+2*lanes]
		swiGLUVec(h, g, u, e, one)
		swiGLUVec(h[lanes:], g[lanes:], u[lanes:], e[lanes:], one)
	}
	if i+lanes <= len(gate) {
		swiGLUVec(h[i:], gate[i:], up[i:], e[i:], one)
		i += lanes
	}
	if i < len(gate) {
		g, n := simd.LoadFloat32sPart(gate[i:])
		u, _ := simd.LoadFloat32sPart(up[i:])
		x, _ := simd.LoadFloat32sPart(e[i : i+n])
		g.Mul(one.Div(one.Add(x))).Mul(u).StorePart(h[i:])
	}
}

func swiGLUVec(h, gate, up, e []float32, one simd.Float32s) {
	s := one.Div(one.Add(simd.LoadFloat32s(e)))
	simd.LoadFloat32s(gate).Mul(s).Mul(simd.LoadFloat32s(up)).Store(h)
}

// SwiGLUBackward implements [Engine].
func (e *cpu) SwiGLUBackward(dgate, dup, dh, gate, up []float32) {
	buf := e.scratch(0, expChunk)
	for i := 0; i < len(gate); i += expChunk {
		to := min(i+expChunk, len(gate))
		expSlice(buf, gate[i:to], 0, -1)
		swiGLUBackward(dgate[i:to], dup[i:to], dh[i:to], gate[i:to], up[i:to], buf)
	}
}

// swiGLUBackward is the gradient of swiGLU; e = e^−gate.
func swiGLUBackward(dgate, dup, dh, gate, up, e []float32) {
	one := simd.BroadcastFloat32s(1)
	i, lanes := 0, one.Len()
	for ; i+lanes <= len(gate); i += lanes {
		g, dy := simd.LoadFloat32s(gate[i:]), simd.LoadFloat32s(dh[i:])
		s := one.Div(one.Add(simd.LoadFloat32s(e[i:])))
		dy.Mul(g).Mul(s).Store(dup[i:])
		dy.Mul(simd.LoadFloat32s(up[i:])).Mul(s).Mul(g.MulAdd(one.Sub(s), one)).Store(dgate[i:])
	}
	if i < len(gate) {
		g, n := simd.LoadFloat32sPart(gate[i:])
		dy, _ := simd.LoadFloat32sPart(dh[i:])
		u, _ := simd.LoadFloat32sPart(up[i:])
		x, _ := simd.LoadFloat32sPart(e[i : i+n])
		s := one.Div(one.Add(x))
		dy.Mul(g).Mul(s).StorePart(dup[i:])
		dy.Mul(u).Mul(s).Mul(g.MulAdd(one.Sub(s), one)).StorePart(dgate[i:])
	}
}

// Axpby implements [Engine].
func (e *cpu) Axpby(y []float32, a float32, x []float32, b float32) { axpby(y, a, x, b) }

func axpby(y []float32, a float32, x []float32, b float32) {
	av, bv := simd.BroadcastFloat32s(a), simd.BroadcastFloat32s(b)
	if b == 0 {
		scaled(y, av, x)
		return
	}
	i, lanes := 0, av.Len()
	for ; i+4*lanes <= len(x); i += 4 * lanes {
		x, y := x[i:i+4*lanes], y[i:i+4*lanes]
		axpbyVec(y, av, x, bv)
		axpbyVec(y[lanes:], av, x[lanes:], bv)
		axpbyVec(y[2*lanes:], av, x[2*lanes:], bv)
		axpbyVec(y[3*lanes:], av, x[3*lanes:], bv)
	}
	for ; i+lanes <= len(x); i += lanes {
		axpbyVec(y[i:], av, x[i:], bv)
	}
	if i < len(x) {
		xv, _ := simd.LoadFloat32sPart(x[i:])
		yv, _ := simd.LoadFloat32sPart(y[i:])
		bv.MulAdd(yv, av.Mul(xv)).StorePart(y[i:])
	}
}

// scaled sets y = a·x.
func scaled(y []float32, a simd.Float32s, x []float32) {
	i, lanes := 0, a.Len()
	for ; i+4*lanes <= len(x); i += 4 * lanes {
		x, y := x[i:i+4*lanes], y[i:i+4*lanes]
		mulVec(y, a, x)
		mulVec(y[lanes:], a, x[lanes:])
		mulVec(y[2*lanes:], a, x[2*lanes:])
		mulVec(y[3*lanes:], a, x[3*lanes:])
	}
	for ; i+lanes <= len(x); i += lanes {
		mulVec(y[i:], a, x[i:])
	}
	if i < len(x) {
		xv, _ := simd.LoadFloat32sPart(x[i:])
		a.Mul(xv).StorePart(y[i:])
	}
}

func mulVec(y []float32, a simd.Float32s, x []float32) { a.Mul(simd.LoadFloat32s(x)).Store(y) }

func axpbyVec(y []float32, a simd.Float32s, x []float32, b simd.Float32s) {
	b.MulAdd(simd.LoadFloat32s(y), a.Mul(simd.LoadFloat32s(x))).Store(y)
}

func addScaledVec(y []float32, a simd.Float32s, x []float32) {
	a.MulAdd(simd.LoadFloat32s(x), simd.LoadFloat32s(y)).Store(y)
}

// ScatterAdd implements [Engine].
func (e *cpu) ScatterAdd(dst, src []float32, rows []int32, cols int) {
	scatterAdd(dst, src, rows, cols)
}

func scatterAdd(dst, src []float32, rows []int32, cols int) {
	one := simd.BroadcastFloat32s(1)
	for i, r := range rows {
		addScaled(dst[int(r)*cols:(int(r)+1)*cols], one, src[i*cols:(i+1)*cols])
	}
}

// addScaled sets y = y + a·x.
func addScaled(y []float32, a simd.Float32s, x []float32) {
	i, lanes := 0, a.Len()
	for ; i+4*lanes <= len(x); i += 4 * lanes {
		x, y := x[i:i+4*lanes], y[i:i+4*lanes]
		addScaledVec(y, a, x)
		addScaledVec(y[lanes:], a, x[lanes:])
		addScaledVec(y[2*lanes:], a, x[2*lanes:])
		addScaledVec(y[3*lanes:], a, x[3*lanes:])
	}
	for ; i+lanes <= len(x); i += lanes {
		addScaledVec(y[i:], a, x[i:])
	}
	if i < len(x) {
		xv, _ := simd.LoadFloat32sPart(x[i:])
		yv, _ := simd.LoadFloat32sPart(y[i:])
		a.MulAdd(xv, yv).StorePart(y[i:])
	}
}

// scaleRow sets y = a·y.
func scaleRow(y []float32, a simd.Float32s) {
	lanes := a.Len()
	if len(y) < lanes {
		yv, _ := simd.LoadFloat32sPart(y)
		yv.Mul(a).StorePart(y)
		return
	}
	last := simd.LoadFloat32s(y[len(y)-lanes:]).Mul(a) // overlaps the whole vectors, so it is taken before they are written
	for i := 0; i+lanes <= len(y); i += lanes {
		scaleVec(y[i:], a)
	}
	last.Store(y[len(y)-lanes:])
}

// maxRow is the largest element. A not-a-number need not win: its own exponential is one, and so is the sum.
func maxRow(x []float32, lanes int) float32 {
	if len(x) < lanes {
		return maxOf(x)
	}
	top := simd.LoadFloat32s(x)
	for i := lanes; i+lanes <= len(x); i += lanes {
		top = top.Max(simd.LoadFloat32s(x[i:]))
	}
	top = top.Max(simd.LoadFloat32s(x[len(x)-lanes:])) // twice the same does no harm
	var all [16]float32
	top.Store(all[:])
	return maxOf(all[:lanes])
}

func maxOf(x []float32) float32 {
	top := x[0]
	for _, v := range x {
		if v > top { // the builtin max is a call on some machines
			top = v
		}
	}
	return top
}

// CrossEntropy implements [Engine].
func (e *cpu) CrossEntropy(dlogits, logits []float32, labels []int32, cols int, scale float32) float64 {
	return crossEntropy(dlogits, logits, labels, cols, scale, e.scratch(3, cols))
}

func crossEntropy(dlogits, logits []float32, labels []int32, cols int, scale float32, buf []float32) float64 {
	var total float64
	lanes := vectorLen()
	for i, label := range labels {
		row, out := logits[i*cols:(i+1)*cols], buf
		if dlogits != nil {
			out = dlogits[i*cols : (i+1)*cols]
		}
		if label < 0 {
			clear(out)
			continue
		}
		top := maxRow(row, lanes)
		at := row[label] - top
		sum := expSlice(out, row, top, 1)
		total += math.Log(sum) - float64(at)
		if dlogits != nil {
			scaleRow(out, simd.BroadcastFloat32s(float32(float64(scale)/sum)))
			out[label] -= scale
		}
	}
	return total
}
