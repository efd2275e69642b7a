//go:build goexperiment.simd

package compute

import "simd"

// The exponential is 2^n·e^r with n = round(x/ln 2) and a polynomial for e^r, |r| ≤ ln 2/2; ln 2 is taken off in two
// parts so that nothing is lost. The largest error is about 2 units in the last place. Arguments are cut to what a
// float32 can hold.
const (
	expLow, expHigh = -87.3, 88.3
	log2e           = 1.44269504088896341
	ln2High         = 0.693359375
	ln2Low          = -2.12194440e-4
	// 1.5·2^23: adding it rounds to a whole number n, which then stands in the low bits.
	roundShift = 12582912

	// e^r ≈ 1 + r + r²·(p0 + p1·r + … + p4·r⁴) with the least relative error for |r| ≤ ln 2/2, which is 3e-9.
	expP4, expP3, expP2, expP1, expP0 = 1.382069e-3, 8.368676e-3, 4.1668266e-2, 0.16666521, 0.49999994
)

// expVectors sets n vectors of y, step elements apart, to e^((x − top)·by) and returns their sum in ascending order; y
// may be x. Not-a-number stays so. Equal elements get equal bits wherever they lie. It is one loop with its constants
// in registers, and all that need the exponential run through it: a function for one vector would be called, not
// inlined, and every call would spill them. A fused product would overwrite its first factor: where that is needed
// later, product and sum stand apart, because a vector that is saved on the stack crosses cache lines there.
func expVectors(y, x []float32, step, n int, top, by simd.Float32s) simd.Float32s {
	f := simd.BroadcastFloat32s
	low, high, toBase2, round := f(expLow), f(expHigh), f(log2e), f(roundShift)
	ln2a, ln2b, one := f(-ln2High), f(-ln2Low), f(1)
	p4, p3, p2, p1, p0 := f(expP4), f(expP3), f(expP2), f(expP1), f(expP0)
	var sum simd.Float32s
	for at := 0; n > 0; n, at = n-1, at+step {
		v := simd.LoadFloat32s(x[at:]).Sub(top).Mul(by)
		cut := v.Max(low).Min(high)
		shifted := cut.Mul(toBase2).Add(round)
		whole := shifted.Sub(round)
		r := whole.MulAdd(ln2b, whole.Mul(ln2a).Add(cut)) // the first product is exact
		square := r.Mul(r)
		p := p4.MulAdd(square, p3.MulAdd(r, p2)).MulAdd(square, p1.MulAdd(r, p0))
		p = p.MulAdd(square, r.Add(one))
		p = p.ToBits().Add(shifted.ToBits().ShiftAllLeft(23)).BitsToFloat32() // times 2^n
		p = v.IfElse(v.NotEqual(v), p)
		p.Store(y[at:])
		sum = sum.Add(p)
	}
	return sum
}

// Exp sets y = e^x, element by element: what the engines' softmax and SiLU are made of. y may be x.
func Exp(y, x []float32) {
	var top simd.Float32s
	one, lanes := simd.BroadcastFloat32s(1), top.Len()
	n := len(x) / lanes * lanes
	expVectors(y, x, lanes, n/lanes, top, one)
	if n < len(x) { // what is no whole vector is made one
		var rest [16]float32
		copy(rest[:], x[n:])
		expVectors(rest[:], rest[:], 0, 1, top, one)
		copy(y[n:len(x)], rest[:])
	}
}
