package model

// ExpertPass is the experts of one layer at work on a batch, forwards and backwards: N tokens, each by k experts of f
// neurons. Gradients are of the objective.
type ExpertPass struct {
	In                  []float32 // (N, d) what each expert reads: the residual stream, normed unless it is later
	Experts             []int32   // (N, k) the one with the largest weight first
	Weights             []float32 // (N, k) of each in what they give together
	Gate, Up, Hidden    []float32 // (N, k, f) gate·in, up·in, and silu(gate)⊙up
	DOut                []float32 // (N, k, d) gradient of what each puts out, before its weight
	DHidden, DGate, DUp []float32 // (N, k, f)
}

// Pass sets Grads as [Net.Backward] does after the last Forward, and returns the pass of a layer's experts, a copy.
func (n *Net) Pass(labels []int32, layer int) (Losses, ExpertPass) {
	p := n.forwardPass(layer)
	n.noted, n.notedLayer = &p, layer
	loss := n.Backward(labels)
	n.noted = nil
	return loss, p
}

// forwardPass is what the last Forward left of a layer's experts.
func (n *Net) forwardPass(l int) ExpertPass {
	n.again(l)
	c, w := n.Config, &n.layers[l]
	p := ExpertPass{In: append([]float32(nil), n.read(w.a2, w.x1)...), Experts: make([]int32, n.Tokens()*c.TopK),
		Weights: make([]float32, n.Tokens()*c.TopK)}
	for t := range n.Tokens() {
		n.Chosen(l, t, p.Experts[t*c.TopK:(t+1)*c.TopK], p.Weights[t*c.TopK:(t+1)*c.TopK])
	}
	p.Gate, p.Up, p.Hidden = n.bySlot(w, w.gate), n.bySlot(w, w.up), n.bySlot(w, w.h)
	return p
}

// note keeps what the backward of a layer's experts has just left in memory that other layers need.
func (n *Net) note(l int) {
	p, s, w := n.noted, &n.scratch, &n.layers[l]
	p.DOut, p.DHidden, p.DGate, p.DUp = n.bySlot(w, s.dys), n.bySlot(w, s.dh), n.bySlot(w, s.dgate), n.bySlot(w, s.dup)
}

// bySlot is rows that lie sorted by expert, (S, cols), in the order of tokens and their choices: (N, k, cols).
func (n *Net) bySlot(w *layer, sorted []float32) []float32 {
	k := n.Config.TopK
	cols := len(sorted) / (n.Tokens() * k)
	out := make([]float32, len(sorted))
	for t := range n.Tokens() {
		for j := range k {
			row := int(w.slots.Rows[j*w.slots.Stride+t])
			copy(out[(t*k+j)*cols:][:cols], sorted[row*cols:])
		}
	}
	return out
}
