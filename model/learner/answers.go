package learner

import (
	"math"

	"github.com/sparkling-lab/sparkling/model"
)

// Answers are what a network says after some tokens of a batch. Who asks for a loss sets Positions; slices that hold
// enough are used again.
type Answers struct {
	Positions     []int     // in the batch: sequence·seq + token
	Logits        []float32 // (len(Positions), Vocab) of the symbol that comes next
	Experts       []int32   // (Layers, len(Positions), TopK) experts, the one with the largest weight first
	RouterWeights []float32 // the same shape: the weight of each in what they give, which sum to 1
	Router        []float32 // (Layers, Experts) the probability that a router gives each, the mean over Positions
	Sure          []float32 // (len(Positions)) where Ask filled it: the probability of the label
}

// Fit makes the slices long enough for the answers of a network of that shape.
func (a *Answers) Fit(c model.Config) {
	a.Logits = fit(a.Logits, len(a.Positions)*c.Vocab)
	a.Experts = fit(a.Experts, c.Layers*len(a.Positions)*c.TopK)
	a.RouterWeights = fit(a.RouterWeights, c.Layers*len(a.Positions)*c.TopK)
	a.Router = fit(a.Router, c.Layers*c.Experts)
}

func fit[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// Probabilities sets into (Vocab) to the softmax of the i-th answer's logits.
func (a *Answers) Probabilities(i int, into []float32) {
	logits := a.Logits[i*len(into) : (i+1)*len(into)]
	top := math.Inf(-1)
	for _, x := range logits {
		top = max(top, float64(x))
	}
	sum := 0.0
	for _, x := range logits {
		sum += math.Exp(float64(x) - top)
	}
	for j, x := range logits {
		into[j] = float32(math.Exp(float64(x)-top) / sum)
	}
}
