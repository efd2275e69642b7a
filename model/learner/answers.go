package learner

import "math"

// Answers are what a network says after some tokens of a batch. Who asks sets Positions; slices that hold enough are
// used again.
type Answers struct {
	Positions     []int     // in the batch: sequence·seq + token
	Logits        []float32 // (len(Positions), Vocab) of the symbol that comes next
	Experts       []int32   // (Layers, len(Positions), TopK) experts, the one with the largest weight first
	RouterWeights []float32 // the same shape: the weight of each in what they give, which sum to 1
}

// Fit makes the slices long enough for the answers of a network with so many symbols, layers and experts a token.
func (a *Answers) Fit(vocab, layers, topK int) {
	a.Logits = fit(a.Logits, len(a.Positions)*vocab)
	a.Experts = fit(a.Experts, layers*len(a.Positions)*topK)
	a.RouterWeights = fit(a.RouterWeights, layers*len(a.Positions)*topK)
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

// Probability is that of one symbol of vocab in the i-th answer.
func (a *Answers) Probability(i, symbol, vocab int) float64 {
	logits := a.Logits[i*vocab : (i+1)*vocab]
	sum := 0.0
	for _, x := range logits {
		sum += math.Exp(float64(x) - float64(logits[symbol]))
	}
	return 1 / sum
}
