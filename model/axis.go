package model

import "fmt"

// Axis names a dimension of the parameter tensors: the two that can be widened, and those that stay.
type Axis string

// The axes. Joint is both widened axes at once; it is asked for, never declared by a tensor.
const (
	Inner   Axis = "inner"  // f, the neurons of one expert
	Hidden  Axis = "hidden" // d, the residual stream
	Joint   Axis = "joint"
	Queries Axis = "queries" // heads · head_dim
	Keys    Axis = "keys"    // kv heads · head_dim
	HeadDim Axis = "head_dim"
	Router  Axis = "experts" // the router's outputs
	Vocab   Axis = "vocab"
	One     Axis = "one" // the single row of a norm weight
)

// Parts are the single axes that a widening of a touches.
func (a Axis) Parts() ([]Axis, error) {
	switch a {
	case Inner, Hidden:
		return []Axis{a}, nil
	case Joint:
		return []Axis{Inner, Hidden}, nil
	}
	return nil, fmt.Errorf("axis is %q; allowed are inner, hidden and joint", string(a))
}
