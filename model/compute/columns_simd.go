//go:build goexperiment.simd

package compute

import (
	"math"
	"simd"
)

// The operations here run down the columns of channel-major matrices, a token in every lane.

// counting is what lane i adds to the position of lane 0.
var counting = [16]float32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}

// softmaxColumns sets s, scores (keys 0…, queries from…), to probabilities: the softmax of each column times scale, over the keys up to
// the query; later keys get zero.
func softmaxColumns(s Mat, from int, scale float32) {
	by, none, ld := simd.BroadcastFloat32s(scale), simd.BroadcastFloat32s(float32(math.Inf(-1))), s.Stride
	lanes := by.Len()
	first := simd.LoadFloat32s(counting[:])
	for col := 0; col < s.Cols; col += lanes {
		x := s.Data[col:]
		all, some := from+col+1, min(from+col+lanes, s.Rows) // keys that all, and that any of these queries sees
		query := first.Add(simd.BroadcastFloat32s(float32(from + col)))
		top, top1, top2, top3 := none, none, none, none
		j := 0
		for ; j+4 <= all; j += 4 {
			top, top1 = top.Max(simd.LoadFloat32s(x[j*ld:])), top1.Max(simd.LoadFloat32s(x[(j+1)*ld:]))
			top2, top3 = top2.Max(simd.LoadFloat32s(x[(j+2)*ld:])), top3.Max(simd.LoadFloat32s(x[(j+3)*ld:]))
		}
		for ; j < some; j++ {
			v := simd.LoadFloat32s(x[j*ld:])
			top = top.Max(v.IfElse(query.GreaterEqual(simd.BroadcastFloat32s(float32(j))), none))
		}
		top = top.Max(top1).Max(top2.Max(top3))
		sum := expRun(x, x, ld, all, top, by)
		if all < some {
			expRun(x[all*ld:], x[all*ld:], ld, some-all, top, by)
			for j = all; j < some; j++ {
				p := simd.LoadFloat32s(x[j*ld:]).Masked(query.GreaterEqual(simd.BroadcastFloat32s(float32(j))))
				p.Store(x[j*ld:])
				sum = sum.Add(p)
			}
		}
		inv := simd.BroadcastFloat32s(1).Div(sum)
		for j = 0; j < some; j++ {
			simd.LoadFloat32s(x[j*ld:]).Mul(inv).Store(x[j*ld:])
		}
		for ; j < s.Rows; j++ {
			simd.Float32s{}.Store(x[j*ld:])
		}
	}
}

// softmaxColumnsBackward sets d = p⊙(d − Σp⊙d)·scale, the sum down each column; later keys than the query get zero.
func softmaxColumnsBackward(d, p Mat, from int, scale float32) {
	by, lanes, ld := simd.BroadcastFloat32s(scale), vectorLen(), d.Stride
	for col := 0; col < d.Cols; col += lanes {
		x, y := d.Data[col:], p.Data[col:]
		some := min(from+col+lanes, d.Rows)
		var sum, sum1, sum2, sum3 simd.Float32s
		j := 0
		for ; j+4 <= some; j += 4 {
			sum = simd.LoadFloat32s(x[j*ld:]).MulAdd(simd.LoadFloat32s(y[j*ld:]), sum)
			sum1 = simd.LoadFloat32s(x[(j+1)*ld:]).MulAdd(simd.LoadFloat32s(y[(j+1)*ld:]), sum1)
			sum2 = simd.LoadFloat32s(x[(j+2)*ld:]).MulAdd(simd.LoadFloat32s(y[(j+2)*ld:]), sum2)
			sum3 = simd.LoadFloat32s(x[(j+3)*ld:]).MulAdd(simd.LoadFloat32s(y[(j+3)*ld:]), sum3)
		}
		for ; j < some; j++ {
			sum = simd.LoadFloat32s(x[j*ld:]).MulAdd(simd.LoadFloat32s(y[j*ld:]), sum)
		}
		sum = sum.Add(sum1).Add(sum2.Add(sum3))
		for j = 0; j < some; j++ {
			simd.LoadFloat32s(y[j*ld:]).Mul(simd.LoadFloat32s(x[j*ld:]).Sub(sum)).Mul(by).Store(x[j*ld:])
		}
		for ; j < d.Rows; j++ {
			simd.Float32s{}.Store(x[j*ld:])
		}
	}
}

