package model

import "github.com/sparkling-lab/sparkling/model/compute"

// NewRecomputing is [NewNet] of a network that keeps of every layer what enters it and what its router decided, and
// shares the memory of all else that the layers compute: Backward runs the forward of a layer again before it needs
// that (activation recomputation: Chen et al. 2016, arXiv 1604.06174). Nor do the logits of a large vocabulary stand
// there all at once. Results have the bits of NewNet's.
func NewRecomputing(eng compute.Engine, weights Values, batch, seq int) *Net {
	return newNetOf(eng, weights, batch, seq, true)
}

// WeightsChanged says that weights are others than those of the last Forward: what a layer then computed cannot be
// computed again.
func (n *Net) WeightsChanged() { n.gone = true }

// Recall makes what a layer computed in the last Forward lie in memory, and reports whether it does: of a network that
// recomputes, whose weights have changed or whose rows were others than those it was made for, only that of the last
// layer that was run is there.
func (n *Net) Recall(layer int) bool {
	if n.gone && n.recompute && n.holds != layer {
		return false
	}
	n.again(layer)
	return true
}

// again runs the forward of a layer again where what it computed gave way to another's; but for its end: what the layer
// gives the residual stream is there.
func (n *Net) again(l int) {
	if !n.recompute || n.holds == l {
		return
	}
	measure := n.MeasureRMS
	n.MeasureRMS = false // it was measured
	n.attention(l)
	n.expertsBranch(l)
	n.MeasureRMS, n.holds = measure, l
}
