package compute

import "math"

// PrefixAttention implements [Engine].
func (Reference) PrefixAttention(out, q, k, v Mat, s AttnShape, prefix []int, from, to int) {
	scale := float32(1 / math.Sqrt(float64(s.HeadDim)))
	p := make([]float32, len(prefix)+1)
	for h := range s.Heads {
		qh := q.Slice(h*s.HeadDim, (h+1)*s.HeadDim)
		kh, vh := s.shared(k, h), s.shared(v, h)
		for t := from; t < to; t++ {
			seen := func(j int) int {
				if j < len(prefix) {
					return prefix[j]
				}
				return t
			}
			top := float32(math.Inf(-1))
			for j := range p {
				p[j] = dotColumns(qh, t, kh, seen(j)) * scale
				top = max(top, p[j])
			}
			var sum float64
			for j := range p {
				x := math.Exp(float64(p[j] - top))
				p[j] = float32(x)
				sum += x
			}
			for c := range s.HeadDim {
				var x float32
				for j := range p {
					x += p[j] * float32(1/sum) * vh.Data[c*vh.Stride+seen(j)]
				}
				out.Data[t*out.Stride+h*s.HeadDim+c] = x
			}
		}
	}
}

// shared is the channels of the head of keys or values that head h of queries has, of all tokens.
func (s AttnShape) shared(x Mat, h int) Mat {
	g := h * s.KVHeads / s.Heads
	return x.Slice(g*s.HeadDim, (g+1)*s.HeadDim)
}
