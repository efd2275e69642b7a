package cuda

import (
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
)

// begins makes a pass of some sequences the present one.
func (l *Learner) begins(p pass) {
	p.slots = p.tokens() * l.shape.TopK
	l.pass = p
	l.dev.Zero(p.sums)
}

// weight is a part of a layer in float32.
func (l *Learner) weight(p model.Part, layer int) matrix {
	return l.values.tensor(model.Weight, p, layer)
}

// gradient is that of a part of a layer.
func (l *Learner) gradient(p model.Part, layer int) matrix {
	return l.values.tensor(model.Gradient, p, layer)
}

// entering is the residual stream before a layer, or after the last.
func (l *Learner) entering(layer int) driver.Buffer {
	if layer == len(l.act.layers) {
		return l.act.x.Buffer
	}
	return l.act.layers[layer].x0
}

// forward runs the tokens of the pass, and leaves the normed residual stream after the last layer, what the backward
// needs, and the sums of the routers.
func (l *Learner) forward() {
	z := l.act
	l.rows("gather", l.pass.tokens(), l.dev.Args().
		Buf(l.entering(0), l.weight(model.Embed, -1).Buffer, l.pass.ids).Int(l.shape.Hidden))
	before := driver.Buffer{} // the residual stream before the experts of the last layer added to it
	for i := range z.layers {
		w := &z.layers[i]
		l.norm(w.a1, w.inv1, w.x0, before, model.AttnNorm, i)
		l.measure(2 * i)
		l.attention(i)
		l.norm(w.a2, w.inv2, w.x1.Buffer, w.x0, model.FFNNorm, i)
		l.measure(2*i + 1)
		l.route(i)
		l.experts(i)
		before = w.x1.Buffer
		l.combine(w, z.branch.Buffer, driver.Buffer{}, w.y.Buffer, w.weight)
	}
	l.norm(z.xn, z.inv, z.x.Buffer, before, model.FinalNorm, -1)
	l.measure(2 * len(z.layers))
}

// measure adds what the last norm saw of the residual stream to the sums: what enters a block, and what the one before
// has added.
func (l *Learner) measure(block int) {
	if l.measuring {
		l.sumRows(l.at.block(block), l.act.squares, l.pass.tokens(), 2, false)
	}
}

// attention leaves in act.branch what the first residual block of a layer adds: Wo·attend(rope(norm(Wq·a1)), …).
func (l *Learner) attention(i int) {
	w, c, n := &l.act.layers[i], &l.shape, l.pass.tokens()
	a, b := c.Heads*c.HeadDim, c.KVHeads*c.HeadDim
	l.forwardProduct(w.qkv, w.a1, model.Q, i, n, a+2*b, c.Hidden) // keys and values follow queries in the table
	l.turn(w.heads, w.inv, w.qkv, l.turning(i), l.attended(), c.NormEps)
	l.attend(l.precision, w.att, w.attLSE, w.heads, l.attended())
	l.forwardProduct(l.act.branch, w.att, model.O, i, n, c.Hidden, a)
}

// route lets the router of a layer choose each token's experts, and sorts the slots by expert, tokens ascending. Where
// there is no router every score is 0: the one expert has probability 1.
func (l *Learner) route(i int) {
	w, c, n := &l.act.layers[i], &l.shape, l.pass.tokens()
	prob := matrix{w.prob, c.Experts}
	if c.NoRouter {
		l.dev.Zero(w.prob)
	} else {
		l.dense(prob, w.a2, l.weight(model.Route, i), n, c.Experts, c.Hidden)
		l.multiply(nt, Float32)
	}
	l.warps("route", n, l.dev.Args().Buf(w.prob, w.lse, w.choice, w.weight).Int(n, c.Experts, c.TopK))
	l.sortSlots(w)
	l.sumRows(l.at.prob(i), w.prob, n, c.Experts, false)
	l.sumRows(l.at.squares(i), w.lse, n, 1, true)
	l.dev.Copy(l.pass.sums.From(l.at.off(i)), w.off)
}

// sumRows adds the sums of columns, or of their squares, to the sums of the pass from a place on.
func (l *Learner) sumRows(at int, x driver.Buffer, rows, cols int, squares bool) {
	square := 0
	if squares {
		square = 1
	}
	l.launch("sum_rows", driver.Grid{cols, 1, 1}, eachThreads, 0,
		l.dev.Args().Buf(l.pass.sums.From(at), x).Int(rows, cols, square))
}

// experts computes what the chosen experts of a layer give: y = down(silu(gate·a)·(up·a)), a row a slot.
func (l *Learner) experts(i int) {
	w, c, s := &l.act.layers[i], &l.shape, l.pass.slots
	d, f := c.Hidden, c.Inner
	l.rows(l.precision.kernel("dispatch"), l.pass.tokens(),
		l.dev.Args().Buf(w.xs.Buffer, w.a2.Buffer, w.slot).Int(d, w.xs.ld, c.TopK))
	gate := l.values.operand(l.precision, model.Gate, i)
	jump, _ := l.values.jump(l.precision, i)
	o := l.grouped(w.both, w.xs, gate, w.off, s, 2*f, d)
	o.stepB, o.split, o.jump = int64(f*gate.ld), int32(f), int64(jump)
	l.multiply(nt, l.precision)
	l.columns(l.precision.kernel("swiglu"), s*f, f,
		l.dev.Args().Buf(w.h.Buffer, w.both.Buffer).Int(f, w.h.ld).Wide(int64(s*f)))
	down := l.values.operand(l.precision, model.Down, i)
	o = l.grouped(w.y, w.h, down, w.off, s, d, f)
	o.stepB = int64(d * down.ld)
	l.multiply(nt, l.precision)
}

// combine sets dst to base, if any, and the sum over a token's slots of src, weighted unless weight is none.
func (l *Learner) combine(w *layer, dst, base, src, weight driver.Buffer) {
	l.rows("combine", l.pass.tokens(), l.dev.Args().Buf(dst, base, src, w.slot, weight).
		Int(l.shape.Hidden, l.shape.TopK))
}
