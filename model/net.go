package model

import (
	"math"

	"github.com/sparkling-lab/sparkling/model/compute"
)

// Losses are the terms of the objective, in nats a token: Objective = CE + AuxLossCoef·Aux + ZLossCoef·ZLoss with
// cross-entropy and the two auxiliary losses of the routers, each a mean over layers.
type Losses struct {
	CE, Aux, ZLoss, Objective float64
}

// Net runs one network on batches of one shape. N = batch·seq tokens; slices are row-major with one row a token.
// All memory is allocated by [NewNet]; a step allocates nothing. A Net belongs to one goroutine.
type Net struct {
	Config  Config
	Table   *Table
	Weights Values
	Grads   Values // of the objective, set by [Net.Backward]

	// MeasureRMS makes Forward fill RMS, attention then FFN of each layer.
	MeasureRMS bool
	RMS        []BlockRMS

	eng        compute.Engine
	batch, seq int
	ids        []int32
	rotary     compute.Rotary
	short      compute.Rotary // of rows of shortSeq tokens, once there were any
	shortSeq   int
	ask        *questions  // once there were any
	runs       []run       // while they are asked
	noted      *ExpertPass // of a layer, while its backward is kept
	notedLayer int
	layers     []layer
	x          []float32 // (N, d) the residual stream after the last layer
	xn, inv    []float32 // final norm
	logits     []float32 // (N, V), or (rows, V)
	rows       int       // of logits at once; 0 for all
	scratch    scratch

	recompute bool // layers share the memory of what they compute
	holds     int  // whose it is in there
	gone      bool // nobody else's can be computed again
}

// scratch is memory that no two layers need at once.
type scratch struct {
	branch, dbranch []float32   // (N, d) what a block adds, and a gradient of that shape
	dx              []float32   // (N, d) gradient of the residual stream
	datt            []float32   // (N, a)
	dqkv            compute.Mat // (a+2b, N), channel-major
	dlogits         []float32   // (N, V); none where logits do not all stand there at once
	dys, dxs        []float32   // (S, d)
	dgate, dup, dh  []float32   // (S, f)
	logits          []float32   // (N, E) of a router
	dw, droute      compute.Mat // (k, N), (E, N), channel-major
	dprob           []float32   // (E)
}

// NewNet prepares a network for batches of batch sequences of seq tokens. It keeps weights, not a copy.
func NewNet(eng compute.Engine, weights Values, batch, seq int) *Net {
	return newNetOf(eng, weights, batch, seq, false)
}

func newNetOf(eng compute.Engine, weights Values, batch, seq int, recompute bool) *Net {
	net := newNet(&memory{}, weights.Table.Config, batch, seq, recompute)
	net.eng, net.Table, net.Weights, net.Grads = eng, weights.Table, weights, NewValues(weights.Table)
	net.fillRotary()
	for i := range net.layers {
		net.layers[i].split(net.Config)
	}
	return net
}

// newNet is a network without parameters and engine: all that grows with the batch. Its memory is m's, which
// [FootprintOf] lets count it.
func newNet(m *memory, c Config, batch, seq int, recompute bool) *Net {
	n := batch * seq
	d, s := n*c.Hidden, n*c.TopK
	f := func(p ActivationPart, size int) []float32 { return take[float32](m, p, size) }
	net := &Net{
		Config: c, RMS: take[BlockRMS](m, Scratch, 2*c.Layers), batch: batch, seq: seq, ids: take[int32](m, Scratch, n),
		x: f(Residual, d), xn: f(Residual, d), inv: f(Residual, n),
		scratch: scratch{
			branch: f(Scratch, d), dbranch: f(Scratch, d), dx: f(Scratch, d), datt: f(Scratch, n*c.Heads*c.HeadDim),
			dqkv: m.columns(Scratch, (c.Heads+2*c.KVHeads)*c.HeadDim, n),
			dys:  f(Scratch, s*c.Hidden), dxs: f(Scratch, s*c.Hidden),
			dgate: f(Scratch, s*c.Inner), dup: f(Scratch, s*c.Inner), dh: f(Scratch, s*c.Inner),
			logits: f(Scratch, n*c.Experts),
			dw:     m.columns(Scratch, c.TopK, n), droute: m.columns(Scratch, c.Experts, n),
			dprob: f(Scratch, c.Experts),
		},
		rotary:    compute.Rotary{Cos: m.columns(Scratch, c.HeadDim/2, n), Sin: m.columns(Scratch, c.HeadDim/2, n)},
		recompute: recompute,
	}
	rows := logitRows(c, n, recompute)
	if net.logits = f(Logits, rows*c.Vocab); rows < n {
		net.rows = rows
	} else {
		net.scratch.dlogits = f(Logits, n*c.Vocab)
	}
	var w layer
	for l := range c.Layers {
		if l == 0 || !recompute {
			w = newActivations(m, c, batch, seq)
		}
		net.layers = append(net.layers, w.keeping(m, c, n))
	}
	return net
}

// fillRotary tabulates the angles of the rotary embedding (Su et al. 2021, arXiv 2104.09864): position times
// base^(−2i/headDim), or times what a scaling makes of that.
func (n *Net) fillRotary() {
	c, r, by := n.Config, n.rotary, n.Config.ropeFactor()
	for i := range c.HeadDim / 2 {
		at := i * r.Cos.Stride
		for t := range n.seq {
			sin, cos := math.Sincos(float64(t) * c.frequency(i))
			sin, cos = sin*by, cos*by
			for b := range n.batch {
				r.Cos.Data[at+b*n.seq+t], r.Sin.Data[at+b*n.seq+t] = float32(cos), float32(sin)
			}
		}
	}
}

