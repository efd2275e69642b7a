package model

import "math"

// NotFinite is the checkpoint name of the first matrix or gain, in table order, that holds a NaN or an infinity; empty where none does.
func (v Values) NotFinite() string {
	for i, x := range v.Table.Tensors {
		for e := range x.Experts {
			if !Finite(v.Expert(i, e)) {
				return x.Name(e)
			}
		}
	}
	return ""
}

// Finite reports whether no element is a NaN or an infinity.
func Finite(x []float32) bool {
	const exponent = 0xff << 23 // all its bits are set in what is no number, and in nothing else
	for _, v := range x {
		if math.Float32bits(v)&exponent == exponent {
			return false
		}
	}
	return true
}
