package model

// Residual is the residual stream (N, d) of the last Forward as it enters layer l; that of l = Layers leaves the last
// one. Live memory.
func (n *Net) Residual(l int) []float32 { return n.in(l) }

// ResidualMid is the residual stream (N, d) of the last Forward between attention and experts of layer l, live memory;
// where [Net.Recall] says that it is there.
func (n *Net) ResidualMid(l int) []float32 { return n.layers[l].x1 }

// AttentionProbs are the attention probabilities of layer l of the last Forward: (batch, heads, seq, seq), row a query,
// column a key. Where [Net.Recall] says that they are there.
func (n *Net) AttentionProbs(l int) []float32 {
	c := n.Config
	probs := make([]float32, n.batch*c.Heads*n.seq*n.seq)
	attnShape(c, n.batch, n.seq).Dense(probs, n.layers[l].attn)
	return probs
}

// ExpertHidden are the neurons silu(gate)⊙up of layer l of the last Forward: (N, k, f), of the experts that
// [Net.Chosen] names. Where [Net.Recall] says that they are there.
func (n *Net) ExpertHidden(l int) []float32 {
	return n.bySlot(&n.layers[l], n.layers[l].h)
}
