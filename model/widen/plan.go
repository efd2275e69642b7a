package widen

import (
	"fmt"

	"github.com/sparkling-lab/sparkling/model"
)

// Plan is one widening of one shape: the new shape, and for every widened axis the old coordinate that each new one
// stands for.
type Plan struct {
	Spec     Spec
	From, To *model.Table
	axes     map[model.Axis]axisPlan
	seed     uint64
}

// axisPlan is the widening of one axis from old to len(origin) coordinates.
type axisPlan struct {
	old    int
	origin []int     // old coordinate behind each coordinate; cyclic copies
	factor []float32 // of each fan-in column
}

// Pair is an original coordinate and one copy of it.
type Pair struct{ Orig, Copy int }

// New plans spec for a network of the shape of from. All that is drawn depends on the seed: the same seed gives the
// same bits. It errs where the spec is not valid, the factor adds no coordinate, or the new shape is not allowed.
func New(spec Spec, from *model.Table, seed uint64) (*Plan, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	c := spec.Config(from.Config)
	if err := c.Validate(); err != nil {
		return nil, err
	}
	p := &Plan{Spec: spec, From: from, axes: map[model.Axis]axisPlan{}, seed: seed}
	parts, _ := spec.Axis.Parts()
	for _, a := range parts {
		old, now := from.Config.Inner, c.Inner
		if a == model.Hidden {
			old, now = from.Config.Hidden, c.Hidden
		}
		if now <= old {
			return nil, fmt.Errorf("factor %g leaves the %s axis at %d; it must grow", spec.Factor, a, old)
		}
		p.axes[a] = spec.axis(a, old, now, seed)
		if a == model.Hidden && !c.Untied {
			c.LogitMult *= spec.LogitFactor(old, now)
		}
	}
	p.To = model.NewTable(c)
	return p, nil
}

func (s Spec) axis(axis model.Axis, old, now int, seed uint64) axisPlan {
	a := axisPlan{old: old, origin: make([]int, now), factor: make([]float32, now)}
	alpha := float32(s.RMSFactor(old, now))
	for j := range now {
		a.origin[j], a.factor[j] = j%old, alpha
	}
	rng := named(seed, string(axis))
	for j := range old {
		r := unevenShare
		switch s.Init {
		case Uneven:
		case UnevenRandom:
			r = unevenLow + rng.Float64()*(unevenHigh-unevenLow)
		default:
			continue
		}
		a.factor[j], a.factor[old+j] = float32(r), float32(1-r)
	}
	return a
}

// The part of the original in an uneven split (App. J): 1:2, or even between two bounds. The copy carries the rest.
const (
	unevenShare           = 1.0 / 3
	unevenLow, unevenHigh = 0.1, 0.5
)

// Pairs are the coordinates that this widening added to an axis, each with the original that it copies; nil where the
// axis stays.
func (p *Plan) Pairs(axis model.Axis) []Pair {
	a, ok := p.axes[axis]
	if !ok {
		return nil
	}
	var pairs []Pair
	for j := a.old; j < len(a.origin); j++ {
		pairs = append(pairs, Pair{a.origin[j], j})
	}
	return pairs
}
