package model

import (
	"fmt"
	"math"
)

// RopeScaling changes the frequencies of the rotary embedding, so that a network that was trained on short sequences
// reads longer ones. The zero value changes nothing. What it gives depends on no sequence: a table of frequencies, and
// one factor.
type RopeScaling struct {
	Kind   RopeKind `json:"kind"`
	Factor float64  `json:"factor"` // longer over short, at least 1
	// Original is the longest sequence before the scaling, in tokens; of YaRN and Llama 3.
	Original int `json:"original,omitempty"`
	// Slow and Fast are turns within Original tokens: pairs of a head that turn less than Slow are slowed by Factor,
	// those that turn more than Fast stay, and what is in between is mixed; of YaRN and Llama 3.
	Slow float64 `json:"slow,omitempty"`
	Fast float64 `json:"fast,omitempty"`
	// Attention multiplies sines and cosines, so that scores are multiplied by its square; of YaRN.
	Attention float64 `json:"attention,omitempty"`
}

// RopeKind names a scaling of the rotary embedding.
type RopeKind string

// The scalings: every position divided by the factor (Chen et al. 2023, arXiv 2306.15595); YaRN (Peng et al. 2023,
// arXiv 2309.00071), which mixes along the pairs' numbers; and that of Llama 3 (2024, arXiv 2407.21783), which mixes
// along their turns.
const (
	Linear RopeKind = "linear"
	YaRN   RopeKind = "yarn"
	Llama3 RopeKind = "llama3"
)

// YaRNAttention is the factor on sines and cosines that YaRN has where nothing else is said, by its authors' advice.
func YaRNAttention(factor float64) float64 { return 0.1*math.Log(factor) + 1 }

func (r RopeScaling) validate() error {
	mixes := r.Kind == YaRN || r.Kind == Llama3
	switch {
	case r == RopeScaling{}:
		return nil
	case r.Kind != Linear && !mixes:
		return fmt.Errorf("model.rope_scaling.kind is %q; allowed are linear, yarn and llama3", string(r.Kind))
	case !(r.Factor >= 1 && r.Factor <= 1e4):
		return fmt.Errorf("model.rope_scaling.factor is %g; allowed are 1 to 10000", r.Factor)
	case mixes && (r.Original < 1 || r.Original > 1<<30):
		return fmt.Errorf("model.rope_scaling.original is %d; allowed are 1 to %d", r.Original, 1<<30)
	case mixes && !(r.Slow > 0 && r.Fast > r.Slow && r.Fast <= 1e6):
		return fmt.Errorf("model.rope_scaling.slow and fast are %g and %g; fast must be the larger, both above 0",
			r.Slow, r.Fast)
	case r.Kind == YaRN && !(r.Attention > 0 && r.Attention <= 100):
		return fmt.Errorf("model.rope_scaling.attention is %g; allowed are values above 0 up to 100", r.Attention)
	case !mixes && (r.Original != 0 || r.Slow != 0 || r.Fast != 0), r.Kind != YaRN && r.Attention != 0:
		return fmt.Errorf("model.rope_scaling has more than kind %s has", r.Kind)
	}
	return nil
}

// Frequencies are the angles by which the pairs of a head turn from one token to the next, HeadDim/2 of them:
// base^(−2i/headDim) (Su et al. 2021, arXiv 2104.09864), or what the scaling makes of it.
func (c Config) Frequencies() []float64 {
	out := make([]float64, c.HeadDim/2)
	for i := range out {
		out[i] = c.frequency(i)
	}
	return out
}

// frequency is the angle by which pair i turns from one token to the next.
func (c Config) frequency(i int) float64 {
	turns, s := math.Pow(c.RopeBase, -2*float64(i)/float64(c.HeadDim)), c.Rope
	keep := 0.0 // how much of the pair stays as it was
	switch s.Kind {
	case "":
		return turns
	case YaRN:
		from, to := math.Floor(c.turning(s.Fast)), math.Ceil(c.turning(s.Slow))
		from, to = max(from, 0), min(to, float64(c.HeadDim-1))
		if from == to {
			to += 0.001 // a step where nothing is in between
		}
		keep = 1 - min(max((float64(i)-from)/(to-from), 0), 1)
	case Llama3:
		keep = min(max((turns*float64(s.Original)/(2*math.Pi)-s.Slow)/(s.Fast-s.Slow), 0), 1)
	}
	return keep*turns + (1-keep)*turns/s.Factor
}

// turning is the number of the pair, not whole, that turns that often within the original length.
func (c Config) turning(times float64) float64 {
	return float64(c.HeadDim) * math.Log(float64(c.Rope.Original)/(times*2*math.Pi)) / (2 * math.Log(c.RopeBase))
}

// ropeFactor is what sines and cosines are multiplied by.
func (c Config) ropeFactor() float64 {
	if c.Rope.Kind == YaRN {
		return c.Rope.Attention
	}
	return 1
}
