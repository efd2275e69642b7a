//go:build goexperiment.simd

package compute

import "simd"

// Route implements [Engine].
func (e *cpu) Route(r Routing, logits Mat) {
	Transpose(r.Prob, logits)
	sums := e.scratch(3, wide(logits.Rows))
	routeColumns(r, sums)
	addLog(r.LSE.Data, sums[:logits.Rows])
}

// routeColumns turns the logits in r.Prob to probabilities, chooses, and leaves the largest logit in r.LSE and Σe^(logit − largest) in sums.
func routeColumns(r Routing, sums []float32) {
	f, lanes, ld := simd.BroadcastFloat32s, vectorLen(), r.Prob.Stride
	for t := 0; t < r.Prob.Cols; t += lanes {
		p := r.Prob.Data[t:]
		top := simd.LoadFloat32s(p)
		for e := 1; e < r.Prob.Rows; e++ {
			top = top.Max(simd.LoadFloat32s(p[e*ld:]))
		}
		top.Store(r.LSE.Data[t:])
		sum := expRun(p, p, ld, r.Prob.Rows, top, f(1))
		sum.Store(sums[t:])
		inv := f(1).Div(sum)
		for e := range r.Prob.Rows {
			simd.LoadFloat32s(p[e*ld:]).Mul(inv).Store(p[e*ld:])
		}
		choose(r, t)
	}
}

// choose picks the k largest of a vector of tokens. What comes after the last choice in falling order is smaller, or equal with a higher
// number. Where nothing can be compared, because the probabilities are no numbers, the n-th choice is expert n.
func choose(r Routing, t int) {
	f, ld, p := simd.BroadcastFloat32s, r.Prob.Stride, r.Prob.Data[t:]
	last, lastAt := f(2), f(-1) // larger than any probability
	var all simd.Float32s
	for n := range r.Weight.Rows {
		best, at := f(-1), f(float32(n))
		for e := range r.Prob.Rows {
			x, ev := simd.LoadFloat32s(p[e*ld:]), f(float32(e))
			better := x.Less(last).Or(x.Equal(last).And(ev.Greater(lastAt))).And(x.Greater(best))
			best, at = x.IfElse(better, best), ev.IfElse(better, at)
		}
		at.ConvertToInt32().Store(r.Choice[n*r.Weight.Stride+t:])
		best.Store(r.Weight.Data[n*r.Weight.Stride+t:])
		all = all.Add(best)
		last, lastAt = best, at
	}
	for n := range r.Weight.Rows {
		w := r.Weight.Data[n*r.Weight.Stride+t:]
		simd.LoadFloat32s(w).Div(all).Store(w)
	}
}

// RouteBackward implements [Engine]; the formulas are those of [Reference.RouteBackward].
func (e *cpu) RouteBackward(dlogits, dw Mat, r Routing, dp []float32, z float32) {
	routeBackward(dlogits, dw, r, dp, z)
}

func routeBackward(dlogits, dw Mat, r Routing, dp []float32, z float32) {
	f, lanes := simd.BroadcastFloat32s, vectorLen()
	for t := 0; t < dlogits.Cols; t += lanes {
		p, out := r.Prob.Data[t:], dlogits.Data[t:]
		var mean, sum simd.Float32s
		for n := range r.Weight.Rows {
			mean = simd.LoadFloat32s(dw.Data[n*dw.Stride+t:]).MulAdd(simd.LoadFloat32s(r.Weight.Data[n*r.Weight.Stride+t:]), mean)
			id := simd.LoadInt32s(r.Choice[n*r.Weight.Stride+t:])
			for e := range dp {
				sum = sum.Add(simd.LoadFloat32s(p[e*r.Prob.Stride:]).Masked(id.Equal(simd.BroadcastInt32s(int32(e)))))
			}
		}
		var dot simd.Float32s
		for e, x := range dp {
			g, ev := f(x), simd.BroadcastInt32s(int32(e))
			for n := range r.Weight.Rows {
				d := simd.LoadFloat32s(dw.Data[n*dw.Stride+t:]).Sub(mean).Div(sum)
				g = g.Add(d.Masked(simd.LoadInt32s(r.Choice[n*r.Weight.Stride+t:]).Equal(ev)))
			}
			g.Store(out[e*dlogits.Stride:])
			dot = g.MulAdd(simd.LoadFloat32s(p[e*r.Prob.Stride:]), dot)
		}
		pull := simd.LoadFloat32s(r.LSE.Data[t:]).Mul(f(2 * z)).Sub(dot)
		for e := range dp {
			g := simd.LoadFloat32s(out[e*dlogits.Stride:]).Add(pull)
			g.Mul(simd.LoadFloat32s(p[e*r.Prob.Stride:])).Store(out[e*dlogits.Stride:])
		}
	}
}

// Combine implements [Engine].
func (e *cpu) Combine(dst, src Mat, s Slots, weight Mat, acc bool) {
	if !ownRows || !ownCombine(dst, src, s, weight, acc) {
		combineRows(dst, src, s, weight, acc)
	}
}

func combineRows(dst, src Mat, s Slots, weight Mat, acc bool) {
	n, w := dst.Cols, simd.BroadcastFloat32s(1)
	for t := range dst.Rows {
		out := dst.Data[t*dst.Stride:][:n]
		for j := range s.K {
			if weight.Data != nil {
				w = simd.BroadcastFloat32s(weight.Data[j*weight.Stride+t])
			}
			in := src.Data[int(s.Rows[j*s.Stride+t])*src.Stride:][:n]
			if j > 0 || acc {
				addScaled(out, w, in)
			} else {
				scaled(out, w, in)
			}
		}
	}
}

// CombineBackward implements [Engine].
func (e *cpu) CombineBackward(dsrc, dw, ddst, src Mat, s Slots, weight Mat) {
	if !ownRows || !ownCombineBackward(dsrc, dw, ddst, src, s, weight) {
		combineRowsBackward(dsrc, dw, ddst, src, s, weight)
	}
}

func combineRowsBackward(dsrc, dw, ddst, src Mat, s Slots, weight Mat) {
	n := ddst.Cols
	for t := range ddst.Rows {
		g := ddst.Data[t*ddst.Stride:][:n]
		for j := range s.K {
			at := int(s.Rows[j*s.Stride+t])
			dw.Data[j*dw.Stride+t] = float32(dotRow(g, src.Data[at*src.Stride:][:n]))
			scaled(dsrc.Data[at*dsrc.Stride:][:n], simd.BroadcastFloat32s(weight.Data[j*weight.Stride+t]), g)
		}
	}
}
