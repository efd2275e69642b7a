package cuda

import (
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
)

// project sets act.logits to those of rows of normed operands.
func (l *Learner) project(xn matrix, rows int) {
	l.forwardProduct(l.act.logits, xn, model.Head, -1, rows, l.shape.Vocab, l.shape.Hidden)
}

// objective adds the cross-entropy of the pass to its sums. Where scale is not 0, it adds the gradients of the head and
// leaves that of act.xn in act.branch, both of the cross-entropy times scale. Not all logits stand there at once; the
// bits are those that they would have if they did.
func (l *Learner) objective(scale float32) {
	c, z, n := &l.shape, l.act, l.pass.tokens()
	for from := 0; from < n; {
		rows := min(c.logitRows(), n-from)
		xn := matrix{z.xn.From(from * z.xn.ld), z.xn.ld}
		l.project(xn, rows)
		d := driver.Buffer{}
		if scale != 0 {
			d = z.dlogits.Buffer
		}
		l.launch(l.precision.kernel("cross_entropy"), driver.Grid{rows, 1, 1}, logitThreads, 0, l.dev.Args().
			Buf(z.loss.From(from), d, z.logits.Buffer, l.pass.labels.From(from)).Int(c.Vocab, z.dlogits.ld).
			Float(float32(c.LogitMult), scale))
		if scale != 0 {
			l.backwardProducts(matrix{z.branch.From(from * z.branch.ld), z.branch.ld}, z.dlogits, xn, model.Head, -1,
				rows, c.Vocab, c.Hidden)
		}
		from += rows
	}
	l.sumRows(0, z.loss, n, 1, false)
}

// logitThreads is how many threads work on one row of logits.
const logitThreads = 512
