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
				row[j] = dot(qi, s.head(k, b, j, g, s.KVHeads)) * scale
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
	s.each(func(b, h, g int) {
		for i := range s.Seq {
			row := probs[((b*s.Heads+h)*s.Seq+i)*s.Seq:][:s.Seq]
			do, qi, dqi := s.head(dout, b, i, h, s.Heads), s.head(q, b, i, h, s.Heads), s.head(dq, b, i, h, s.Heads)
			var sum float32
			for j := range i + 1 {
				dvj := s.head(dv, b, j, g, s.KVHeads)
				for x := range do {
					dvj[x] += row[j] * do[x]
				}
				sum += dot(do, s.head(v, b, j, g, s.KVHeads)) * row[j]
			}
			for j := range i + 1 {
				kj, dkj := s.head(k, b, j, g, s.KVHeads), s.head(dk, b, j, g, s.KVHeads)
				c := row[j] * (dot(do, s.head(v, b, j, g, s.KVHeads)) - sum) * scale
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

// dot is the scalar product of two vectors of one length, summed in order.
func dot(a, b []float32) (sum float32) {
	for i, x := range a {
		sum += x * b[i]
	}
	return sum
}
