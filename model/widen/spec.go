// Package widen makes a trained network wider in the middle of its training: where old coordinates go, how new ones are
// initialised, which factor keeps the RMS of the activations, and what becomes of the optimizer's states (paper, Sec.
// 3).
//
// Copies stay locked to the bit where the states are symmetric, because *equal rows and columns get equal bits wherever
// they lie*; it does not matter in which order sums are taken (see docs/exactness.md). What a plan does to a matrix is
// the same bits in memory, on the disk and behind any learner.
//
// It knows parameters through the table of package model. It never trains, and never decides when to widen.
package widen

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/model"
)

// Init names a pair of initialisations, fan-out–fan-in: what new output rows hold, and what new input columns hold
// (Sec. 3.2, App. J).
type Init string

// The initialisation pairs of the paper (Sec. 3.2, Table 6), and the competing methods of its App. J and K. That copies
// keep a function is older (Net2Net, Chen, Goodfellow and Shlens 2015, arXiv 1511.05641).
//
// ZeroCopyDead is a trap, kept as an explicit choice: gate and up rows are both zero, so that the product silu(g)·u has
// an exactly zero gradient, and as long as the new neurons' states are zero too they stay dead for ever. [ZeroCopy]
// copies the gate.
//
// The competing methods copy rows as copy-copy does, and differ in the columns. The paper names them and gives the
// ranges; what is drawn how is ours: UnevenRandom draws one r a coordinate, for every matrix that reads it; PlusMinus
// draws D afresh for every row, also for copied ones; FPRandom is only defined on the inner axis, because the tied
// embedding both writes and reads the residual stream, and its columns cannot be equal and of opposite sign at once.
const (
	CopyCopy     Init = "copy-copy"
	RandomRandom Init = "random-random"
	RandomZero   Init = "random-zero"
	RandomCopy   Init = "random-copy"
	ZeroCopy     Init = "zero-copy"
	ZeroCopyDead Init = "zero-copy-dead"
	Uneven       Init = "uneven"        // the original's column carries 1/3, the copy's 2/3; exact 2x only
	UnevenRandom Init = "uneven-random" // r and 1−r with r even in [0.1, 0.5]; exact 2x only
	PlusMinus    Init = "plus-minus"    // columns α·[W+D, W−D], D normal with a tenth of W's deviation; exact 2x only
	FPRandom     Init = "fp-random"     // random neurons in pairs of equal rows and opposite columns, which cancel
)

// Inits lists every pair, SPARKLING's own first.
var Inits = []Init{CopyCopy, RandomRandom, RandomZero, RandomCopy, ZeroCopy, ZeroCopyDead, Uneven, UnevenRandom,
	PlusMinus, FPRandom}

// split reports whether the pair is a scaling of copies of its own: it is defined for exact 2x, and always scaled.
func (i Init) split() bool { return i == Uneven || i == UnevenRandom || i == PlusMinus }

// Scaled reports whether the widening carries a factor that preserves the RMS.
func (s Spec) Scaled() bool { return s.Scale != Unscaled }

// Scalable reports whether the pair is defined with the factor that preserves the RMS and without it.
func (i Init) Scalable() bool { return !i.split() && i != FPRandom }

// Scale says whether widened fan-in matrices carry the factor that preserves the RMS (Eq. 14, 16, 17).
type Scale string

// The two scalings.
const (
	RMS      Scale = "rms"
	Unscaled Scale = "none"
)

// Scales lists both.
var Scales = []Scale{RMS, Unscaled}

// OptState names a treatment of the optimizer's states (paper, Sec. 3.3 and Fig. 2).
type OptState string

// The four treatments of Fig. 2, and the scaled copies of a competing method (App. K); S' = [S, 0] is Asymmetric (Eq.
// 24). Scaled states are multiplied like their weights: m by the factor, v by its square.
const (
	Drop             OptState = "drop"
	Copy             OptState = "copy"
	CopyScaled       OptState = "copy-scaled"
	Asymmetric       OptState = "asymmetric"
	AsymmetricScaled OptState = "asymmetric-scaled"
)

