package model

import "github.com/sparkling-lab/sparkling/model/compute"

// layer holds the activations of one layer that its backward needs. S = N·k slots: one a token and chosen expert, sorted by expert.
type layer struct {
	experts, topK int

	x0, a1, inv1     []float32 // (N, d), (N, d), (N): input, normed input
	q, k, v          []float32 // (N, a), (N, b), (N, b) before the head norms
	qn, kn           []float32 // after head norm and rotation
	qinv, kinv       []float32 // (N·heads), (N·kv heads)
	attn             []float32 // (batch, heads, seq, seq) attention probabilities
	att              []float32 // (N, a)
	x1, a2, inv2     []float32 // after attention
	route, prob, lse []float32 // (N, E), (N, E), (N) router
	choice           []int32   // (N, k) experts a token chose
	weight           []float32 // (N, k) their weights, sum 1

	off        []int     // (E+1) slots of each expert
	slotToken  []int32   // (S)
	slotChoice []int32   // (S) index into choice
	slotWeight []float32 // (S)
	next       []int     // (E) cursor while sorting

	xs, gate, up, h, y []float32 // (S, d), (S, f), (S, f), (S, f), (S, d)
}

func newLayer(c Config, batch, seq int) layer {
	n := batch * seq
	s := n * c.TopK
	a, b := c.Heads*c.HeadDim, c.KVHeads*c.HeadDim
	f := func(size int) []float32 { return make([]float32, size) }
	return layer{
		experts: c.Experts, topK: c.TopK,
		x0: f(n * c.Hidden), a1: f(n * c.Hidden), inv1: f(n),
		q: f(n * a), k: f(n * b), v: f(n * b), qn: f(n * a), kn: f(n * b), qinv: f(n * c.Heads), kinv: f(n * c.KVHeads),
		attn: f(batch * c.Heads * seq * seq), att: f(n * a),
		x1: f(n * c.Hidden), a2: f(n * c.Hidden), inv2: f(n),
		route: f(n * c.Experts), prob: f(n * c.Experts), lse: f(n), choice: make([]int32, s), weight: f(s),
		off: make([]int, c.Experts+1), slotToken: make([]int32, s), slotChoice: make([]int32, s), slotWeight: f(s), next: make([]int, c.Experts),
		xs: f(s * c.Hidden), gate: f(s * c.Inner), up: f(s * c.Inner), h: f(s * c.Inner), y: f(s * c.Hidden),
	}
}

// attention is the first residual block: x1 = x0 + Wo·attend(rope(norm(Wq·norm(x0))), …).
func (n *Net) attention(l int) {
	c, e, w, N := n.Config, n.eng, &n.layers[l], n.Tokens()
	d, a, b := c.Hidden, c.Heads*c.HeadDim, c.KVHeads*c.HeadDim
	eps := float32(c.NormEps)
	e.RMSNorm(w.a1, w.inv1, w.x0, n.weight(AttnNorm, l), eps)
	in := compute.M(w.a1, N, d)
	e.MatMul(compute.NT, compute.M(w.q, N, a), in, compute.M(n.weight(Q, l), a, d), false)
	e.MatMul(compute.NT, compute.M(w.k, N, b), in, compute.M(n.weight(K, l), b, d), false)
	e.MatMul(compute.NT, compute.M(w.v, N, b), in, compute.M(n.weight(V, l), b, d), false)
	e.RMSNorm(w.qn, w.qinv, w.q, n.weight(QNorm, l), eps)
	e.RMSNorm(w.kn, w.kinv, w.k, n.weight(KNorm, l), eps)
	e.Rope(w.qn, n.cos, n.sin, n.seq, c.Heads, c.HeadDim, false)
	e.Rope(w.kn, n.cos, n.sin, n.seq, c.KVHeads, c.HeadDim, false)
	e.Attention(w.att, w.attn, w.qn, w.kn, w.v, n.shape())
	e.MatMul(compute.NT, compute.M(n.scratch.branch, N, d), compute.M(w.att, N, a), compute.M(n.weight(O, l), d, a), false)
	n.measure(2*l, w.x0, n.scratch.branch)
	copy(w.x1, w.x0)
	e.Axpby(w.x1, 1, n.scratch.branch, 1)
}

// attentionBackward turns scratch.dx from the gradient of x1 into that of x0.
func (n *Net) attentionBackward(l int) {
	c, e, w, s, N := n.Config, n.eng, &n.layers[l], &n.scratch, n.Tokens()
	d, a, b := c.Hidden, c.Heads*c.HeadDim, c.KVHeads*c.HeadDim
	dx, in := compute.M(s.dx, N, d), compute.M(w.a1, N, d)
	e.MatMul(compute.TN, compute.M(n.grad(O, l), d, a), dx, compute.M(w.att, N, a), false)
	e.MatMul(compute.NN, compute.M(s.datt, N, a), dx, compute.M(n.weight(O, l), d, a), false)
	e.AttentionBackward(s.dqn, s.dkn, s.dv, s.datt, w.attn, w.qn, w.kn, w.v, n.shape())
	e.Rope(s.dqn, n.cos, n.sin, n.seq, c.Heads, c.HeadDim, true)
	e.Rope(s.dkn, n.cos, n.sin, n.seq, c.KVHeads, c.HeadDim, true)
	e.RMSNormBackward(s.dq, n.grad(QNorm, l), s.dqn, w.q, n.weight(QNorm, l), w.qinv, false)
	e.RMSNormBackward(s.dk, n.grad(KNorm, l), s.dkn, w.k, n.weight(KNorm, l), w.kinv, false)
	for i, x := range [3]struct {
		p    Part
		g    []float32
		rows int
	}{{Q, s.dq, a}, {K, s.dk, b}, {V, s.dv, b}} {
		g := compute.M(x.g, N, x.rows)
		e.MatMul(compute.TN, compute.M(n.grad(x.p, l), x.rows, d), g, in, false)
		e.MatMul(compute.NN, compute.M(s.dbranch, N, d), g, compute.M(n.weight(x.p, l), x.rows, d), i > 0)
	}
	e.RMSNormBackward(s.dx, n.grad(AttnNorm, l), s.dbranch, w.x0, n.weight(AttnNorm, l), w.inv1, true)
}

func (n *Net) shape() compute.AttnShape {
	return compute.AttnShape{Batch: n.batch, Seq: n.seq, Heads: n.Config.Heads, KVHeads: n.Config.KVHeads, HeadDim: n.Config.HeadDim}
}
