package compute

import "math"

// Route implements [Engine] (Shazeer et al. 2017, arXiv 1701.06538).
func (Reference) Route(r Routing, logits Mat) {
	experts, ld := r.Prob.Rows, r.Prob.Stride
	for t := range logits.Rows {
		row, probs := logits.Data[t*logits.Stride:][:experts], r.Prob.Data[t:]
		top := row[0]
		for _, v := range row {
			top = max(top, v)
		}
		var sum float64
		for _, v := range row {
			sum += math.Exp(float64(v - top))
		}
		for e, v := range row {
			probs[e*ld] = float32(math.Exp(float64(v-top)) / sum)
		}
		r.LSE.Data[t] = top + float32(math.Log(sum))

		id, weight := r.TopK[t:], r.Weight.Data[t:]
		var chosen float32
		for n := range r.Weight.Rows {
			best := -1
			for e := range experts {
				if !taken(id, n, r.Weight.Stride, e) && (best < 0 || probs[e*ld] > probs[best*ld]) {
					best = e
				}
			}
			id[n*r.Weight.Stride], weight[n*r.Weight.Stride] = int32(best), probs[best*ld]
			chosen += probs[best*ld]
		}
		for n := range r.Weight.Rows {
			weight[n*r.Weight.Stride] /= chosen
		}
	}
}

// taken reports whether e is among the first n choices.
func taken(id []int32, n, stride, e int) bool {
	for i := range n {
		if id[i*stride] == int32(e) {
			return true
		}
	}
	return false
}

// RouteBackward implements [Engine]. With S the chosen experts and s the sum of their probabilities, w = p/s gives
// dp_i = (dw_i − Σ_S dw·w)/s for i in S; then dlogit = p⊙(dp − Σ dp·p) + 2·z·lse·p.
func (Reference) RouteBackward(dlogits, dw Mat, r Routing, dp []float32, z float32) {
	for t := range dlogits.Cols {
		p, out := r.Prob.Data[t:], dlogits.Data[t:]
		for e, x := range dp {
			out[e*dlogits.Stride] = x
		}
		var mean, sum float32
		for n := range r.Weight.Rows {
			mean += dw.Data[n*dw.Stride+t] * r.Weight.Data[n*r.Weight.Stride+t]
			sum += p[int(r.TopK[n*r.Weight.Stride+t])*r.Prob.Stride]
		}
		for n := range r.Weight.Rows {
			out[int(r.TopK[n*r.Weight.Stride+t])*dlogits.Stride] += (dw.Data[n*dw.Stride+t] - mean) / sum
		}
		var dot float32
		for e := range dp {
			dot += out[e*dlogits.Stride] * p[e*r.Prob.Stride]
		}
		for e := range dp {
			out[e*dlogits.Stride] = p[e*r.Prob.Stride] * (out[e*dlogits.Stride] - dot + 2*z*r.LSE.Data[t])
		}
	}
}

// Dispatch implements [Engine].
func (Reference) Dispatch(dst, src Mat, s Permutation) {
	for t := range src.Rows {
		for j := range s.K {
			copy(dst.Data[int(s.Rows[j*s.Stride+t])*dst.Stride:][:src.Cols], src.Data[t*src.Stride:])
		}
	}
}

// Combine implements [Engine].
func (Reference) Combine(dst, src Mat, s Permutation, weight Mat, acc bool) {
	for t := range dst.Rows {
		for c := range dst.Cols {
			var sum float32
			for j := range s.K {
				w := float32(1)
				if weight.Data != nil {
					w = weight.Data[j*weight.Stride+t]
				}
				sum += w * src.Data[int(s.Rows[j*s.Stride+t])*src.Stride+c]
			}
			if acc {
				sum += dst.Data[t*dst.Stride+c]
			}
			dst.Data[t*dst.Stride+c] = sum
		}
	}
}

// CombineBackward implements [Engine].
func (Reference) CombineBackward(dsrc, dw, ddst, src Mat, s Permutation, weight Mat) {
	for t := range ddst.Rows {
		for j := range s.K {
			at, w := int(s.Rows[j*s.Stride+t]), weight.Data[j*weight.Stride+t]
			var dot float64
			for c := range ddst.Cols {
				g := ddst.Data[t*ddst.Stride+c]
				dot += float64(g) * float64(src.Data[at*src.Stride+c])
				dsrc.Data[at*dsrc.Stride+c] = w * g
			}
			dw.Data[j*dw.Stride+t] = float32(dot)
		}
	}
}
