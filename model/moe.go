package model

import "github.com/sparkling-lab/sparkling/model/compute"

// experts is the second residual block: x2 = x1 + Σ over the chosen experts of weight · down(silu(gate·a)⊙(up·a)), a =
// norm(x1).
func (n *Net) experts(l int) {
	n.expertsBranch(l)
	w, branch, out := &n.layers[l], n.scratch.branch, n.in(l+1)
	n.measure(2*l+1, w.x1, branch)
	copy(out, w.x1)
	n.eng.Axpby(out, 1, branch, 1)
}

// expertsBranch sets scratch.branch to what the experts of a layer add.
func (n *Net) expertsBranch(l int) {
	c, e, w, N := n.Config, n.eng, &n.layers[l], n.Tokens()
	d, f, slots := c.Hidden, c.Inner, N*c.TopK
	a := compute.M(n.enter(w.a2, w.inv2, w.x1, FFNNorm, l), N, d)
	n.choose(l, a)
	w.dispatch()
	e.Dispatch(compute.M(w.xs, slots, d), a, w.slots)
	in := compute.M(w.xs, slots, d)
	e.GroupedMatMul(compute.NT, compute.M(w.gate, slots, f), in, n.stack(Gate, l), w.off, false)
	e.GroupedMatMul(compute.NT, compute.M(w.up, slots, f), in, n.stack(Up, l), w.off, false)
	e.SwiGLU(w.h, w.gate, w.up)
	e.GroupedMatMul(compute.NT, compute.M(w.y, slots, d), compute.M(w.h, slots, f), n.stack(Down, l), w.off, false)
	e.Combine(compute.M(n.scratch.branch, N, d), compute.M(w.y, slots, d), w.slots, w.route.Weight, false)
	n.leave(w.a2, w.inv2, FFNNorm, l)
}

// choose lets the router of a layer choose each token's experts from a (N, d). Where there is none every logit is 0:
// the one expert has probability 1.
func (n *Net) choose(l int, a compute.Mat) {
	c, e, w := n.Config, n.eng, &n.layers[l]
	logits := compute.M(n.scratch.logits, a.Rows, c.Experts)
	if !c.NoRouter {
		e.MatMul(compute.NT, logits, a, compute.M(n.weight(Route, l), c.Experts, c.Hidden), false)
	}
	e.Route(w.route, logits)
	if c.RawTopK {
		compute.RawTopK(w.route)
	}
}

// stack is a stacked weight as one matrix, expert under expert.
func (n *Net) stack(p Part, l int) compute.Mat { return n.stacked(n.Weights, p, l) }

func (n *Net) stacked(v Values, p Part, l int) compute.Mat {
	i := n.Table.Find(p, l)
	t := n.Table.Tensors[i]
	return compute.M(v.Tensor(i), t.Experts*t.Rows.Size, t.Cols.Size)
}

// dispatch sorts the chosen (token, expert) pairs by expert, tokens ascending.
func (w *layer) dispatch() {
	k, tokens, stride := w.slots.K, w.route.Prob.Cols, w.slots.Stride
	clear(w.off)
	for j := range k {
		for _, e := range w.route.TopK[j*stride:][:tokens] {
			w.off[e+1]++
		}
	}
	for e := range w.next {
		w.off[e+1] += w.off[e]
		w.next[e] = w.off[e]
	}
	for t := range tokens {
		for at := t; at < k*stride; at += stride {
			e := w.route.TopK[at]
			w.slots.Rows[at] = int32(w.next[e])
			w.next[e]++
		}
	}
}

// expertsBackward turns scratch.dx from the gradient of x2 into that of x1.
func (n *Net) expertsBackward(l int) {
	c, e, w, s, N := n.Config, n.eng, &n.layers[l], &n.scratch, n.Tokens()
	d, f, slots := c.Hidden, c.Inner, N*c.TopK

	dout := compute.M(n.leaveBackward(w.a2, w.inv2, FFNNorm, l), N, d)
	e.CombineBackward(compute.M(s.dys, slots, d), s.dw, dout, compute.M(w.y, slots, d), w.slots, w.route.Weight)
	dy, h, in := compute.M(s.dys, slots, d), compute.M(w.h, slots, f), compute.M(w.xs, slots, d)
	e.GroupedMatMul(compute.TN, n.stacked(n.Grads, Down, l), dy, h, w.off, false)
	e.GroupedMatMul(compute.NN, compute.M(s.dh, slots, f), dy, n.stack(Down, l), w.off, false)
	e.SwiGLUBackward(s.dgate, s.dup, s.dh, w.gate, w.up)
	dgate, dup, dxs := compute.M(s.dgate, slots, f), compute.M(s.dup, slots, f), compute.M(s.dxs, slots, d)
	e.GroupedMatMul(compute.TN, n.stacked(n.Grads, Gate, l), dgate, in, w.off, false)
	e.GroupedMatMul(compute.TN, n.stacked(n.Grads, Up, l), dup, in, w.off, false)
	e.GroupedMatMul(compute.NN, dxs, dgate, n.stack(Gate, l), w.off, false)
	e.GroupedMatMul(compute.NN, dxs, dup, n.stack(Up, l), w.off, true)

	if !c.NoRouter {
		n.routerBackward(l)
	}
	e.Combine(compute.M(s.dbranch, N, d), dxs, w.slots, compute.Mat{}, !c.NoRouter)
	n.enterBackward(w.x1, w.inv2, FFNNorm, l)
}

// routerBackward sets scratch.dbranch to the part of the gradient of what the router read that flows through it.
func (n *Net) routerBackward(l int) {
	c, e, w, s, N := n.Config, n.eng, &n.layers[l], &n.scratch, n.Tokens()
	z := n.auxiliaryGradient(w, s.dprob)
	if c.RawTopK {
		compute.RawTopKBackward(s.droute, s.dw, w.route, s.dprob, z)
	} else {
		e.RouteBackward(s.droute, s.dw, w.route, s.dprob, z)
	}
	e.MatMul(compute.NN, compute.M(n.grad(Route, l), c.Experts, c.Hidden), s.droute,
		compute.M(n.read(w.a2, w.x1), N, c.Hidden), false)
	e.MatMul(compute.TN, compute.M(s.dbranch, N, c.Hidden), s.droute,
		compute.M(n.weight(Route, l), c.Experts, c.Hidden), false)
}
