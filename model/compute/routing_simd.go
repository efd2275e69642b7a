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

// routeColumns turns the logits in r.Prob to probabilities, chooses, and leaves the largest logit in r.LSE and
// Σe^(logit − largest) in sums.
func routeColumns(r Routing, sums []float32) {
	f, lanes, ld := simd.BroadcastFloat32s, vectorLen(), r.Prob.Stride
	for t := 0; t < r.Prob.Cols; t += lanes {
		p := r.Prob.Data[t:]
		top := simd.LoadFloat32s(p)
		for e := 1; e < r.Prob.Rows; e++ {
			top = top.Max(simd.LoadFloat32s(p[e*ld:]))
		}
		top.Store(r.LSE.Data[t:])
		sum := expVectors(p, p, ld, r.Prob.Rows, top, f(1))
		sum.Store(sums[t:])
		recip := f(1).Div(sum)
		for e := range r.Prob.Rows {
			simd.LoadFloat32s(p[e*ld:]).Mul(recip).Store(p[e*ld:])
		}
		choose(r, t)
	}
}

// choose picks the k largest of a vector of tokens. What comes after the last choice in falling order is smaller, or
// equal with a higher number. Where nothing can be compared, because the probabilities are no numbers, the n-th choice
// is expert n.
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
		at.ConvertToInt32().Store(r.TopK[n*r.Weight.Stride+t:])
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
			mean = simd.LoadFloat32s(dw.Data[n*dw.Stride+t:]).
				MulAdd(simd.LoadFloat32s(r.Weight.Data[n*r.Weight.Stride+t:]), mean)
			id := simd.LoadInt32s(r.TopK[n*r.Weight.Stride+t:])
			for e := range dp {
				sum = sum.Add(simd.LoadFloat32s(p[e*r.Prob.Stride:]).Masked(id.Equal(simd.BroadcastInt32s(int32(e)))))
			}
		}
		var dot simd.Float32s
		for e, x := range dp {
			g, ev := f(x), simd.BroadcastInt32s(int32(e))
			for n := range r.Weight.Rows {
				d := simd.LoadFloat32s(dw.Data[n*dw.Stride+t:]).Sub(mean).Div(sum)
				g = g.Add(d.Masked(simd.LoadInt32s(r.TopK[n*r.Weight.Stride+t:]).Equal(ev)))
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
func (e *cpu) Combine(dst, src Mat, s Permutation, weight Mat, acc bool) {
	if !asmRows || !asmCombine(dst, src, s, weight, acc) {
		combineRows(dst, src, s, weight, acc)
	}
}

func combineRows(dst, src Mat, s Permutation, weight Mat, acc bool) {
	if weight.Data == nil {
		weight = unweighted
	}
	n, lanes, next := dst.Cols, vectorLen(), min(weight.Stride, 1)
	for t := range dst.Rows {
		out, slots, weights := dst.Data[t*dst.Stride:][:n], s.Rows[t:], weight.Data[t*next:]
		i := 0
		for ; i+2*lanes <= n; i += 2 * lanes {
			out := out[i : i+2*lanes]
			a, b := start(out, acc), start(out[lanes:], acc)
			for j := range s.K {
				w, in := simd.BroadcastFloat32s(weights[j*weight.Stride]),
					src.Data[int(slots[j*s.Stride])*src.Stride+i:][:2*lanes]
				a, b = w.MulAdd(simd.LoadFloat32s(in), a), w.MulAdd(simd.LoadFloat32s(in[lanes:]), b)
			}
			a.Store(out)
			b.Store(out[lanes:])
		}
		for ; i < n; i += lanes {
			out, whole := out[i:], i+lanes <= n
			var a simd.Float32s
			switch {
			case acc && whole:
				a = simd.LoadFloat32s(out)
			case acc:
				a = loadPart(out)
			}
			for j := range s.K {
				w, in := simd.BroadcastFloat32s(weights[j*weight.Stride]),
					src.Data[int(slots[j*s.Stride])*src.Stride+i:][:min(lanes, n-i)]
				if whole {
					a = w.MulAdd(simd.LoadFloat32s(in), a)
				} else {
					v := loadPart(in)
					a = w.MulAdd(v, a)
				}
			}
			if whole {
				a.Store(out)
			} else {
				a.StorePart(out)
			}
		}
	}
}

// unweighted is the weights of rows that have none.
var unweighted = Mat{Data: []float32{1}}

// CombineBackward implements [Engine].
func (e *cpu) CombineBackward(dsrc, dw, ddst, src Mat, s Permutation, weight Mat) {
	if !asmRows || !asmCombineBackward(dsrc, dw, ddst, src, s, weight) {
		combineRowsBackward(dsrc, dw, ddst, src, s, weight, e.rowSums())
	}
}

func combineRowsBackward(dsrc, dw, ddst, src Mat, s Permutation, weight Mat, sums []float32) {
	n, lanes := ddst.Cols, vectorLen()
	for from := 0; from < ddst.Rows; from += normRows {
		rows := min(normRows, ddst.Rows-from)
		for j := range s.K {
			for i := range rows {
				t := from + i
				at, w := int(s.Rows[j*s.Stride+t]), simd.BroadcastFloat32s(weight.Data[j*weight.Stride+t])
				g, x, y := ddst.Data[t*ddst.Stride:][:n], src.Data[at*src.Stride:][:n], dsrc.Data[at*dsrc.Stride:][:n]
				var sum simd.Float32s
				c := 0
				for ; c+lanes <= n; c += lanes {
					v := simd.LoadFloat32s(g[c:])
					sum = v.MulAdd(simd.LoadFloat32s(x[c:]), sum)
					w.Mul(v).Store(y[c:])
				}
				if c < n {
					v := loadPart(g[c:])
					u := loadPart(x[c:])
					sum = v.MulAdd(u, sum)
					w.Mul(v).StorePart(y[c:])
				}
				sum.Store(sums[i*lanes:])
			}
			transposeSums(sums, rows)
			for i := 0; i < rows; i += lanes {
				to := dw.Data[j*dw.Stride+from+i:][:min(lanes, rows-i)]
				if sum := sumRows(sums, i); len(to) == lanes {
					sum.Store(to)
				} else {
					sum.StorePart(to)
				}
			}
		}
	}
}
