//go:build goexperiment.simd

package compute

import (
	"math"
	"simd"
)

// The operations here run down the columns of channel-major matrices, a token in every lane.

// counting is what lane i adds to the position of lane 0.
var counting = [16]float32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}

// maxColumn is the largest, lane by lane, of n vectors, ld elements apart. A not-a-number need not win: its own
// exponential is one, and so is the sum.
func maxColumn(x []float32, ld, n int) simd.Float32s {
	top := simd.LoadFloat32s(x)
	top1, top2, top3 := top, top, top
	j := 0
	for ; j+4 <= n; j += 4 {
		top, top1 = top.Max(simd.LoadFloat32s(x[j*ld:])), top1.Max(simd.LoadFloat32s(x[(j+1)*ld:]))
		top2, top3 = top2.Max(simd.LoadFloat32s(x[(j+2)*ld:])), top3.Max(simd.LoadFloat32s(x[(j+3)*ld:]))
	}
	for ; j < n; j++ {
		top = top.Max(simd.LoadFloat32s(x[j*ld:]))
	}
	return top.Max(top1).Max(top2.Max(top3))
}

// sumColumns adds, lane by lane, n vectors, ld elements apart: first those that are sixteen apart, and then these sums
// as [across] has it, so that no number is added to a sum of very many, and no addition waits for all before it.
func sumColumns(x []float32, ld, n int) simd.Float32s {
	return sumApart(x, ld, n, 0).Add(sumApart(x, ld, n, 8)).Add(sumApart(x, ld, n, 4).Add(sumApart(x, ld, n, 12)))
}

// sumApart is the part of [sumColumns] that begins with four vectors. What no sixteen is left of comes first.
func sumApart(x []float32, ld, n, from int) simd.Float32s {
	var a, b, c, d simd.Float32s
	whole := n &^ 15
	switch left := n - whole - from; {
	case left >= 4:
		d = simd.LoadFloat32s(x[(whole+from+3)*ld:])
		fallthrough
	case left == 3:
		c = simd.LoadFloat32s(x[(whole+from+2)*ld:])
		fallthrough
	case left == 2:
		b = simd.LoadFloat32s(x[(whole+from+1)*ld:])
		fallthrough
	case left == 1:
		a = simd.LoadFloat32s(x[(whole+from)*ld:])
	}
	for j := from; j < whole; j += 16 {
		x := x[j*ld:]
		a, b = a.Add(simd.LoadFloat32s(x)), b.Add(simd.LoadFloat32s(x[ld:]))
		c, d = c.Add(simd.LoadFloat32s(x[2*ld:])), d.Add(simd.LoadFloat32s(x[3*ld:]))
	}
	return a.Add(c).Add(b.Add(d))
}

// scaleColumn multiplies n vectors of x, ld elements apart.
func scaleColumn(x []float32, ld, n int, by simd.Float32s) {
	lanes, j := by.Len(), 0
	for ; j+4 <= n; j += 4 {
		y := x[j*ld : (j+3)*ld+lanes]
		mulVec(y, by, y)
		mulVec(y[ld:], by, y[ld:])
		mulVec(y[2*ld:], by, y[2*ld:])
		mulVec(y[3*ld:], by, y[3*ld:])
	}
	for ; j < n; j++ {
		mulVec(x[j*ld:], by, x[j*ld:])
	}
}

