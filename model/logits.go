package model

import "github.com/sparkling-lab/sparkling/model/compute"

// chunkRows is how many rows of logits stand there at once where they do not all: of several that the cross-entropy
// sums as one, so that the loss has the same bits. Fewer logits than allLogits always all do.
const (
	chunkRows = 256
	allLogits = 1 << 20
)

// logitRows is how many rows of logits of so many tokens stand there at once.
func logitRows(c Config, tokens int, recompute bool) int {
	if recompute && float64(tokens)*float64(c.Vocab) > allLogits {
		return min(tokens, chunkRows)
	}
	return tokens
}

// whole reports whether all logits stand there after Forward.
func (n *Net) whole() bool { return n.rows == 0 }

// Logits is the result (N, V) of the last Forward, live memory; nil where they do not all stand there at once, see
// [Net.LogitsAt].
func (n *Net) Logits() []float32 {
	if n.whole() {
		return n.logits
	}
	return nil
}

// LogitsAt copies the logits of the last Forward at some tokens to into (len(places), V).
func (n *Net) LogitsAt(places []int, into []float32) {
	d, v := n.Config.Hidden, n.Config.Vocab
	if n.whole() {
		for i, at := range places {
			copy(into[i*v:(i+1)*v], n.logits[at*v:])
		}
		return
	}
	for from := 0; from < len(places); from += n.rows {
		some := places[from:min(from+n.rows, len(places))]
		for i, at := range some {
			copy(n.scratch.dbranch[i*d:(i+1)*d], n.xn[at*d:])
		}
		n.project(into[from*v:(from+len(some))*v], n.scratch.dbranch[:len(some)*d])
	}
}

// project sets logits to those of rows of the normed residual stream after the last layer.
func (n *Net) project(logits, xn []float32) {
	c, rows := n.Config, len(xn)/n.Config.Hidden
	n.eng.MatMul(compute.NT, compute.M(logits, rows, c.Vocab), compute.M(xn, rows, c.Hidden),
		compute.M(n.weight(Head, -1), c.Vocab, c.Hidden), false)
	if c.LogitMult != 1 {
		n.eng.Axpby(logits, float32(c.LogitMult), logits, 0)
	}
}

// logitsOf is how many rows of logits from a row on stand there together, and these; computed, where they do not all.
func (n *Net) logitsOf(from int) (to int, logits []float32) {
	if n.whole() {
		return n.Tokens(), n.logits
	}
	to = min(from+n.rows, n.Tokens())
	logits = n.logits[:(to-from)*n.Config.Vocab]
	n.project(logits, n.xn[from*n.Config.Hidden:to*n.Config.Hidden])
	return to, logits
}

// crossEntropy is the mean one of the labels that are not below 0. What its gradient is along rows of the logits as
// they would be without the factor LogitMult, gets to see, unless that is nil.
func (n *Net) crossEntropy(labels []int32, see func(from, to int, dlogits []float32)) float64 {
	valid := 0
	for _, y := range labels {
		if y >= 0 {
			valid++
		}
	}
	valid = max(valid, 1)
	total := 0.0
	for from := 0; from < n.Tokens(); {
		to, logits := n.logitsOf(from)
		var d []float32
		switch {
		case see != nil && n.whole():
			d = n.scratch.dlogits
		case see != nil:
			d = logits // nobody asks for them any more
		}
		total = n.eng.CrossEntropy(total, d, logits, labels[from:to], n.Config.Vocab, 1/float32(valid))
		if see != nil {
			see(from, to, d)
		}
		from = to
	}
	return total / float64(valid)
}

// headBackward sets the gradient of the head, and scratch.dbranch to that of what the final norm gave. It returns the
// cross-entropy.
func (n *Net) headBackward(labels []int32) float64 {
	c, e, d := n.Config, n.eng, n.Config.Hidden
	head, grad := compute.M(n.weight(Head, -1), c.Vocab, d), compute.M(n.grad(Head, -1), c.Vocab, d)
	return n.crossEntropy(labels, func(from, to int, dlogits []float32) {
		if c.LogitMult != 1 {
			e.Axpby(dlogits, float32(c.LogitMult), dlogits, 0)
		}
		rows := compute.M(dlogits, to-from, c.Vocab)
		e.MatMul(compute.TN, grad, rows, compute.M(n.xn[from*d:to*d], to-from, d), from > 0)
		e.MatMul(compute.NN, compute.M(n.scratch.dbranch[from*d:to*d], to-from, d), rows, head, false)
	})
}

// finiteLogits reports whether all logits of the last Forward are finite.
func (n *Net) finiteLogits() bool {
	for from := 0; from < n.Tokens(); {
		to, logits := n.logitsOf(from)
		if !AllFinite(logits) {
			return false
		}
		from = to
	}
	return true
}
