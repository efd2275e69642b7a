//go:build goexperiment.simd

package compute

import (
	"math"
	"simd"
)

// The operations here treat the last, partial vector with the same instructions as all others, so that an element's result does not
// depend on where it lies.

// SwiGLU implements [Engine].
func (e *cpu) SwiGLU(h, gate, up []float32) { swiGLU(h, gate, up) }

func swiGLU(h, gate, up []float32) {
	for i := 0; i < len(gate); {
		g, n := simd.LoadFloat32sPart(gate[i:])
		u, _ := simd.LoadFloat32sPart(up[i:])
		g.Mul(sigmoidVec(g)).Mul(u).StorePart(h[i:])
		i += n
	}
}

// SwiGLUBackward implements [Engine].
func (e *cpu) SwiGLUBackward(dgate, dup, dh, gate, up []float32) {
	swiGLUBackward(dgate, dup, dh, gate, up)
}

func swiGLUBackward(dgate, dup, dh, gate, up []float32) {
	one := simd.BroadcastFloat32s(1)
	for i := 0; i < len(gate); {
		g, n := simd.LoadFloat32sPart(gate[i:])
		u, _ := simd.LoadFloat32sPart(up[i:])
		dy, _ := simd.LoadFloat32sPart(dh[i:])
		s := sigmoidVec(g)
		dy.Mul(g).Mul(s).StorePart(dup[i:])
		dy.Mul(u).Mul(s).Mul(g.MulAdd(one.Sub(s), one)).StorePart(dgate[i:])
		i += n
	}
}

// AdamW implements [Engine].
func (e *cpu) AdamW(p, g, m, v []float32, s AdamW) { adamW(p, g, m, v, s) }

func adamW(p, g, m, v []float32, s AdamW) {
	f := simd.BroadcastFloat32s
	b1, b2, c1, c2 := f(s.Beta1), f(s.Beta2), f(1-s.Beta1), f(1-s.Beta2)
	keep, lr, eps, corr2 := f(1-s.LR*s.Decay), f(s.LR/s.Corr1), f(s.Eps), f(1/s.Corr2)
	for i := 0; i < len(g); {
		gv, n := simd.LoadFloat32sPart(g[i:])
		pv, _ := simd.LoadFloat32sPart(p[i:])
		mv, _ := simd.LoadFloat32sPart(m[i:])
		vv, _ := simd.LoadFloat32sPart(v[i:])
		mv = b1.Mul(mv).Add(c1.Mul(gv))
		vv = b2.Mul(vv).Add(c2.Mul(gv).Mul(gv))
		step := lr.Mul(mv).Div(vv.Mul(corr2).Sqrt().Add(eps))
		mv.StorePart(m[i:])
		vv.StorePart(v[i:])
		pv.Mul(keep).Sub(step).StorePart(p[i:])
		i += n
	}
}

// Axpby implements [Engine].
func (e *cpu) Axpby(y []float32, a float32, x []float32, b float32) { axpby(y, a, x, b) }

func axpby(y []float32, a float32, x []float32, b float32) {
	av, bv := simd.BroadcastFloat32s(a), simd.BroadcastFloat32s(b)
	for i := 0; i < len(x); {
		xv, n := simd.LoadFloat32sPart(x[i:])
		out := av.Mul(xv)
		if b != 0 {
			yv, _ := simd.LoadFloat32sPart(y[i:])
			out = bv.MulAdd(yv, out)
		}
		out.StorePart(y[i:])
		i += n
	}
}

// ScatterAdd implements [Engine].
func (e *cpu) ScatterAdd(dst, src []float32, rows []int32, scale []float32, cols int) {
	s := float32(1)
	for i, r := range rows {
		if scale != nil {
			s = scale[i]
		}
		addScaled(dst[int(r)*cols:(int(r)+1)*cols], s, src[i*cols:(i+1)*cols])
	}
}

// addScaled sets y = y + a·x.
func addScaled(y []float32, a float32, x []float32) {
	av := simd.BroadcastFloat32s(a)
	i, lanes := 0, av.Len()
	for ; i+lanes <= len(x); i += lanes {
		av.MulAdd(simd.LoadFloat32s(x[i:]), simd.LoadFloat32s(y[i:])).Store(y[i:])
	}
	if i < len(x) {
		xv, _ := simd.LoadFloat32sPart(x[i:])
		yv, _ := simd.LoadFloat32sPart(y[i:])
		av.MulAdd(xv, yv).StorePart(y[i:])
	}
}

// expRow sets y = e^(x − top) and returns the sum; y may be x.
func expRow(y, x []float32, top float32) float64 {
	tv := simd.BroadcastFloat32s(top)
	i, lanes := 0, tv.Len()
	for ; i+lanes <= len(x); i += lanes {
		expVec(simd.LoadFloat32s(x[i:]).Sub(tv)).Store(y[i:])
	}
	if i < len(x) {
		xv, _ := simd.LoadFloat32sPart(x[i:])
		expVec(xv.Sub(tv)).StorePart(y[i:])
	}
	var sum float64
	for _, v := range y {
		sum += float64(v)
	}
	return sum
}

// scaleRow sets y = a·y.
func scaleRow(y []float32, a float32) {
	av := simd.BroadcastFloat32s(a)
	i, lanes := 0, av.Len()
	for ; i+lanes <= len(y); i += lanes {
		simd.LoadFloat32s(y[i:]).Mul(av).Store(y[i:])
	}
	if i < len(y) {
		yv, _ := simd.LoadFloat32sPart(y[i:])
		yv.Mul(av).StorePart(y[i:])
	}
}

// maxRow is the largest element. A not-a-number need not win: its own exponential is one, and so is the sum.
func maxRow(x []float32) float32 {
	top := x[0]
	for _, v := range x {
		if v > top { // the builtin max is a call on some machines
			top = v
		}
	}
	return top
}

// softmax sets y to the softmax of x and returns the log-sum-exp; y may be x.
func (e *cpu) softmax(y, x []float32) float32 {
	top := maxRow(x)
	sum := expRow(y, x, top)
	scaleRow(y, float32(1/sum))
	return top + float32(math.Log(sum))
}

// Softmax implements [Engine].
func (e *cpu) Softmax(y, lse, x []float32, cols int) {
	for i := range lse {
		lse[i] = e.softmax(y[i*cols:(i+1)*cols], x[i*cols:(i+1)*cols])
	}
}

// CrossEntropy implements [Engine].
func (e *cpu) CrossEntropy(dlogits, logits []float32, labels []int32, cols int, scale float32) float64 {
	var total float64
	buf := e.scratch(3, cols)
	for i, label := range labels {
		row, out := logits[i*cols:(i+1)*cols], buf
		if dlogits != nil {
			out = dlogits[i*cols : (i+1)*cols]
		}
		if label < 0 {
			clear(out)
			continue
		}
		top := maxRow(row)
		at := row[label] - top
		sum := expRow(out, row, top)
		total += math.Log(sum) - float64(at)
		if dlogits != nil {
			scaleRow(out, float32(float64(scale)/sum))
			out[label] -= scale
		}
	}
	return total
}