// softmaxColumns sets s, scores (keys 0…, queries from…), to probabilities: the softmax of each column times scale,
// over the keys up to the query; later keys get zero.
func softmaxColumns(s Mat, from int, scale float32) {
	if asmRows && asmSoftmaxColumns(s, from, scale) {
		return
	}
	by, none, ld := simd.BroadcastFloat32s(scale), simd.BroadcastFloat32s(float32(math.Inf(-1))), s.Stride
	lanes := by.Len()
	first := simd.LoadFloat32s(counting[:])
	for col := 0; col < s.Cols; col += lanes {
		x := s.Data[col:]
		all, some := from+col+1, min(from+col+lanes, s.Rows) // keys that all, and that any of these queries sees
		query := first.Add(simd.BroadcastFloat32s(float32(from + col)))
		top := maxColumn(x, ld, all)
		for j := all; j < some; j++ {
			v := simd.LoadFloat32s(x[j*ld:])
			top = top.Max(v.IfElse(query.GreaterEqual(simd.BroadcastFloat32s(float32(j))), none))
		}
		sum := expVectors(x, x, ld, all, top, by)
		if all < some {
			expVectors(x[all*ld:], x[all*ld:], ld, some-all, top, by)
			for j := all; j < some; j++ {
				p := simd.LoadFloat32s(x[j*ld:]).Masked(query.GreaterEqual(simd.BroadcastFloat32s(float32(j))))
				p.Store(x[j*ld:])
				sum = sum.Add(p)
			}
		}
		scaleColumn(x, ld, some, simd.BroadcastFloat32s(1).Div(sum))
		for j := some; j < s.Rows; j++ {
			simd.Float32s{}.Store(x[j*ld:])
		}
	}
}

// softmaxGradVec stands by itself because loops do it four times a turn: a turn costs about as much as a vector.
func softmaxGradVec(d, p []float32, sum, by simd.Float32s) {
	simd.LoadFloat32s(p).Mul(simd.LoadFloat32s(d).Sub(sum)).Mul(by).Store(d)
}

// softmaxColumnsBackward sets d = p⊙(d − Σp⊙d)·scale, the sum down each column; later keys than the query get zero.
func softmaxColumnsBackward(d, p Mat, from int, scale float32) {
	if asmRows && asmSoftmaxColumnsBackward(d, p, from, scale) {
		return
	}
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
		for j = 0; j+4 <= some; j += 4 {
			x, y := x[j*ld:(j+3)*ld+lanes], y[j*ld:(j+3)*ld+lanes]
			softmaxGradVec(x, y, sum, by)
			softmaxGradVec(x[ld:], y[ld:], sum, by)
			softmaxGradVec(x[2*ld:], y[2*ld:], sum, by)
			softmaxGradVec(x[3*ld:], y[3*ld:], sum, by)
		}
		for ; j < some; j++ {
			softmaxGradVec(x[j*ld:], y[j*ld:], sum, by)
		}
		for ; j < d.Rows; j++ {
			simd.Float32s{}.Store(x[j*ld:])
		}
	}
}

// QKNormRoPE implements [Engine].
func (e *cpu) QKNormRoPE(y, rstd, x Mat, weight []float32, r Rotary, eps float32) {
	d := len(weight)
	for h := range x.Rows / d {
		qkNormRoPE(y.Slice(h*d, (h+1)*d), rstd.Slice(h, h+1), x.Slice(h*d, (h+1)*d), weight, r, eps)
	}
}

func qkNormRoPE(y, rstd, x Mat, weight []float32, r Rotary, eps float32) {
	if asmRows && asmQKNormRoPE(y, rstd, x, weight, r, eps) {
		return
	}
	f := simd.BroadcastFloat32s
	lanes, half := vectorLen(), len(weight)/2
	n := (x.Cols + lanes - 1) / lanes * lanes
	root := rstd.row(0, n)
	clear(root)
	for c := range x.Rows {
		x := x.row(c, n)
		for t := 0; t < n; t += lanes {
			v, sum := simd.LoadFloat32s(x[t:]), root[t:]
			v.MulAdd(v, simd.LoadFloat32s(sum)).Store(sum)
		}
	}
	share, small, one := f(1/float32(len(weight))), f(eps), f(1)
	for t := 0; t < n; t += lanes {
		one.Div(simd.LoadFloat32s(root[t:]).MulAdd(share, small).Sqrt()).Store(root[t:])
	}
	for c := range half {
		xa, xb, ya, yb, cos, sin := x.row(c, n), x.row(c+half, n), y.row(c, n), y.row(c+half, n), r.Cos.row(c, n),
			r.Sin.row(c, n)
		ga, gb := f(weight[c]), f(weight[c+half])
		for t := 0; t < n; t += lanes {
			rv, co, si := simd.LoadFloat32s(root[t:]), simd.LoadFloat32s(cos[t:]), simd.LoadFloat32s(sin[t:])
			a, b := simd.LoadFloat32s(xa[t:]).Mul(rv).Mul(ga), simd.LoadFloat32s(xb[t:]).Mul(rv).Mul(gb)
			a.MulAdd(co, b.Mul(si).Neg()).Store(ya[t:])
			b.MulAdd(co, a.Mul(si)).Store(yb[t:])
		}
	}
}

