package model

import "github.com/sparkling-lab/sparkling/model/compute"

// layer holds the activations of one layer that its backward needs. S = N·k slots: one a token and chosen expert,
// sorted by expert. All but what [layer.keeping] takes may be memory of other layers too.
type layer struct {
	// Channel-major: before the head norms (a+2b, N) and its parts (a, N), (b, N), (b, N); after head norm and
	// rotation.
	qkv, q, k, v, qn, kn compute.Mat
	qinv, kinv           compute.Mat // (heads, N), (kv heads, N)

	// (N, d), (N, d), (N): input, normed input; where the norm stands behind the block, its output before it.
	x0, a1, inv1 []float32
	attn         []float32 // attention probabilities
	att          []float32 // (N, a)
	x1, a2, inv2 []float32 // after attention

	route compute.Routing
	slots compute.Permutation // where a token's k slots lie
	off   []int               // (E+1) slots of each expert
	next  []int               // (E) cursor while sorting

	xs, gate, up, h, y []float32 // (S, d), (S, f), (S, f), (S, f), (S, d)
}

// newActivations are those of a layer that its forward can give again from what enters it.
func newActivations(m *memory, c Config, batch, seq int) layer {
	n := batch * seq
	s := n * c.TopK
	a, b := c.Heads*c.HeadDim, c.KVHeads*c.HeadDim
	f := func(p ActivationPart, size int) []float32 { return take[float32](m, p, size) }
	return layer{
		qkv: m.columns(Attention, a+2*b, n), qn: m.columns(Attention, a, n), kn: m.columns(Attention, b, n),
		qinv: m.columns(Attention, c.Heads, n), kinv: m.columns(Attention, c.KVHeads, n),
		a1: f(Residual, n*c.Hidden), inv1: f(Residual, n),
		attn: f(Attention, attnShape(c, batch, seq).Probs()), att: f(Attention, n*a),
		x1: f(Residual, n*c.Hidden), a2: f(Residual, n*c.Hidden), inv2: f(Residual, n),
		xs: f(Experts, s*c.Hidden), y: f(Experts, s*c.Hidden),
		gate: f(Experts, s*c.Inner), up: f(Experts, s*c.Inner), h: f(Experts, s*c.Inner),
	}
}

// keeping is a layer of those activations with what it keeps whatever becomes of them: what enters it, and what its
// router decides about n tokens.
func (w layer) keeping(m *memory, c Config, n int) layer {
	ints := func(size int) []int32 { return take[int32](m, Experts, size) }
	w.x0 = take[float32](m, Residual, n*c.Hidden)
	w.route = compute.Routing{
		Prob: m.columns(Experts, c.Experts, n), LSE: m.columns(Experts, 1, n), Weight: m.columns(Experts, c.TopK, n),
		TopK: ints(compute.ColumnsLen(c.TopK, n)),
	}
	w.off, w.next = take[int](m, Experts, c.Experts+1), take[int](m, Experts, c.Experts)
	w.slots = compute.Permutation{Rows: ints(compute.ColumnsLen(c.TopK, n)), K: c.TopK, Stride: w.route.Weight.Stride}
	return w
}

// split makes queries, keys and values the parts of one matrix.
func (w *layer) split(c Config) {
	w.q, w.k, w.v = split(w.qkv, c.Heads*c.HeadDim, c.KVHeads*c.HeadDim)
}

// split is the rows of queries, keys and values.
func split(qkv compute.Mat, a, b int) (q, k, v compute.Mat) {
	return qkv.Slice(0, a), qkv.Slice(a, a+b), qkv.Slice(a+b, a+2*b)
}

// attention is the first residual block: x1 = x0 + Wo·attend(rope(norm(Wq·norm(x0))), …).
func (n *Net) attention(l int) {
	c, e, w, N := n.Config, n.eng, &n.layers[l], n.Tokens()
	d, a := c.Hidden, c.Heads*c.HeadDim
	in := n.enter(w.a1, w.inv1, w.x0, AttnNorm, l)
	e.MatMul(compute.NT, w.qkv, n.qkv(n.Weights, l), compute.M(in, N, d), false)
	if c.QKVBias {
		compute.AddBias(w.qkv, n.qkvBias(n.Weights, l))
	}
	n.turn(w.qn, w.qinv, w.q, QNorm, l)
	n.turn(w.kn, w.kinv, w.k, KNorm, l)
	out, shape := compute.M(w.att, N, a), attnShape(c, n.batch, n.seq)
	if n.runs == nil {
		e.Attention(out, w.attn, w.qn, w.kn, w.v, shape)
	}
	for _, r := range n.runs {
		e.PrefixAttention(out, w.qn, w.kn, w.v, shape, r.prefix, r.from, r.to)
	}
	e.MatMul(compute.NT, compute.M(n.scratch.branch, N, d), compute.M(w.att, N, a),
		compute.M(n.weight(O, l), d, a), false)
	n.leave(w.a1, w.inv1, AttnNorm, l)
	n.measure(2*l, w.x0, n.scratch.branch)
	copy(w.x1, w.x0)
	e.Axpby(w.x1, 1, n.scratch.branch, 1)
}

// attentionBackward turns scratch.dx from the gradient of x1 into that of x0.
func (n *Net) attentionBackward(l int) {
	c, e, w, s, N := n.Config, n.eng, &n.layers[l], &n.scratch, n.Tokens()
	d, a := c.Hidden, c.Heads*c.HeadDim
	dout, datt := compute.M(n.leaveBackward(w.a1, w.inv1, AttnNorm, l), N, d), compute.M(s.datt, N, a)
	e.MatMul(compute.TN, compute.M(n.grad(O, l), d, a), dout, compute.M(w.att, N, a), false)
	e.MatMul(compute.NN, datt, dout, compute.M(n.weight(O, l), d, a), false)
	dq, dk, dv := split(s.dqkv, a, c.KVHeads*c.HeadDim)
	e.AttentionBackward(dq, dk, dv, datt, w.attn, w.qn, w.kn, w.v, attnShape(c, n.batch, n.seq))
	n.turnBackward(dq, w.qinv, w.q, QNorm, l)
	n.turnBackward(dk, w.kinv, w.k, KNorm, l)
	if c.QKVBias {
		compute.AddBiasBackward(n.qkvBias(n.Grads, l), s.dqkv)
	}
	e.MatMul(compute.NN, n.qkv(n.Grads, l), s.dqkv, compute.M(n.read(w.a1, w.x0), N, d), false)
	e.MatMul(compute.TN, compute.M(s.dbranch, N, d), s.dqkv, n.qkv(n.Weights, l), false)
	n.enterBackward(w.x0, w.inv1, AttnNorm, l)
}

// qkv is the weights (or gradients) of queries, keys and values as one matrix (a+2b, d): the table lays them side by
// side.
func (n *Net) qkv(v Values, l int) compute.Mat {
	q, last := n.Table.Tensors[n.Table.Find(Q, l)], n.Table.Tensors[n.Table.Find(V, l)]
	d := n.Config.Hidden
	end := last.Off + last.Len()
	return compute.M(v.Data[q.Off:end], (end-q.Off)/d, d)
}

func attnShape(c Config, batch, seq int) compute.AttnShape {
	return compute.AttnShape{Batch: batch, Seq: seq, Heads: c.Heads, KVHeads: c.KVHeads, HeadDim: c.HeadDim}
}
