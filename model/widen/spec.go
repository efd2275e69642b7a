// Package widen makes a trained network wider in the middle of its training: where old coordinates go, how new ones are
// initialised, which factor keeps the RMS of the activations, and what becomes of the optimizer's states (paper, Sec. 3).
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

// Init names a pair of initialisations, fan-out–fan-in: what new output rows hold, and what new input columns hold.
type Init string

// The initialisation pairs of the paper (Sec. 3.2, Table 6) and the uneven split of its App. J.
const (
	CopyCopy     Init = "copy-copy"
	RandomRandom Init = "random-random"
	RandomZero   Init = "random-zero"
	RandomCopy   Init = "random-copy"
	ZeroCopy     Init = "zero-copy"
	Uneven       Init = "uneven" // copy-copy whose fan-in halves carry 1/3 and 2/3; exact 2x only
)

// Inits lists every pair, SPARKLING's own first.
var Inits = []Init{CopyCopy, RandomRandom, RandomZero, RandomCopy, ZeroCopy, Uneven}

// Scale says whether widened fan-in matrices carry the factor that preserves the RMS (Eq. 14, 16, 17).
type Scale string

// The two scalings.
const (
	RMS      Scale = "rms"
	Unscaled Scale = "none"
)

// Scales lists both.
var Scales = []Scale{RMS, Unscaled}

// State names a treatment of the optimizer's states (paper, Sec. 3.3 and Fig. 2).
type State string

// The four treatments; S' = [S, 0] is Asymmetric (Eq. 24).
const (
	Drop             State = "drop"
	Copy             State = "copy"
	Asymmetric       State = "asymmetric"
	AsymmetricScaled State = "asymmetric-scaled" // m times the factor of its weight, v times its square
)

// States lists every treatment.
var States = []State{Drop, Copy, Asymmetric, AsymmetricScaled}

// Spec says what one widening does.
type Spec struct {
	Axis   model.Axis `json:"axis"`
	Factor float64    `json:"factor"` // new width over old, above 1
	Init   Init       `json:"init"`
	Scale  Scale      `json:"scale"`
	State  State      `json:"state"`
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
	if s.Init == Uneven && s.Factor != 2 {
		return fmt.Errorf("factor is %g; the uneven split is defined for exactly 2", s.Factor)
	}
	if s.Init == Uneven && s.Scale != RMS {
		return fmt.Errorf("scale is %q; the uneven split is itself a scaling, allowed is rms", string(s.Scale))
	}
	if err := oneOf("init", s.Init, Inits); err != nil {
		return err
	}
	if err := oneOf("scale", s.Scale, Scales); err != nil {
		return err
	}
	return oneOf("state", s.State, States)
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