// QKNormRoPEBackward implements [Engine]: the rotation back, then the gradient of the norm as in RMSNormBackward.
func (e *cpu) QKNormRoPEBackward(dx Mat, dweight []float32, dy, x Mat, weight []float32, rstd Mat, r Rotary) {
	d, sums := len(weight), e.scratch(3, wide(x.Cols))
	for h := range x.Rows / d {
		qkNormRoPEBackward(dx.Slice(h*d, (h+1)*d), dweight, dy.Slice(h*d, (h+1)*d), x.Slice(h*d, (h+1)*d), weight,
			rstd.Slice(h, h+1), r, sums)
	}
}

func qkNormRoPEBackward(dx Mat, dweight []float32, dy, x Mat, weight []float32, rstd Mat, r Rotary, sums []float32) {
	if asmRows && asmQKNormRoPEBackward(dx, dweight, dy, x, weight, rstd, r) {
		return
	}
	f := simd.BroadcastFloat32s
	lanes, half := vectorLen(), len(weight)/2
	n := (x.Cols + lanes - 1) / lanes * lanes
	for c := range half {
		a, b, da, db := dy.row(c, n), dy.row(c+half, n), dx.row(c, n), dx.row(c+half, n)
		xa, xb, root, cos, sin := x.row(c, n), x.row(c+half, n), rstd.row(0, n), r.Cos.row(c, n), r.Sin.row(c, n)
		var g0, g1 simd.Float32s
		for t := 0; t < n; t += lanes {
			av, bv, co, si := simd.LoadFloat32s(a[t:]), simd.LoadFloat32s(b[t:]), simd.LoadFloat32s(cos[t:]),
				simd.LoadFloat32s(sin[t:])
			av, bv = av.MulAdd(co, bv.Mul(si)), bv.MulAdd(co, av.Mul(si).Neg())
			av.Store(da[t:])
			bv.Store(db[t:])
			rv := simd.LoadFloat32s(root[t:])
			g0 = av.Mul(rv).MulAdd(simd.LoadFloat32s(xa[t:]), g0)
			g1 = bv.Mul(rv).MulAdd(simd.LoadFloat32s(xb[t:]), g1)
		}
		dweight[c] += across(g0)
		dweight[c+half] += across(g1)
	}
	clear(sums[:n])
	for c := range x.Rows {
		x, dx, g := x.row(c, n), dx.row(c, n), f(weight[c])
		for t := 0; t < n; t += lanes {
			sum := sums[t:]
			simd.LoadFloat32s(dx[t:]).Mul(g).MulAdd(simd.LoadFloat32s(x[t:]), simd.LoadFloat32s(sum)).Store(sum)
		}
	}
	share, root := f(1/float32(len(weight))), rstd.row(0, n)
	for t := 0; t < n; t += lanes {
		rv := simd.LoadFloat32s(root[t:])
		simd.LoadFloat32s(sums[t:]).Mul(share).Mul(rv).Mul(rv).Store(sums[t:])
	}
	for c := range x.Rows {
		x, dx, g := x.row(c, n), dx.row(c, n), f(weight[c])
		for t := 0; t < n; t += lanes {
			pull := simd.LoadFloat32s(x[t:]).Mul(simd.LoadFloat32s(sums[t:]))
			simd.LoadFloat32s(dx[t:]).Mul(g).Sub(pull).Mul(simd.LoadFloat32s(root[t:])).Store(dx[t:])
		}
	}
}
