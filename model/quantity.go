package model

import "math"

// Quantity names what there is one number of for every parameter of a network in training.
type Quantity int

// The quantities. Records keep their order.
const (
	Weight Quantity = iota
	Gradient
	Moment1 // Adam's first moment, or Muon's momentum
	Moment2
	Quantities // their number
)

func (q Quantity) String() string {
	return [Quantities]string{"weight", "gradient", "first moment", "second moment"}[q]
}

// Finite reports whether x is a number: neither NaN nor infinite.
func Finite[T float32 | float64](x T) bool {
	return !math.IsNaN(float64(x)) && !math.IsInf(float64(x), 0)
}
