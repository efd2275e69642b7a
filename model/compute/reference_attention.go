package compute

import "math"

// Attention implements [Engine].
func (Reference) Attention(out, probs, q, k, v []float32, s AttnShape) {
	scale := float32(1 / math.Sqrt(float64(s.HeadDim)))
	s.each(func(b, h, g int) {
		for i := range s.Seq {
			row := probs[((b*s.Heads+h)*s.Seq+i)*s.Seq:][:s.Seq]
			clear(row)
			qi := s.head(q, b, i, h, s.Heads)
			for j := range i + 1 {
				kj := s.head(k, b, j, g, s.KVHeads)
				var dot float32
				for x := range qi {
					dot += qi[x] * kj[x]
				}
				row[j] = dot * scale
			}
			softmaxRow(row[:i+1], row[:i+1])
			oi := s.head(out, b, i, h, s.Heads)
			clear(oi)
			for j := range i + 1 {
				for x, y := range s.head(v, b, j, g, s.KVHeads) {
					oi[x] += row[j] * y
				}
			}
		}
	})
}

// AttentionBackward implements [Engine]: with P = softmax(S), dP = dO·Vᵀ and dS = P⊙(dP − rowsum(P⊙dP)).
func (Reference) AttentionBackward(dq, dk, dv, dout, probs, q, k, v []float32, s AttnShape) {
	scale := float32(1 / math.Sqrt(float64(s.HeadDim)))
	clear(dq)
	clear(dk)
	clear(dv)
	ds := make([]float32, s.Seq)
	s.each(func(b, h, g int) {
		for i := range s.Seq {
			row := probs[((b*s.Heads+h)*s.Seq+i)*s.Seq:][:s.Seq]
			do, qi, dqi := s.head(dout, b, i, h, s.Heads), s.head(q, b, i, h, s.Heads), s.head(dq, b, i, h, s.Heads)
			var sum float32
			for j := range i + 1 {
				vj, dvj := s.head(v, b, j, g, s.KVHeads), s.head(dv, b, j, g, s.KVHeads)
				ds[j] = 0
				for x := range do {
					ds[j] += do[x] * vj[x]
					dvj[x] += row[j] * do[x]
				}
				sum += ds[j] * row[j]
			}
			for j := range i + 1 {
				kj, dkj := s.head(k, b, j, g, s.KVHeads), s.head(dk, b, j, g, s.KVHeads)
				c := row[j] * (ds[j] - sum) * scale
				for x := range qi {
					dqi[x] += c * kj[x]
					dkj[x] += c * qi[x]
				}
			}
		}
	})
}

// each calls f for every sequence b and q head h, with the kv head g that serves it.
func (s AttnShape) each(f func(b, h, g int)) {
	for b := range s.Batch {
		for h := range s.Heads {
			f(b, h, h*s.KVHeads/s.Heads)
		}
	}
}

// head is the vector of head h at position i of sequence b in x (Batch·Seq, heads·HeadDim).
func (s AttnShape) head(x []float32, b, i, h, heads int) []float32 {
	return x[((b*s.Seq+i)*heads+h)*s.HeadDim:][:s.HeadDim]
}