// HeadNorm implements [Engine].
func (e *cpu) HeadNorm(y, inv, x Mat, gain []float32, r Rotary, eps float32) {
	d := len(gain)
	for h := range x.Rows / d {
		headNorm(y.Slice(h*d, (h+1)*d), inv.Slice(h, h+1), x.Slice(h*d, (h+1)*d), gain, r, eps)
	}
}

func headNorm(y, inv, x Mat, gain []float32, r Rotary, eps float32) {
	f := simd.BroadcastFloat32s
	lanes, half := vectorLen(), len(gain)/2
	share, small, one := f(1/float32(len(gain))), f(eps), f(1)
	for t := 0; t < x.Cols; t += lanes {
		in, out := x.Data[t:], y.Data[t:]
		var sum simd.Float32s
		for c := range x.Rows {
			v := simd.LoadFloat32s(in[c*x.Stride:])
			sum = v.MulAdd(v, sum)
		}
		n := one.Div(sum.MulAdd(share, small).Sqrt())
		n.Store(inv.Data[t:])
		for c := range half {
			a := simd.LoadFloat32s(in[c*x.Stride:]).Mul(n).Mul(f(gain[c]))
			b := simd.LoadFloat32s(in[(c+half)*x.Stride:]).Mul(n).Mul(f(gain[c+half]))
			cos, sin := simd.LoadFloat32s(r.Cos.Data[c*r.Cos.Stride+t:]), simd.LoadFloat32s(r.Sin.Data[c*r.Sin.Stride+t:])
			a.Mul(cos).Sub(b.Mul(sin)).Store(out[c*y.Stride:])
			b.MulAdd(cos, a.Mul(sin)).Store(out[(c+half)*y.Stride:])
		}
	}
}

// HeadNormBackward implements [Engine]: the rotation back, then the gradient of the norm as in RMSNormBackward.
func (e *cpu) HeadNormBackward(dx Mat, dgain []float32, dy, x Mat, gain []float32, inv Mat, r Rotary) {
	d := len(gain)
	for h := range x.Rows / d {
		headNormBackward(dx.Slice(h*d, (h+1)*d), dgain, dy.Slice(h*d, (h+1)*d), x.Slice(h*d, (h+1)*d), gain, inv.Slice(h, h+1), r)
	}
}

func headNormBackward(dx Mat, dgain []float32, dy, x Mat, gain []float32, inv Mat, r Rotary) {
	f := simd.BroadcastFloat32s
	lanes, half := vectorLen(), len(gain)/2
	for c := range half {
		var g0, g1 simd.Float32s
		for t := 0; t < x.Cols; t += lanes {
			a, b := simd.LoadFloat32s(dy.Data[c*dy.Stride+t:]), simd.LoadFloat32s(dy.Data[(c+half)*dy.Stride+t:])
			cos, sin := simd.LoadFloat32s(r.Cos.Data[c*r.Cos.Stride+t:]), simd.LoadFloat32s(r.Sin.Data[c*r.Sin.Stride+t:])
			a, b = a.MulAdd(cos, b.Mul(sin)), b.Mul(cos).Sub(a.Mul(sin))
			a.Store(dx.Data[c*dx.Stride+t:])
			b.Store(dx.Data[(c+half)*dx.Stride+t:])
			n := simd.LoadFloat32s(inv.Data[t:])
			g0 = a.Mul(n).MulAdd(simd.LoadFloat32s(x.Data[c*x.Stride+t:]), g0)
			g1 = b.Mul(n).MulAdd(simd.LoadFloat32s(x.Data[(c+half)*x.Stride+t:]), g1)
		}
		dgain[c] += float32(lanesSum(g0))
		dgain[c+half] += float32(lanesSum(g1))
	}
	share := f(1 / float32(len(gain)))
	for t := 0; t < x.Cols; t += lanes {
		in, out := x.Data[t:], dx.Data[t:]
		var sum simd.Float32s
		for c := range x.Rows {
			sum = simd.LoadFloat32s(out[c*dx.Stride:]).Mul(f(gain[c])).MulAdd(simd.LoadFloat32s(in[c*x.Stride:]), sum)
		}
		n := simd.LoadFloat32s(inv.Data[t:])
		k := sum.Mul(share).Mul(n).Mul(n)
		for c := range x.Rows {
			g := simd.LoadFloat32s(out[c*dx.Stride:]).Mul(f(gain[c]))
			g.Sub(simd.LoadFloat32s(in[c*x.Stride:]).Mul(k)).Mul(n).Store(out[c*dx.Stride:])
		}
	}
}
