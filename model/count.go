package model

// Counts are the sizes that a plan, a report and an x-axis of cost need.
type Counts struct {
	Total  int64 // parameters, the tied embedding once
	Active int64 // parameters that one token passes through: TopK of the experts
	// FLOPs is the exact count of matrix-product operations of one training update (a multiply and an add are two), forward and
	// backward, causal attention as half; gathers, norms and elementwise work are not counted.
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

// Room is how many bytes of memory a network takes.
type Room struct {
	Values      float64 // one value a parameter: the weights, their gradients, or one moment of the optimizer
	Activations float64 // of one update, and what its operations need besides
}

// Training is the room of weights, gradients, two moments and activations.
func (r Room) Training() float64 { return 4*r.Values + r.Activations }

// RoomOf counts what [NewNet] and [NewValues] take, before they do. Shapes that cannot be counted exactly in an int64 give a number that is too
// large, never one that is too small.
func RoomOf(c Config, batch, seq int) Room {
	f := func(n int) float64 { return float64(n) }
	a, b := f(c.Heads)*f(c.HeadDim), f(c.KVHeads)*f(c.HeadDim)
	matrices := 2*f(c.Hidden)*(a+b) + f(c.Experts)*f(c.Hidden) + 3*f(c.Experts)*f(c.Hidden)*f(c.Inner)
	params := f(c.Vocab)*f(c.Hidden) + f(c.Layers)*(matrices+2*f(c.Hidden)+2*f(c.HeadDim)) + f(c.Hidden)
	if c.Untied {
		params += f(c.Vocab) * f(c.Hidden)
	}
	const columns, block = 32, 48 // what rows of tokens, and of attention's blocks, are rounded up by at most
	tokens := f(batch)*f(seq) + columns
	slots := tokens * f(c.TopK)
	layer := tokens*(3*a+3*b+f(c.Heads)+f(c.KVHeads)+4*f(c.Hidden)+f(c.Experts)+3*f(c.TopK)+3) + slots*(2*f(c.Hidden)+3*f(c.Inner)) +
		tokens*f(c.Heads)*(f(seq)/2+block)
	shared := tokens*(5*f(c.Hidden)+2*a+2*b+f(c.HeadDim)+2*f(c.Vocab)+2*f(c.Experts)+f(c.TopK)+2) + slots*(2*f(c.Hidden)+3*f(c.Inner))
	return Room{Values: 4 * params, Activations: 4 * (f(c.Layers)*layer + shared)}
}
