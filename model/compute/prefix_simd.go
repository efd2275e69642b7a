//go:build goexperiment.simd

package compute

import (
	"math"
	"simd"
)

// prefixBlock is how many queries are attended at once.
const prefixBlock = 64

// PrefixAttention implements [Engine]: as [cpu.attend] does it, a query in every lane, with the query's own key and
// value, which no other query sees, after the matrix products. The bits are those of [Threaded.Attention] of rows of up
// to four tokens, with every kernel but the scalar one, which does not fuse products with sums where vectors do; in
// longer rows WebAssembly may take the sum of the softmax in another order.
func (e *cpu) PrefixAttention(out, q, k, v Mat, s AttnShape, prefix []int, from, to int) {
	scale, d, last := float32(1/math.Sqrt(float64(s.HeadDim))), s.HeadDim, len(prefix)
	rows := (last + 4) / 4 * 4 // of keys, by fours
	seen := e.scratch(1, 2*d*last)
	kp, vp := M(seen[:d*last], d, last), M(seen[d*last:], d, last)
	p, ot := M(e.scratch(0, rows*prefixBlock), rows, prefixBlock), M(e.scratch(2, d*prefixBlock), d, prefixBlock)
	group := s.Heads / s.KVHeads
	for h := range s.Heads {
		kh, vh := s.shared(k, h), s.shared(v, h)
		if h%group == 0 {
			for i := range kp.Data {
				at := i/last*kh.Stride + prefix[i%last]
				kp.Data[i], vp.Data[i] = kh.Data[at], vh.Data[at]
			}
		}
		for at := from; at < to; at += prefixBlock {
			n := min(prefixBlock, to-at)
			p.Cols, ot.Cols = n, n
			shared, own, qh := p.Slice(0, last), p.Data[last*prefixBlock:], q.part(h*d, d, at, n)
			e.MatMul(TN, shared, kp, qh, false)
			columnProducts(own, qh, kh.part(0, d, at, n))
			softmaxWhole(p, last+1, scale)
			e.MatMul(NN, ot, vp, shared, false)
			addProducts(ot, vh.part(0, d, at, n), own)
			Transpose(out.part(at, n, h*d, d), ot)
		}
	}
}

// columnProducts sets y, which has room for whole vectors, to the scalar products of the columns of a and b.
func columnProducts(y []float32, a, b Mat) {
	i, lanes := 0, vectorLen()
	for ; i+lanes <= a.Cols; i += lanes {
		var sum simd.Float32s
		for c, x, z := a.Rows, a.Data[i:], b.Data[i:]; ; x, z = x[a.Stride:], z[b.Stride:] {
			sum = simd.LoadFloat32s(x).MulAdd(simd.LoadFloat32s(z), sum)
			if c--; c == 0 {
				break
			}
		}
		sum.Store(y[i:])
	}
	if i < a.Cols {
		var sum simd.Float32s
		for c := range a.Rows {
			x := loadPart(a.row(c, a.Cols)[i:])
			z := loadPart(b.row(c, a.Cols)[i:])
			sum = x.MulAdd(z, sum)
		}
		sum.Store(y[i:])
	}
}

// addProducts adds to each row of y, which has room for whole vectors, that of a times b, element by element.
func addProducts(y, a Mat, b []float32) {
	lanes := vectorLen()
	for c := range a.Rows {
		x, to, i := a.row(c, a.Cols), y.row(c, y.Stride), 0
		for ; i+lanes <= len(x); i += lanes {
			simd.LoadFloat32s(x[i:]).MulAdd(simd.LoadFloat32s(b[i:]), simd.LoadFloat32s(to[i:])).Store(to[i:])
		}
		if i < len(x) {
			last := loadPart(x[i:])
			last.MulAdd(simd.LoadFloat32s(b[i:]), simd.LoadFloat32s(to[i:])).Store(to[i:])
		}
	}
}

// softmaxWhole sets columns of n scores to the softmax of each times scale: every query sees every key. There is room
// for whole vectors, and for keys by fours, which hold anything afterwards.
func softmaxWhole(s Mat, n int, scale float32) {
	if asmRows && asmSoftmaxWhole(s, n, scale) {
		return
	}
	one, by := simd.BroadcastFloat32s(1), simd.BroadcastFloat32s(scale)
	for col := 0; col < s.Cols; col += one.Len() {
		x := s.Data[col:]
		sum := expVectors(x, x, s.Stride, n, maxColumn(x, s.Stride, n), by)
		scaleColumn(x, s.Stride, n, one.Div(sum))
	}
}
