package record

import (
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/widen/pairs"
)

// What a record holds of pairs, under the names that its readers know.
type (
	Quantity  = model.Quantity
	PairGroup = pairs.Group
	PairStat  = pairs.Stat
	PairState = pairs.State
	Summary   = pairs.Summary
)

// The quantities, in the order of PairGroup.Stats.
const (
	Weight     = model.Weight
	Gradient   = model.Gradient
	Moment1    = model.Moment1
	Moment2    = model.Moment2
	Quantities = model.Quantities
)

// The states of a pair.
const (
	PairUnknown = pairs.Unknown
	Apart       = pairs.Apart
	Locked      = pairs.Locked
	OneZero     = pairs.OneZero
	Diverged    = pairs.Diverged
	PairStates  = pairs.States
)

// Summary is that of a quantity over all pairs of the frame.
func (f *ArmFrame) Summary(q Quantity) Summary { return pairs.Summarize(f.Pairs, q) }

// Finite reports whether x is a number: neither NaN nor infinite.
func Finite[T float32 | float64](x T) bool { return model.Finite(x) }
