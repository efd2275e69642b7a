package cuda

import (
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
)

// What the text of the kernels says of blocks.
const (
	normRows    = 8  // that a block norms
	normHeads   = 64 // heads that a block norms
	gainColumns = 32 // that a block adds up
	chunkTokens = 16 // tokens whose share of a gain's gradient one block sums
)

// chunks is how many chunks so many tokens make.
func chunks(tokens int) int { return (tokens + chunkTokens - 1) / chunkTokens }

// gainShares is how many numbers the chunks' shares of the gains' gradients take at most.
func gainShares(tokens, hidden, headDim int) int { return chunks(tokens) * max(hidden, 2*headDim) }

// addNorm sets x1 = x0 + branch (rows, cols), y = x1·inv·gain, an operand or floats, inv (rows) = 1/sqrt(mean(x1²) +
// eps). Without a branch x1 is not written, and x0 is normed. squares (rows, 2), unless none, gets Σx1² and Σbranch².
func (k *kernels) addNorm(y matrix, inv, x1, x0, branch, gain, squares driver.Buffer, rows, cols int, eps float64) {
	name := "add_norm"
	if y.Kind() == driver.BF16 {
		name = "add_norm_bf16"
	}
	k.launch(name, driver.Over(rows, normRows), eachThreads, 0,
		k.dev.Args().Buf(y.Buffer, inv, x1, x0, branch, gain, squares).Int(rows, cols, y.ld).Float(float32(eps)))
}

// addNormBackward turns dy, the gradient of y, into that of x1, in dx, where it is added if add is true; and adds that
// of the gain to dgain. rounded, unless none, gets dx as an operand in bf16. shares is memory for [gainShares].
func (k *kernels) addNormBackward(dx driver.Buffer, rounded matrix, dgain, shares, dy, x1, gain, inv driver.Buffer,
	rows, cols int, add bool) {
	acc := 0
	if add {
		acc = 1
	}
	k.launch("norm_backward", driver.Over(rows, chunkTokens), eachThreads, 0,
		k.dev.Args().Buf(dx, shares, rounded.Buffer, dy, x1, gain, inv).Int(rows, cols, rounded.ld, acc))
	k.gainSum(dgain, shares, rows, cols, cols)
}

// gainSum adds the chunks' shares, rows of cols numbers that begin ld apart, to a gain's gradient.
func (k *kernels) gainSum(dgain, shares driver.Buffer, tokens, cols, ld int) {
	k.launch("gain_sum", driver.Over(cols, gainColumns), eachThreads, 0,
		k.dev.Args().Buf(dgain, shares).Int(chunks(tokens), cols, ld))
}

// turning is what the heads of queries and keys are turned by: the gains of their norms, and cosines and sines (seq,
// dim/2) of the rotary embedding.
type turning struct{ qgain, kgain, cosine, sine driver.Buffer }

func (l *Learner) turning(layer int) turning {
	return turning{l.weight(model.QNorm, layer).Buffer, l.weight(model.KNorm, layer).Buffer, l.act.cosine, l.act.sine}
}

// turn sets y, an operand, from x, floats, both (tokens, (heads+2·kv)·dim): heads of queries and keys are normed, inv
// (tokens, heads+kv), and rotated; values are copied.
func (k *kernels) turn(y matrix, inv driver.Buffer, x matrix, by turning, s attended, eps float64) {
	name, n := "head_norm", s.sequences*s.seq
	if y.Kind() == driver.BF16 {
		name = "head_norm_bf16"
	}
	k.launch(name, driver.Over(n*(s.heads+2*s.kv), normHeads), eachThreads, 0,
		k.dev.Args().Buf(y.Buffer, inv, x.Buffer, by.qgain, by.kgain, by.cosine, by.sine).
			Int(n, s.heads, s.kv, s.dim, s.seq, x.ld, y.ld).Float(float32(eps)))
}

// turnBackward turns dy (tokens, heads+kv, dim), the gradients of normed and rotated queries and keys, into those of x,
// in their columns of dx, an operand; and adds those of the gains. shares is memory for [gainShares].
func (k *kernels) turnBackward(dx matrix, dqgain, dkgain, shares, dy driver.Buffer, x matrix, inv driver.Buffer,
	by turning, s attended) {
	name, n := "head_norm_backward", s.sequences*s.seq
	if dx.Kind() == driver.BF16 {
		name = "head_norm_backward_bf16"
	}
	k.launch(name, driver.Over(n, chunkTokens), eachThreads, 0,
		k.dev.Args().Buf(dx.Buffer, shares, dy, x.Buffer, by.qgain, by.kgain, inv, by.cosine, by.sine).
			Int(n, s.heads, s.kv, s.dim, s.seq, dx.ld, x.ld))
	k.gainSum(dqgain, shares, n, s.dim, 2*s.dim)
	k.gainSum(dkgain, shares.From(s.dim), n, s.dim, 2*s.dim)
}

// norm sets y, of operands or of floats, to the norm of the residual stream x, which is made where before is not none:
// of that and what a block adds, act.branch.
func (l *Learner) norm(y matrix, inv, x, before driver.Buffer, part model.Part, layer int) {
	branch, squares := l.act.branch.Buffer, driver.Buffer{}
	if before.Len() == 0 {
		before, branch = x, driver.Buffer{}
	}
	if l.measuring {
		squares = l.act.squares
	}
	l.addNorm(y, inv, x, before, branch, l.weight(part, layer).Buffer, squares, l.pass.tokens(), l.shape.Hidden,
		l.shape.NormEps)
}

// normBackward turns act.branch, the gradient of what a norm gave, into that of its input x, in act.dx, where it is
// added if it is to be; and adds the gradient of the norm's weight.
func (l *Learner) normBackward(x, inv driver.Buffer, part model.Part, layer int, add bool) {
	z, rounded := l.act, matrix{}
	if z.dxOperand.Kind() == driver.BF16 {
		rounded = z.dxOperand
	}
	l.addNormBackward(z.dx.Buffer, rounded, l.gradient(part, layer).Buffer, z.share, z.branch.Buffer, x,
		l.weight(part, layer).Buffer, inv, l.pass.tokens(), l.shape.Hidden, add)
}
