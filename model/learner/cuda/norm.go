package cuda

import (
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
)

// chunkTokens is how many tokens' share of the gradient of a norm's weight is summed together.
const chunkTokens = 16

// chunks is how many chunks so many tokens make.
func chunks(tokens int) int { return (tokens + chunkTokens - 1) / chunkTokens }

// normBackward turns act.branch, the gradient of what a norm gave, into that of its input x, in act.dx, where it is
// added if it is to be; and adds the gradient of the norm's weight.
func (l *Learner) normBackward(x, inv driver.Buffer, part model.Part, layer int, add bool) {
	d, n, z, acc := l.shape.Hidden, l.pass.tokens(), l.act, 0
	if add {
		acc = 1
	}
	rounded := driver.Buffer{}
	if z.dxOperand.Kind() == driver.BF16 {
		rounded = z.dxOperand.Buffer
	}
	l.launch("norm_backward", driver.Grid{chunks(n), 1, 1}, eachThreads, 0, l.dev.Args().
		Buf(z.dx.Buffer, z.share, rounded, z.branch.Buffer, x, l.weight(part, layer).Buffer, inv).
		Int(n, d, z.dxOperand.ld, acc))
	l.gainSum(l.gradient(part, layer).Buffer, z.share, d, d)
}

// headNormBackward turns act.dqk, the gradients of normed and rotated queries and keys, into those before, in
// act.dqkv, and adds the gradients of the weights of both norms.
func (l *Learner) headNormBackward(i int) {
	w, c, z, n := &l.act.layers[i], &l.shape, l.act, l.pass.tokens()
	l.launch(l.precision.kernel("head_norm_backward"), driver.Grid{chunks(n), 1, 1}, eachThreads, 0, l.dev.Args().
		Buf(z.dqkv.Buffer, z.share, z.dqk.Buffer, w.qkv.Buffer, l.weight(model.QNorm, i).Buffer,
			l.weight(model.KNorm, i).Buffer, w.inv, z.cosine, z.sine).
		Int(n, c.Heads, c.KVHeads, c.HeadDim, l.pass.seq, z.dqkv.ld, w.qkv.ld))
	l.gainSum(l.gradient(model.QNorm, i).Buffer, z.share, c.HeadDim, 2*c.HeadDim)
	l.gainSum(l.gradient(model.KNorm, i).Buffer, z.share.From(c.HeadDim), c.HeadDim, 2*c.HeadDim)
}

// gainSum adds what chunks give the gradient of a norm's weight.
func (l *Learner) gainSum(gradient, share driver.Buffer, cols, ld int) {
	const columns = 32 // a block
	l.launch("gain_sum", driver.Over(cols, columns), eachThreads, 0, l.dev.Args().Buf(gradient, share).
		Int(chunks(l.pass.tokens()), cols, ld))
}