// OptStates lists every treatment.
var OptStates = []OptState{Drop, Copy, CopyScaled, Asymmetric, AsymmetricScaled}

// NormWeights says what the norm weights of new coordinates hold.
type NormWeights string

// The norm weights of new coordinates: copies, or values that are drawn from among the old ones.
const (
	CopyNormWeights   NormWeights = "copy" // also where nothing is said
	SampleNormWeights NormWeights = "sample"
)

// AllNormWeights lists both.
var AllNormWeights = []NormWeights{CopyNormWeights, SampleNormWeights}

// Spec says what one widening does.
type Spec struct {
	Axis        model.Axis  `json:"axis"`
	Factor      float64     `json:"factor"` // new width over old, above 1
	Init        Init        `json:"init"`
	Scale       Scale       `json:"scale"`
	OptState    OptState    `json:"optimizer_states"`
	NormWeights NormWeights `json:"norm_weights,omitempty"` // copy where nothing is said
}

// MaxFactor bounds a single widening.
const MaxFactor = 16

// Validate says which field is wrong and what is allowed.
func (s Spec) Validate() error {
	if _, err := s.Axis.Parts(); err != nil {
		return err
	}
	if !(s.Factor > 1 && s.Factor <= MaxFactor) {
		return fmt.Errorf("factor is %g; allowed are values above 1 up to %d", s.Factor, MaxFactor)
	}
	if err := oneOf("init", s.Init, Inits); err != nil {
		return err
	}
	if err := oneOf("scale", s.Scale, Scales); err != nil {
		return err
	}
	if err := oneOf("optimizer_states", s.OptState, OptStates); err != nil {
		return err
	}
	if s.NormWeights != "" {
		if err := oneOf("norm_weights", s.NormWeights, AllNormWeights); err != nil {
			return err
		}
	}
	switch {
	case s.Init.split() && s.Factor != 2:
		return fmt.Errorf("factor is %g; init %s is defined for exactly 2", s.Factor, s.Init)
	case s.Init.split() && s.Scale != RMS:
		return fmt.Errorf("scale is %q; init %s is itself a scaling, allowed is rms", string(s.Scale), s.Init)
	case s.Init == FPRandom && s.Scale != Unscaled:
		return fmt.Errorf("scale is %q; init fp-random leaves the old columns as they are, allowed is none",
			string(s.Scale))
	case s.Init == FPRandom && s.Axis != model.Inner:
		return fmt.Errorf("axis is %q; init fp-random is defined for inner, because a tied embedding cannot "+
			"cancel itself", string(s.Axis))
	case s.Init == ZeroCopyDead && s.Axis == model.Hidden:
		return fmt.Errorf("axis is %q; init zero-copy-dead is about new neurons, allowed are inner and joint",
			string(s.Axis))
	}
	return nil
}

func oneOf[T ~string](field string, got T, allowed []T) error {
	if slices.Contains(allowed, got) {
		return nil
	}
	names := make([]string, len(allowed))
	for i, a := range allowed {
		names[i] = string(a)
	}
	return fmt.Errorf("%s is %q; allowed are %s", field, string(got), strings.Join(names, ", "))
}

// Width is the new size of a dimension of n.
func (s Spec) Width(n int) int { return int(math.Round(float64(n) * s.Factor)) }

// Config is the shape after the widening. LogitMult, which depends on the init pair, is
// settled by [New].
func (s Spec) Config(c model.Config) model.Config {
	parts, _ := s.Axis.Parts()
	for _, a := range parts {
		if a == model.Inner {
			c.Inner = s.Width(c.Inner)
		} else {
			c.Hidden = s.Width(c.Hidden)
		}
	}
	return c
}
