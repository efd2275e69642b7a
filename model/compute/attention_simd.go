//go:build goexperiment.simd

package compute

import "math"

// attnBlock is how many positions are attended at once: their products skip the keys that come after the block.
const attnBlock = 32

// Attention implements [Engine]: per head and block of positions, two matrix products around a softmax.
func (e *cpu) Attention(out, probs, q, k, v []float32, s AttnShape) {
	scale := float32(1 / math.Sqrt(float64(s.HeadDim)))
	s.each(func(b, h, g int) {
		p := s.probs(probs, b, h)
		qh, oh := s.mat(q, b, h, s.Heads), s.mat(out, b, h, s.Heads)
		kh, vh := s.mat(k, b, g, s.KVHeads), s.mat(v, b, g, s.KVHeads)
		for from := 0; from < s.Seq; from += attnBlock {
			to := min(from+attnBlock, s.Seq)
			block := Mat{p.Data[from*s.Seq:], to - from, to, s.Seq}
			e.MatMul(NT, block, sub(qh, from, to), sub(kh, 0, to), false)
			for i := from; i < to; i++ {
				row := p.Data[i*s.Seq : (i+1)*s.Seq]
				scaleRow(row[:i+1], scale)
				e.softmax(row[:i+1], row[:i+1])
				clear(row[i+1:])
			}
			e.MatMul(NN, sub(oh, from, to), block, sub(vh, 0, to), false)
		}
	})
}

// AttentionBackward implements [Engine]: dV = Pᵀ·dO, dP = dO·Vᵀ, dS = P⊙(dP − rowsum(P⊙dP))·scale, dQ = dS·K, dK = dSᵀ·Q.
func (e *cpu) AttentionBackward(dq, dk, dv, dout, probs, q, k, v []float32, s AttnShape) {
	scale := float32(1 / math.Sqrt(float64(s.HeadDim)))
	group := s.Heads / s.KVHeads
	s.each(func(b, h, g int) {
		p := s.probs(probs, b, h)
		ds := M(e.scratch(0, s.Seq*s.Seq), s.Seq, s.Seq)
		do, qh, dqh := s.mat(dout, b, h, s.Heads), s.mat(q, b, h, s.Heads), s.mat(dq, b, h, s.Heads)
		kh, vh := s.mat(k, b, g, s.KVHeads), s.mat(v, b, g, s.KVHeads)
		dkh, dvh := s.mat(dk, b, g, s.KVHeads), s.mat(dv, b, g, s.KVHeads)
		for from := 0; from < s.Seq; from += attnBlock {
			to := min(from+attnBlock, s.Seq)
			block := Mat{ds.Data[from*s.Seq:], to - from, to, s.Seq}
			e.MatMul(NT, block, sub(do, from, to), sub(vh, 0, to), false)
			for i := from; i < to; i++ {
				d, pr := ds.Data[i*s.Seq:(i+1)*s.Seq], p.Data[i*s.Seq:(i+1)*s.Seq]
				softmaxBackward(d[:i+1], pr[:i+1], scale)
				clear(d[i+1:])
			}
			e.MatMul(NN, sub(dqh, from, to), block, sub(kh, 0, to), false)
		}
		first := h%group == 0 // the group's first head sets, the others add
		e.MatMul(TN, dvh, p, do, !first)
		e.MatMul(TN, dkh, ds, qh, !first)
	})
}

// mat is head h of sequence b in x (Batch·Seq, heads·HeadDim) as a strided matrix (Seq, HeadDim).
func (s AttnShape) mat(x []float32, b, h, heads int) Mat {
	return Mat{x[(b*s.Seq*heads+h)*s.HeadDim:], s.Seq, s.HeadDim, heads * s.HeadDim}
}

// probs is the (Seq, Seq) matrix of one head.
func (s AttnShape) probs(x []float32, b, h int) Mat {
	return M(x[(b*s.Heads+h)*s.Seq*s.Seq:][:s.Seq*s.Seq], s.Seq, s.Seq)
}

// sub is rows from to to of a strided matrix.
func sub(m Mat, from, to int) Mat {
	return Mat{m.Data[from*m.Stride:], to - from, m.Cols, m.Stride}
}
