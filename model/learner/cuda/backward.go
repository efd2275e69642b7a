package cuda

import (
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
)

// backward adds the gradients of the last pass's objective to those that are there: act.branch holds the gradient of
// act.xn, and those of the head are added already. An update takes so many batches, each with an equal share.
func (l *Learner) backward(batches int) {
	z := l.act
	l.normBackward(z.x.Buffer, z.inv, model.FinalNorm, -1, false)
	for i := len(z.layers) - 1; i >= 0; i-- {
		l.again(i)
		l.expertsBackward(i, batches)
		l.attentionBackward(i)
	}
	l.scatter()
}

// again runs the forward of a layer again where what it computed gave way to another's, but for its router and its end.
func (l *Learner) again(i int) {
	if !l.shape.recompute || i == len(l.act.layers)-1 {
		return
	}
	measuring, w := l.measuring, &l.act.layers[i]
	l.measuring = false // it was measured
	l.norm(w.a1, w.inv1, w.x0, driver.Buffer{}, model.AttnNorm, i)
	l.attention(i)
	l.norm(w.a2, w.inv2, w.x1.Buffer, w.x0, model.FFNNorm, i)
	l.experts(i)
	l.measuring = measuring
}

// expertsBackward turns act.dx from the gradient of what leaves a layer into that of x1.
func (l *Learner) expertsBackward(i, batches int) {
	w, c, z, n, s := &l.act.layers[i], &l.shape, l.act, l.pass.tokens(), l.pass.slots
	d, f, p := c.Hidden, c.Inner, l.precision
	l.rows(p.kernel("combine_backward"), n, l.dev.Args().
		Buf(z.dys.Buffer, z.dw, z.dx.Buffer, w.y.Buffer, w.slot, w.weight).Int(d, z.dys.ld, c.TopK))

	down := l.values.operand(p, model.Down, i)
	o := l.grouped(l.gradient(model.Down, i), z.dys, w.h, w.off, d, f, 0)
	o.stepDst = int64(d * f)
	o.accumulate()
	l.multiply(tn, p)
	l.grouped(z.dh, z.dys, down, w.off, s, f, d).stepB = int64(d * down.ld)
	l.multiply(nn, p)
	l.columns(p.kernel("swiglu_backward"), s*f, f,
		l.dev.Args().Buf(z.dboth.Buffer, z.dh.Buffer, w.both.Buffer).Int(f, z.dboth.ld).Wide(int64(s*f)))

	gate := l.values.operand(p, model.Gate, i)
	jump, gradientJump := l.values.jump(p, i)
	o = l.grouped(l.gradient(model.Gate, i), z.dboth, w.xs, w.off, 2*f, d, 0)
	o.stepDst, o.split, o.jump = int64(f*d), int32(f), int64(gradientJump)
	o.accumulate()
	l.multiply(tn, p)
	o = l.grouped(z.dxs, z.dboth, gate, w.off, s, d, 2*f)
	o.stepB, o.split, o.jump = int64(f*gate.ld), int32(f), int64(jump)
	l.multiply(nn, p)

	base := driver.Buffer{}
	if !c.NoRouter {
		l.routerBackward(i, batches)
		base = z.branch.Buffer
	}
	l.combine(w, z.branch.Buffer, base, z.dxs.Buffer, driver.Buffer{})
	l.normBackward(w.x1.Buffer, w.inv2, model.FFNNorm, i, true)
}

// routerBackward sets act.branch to the part of the gradient of what the router read that flows through it.
func (l *Learner) routerBackward(i, batches int) {
	w, c, z, n := &l.act.layers[i], &l.shape, l.act, l.pass.tokens()
	rows := float64(n * c.Layers * batches)
	lb, zl := float32(c.AuxLossCoef*float64(c.Experts)/rows), float32(c.ZLossCoef/rows)
	l.warps("route_backward", n, l.dev.Args().
		Buf(z.droute.Buffer, z.dw, w.prob, w.lse, w.choice, w.weight, w.off).Int(n, c.Experts, c.TopK).Float(lb, zl))
	l.dense(l.gradient(model.Route, i), z.droute, w.a2, c.Experts, c.Hidden, n).accumulate()
	l.multiply(tn, Float32)
	l.dense(z.branch, z.droute, l.weight(model.Route, i), n, c.Hidden, c.Experts)
	l.multiply(nn, Float32)
}

// attentionBackward turns act.dx from the gradient of x1 into that of x0.
func (l *Learner) attentionBackward(i int) {
	w, c, z, n := &l.act.layers[i], &l.shape, l.act, l.pass.tokens()
	d, a, b := c.Hidden, c.Heads*c.HeadDim, c.KVHeads*c.HeadDim
	l.backwardProducts(z.datt, z.dxOperand, w.att, model.O, i, n, d, a)
	l.attendBackward(l.precision, z.dqk.Buffer, z.delta, z.dqkv, z.datt, w.att, w.attLSE, w.heads, l.attended())
	l.turnBackward(z.dqkv, l.gradient(model.QNorm, i).Buffer, l.gradient(model.KNorm, i).Buffer, z.share, z.dqk.Buffer,
		w.qkv, w.inv, l.turning(i), l.attended())
	l.backwardProducts(z.branch, z.dqkv, w.a1, model.Q, i, n, a+2*b, d)
	l.normBackward(w.x0, w.inv1, model.AttnNorm, i, true)
}
