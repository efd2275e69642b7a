package learner

import "math"

// Answers are what a network says after some tokens of a batch. Who asks sets At; slices that hold enough are used
// again.
type Answers struct {
	At     []int     // places in the batch: sequence·Seq + position
	Logits []float32 // (len(At), Vocab) of the symbol that comes next
	Chosen []int32   // (Layers, len(At), TopK) experts, the one with the largest weight first
	Mix    []float32 // the same shape: the weight of each in what they give, which sum to 1
}

// Fit makes room for the answers of a network with so many symbols, layers and experts a token.
func (a *Answers) Fit(vocab, layers, topK int) {
	a.Logits = fit(a.Logits, len(a.At)*vocab)
	a.Chosen = fit(a.Chosen, layers*len(a.At)*topK)
	a.Mix = fit(a.Mix, layers*len(a.At)*topK)
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
