package model

import (
	"slices"

	"github.com/sparkling-lab/sparkling/model/compute"
)

// questions are rows that are asked together. A token that rows have in common, with all before it, is there once; so
// tokens are a tree, and lie in the batch by position: first those that begin a row, then those that come second.
type questions struct {
	rotary compute.Rotary
	shared []int // how many tokens a row has in common with the row before it
	tokens []int // (rows, seq) where in the batch each lies
	last   []int // (rows) where the last of each lies
	runs   []run
	labels []int32 // (N) by where a token lies
}

// run is tokens from to to of a batch, each of which comes after the same tokens.
type run struct {
	prefix   []int
	from, to int
}

// Ask is Forward of rows of seq tokens, each read alone: of the first of them, of as many as there is room for, and at
// least one. Seq is at most the length that the network was made for. What a row has in common with the row before it
// is computed once, so it pays to have them in order. Logits get the bits of Forward, see PrefixAttention of
// [compute.Engine]. No Backward can follow, and nothing is measured.
//
// It returns where in the batch the last token of each row lies, valid until the next call, and the mean cross-entropy,
// in nats, of what labels, one a row, say comes after it. The probabilities of the labels go to sure, which has room
// for one a row.
func (n *Net) Ask(ids, labels []int32, seq int, sure []float32) (places []int, loss float64) {
	if n.ask == nil {
		angles := n.rotary.Cos
		n.ask = &questions{labels: make([]int32, n.Tokens()), rotary: compute.Rotary{
			Cos: compute.NewColumns(angles.Rows, angles.Cols), Sin: compute.NewColumns(angles.Rows, angles.Cols),
		}}
	}
	q, batch, long, angles, measure := n.ask, n.batch, n.seq, n.rotary, n.MeasureRMS
	n.resize(q.lay(n.ids, ids, seq, angles), 1)
	n.runs, n.rotary, n.MeasureRMS = q.runs, q.rotary, false
	n.Forward(n.ids)
	loss = n.sure(q, labels, sure)
	n.runs, n.rotary, n.MeasureRMS, n.gone = nil, angles, measure, true
	n.resize(batch, long)
	return q.last, loss
}

// sure is the loss of what was asked. The gradient of a logit is its probability, less one for the label, over the
// number of labels.
func (n *Net) sure(q *questions, labels []int32, sure []float32) float64 {
	all, vocab := q.labels[:n.Tokens()], n.Config.Vocab
	for i := range all {
		all[i] = -1
	}
	for row, at := range q.last {
		all[at] = labels[row]
	}
	return n.losses(n.crossEntropy(all, func(from, to int, d []float32) {
		for row, at := range q.last {
			if at >= from && at < to {
				sure[row] = 1 + float32(len(q.last))*d[(at-from)*vocab+int(labels[row])]
			}
		}
	})).CE
}

// resize makes the batch another one of at most as many tokens as the network was made for.
func (n *Net) resize(batch, seq int) {
	n.batch, n.seq = batch, seq
	c, s, tokens := n.Config, &n.scratch, batch*seq
	slots := tokens * c.TopK
	n.ids = n.ids[:tokens]
	cut(tokens, &n.inv)
	cut(tokens*c.Hidden, &n.x, &n.xn, &s.branch)
	if n.whole() {
		cut(tokens*c.Vocab, &n.logits, &s.dlogits)
	}
	cut(tokens*c.Experts, &s.logits)
	for l := range n.layers {
		w := &n.layers[l]
		cut(tokens, &w.inv1, &w.inv2)
		cut(tokens*c.Hidden, &w.x0, &w.a1, &w.x1, &w.a2)
		cut(tokens*c.Heads*c.HeadDim, &w.att)
		cut(slots*c.Hidden, &w.xs, &w.y)
		cut(slots*c.Inner, &w.gate, &w.up, &w.h)
		for _, m := range []*compute.Mat{
			&w.qkv, &w.q, &w.k, &w.v, &w.qn, &w.kn, &w.qinv, &w.kinv, &w.route.Prob, &w.route.LSE, &w.route.Weight,
		} {
			m.Cols = tokens
		}
	}
}

// cut makes slices n long.
func cut(n int, slices ...*[]float32) {
	for _, s := range slices {
		*s = (*s)[:n]
	}
}

// lay puts the first rows of ids into a batch, and returns how many tokens that has.
func (q *questions) lay(batch, ids []int32, seq int, angles compute.Rotary) int {
	q.shared = q.shared[:0]
	for used := 0; (len(q.shared)+1)*seq <= len(ids); {
		at, same := len(q.shared)*seq, 0
		for at > 0 && same < seq-1 && ids[at+same] == ids[at+same-seq] {
			same++
		}
		if used += seq - same; used > len(batch) {
			break
		}
		q.shared = append(q.shared, same)
	}
	q.tokens, q.last, q.runs = slices.Grow(q.tokens[:0], len(q.shared)*seq)[:len(q.shared)*seq], q.last[:0], q.runs[:0]
	t := 0
	for p := range seq {
		begin := t
		for row, same := range q.shared {
			at := row*seq + p
			switch {
			case p < same:
				q.tokens[at] = q.tokens[at-seq]
				continue
			case p == same && row > 0:
				q.runs[len(q.runs)-1].to++
			default:
				q.runs = append(q.runs, run{q.tokens[at-p : at], t, t + 1})
			}
			batch[t], q.tokens[at] = ids[at], t
			t++
		}
		q.turn(angles, p, begin, t)
	}
	for row := range q.shared {
		q.last = append(q.last, q.tokens[row*seq+seq-1])
	}
	return t
}

// turn gives tokens from to to the angles of a position.
func (q *questions) turn(angles compute.Rotary, position, from, to int) {
	for i := range angles.Cos.Rows {
		at := i * angles.Cos.Stride
		cos, sin := angles.Cos.Data[at+position], angles.Sin.Data[at+position]
		for t := at + from; t < at+to; t++ {
			q.rotary.Cos.Data[t], q.rotary.Sin.Data[t] = cos, sin
		}
	}
}
