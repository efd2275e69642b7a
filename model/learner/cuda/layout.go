package cuda

import (
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
)

// shape is what the size of a learner's activations follows from.
type shape struct {
	model.Config
	batch, seq, accumulate int
	recompute              bool
	logits                 int // elements of logits that may stand there at once
}

// shapeOf is that of a network in a setup.
func shapeOf(c model.Config, s learner.Setup, logits int) shape {
	return shape{c, s.Batch, s.Seq, max(s.Accumulate, 1), s.Recompute, logits}
}

func (s shape) tokens() int { return s.batch * s.seq }

// logitRows is how many rows of logits stand there at once.
func (s shape) logitRows() int {
	const tile = 256
	rows := s.logits / s.Vocab
	return min(s.tokens(), max(rows-rows%tile, tile))
}

// layer holds what one layer leaves for its backward. N is tokens, S = N·k slots: one a token and chosen expert, sorted
// by expert; a and b are the widths of all queries and of all keys. Operands of products are marked.
type layer struct {
	made
	x0     driver.Buffer // (N, d) what enters it
	prob   driver.Buffer // (N, E) of the router
	lse    driver.Buffer // (N) logsumexp of its logits
	choice driver.Buffer // (N, k) experts, the most probable first
	weight driver.Buffer // (N, k) of each
	slot   driver.Buffer // (N, k) where each stands
	off    driver.Buffer // (E+1) where the slots of each expert begin
}

// made is what a layer can compute again from what enters it and from what its router decided.
type made struct {
	a1     matrix        // (N, d) normed input; operand
	inv1   driver.Buffer // (N)
	qkv    matrix        // (N, a+2b) before the norms of heads
	heads  matrix        // (N, a+2b) as attention reads it: queries and keys normed and rotated; operand
	inv    driver.Buffer // (N, heads + kv heads)
	att    matrix        // (N, a); operand
	attLSE driver.Buffer // (N, heads)
	x1, a2 matrix        // (N, d) after attention; normed, as the router reads it
	inv2   driver.Buffer // (N)
	xs     matrix        // (S, d) as the experts read it; operand
	both   matrix        // (S, 2f) gate, then up
	h      matrix        // (S, f) silu(gate)·up; operand
	y      matrix        // (S, d)
}

// scratch is memory that no two layers need at once.
type scratch struct {
	branch       matrix        // (N, d) what a block adds, and later a gradient of that shape
	dx           matrix        // (N, d) gradient of the residual stream
	dxOperand    matrix        // the same as an operand
	datt         matrix        // (N, a); operand
	dqk          matrix        // (N, a+b)
	dqkv         matrix        // (N, a+2b); operand
	delta        driver.Buffer // (N, heads)
	dys          matrix        // (S, d); operand
	dxs          matrix        // (S, d)
	dboth        matrix        // (S, 2f); operand
	dh           matrix        // (S, f)
	dw           driver.Buffer // (N, k)
	droute       matrix        // (N, E)
	count        driver.Buffer // (chunks of slots, E) slots of each expert
	share        driver.Buffer // what chunks of tokens give the gradients of the weights of norms
	squares      driver.Buffer // (N, 2) of what enters a block and of what the one before has added
	cosine, sine driver.Buffer // (seq, head dim / 2)
	loss         driver.Buffer // (N) of each token
	dlogits      matrix        // (rows, V); operand; in float32 the logits themselves
}

// activations is all of a learner's memory that grows with the batch.
type activations struct {
	layers      []layer
	x           matrix // (N, d) the residual stream after the last layer
	xn          matrix // (N, d) normed; operand
	inv         driver.Buffer
	logits      matrix        // (rows, V)
	ids, labels driver.Buffer // of all batches of an update
	order       driver.Buffer // tokens of each batch by symbol, and where each symbol begins, see order.go
	sums        driver.Buffer // see sums.go
	scratch
}

func newActivations(m *memory, s shape) *activations {
	const scr, res, exp = model.Scratch, model.Residual, model.Experts
	n, slots, a, b := s.tokens(), s.tokens()*s.TopK, s.Heads*s.HeadDim, s.KVHeads*s.HeadDim
	z := &activations{
		x: m.dense(res, n, s.Hidden), xn: m.operand(res, n, s.Hidden), inv: m.floats(res, n),
		logits: m.dense(model.Logits, s.logitRows(), s.Vocab),
		ids:    m.ints(scr, n*s.accumulate), labels: m.ints(scr, n*s.accumulate),
		order: m.ints(scr, orderLen(n)*s.accumulate),
		sums:  m.floats(scr, s.accumulate*sumsOf(s.Config).size),
		scratch: scratch{
			branch: m.dense(scr, n, s.Hidden), dx: m.dense(scr, n, s.Hidden), datt: m.operand(scr, n, a),
			dqk: m.dense(scr, n, a+b), dqkv: m.operand(scr, n, a+2*b),
			delta: m.floats(scr, n*s.Heads), dys: m.operand(scr, slots, s.Hidden), dxs: m.dense(scr, slots, s.Hidden),
			dboth: m.operand(scr, slots, 2*s.Inner), dh: m.dense(scr, slots, s.Inner),
			dw: m.floats(scr, slots), droute: m.dense(scr, n, s.Experts),
			count: m.ints(scr, slotChunks(slots)*s.Experts),
			share: m.floats(scr, gainShares(n, s.Hidden, s.HeadDim)), squares: m.floats(scr, 2*n),
			cosine: m.floats(scr, s.seq*s.HeadDim/2), sine: m.floats(scr, s.seq*s.HeadDim/2), loss: m.floats(scr, n),
		},
	}
	if m.precision == Float32 {
		z.dxOperand, z.dlogits = z.dx, z.logits
	} else {
		z.dxOperand = m.operand(scr, n, s.Hidden)
		z.dlogits = m.operand(model.Logits, s.logitRows(), s.Vocab)
	}
	var w made
	for l := range s.Layers {
		if l == 0 || !s.recompute {
			w = newMade(m, s)
		}
		z.layers = append(z.layers, layer{
			made: w, x0: m.floats(res, n*s.Hidden), prob: m.floats(exp, n*s.Experts), lse: m.floats(exp, n),
			choice: m.ints(exp, slots), weight: m.floats(exp, slots), slot: m.ints(exp, slots),
			off: m.ints(exp, s.Experts+1),
		})
	}
	return z
}

func newMade(m *memory, s shape) made {
	const res, att, exp = model.Residual, model.Attention, model.Experts
	n, slots, a, b := s.tokens(), s.tokens()*s.TopK, s.Heads*s.HeadDim, s.KVHeads*s.HeadDim
	return made{
		a1: m.operand(res, n, s.Hidden), inv1: m.floats(res, n), qkv: m.dense(att, n, a+2*b),
		heads: m.operand(att, n, a+2*b), inv: m.floats(att, n*(s.Heads+s.KVHeads)),
		att: m.operand(att, n, a), attLSE: m.floats(att, n*s.Heads),
		x1: m.dense(res, n, s.Hidden), a2: m.dense(res, n, s.Hidden), inv2: m.floats(res, n),
		xs: m.operand(exp, slots, s.Hidden), both: m.dense(exp, slots, 2*s.Inner), h: m.operand(exp, slots, s.Inner),
		y: m.dense(exp, slots, s.Hidden),
	}
}
