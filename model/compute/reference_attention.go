package compute

import "math"

// QKNormRoPE implements [Engine]: norms of queries and keys (Henry et al. 2020, arXiv 2010.04245; by RMSNorm as in
// Qwen3, 2025, arXiv 2505.09388), then the rotary embedding (Su et al. 2021, arXiv 2104.09864).
func (Reference) QKNormRoPE(y, rstd, x Mat, weight []float32, r Rotary, eps float32) {
	d := len(weight)
	half := d / 2
	for h := range x.Rows / d {
		for t := range x.Cols {
			at := func(m Mat, c int) *float32 { return &m.Data[(h*d+c)*m.Stride+t] }
			var ss float64
			for c := range d {
				ss += float64(*at(x, c)) * float64(*at(x, c))
			}
			n := float32(1 / math.Sqrt(ss/float64(d)+float64(eps)))
			rstd.Data[h*rstd.Stride+t] = n
			for c := range half {
				a, b := *at(x, c)*n*weight[c], *at(x, c+half)*n*weight[c+half]
				cos, sin := r.Cos.Data[c*r.Cos.Stride+t], r.Sin.Data[c*r.Sin.Stride+t]
				*at(y, c), *at(y, c+half) = a*cos-b*sin, b*cos+a*sin
			}
		}
	}
}

// QKNormRoPEBackward implements [Engine]: the rotation back, then the gradient of the norm.
func (Reference) QKNormRoPEBackward(dx Mat, dweight []float32, dy, x Mat, weight []float32, rstd Mat, r Rotary) {
	d := len(weight)
	half := d / 2
	for h := range x.Rows / d {
		for t := range x.Cols {
			at := func(m Mat, c int) *float32 { return &m.Data[(h*d+c)*m.Stride+t] }
			n := rstd.Data[h*rstd.Stride+t]
			for c := range half {
				a, b := *at(dy, c), *at(dy, c+half)
				cos, sin := r.Cos.Data[c*r.Cos.Stride+t], r.Sin.Data[c*r.Sin.Stride+t]
				*at(dx, c), *at(dx, c+half) = a*cos+b*sin, b*cos-a*sin
			}
			var dot float64
			for c := range d {
				dot += float64(weight[c]) * float64(*at(dx, c)) * float64(*at(x, c))
			}
			k := float32(dot/float64(d)) * n * n
			for c := range d {
				g := *at(dx, c)
				dweight[c] += g * *at(x, c) * n
				*at(dx, c) = (weight[c]*g - *at(x, c)*k) * n
			}
		}
	}
}

// Attention implements [Engine]; several heads of queries share one of keys and values (Ainslie et al. 2023, arXiv
// 2305.13245).
func (r Reference) Attention(out Mat, probs []float32, q, k, v Mat, s AttnShape) {
	for b := range s.Batch {
		for g := range s.KVHeads {
			r.attend(out, probs, q, k, v, s, b, g)
		}
	}
}

// attend does the q heads of sequence b that kv head g serves.
func (Reference) attend(out Mat, probs []float32, q, k, v Mat, s AttnShape, b, g int) {
	scale := float32(1 / math.Sqrt(float64(s.HeadDim)))
	kh, vh, group := s.head(k, b, g), s.head(v, b, g), s.Heads/s.KVHeads
	for h := g * group; h < (g+1)*group; h++ {
		o, qh := s.tokens(out, b, h), s.head(q, b, h)
		for i := range s.Seq {
			p := s.block(probs, b, h, i/attnBlock*attnBlock)
			at := func(key int) *float32 { return &p.Data[key*p.Stride+i%attnBlock] }
			top := float32(math.Inf(-1))
			for j := range i + 1 {
				*at(j) = dotColumns(qh, i, kh, j) * scale
				top = max(top, *at(j))
			}
			var sum float64
			for j := range i + 1 {
				x := math.Exp(float64(*at(j) - top))
				*at(j) = float32(x)
				sum += x
			}
			for j := range p.Rows {
				if j > i {
					*at(j) = 0
				} else {
					*at(j) *= float32(1 / sum)
				}
			}
			for c := range s.HeadDim {
				var x float32
				for j := range i + 1 {
					x += *at(j) * vh.Data[c*vh.Stride+j]
				}
				o.Data[i*o.Stride+c] = x
			}
		}
	}
}

// AttentionBackward implements [Engine]: with P = softmax(S), dP = dO·Vᵀ and dS = P⊙(dP − rowsum(P⊙dP)).
func (r Reference) AttentionBackward(dq, dk, dv, dout Mat, probs []float32, q, k, v Mat, s AttnShape) {
	for b := range s.Batch {
		for g := range s.KVHeads {
			r.attendBackward(dq, dk, dv, dout, probs, q, k, v, s, b, g)
		}
	}
}

// attendBackward does the q heads of sequence b that kv head g serves, and that kv head.
func (Reference) attendBackward(dq, dk, dv, dout Mat, probs []float32, q, k, v Mat, s AttnShape, b, g int) {
	scale := float32(1 / math.Sqrt(float64(s.HeadDim)))
	kh, vh, dkh, dvh, group := s.head(k, b, g), s.head(v, b, g), s.head(dk, b, g), s.head(dv, b, g), s.Heads/s.KVHeads
	for c := range s.HeadDim {
		clear(dkh.Data[c*dkh.Stride:][:s.Seq])
		clear(dvh.Data[c*dvh.Stride:][:s.Seq])
	}
	for h := g * group; h < (g+1)*group; h++ {
		do, qh, dqh := s.tokens(dout, b, h), s.head(q, b, h), s.head(dq, b, h)
		for c := range s.HeadDim {
			clear(dqh.Data[c*dqh.Stride:][:s.Seq])
		}
		for i := range s.Seq {
			row := do.Data[i*do.Stride:][:s.HeadDim]
			p := s.block(probs, b, h, i/attnBlock*attnBlock)
			p.Data = p.Data[i%attnBlock:]
			dp := func(j int) (sum float32) {
				for c, x := range row {
					sum += x * vh.Data[c*vh.Stride+j]
				}
				return sum
			}
			var sum float32
			for j := range i + 1 {
				sum += dp(j) * p.Data[j*p.Stride]
			}
			for j := range i + 1 {
				x := p.Data[j*p.Stride]
				ds := x * (dp(j) - sum) * scale
				for c := range s.HeadDim {
					dvh.Data[c*dvh.Stride+j] += x * row[c]
					dqh.Data[c*dqh.Stride+i] += ds * kh.Data[c*kh.Stride+j]
					dkh.Data[c*dkh.Stride+j] += ds * qh.Data[c*qh.Stride+i]
				}
			}
		}
	}
}

// dotColumns is the scalar product of column i of a and column j of b.
func dotColumns(a Mat, i int, b Mat, j int) (sum float32) {
	for c := range a.Rows {
		sum += a.Data[c*a.Stride+i] * b.Data[c*b.Stride+j]
	}
	return sum
}
