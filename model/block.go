package model

import "github.com/sparkling-lab/sparkling/model/compute"

// What differs between families in a block, forward and backward: where its norm stands, and what becomes of queries
// and keys before they meet. [Variant] says which.

// enter is what a residual block reads: the residual stream x, normed into a unless the norm stands behind the block.
func (n *Net) enter(a, inv, x []float32, norm Part, l int) []float32 {
	if n.Config.PostNorm {
		return x
	}
	n.eng.RMSNorm(a, inv, x, n.weight(norm, l), float32(n.Config.NormEps))
	return a
}

// read is what a block has read: a, or where the norm stands behind the block x.
func (n *Net) read(a, x []float32) []float32 {
	if n.Config.PostNorm {
		return x
	}
	return a
}

// leave norms what a block adds, scratch.branch, where the norm stands behind it; a keeps what that was.
func (n *Net) leave(a, inv []float32, norm Part, l int) {
	if n.Config.PostNorm {
		copy(a, n.scratch.branch)
		n.eng.RMSNorm(n.scratch.branch, inv, a, n.weight(norm, l), float32(n.Config.NormEps))
	}
}

// leaveBackward is the gradient of what a block's own operations gave: scratch.dx, or where a norm stands behind them
// scratch.dbranch.
func (n *Net) leaveBackward(a, inv []float32, norm Part, l int) []float32 {
	s := &n.scratch
	if !n.Config.PostNorm {
		return s.dx
	}
	n.eng.RMSNormBackward(s.dbranch, n.grad(norm, l), s.dx, a, n.weight(norm, l), inv, false)
	return s.dbranch
}

// enterBackward adds to scratch.dx what flows back through a block, of which scratch.dbranch is the gradient of what it
// read.
func (n *Net) enterBackward(x, inv []float32, norm Part, l int) {
	s := &n.scratch
	if n.Config.PostNorm {
		n.eng.Axpby(s.dx, 1, s.dbranch, 1)
		return
	}
	n.eng.RMSNormBackward(s.dx, n.grad(norm, l), s.dbranch, x, n.weight(norm, l), inv, true)
}

// turn norms queries or keys x as the family does, and rotates them into y.
func (n *Net) turn(y, rstd, x compute.Mat, norm Part, l int) {
	c, eps := n.Config, float32(n.Config.NormEps)
	switch c.QKNorm {
	case ByHead:
		n.eng.QKNormRoPE(y, rstd, x, n.weight(norm, l), n.rotary, eps)
	case ByProjection:
		compute.NormChannels(y, rstd, x, n.weight(norm, l), eps)
		compute.Rotate(y, y, c.HeadDim, n.rotary)
	case NoNorm:
		compute.Rotate(y, x, c.HeadDim, n.rotary)
	}
}

// turnBackward turns the gradient of y into that of x, in place.
func (n *Net) turnBackward(dy, rstd, x compute.Mat, norm Part, l int) {
	c := n.Config
	switch c.QKNorm {
	case ByHead:
		n.eng.QKNormRoPEBackward(dy, n.grad(norm, l), dy, x, n.weight(norm, l), rstd, n.rotary)
	case ByProjection:
		compute.RotateBackward(dy, dy, c.HeadDim, n.rotary)
		compute.NormChannelsBackward(dy, n.grad(norm, l), dy, x, n.weight(norm, l), rstd)
	case NoNorm:
		compute.RotateBackward(dy, dy, c.HeadDim, n.rotary)
	}
}

// qkvBias is the biases (or their gradients) of queries, keys and values, (a+2b): the table lays them side by side.
func (n *Net) qkvBias(v Values, l int) []float32 {
	q, last := n.Table.Tensors[n.Table.Find(QBias, l)], n.Table.Tensors[n.Table.Find(VBias, l)]
	return v.Data[q.Off : last.Off+last.Len()]
}
