//go:build goexperiment.simd

package compute

import "math"

// Attention works on one head of one sequence at a time, and keeps a query in every lane: scores and probabilities are matrices (key,
// query), so that the softmax runs down the columns without a sum across lanes and without tails, whatever the width of a head.

// attnBlock is how many queries are attended at once: their products skip the keys that come after the block.
const attnBlock = 32

// attend does the q heads of sequence b that kv head g serves: two matrix products around a softmax.
func (e *cpu) attend(out Mat, probs []float32, q, k, v Mat, s AttnShape, b, g int) {
	scale := float32(1 / math.Sqrt(float64(s.HeadDim)))
	kh, vh := s.head(k, b, g), s.head(v, b, g)
	ot := M(e.scratch(0, s.HeadDim*attnBlock), s.HeadDim, attnBlock)
	for h := g * s.Heads / s.KVHeads; h < (g+1)*s.Heads/s.KVHeads; h++ {
		p, o, qh := s.probs(probs, b, h), s.tokens(out, b, h), s.head(q, b, h)
		for from := 0; from < s.Seq; from += attnBlock {
			to := min(from+attnBlock, s.Seq)
			block := p.part(0, to, from, to-from)
			e.MatMul(TN, block, kh.part(0, s.HeadDim, 0, to), qh.part(0, s.HeadDim, from, to-from), false)
			softmaxColumns(block, from, scale)
			ot.Cols = to - from
			e.MatMul(NN, ot, vh.part(0, s.HeadDim, 0, to), block, false)
			transpose(o.Slice(from, to), ot)
		}
	}
}

// attendBackward does the q heads of sequence b that kv head g serves, and that kv head: dV = Pᵀ·dO, dP = dO·Vᵀ,
// dS = P⊙(dP − rowsum(P⊙dP))·scale, dQ = dS·K, dK = dSᵀ·Q.
func (e *cpu) attendBackward(dq, dk, dv, dout Mat, probs []float32, q, k, v Mat, s AttnShape, b, g int) {
	scale := float32(1 / math.Sqrt(float64(s.HeadDim)))
	kh, vh := s.head(k, b, g), s.head(v, b, g)
	ld, lanes := wide(s.Seq), vectorLen()
	padded := (s.HeadDim + lanes - 1) / lanes * lanes
	ds := Mat{e.scratch(0, s.Seq*ld), s.Seq, s.Seq, ld}
	dot := Mat{e.scratch(1, s.HeadDim*ld), s.HeadDim, s.Seq, ld}
	// With one row a token, in whole vectors: queries and dO, and what becomes dK and dV.
	rows := e.scratch(2, 4*s.Seq*padded)
	clear(rows)
	row := func(i int) Mat { return M(rows[i*s.Seq*padded:(i+1)*s.Seq*padded], s.Seq, padded) }
	qr, dor, dkr, dvr := row(0), row(1), row(2), row(3)
	narrow := func(m Mat) Mat { return m.part(0, s.Seq, 0, s.HeadDim) }
	for h := g * s.Heads / s.KVHeads; h < (g+1)*s.Heads/s.KVHeads; h++ {
		p, qh, dqh := s.probs(probs, b, h), s.head(q, b, h), s.head(dq, b, h)
		do := s.tokens(dout, b, h)
		transpose(narrow(qr), qh)
		transpose(dot, do)
		for i := range s.Seq {
			copy(dor.Data[i*padded:][:s.HeadDim], do.Data[i*do.Stride:])
		}
		for from := 0; from < s.Seq; from += attnBlock {
			to := min(from+attnBlock, s.Seq)
			n := to - from
			block := ds.part(0, to, from, n)
			e.MatMul(TN, block, vh.part(0, s.HeadDim, 0, to), dot.part(0, s.HeadDim, from, n), false)
			softmaxColumnsBackward(block, p.part(0, to, from, n), from, scale)
			e.MatMul(NN, dqh.part(0, s.HeadDim, from, n), kh.part(0, s.HeadDim, 0, to), block, false)
		}
		for from := 0; from < s.Seq; from += attnBlock {
			to, n := min(from+attnBlock, s.Seq), s.Seq-from
			e.MatMul(NN, dkr.Slice(from, to), ds.part(from, to-from, from, n), qr.Slice(from, s.Seq), true)
			e.MatMul(NN, dvr.Slice(from, to), p.part(from, to-from, from, n), dor.Slice(from, s.Seq), true)
		}
	}
	transpose(s.head(dk, b, g), narrow(dkr))
	transpose(s.head(dv, b, g), narrow(dvr))
}