// Tokens is the number of tokens of a batch.
func (n *Net) Tokens() int { return n.batch * n.seq }

// ExpertLoad sets share (layers·experts) to the fraction of the last batch's assignments that went to each expert.
func (n *Net) ExpertLoad(share []float32) {
	e := n.Config.Experts
	for l := range n.layers {
		n.layers[l].expertLoad(share[l*e : (l+1)*e])
	}
}

// Chosen copies what the router of a layer decided for a token of the last Forward: its k experts, the largest weight
// first, and their weights.
func (n *Net) Chosen(layer, token int, experts []int32, weights []float32) {
	r := n.layers[layer].route
	for j := range experts {
		at := j*r.Weight.Stride + token
		experts[j], weights[j] = r.TopK[at], r.Weight.Data[at]
	}
}

// MeanRouter sets mean (E) to the probability that the router of a layer gave each expert in the last Forward, the mean
// over some tokens; NaN over none.
func (n *Net) MeanRouter(layer int, tokens []int, mean []float32) {
	prob := n.layers[layer].route.Prob
	for e := range mean {
		sum := 0.0
		for _, t := range tokens {
			sum += float64(prob.Data[e*prob.Stride+t])
		}
		mean[e] = float32(sum / float64(len(tokens)))
	}
}

func (n *Net) weight(p Part, layer int) []float32 { return n.Weights.Tensor(n.Table.Find(p, layer)) }
func (n *Net) grad(p Part, layer int) []float32   { return n.Grads.Tensor(n.Table.Find(p, layer)) }

// Forward runs ids (N, each below Vocab) and leaves the logits, and the activations that Backward needs.
func (n *Net) Forward(ids []int32) {
	c, e := n.Config, n.eng
	copy(n.ids, ids)
	e.Gather(n.in(0), n.weight(Embed, -1), n.ids, c.Hidden)
	for l := range n.layers {
		n.attention(l)
		n.experts(l)
	}
	n.holds, n.gone = len(n.layers)-1, false
	e.RMSNorm(n.xn, n.inv, n.x, n.weight(FinalNorm, -1), float32(c.NormEps))
	if n.whole() {
		n.project(n.logits, n.xn)
	}
}

// ForwardRows is Forward of rows of seq tokens, which divides the length that the network was made for: as many tokens,
// in more rows. Each row gives the bits that it gives at the beginning of a longer one. No Backward can follow.
func (n *Net) ForwardRows(ids []int32, seq int) {
	if seq == n.seq {
		n.Forward(ids)
		return
	}
	batch, long, angles, known := n.batch, n.seq, n.rotary, n.shortSeq == seq
	n.batch, n.seq, n.rotary = n.Tokens()/seq, seq, n.short
	if !known {
		n.rotary.Cos = compute.NewColumns(angles.Cos.Rows, angles.Cos.Cols)
		n.rotary.Sin = compute.NewColumns(angles.Sin.Rows, angles.Sin.Cols)
		n.fillRotary()
		n.short, n.shortSeq = n.rotary, seq
	}
	n.Forward(ids)
	n.batch, n.seq, n.rotary, n.gone = batch, long, angles, true
}

// in is the residual stream before layer l.
func (n *Net) in(l int) []float32 {
	if l == len(n.layers) {
		return n.x
	}
	return n.layers[l].x0
}

// Loss is the objective of the last Forward. Labels below 0 are ignored by CE alone.
func (n *Net) Loss(labels []int32) Losses { return n.losses(n.crossEntropy(labels, nil)) }

// losses are the objective and its terms, of which the cross-entropy is known.
func (n *Net) losses(ce float64) Losses {
	l := Losses{CE: ce}
	for i := range n.layers {
		l.Aux += n.layers[i].loadBalancingLoss() / float64(len(n.layers))
		l.ZLoss += n.layers[i].zLoss(n.eng) / float64(len(n.layers))
	}
	if math.IsNaN(l.Aux) {
		l.CE = l.Aux // a router whose probabilities are no numbers has chosen by chance: what came of it is no loss
	}
	l.Objective = l.CE + n.Config.AuxLossCoef*l.Aux + n.Config.ZLossCoef*l.ZLoss
	return l
}

// Backward sets Grads to the gradient of the objective of the last Forward, and returns its terms.
func (n *Net) Backward(labels []int32) Losses {
	e, s := n.eng, &n.scratch
	clear(n.Grads.Data)
	loss := n.losses(n.headBackward(labels))
	e.RMSNormBackward(s.dx, n.grad(FinalNorm, -1), s.dbranch, n.x, n.weight(FinalNorm, -1), n.inv, false)
	for l := len(n.layers) - 1; l >= 0; l-- {
		n.again(l)
		n.expertsBackward(l)
		if n.noted != nil && n.notedLayer == l {
			n.note(l)
		}
		n.attentionBackward(l)
	}
	e.ScatterAdd(n.grad(Embed, -1), s.dx, n.ids, n.Config.Hidden) // a tied head's part is there already
	return loss
}
