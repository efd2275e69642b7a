package optim

import "github.com/sparkling-lab/sparkling/model"

// Cost is what one training update computes, in exact matrix-product operations: a multiply and an add are two.
type Cost struct {
	Network   float64 // forward and backward, as [model.Count] counts them
	Optimizer float64 // Muon's Newton–Schulz steps; AdamW has no products
}

// Update is the whole.
func (c Cost) Update() float64 { return c.Network + c.Optimizer }

// Cost is that of an update of a network on batch sequences of seq tokens. Whatever compares, plans or shows compute
// takes it from here.
func (k Kind) Cost(m model.Config, batch, seq int) Cost {
	c := Cost{Network: model.Count(m, batch, seq).FLOPs}
	for _, t := range model.NewTable(m).Tensors {
		if k.Orthogonalizes(t) {
			c.Optimizer += float64(t.Experts) * newtonSchulzFLOPs(t.Rows.Size, t.Cols.Size)
		}
	}
	return c
}

// Orthogonalizes reports whether the optimizer updates a tensor by Newton–Schulz steps, matrix by matrix, rather than
// as AdamW does.
func (k Kind) Orthogonalizes(t model.Tensor) bool {
	return k == Muon && t.Kind == model.Matrix && t.Part != model.Route && t.Part != model.Head
}
