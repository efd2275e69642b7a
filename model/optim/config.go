// Package optim updates parameters: AdamW and Muon, the learning-rate schedule, and the separate rates of parameters
// that came with a widening (paper, Sec. 3.3, Eq. 25–28).
//
// It knows parameters through the table of package model. It never computes gradients and never widens.
package optim

import (
	"fmt"
	"math"
	"slices"

	"github.com/sparkling-lab/sparkling/model"
)

// Kind names an optimizer.
type Kind string

// The optimizers: AdamW (Loshchilov and Hutter 2017, arXiv 1711.05101), and Muon (Jordan et al. 2024), which updates
// the matrices of attention and experts and leaves all other tensors to AdamW.
const (
	AdamW Kind = "adamw"
	Muon  Kind = "muon"
)

// Kinds lists both.
var Kinds = []Kind{AdamW, Muon}

// Config is the optimizer and its baseline schedule.
type Config struct {
	Kind        Kind    `json:"kind"`
	LR          float64 `json:"lr"` // peak
	Beta1       float64 `json:"beta1"`
	Beta2       float64 `json:"beta2"`
	Eps         float64 `json:"eps"`
	WeightDecay float64 `json:"weight_decay"`    // on every tensor
	Momentum    float64 `json:"momentum"`        // Muon's
	Warmup      float64 `json:"warmup_fraction"` // fraction of the steps
	MinLRRatio  float64 `json:"min_lr_ratio"`    // last rate over peak
	// largest global norm of the gradient, see [Config.ClipFactor]; 0 is none
	Clip float64 `json:"clip,omitempty"`
}

// clipEps keeps a norm of zero from dividing.
const clipEps = 1e-6

// ClipFactor is what every element of a gradient is multiplied with before an update, where all of its elements
// together, over all tensors, have an L2 norm: Clip/(norm + 1e-6) where that is below 1, else 1 (Pascanu et al. 2013,
// arXiv 1211.5063; the 1e-6 is as in PyTorch's clip_grad_norm_, so that runs can be compared). A norm that is not
// finite clips nothing: what has diverged shall be seen, not zeroed.
func (c Config) ClipFactor(norm float64) float32 {
	if c.Clip == 0 || !model.Finite(norm) {
		return 1
	}
	return float32(min(c.Clip/(norm+clipEps), 1))
}

// Validate says which field is wrong and what is allowed.
func (c Config) Validate() error {
	if !slices.Contains(Kinds, c.Kind) {
		return fmt.Errorf("optimizer.kind is %q; allowed are adamw and muon", string(c.Kind))
	}
	for _, f := range []struct {
		name          string
		got, min, max float64
	}{
		{"lr", c.LR, 0, 10}, {"beta1", c.Beta1, 0, 0.999999}, {"beta2", c.Beta2, 0, 0.999999}, {"eps", c.Eps, 1e-16, 1},
		{"weight_decay", c.WeightDecay, 0, 10}, {"momentum", c.Momentum, 0, 0.999999},
		{"warmup_fraction", c.Warmup, 0, 1},
		{"min_lr_ratio", c.MinLRRatio, 0, 1},
		{"clip", c.Clip, 0, 1e9},
	} {
		if !(f.got >= f.min && f.got <= f.max) {
			return fmt.Errorf("optimizer.%s is %g; allowed are %g to %g", f.name, f.got, f.min, f.max)
		}
	}
	return nil
}

// Scope says which parameters are re-warmed after a widening.
type Scope string

// The scopes: nobody, the new parameters only (SPARKLING), or all (a competing method, App. J).
const (
	RewarmNone Scope = "none"
	RewarmNew  Scope = "new"
	RewarmAll  Scope = "all"
)

// Scopes lists all.
var Scopes = []Scope{RewarmNone, RewarmNew, RewarmAll}

// Rewarm is the re-warmup after one widening (Eq. 25–28): from the current rate up to Rho times it in τw updates, then
// cosine to the same final rate. The paper finds ρ from 1.25 to 1.3 and τw from 0 to 250 steps best (App. H). τw is
// Steps, or where Fraction is given that fraction of the updates left, at least [MinTau].
type Rewarm struct {
	Scope    Scope   `json:"scope"`
	Rho      float64 `json:"rho"`
	Steps    int     `json:"steps"`
	Fraction float64 `json:"fraction,omitempty"`
}

// DefaultFraction is what τw should be on short runs, where the paper's 250 steps are too many; MinTau is its least
// number of updates.
const (
	DefaultFraction = 0.02
	MinTau          = 5
)

// Tau is τw in updates where left are left.
func (r Rewarm) Tau(left int) int {
	if r.Fraction > 0 {
		return max(int(math.Round(r.Fraction*float64(left))), MinTau)
	}
	return r.Steps
}

// Validate says which field is wrong and what is allowed.
func (r Rewarm) Validate() error {
	switch {
	case !slices.Contains(Scopes, r.Scope):
		return fmt.Errorf("rewarm.scope is %q; allowed are none, new and all", string(r.Scope))
	case !(r.Fraction >= 0 && r.Fraction <= 1):
		return fmt.Errorf("rewarm.fraction is %g; allowed are 0 to 1", r.Fraction)
	case r.Fraction > 0 && r.Steps != 0:
		return fmt.Errorf("rewarm.steps is %d and rewarm.fraction %g; one of them says how long the re-warmup takes, "+
			"the other is 0", r.Steps, r.Fraction)
	case math.IsNaN(r.Rho) || math.IsInf(r.Rho, 0):
		return fmt.Errorf("rewarm.rho is %g; allowed are numbers", r.Rho)
	case r.Scope == RewarmNone:
		return nil
	case !(r.Rho > 0 && r.Rho <= 10):
		return fmt.Errorf("rewarm.rho is %g; allowed are values above 0 up to 10", r.Rho)
	case r.Steps < 0 || r.Steps > 1<<30:
		return fmt.Errorf("rewarm.steps is %d; allowed are 0 to %d", r.Steps, 1<<30)
	}
	return nil
}
