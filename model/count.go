package model

// Counts are the sizes that a plan, a report and an x-axis of cost need.
type Counts struct {
	Total  int64 // parameters, the tied embedding once
	Active int64 // parameters that one token passes through: TopK of the experts
	// FLOPs is the exact count of matrix-product operations of one training update (a multiply and an add are two),
	// forward and backward, causal attention as half; gathers, norms and elementwise work are not counted.
	FLOPs float64
}

// Count is the size of a network and of one update on batch sequences of seq tokens.
func Count(c Config, batch, seq int) Counts {
	var n Counts
	var perToken float64
	for _, t := range NewTable(c).Tensors {
		size := int64(t.Len())
		n.Total += size
		if t.Stacked() {
			size = size / int64(t.Experts) * int64(c.TopK)
		}
		n.Active += size
		if t.Kind == Matrix || t.Kind == Embedding && !c.Untied { // an untied embedding is only looked up
			perToken += 2 * float64(size)
		}
	}
	// Scores and weighted sum, 2 FLOPs each per head element and visible key; (seq+1)/2 keys are visible on average,
	// which the half of the full square stands for.
	perToken += float64(c.Layers) * 2 * 2 * float64(c.Heads*c.HeadDim) * float64(seq) / 2
	n.FLOPs = 3 * perToken * float64(batch*seq) // backward: the gradients of both operands
	return n
}
