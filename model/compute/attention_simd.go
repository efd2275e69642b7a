//go:build goexperiment.simd

package compute

import "math"

// Attention works on one head of one sequence at a time, and keeps a query in every lane: scores and probabilities are
// matrices (key, query), so that the softmax runs down the columns without a sum across lanes and without tails,
// whatever the width of a head.

// attend does the q heads of sequence b that kv head g serves: two matrix products around a softmax.
func (e *cpu) attend(out Mat, probs []float32, q, k, v Mat, s AttnShape, b, g int) {
	scale := float32(1 / math.Sqrt(float64(s.HeadDim)))
	kh, vh := s.head(k, b, g), s.head(v, b, g)
	ot := M(e.scratch(0, s.HeadDim*attnBlock), s.HeadDim, attnBlock)
	for h := g * s.Heads / s.KVHeads; h < (g+1)*s.Heads/s.KVHeads; h++ {
		o, qh := s.tokens(out, b, h), s.head(q, b, h)
		for from := 0; from < s.Seq; from += attnBlock {
			to, block := min(from+attnBlock, s.Seq), s.block(probs, b, h, from)
			e.MatMul(TN, block, kh.part(0, s.HeadDim, 0, to), qh.part(0, s.HeadDim, from, to-from), false)
			softmaxColumns(block, from, scale)
			ot.Cols = to - from
			e.MatMul(NN, ot, vh.part(0, s.HeadDim, 0, to), block, false)
			Transpose(o.Slice(from, to), ot)
		}
	}
}

// attendBackward does the q heads of sequence b that kv head g serves, and that kv head: dV = Pᵀ·dO, dP = dO·Vᵀ,
// dS = P⊙(dP − rowsum(P⊙dP))·scale, dQ = dS·K, dK = dSᵀ·Q.
func (e *cpu) attendBackward(dq, dk, dv, dout Mat, probs []float32, q, k, v Mat, s AttnShape, b, g int) {
	scale := float32(1 / math.Sqrt(float64(s.HeadDim)))
	kh, vh := s.head(k, b, g), s.head(v, b, g)
	ld, whole := wide(s.Seq), e.kernel.whole
	padded := (s.HeadDim + whole - 1) / whole * whole
	dot := Mat{e.scratch(1, s.HeadDim*ld), s.HeadDim, s.Seq, ld}
	// With one row a token, as wide as the kernel wants it: queries and dO, and what becomes dK and dV.
	rows := e.scratch(2, 4*s.Seq*padded)
	clear(rows)
	row := func(i int) Mat { return M(rows[i*s.Seq*padded:(i+1)*s.Seq*padded], s.Seq, padded) }
	qr, dor, dkr, dvr := row(0), row(1), row(2), row(3)
	narrow := func(m Mat) Mat { return m.part(0, s.Seq, 0, s.HeadDim) }
	for h := g * s.Heads / s.KVHeads; h < (g+1)*s.Heads/s.KVHeads; h++ {
		qh, dqh, do := s.head(q, b, h), s.head(dq, b, h), s.tokens(dout, b, h)
		Transpose(narrow(qr), qh)
		Transpose(dot, do)
		if padded == s.HeadDim {
			dor = do
		} else {
			for i := range s.Seq {
				copy(dor.Data[i*padded:][:s.HeadDim], do.Data[i*do.Stride:])
			}
		}
		for from := 0; from < s.Seq; from += attnBlock {
			p := s.block(probs, b, h, from)
			to, n := p.Rows, p.Cols
			ds := Mat{e.scratch(0, to*attnBlock), to, n, attnBlock}
			e.MatMul(TN, ds, vh.part(0, s.HeadDim, 0, to), dot.part(0, s.HeadDim, from, n), false)
			softmaxColumnsBackward(ds, p, from, scale)
			e.MatMul(NN, dqh.part(0, s.HeadDim, from, n), kh.part(0, s.HeadDim, 0, to), ds, false)
			e.MatMul(NN, dkr.Slice(0, to), ds, qr.Slice(from, to), true)
			e.MatMul(NN, dvr.Slice(0, to), p, dor.Slice(from, to), true)
		}
	}
	Transpose(s.head(dk, b, g), narrow(dkr))
	Transpose(s.head(dv, b, g), narrow(dvr))
}
