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
	// See, where it is set, is given the logits of all answers, some after the others, from one on; Logits then holds
	// no more than those. A batch of a large vocabulary has more of them than the network has weights.
	See func(from int, logits []float32)
}

// seenRows is how many answers are given to See at once.
const seenRows = 256

// Fit makes the slices long enough for the answers of a network of that shape.
func (a *Answers) Fit(c model.Config) {
	rows := len(a.Positions)
	if a.See != nil {
		rows = min(rows, seenRows)
	}
	a.Logits = fit(a.Logits, rows*c.Vocab)
	a.Experts = fit(a.Experts, c.Layers*len(a.Positions)*c.TopK)
	a.RouterWeights = fit(a.RouterWeights, c.Layers*len(a.Positions)*c.TopK)
	a.Router = fit(a.Router, c.Layers*c.Experts)
}

// Tell gives the logits of all answers, once they are made to fit: fill copies those at some of the places.
func (a *Answers) Tell(places []int, fill func(places []int, into []float32)) {
	if a.See == nil {
		fill(places, a.Logits)
		return
	}
	vocab := len(a.Logits) / max(1, min(len(places), seenRows))
	for from := 0; from < len(places); from += seenRows {
		some := places[from:min(from+seenRows, len(places))]
		fill(some, a.Logits[:len(some)*vocab])
		a.See(from, a.Logits[:len(some)*vocab])
	}
}

// SeenBytes is what answers to so many tokens take whose logits are seen in parts.
func SeenBytes(c model.Config, tokens int) float64 {
	each := 8 + 8*float64(c.Layers)*float64(c.TopK) // its position; experts, and the weight of each
	return float64(tokens)*each + 4*float64(min(tokens, seenRows))*float64(c.Vocab)
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
