package model

import (
	"fmt"
	"math"
	"slices"
)

// NotFinite is the checkpoint name of the first matrix or norm weight, in table order, that holds a NaN or an infinity;
// empty where none does.
func (v Values) NotFinite() string {
	for i := range v.Table.Tensors {
		if name := v.notFinite(i); name != "" {
			return name
		}
	}
	return ""
}

// LastNotFinite is NotFinite from the end of the table on: of gradients, which come into being in that order, the
// first.
func (v Values) LastNotFinite() string {
	for i := range slices.Backward(v.Table.Tensors) {
		if name := v.notFinite(i); name != "" {
			return name
		}
	}
	return ""
}

// notFinite is the name of the first matrix of tensor i that is not finite.
func (v Values) notFinite(i int) string {
	x := v.Table.Tensors[i]
	for e := range x.Experts {
		if !AllFinite(v.Expert(i, e)) {
			return x.Name(e)
		}
	}
	return ""
}

// NotFinite names what first held a NaN or an infinity in the last Forward: the residual stream before or after a
// layer, or a logit; empty where neither does.
func (n *Net) NotFinite() string {
	switch {
	case !AllFinite(n.in(0)):
		return "the residual stream before model.layers.0"
	case AllFinite(n.x) && !n.finiteLogits():
		return "a logit"
	}
	for l := range n.layers {
		if !AllFinite(n.in(l + 1)) {
			return fmt.Sprintf("the residual stream after model.layers.%d", l)
		}
	}
	return ""
}

// AllFinite reports whether no element is a NaN or an infinity.
func AllFinite(x []float32) bool {
	// All bits of the exponent are set in what is no number, and in nothing else; then one more carries into the sign.
	const exponent, least, sign = 0xff << 23, 1 << 23, 1 << 31
	for ; len(x) >= 8; x = x[8:] {
		var carried uint32
		for _, v := range (*[8]float32)(x) {
			carried |= math.Float32bits(v)&exponent + least
		}
		if carried&sign != 0 {
			return false
		}
	}
	for _, v := range x {
		if math.Float32bits(v)&exponent == exponent {
			return false
		}
	}
	return true
}
