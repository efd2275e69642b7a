package compute

// TopK implements [Engine].
func (Reference) TopK(idx []int32, w, probs []float32, cols, k int) {
	for t := range len(probs) / cols {
		row, id, wt := probs[t*cols:(t+1)*cols], idx[t*k:(t+1)*k], w[t*k:(t+1)*k]
		var sum float32
		for n := range k {
			best := int32(-1)
			for e := range int32(cols) {
				if !taken(id[:n], e) && (best < 0 || row[e] > row[best]) {
					best = e
				}
			}
			id[n], wt[n] = best, row[best]
			sum += row[best]
		}
		for n := range wt {
			wt[n] /= sum
		}
	}
}

func taken(ids []int32, e int32) bool {
	for _, id := range ids {
		if id == e {
			return true
		}
	}
	return false
}

// RouterBackward implements [Engine]. With S the chosen experts and s the sum of their probabilities, w = p/s gives
// dp_i = (dw_i − Σ_S dw·w)/s for i in S; then dlogit = p⊙(dp − Σ dp·p) + 2·z·lse·p.
func (Reference) RouterBackward(dlogits, dw, probs, lse, w, dp []float32, idx []int32, z float32, cols, k int) {
	for t := range lse {
		row, out := probs[t*cols:(t+1)*cols], dlogits[t*cols:(t+1)*cols]
		id, wt, dwt := idx[t*k:(t+1)*k], w[t*k:(t+1)*k], dw[t*k:(t+1)*k]
		copy(out, dp)
		var mean, sum float32
		for n, e := range id {
			mean += dwt[n] * wt[n]
			sum += row[e]
		}
		for n, e := range id {
			out[e] += (dwt[n] - mean) / sum
		}
		var dot float32
		for e, p := range row {
			dot += out[e] * p
		}
		for e, p := range row {
			out[e] = p * (out[e] - dot + 2*z*lse[t])
		}
	}
}
