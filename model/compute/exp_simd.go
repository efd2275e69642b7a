//go:build goexperiment.simd

package compute

import "simd"

// The exponential is 2^n·e^r with n = round(x/ln 2) and a polynomial for e^r, |r| ≤ ln 2/2; ln 2 is taken off in two parts so that
// nothing is lost. The largest error is about 2 units in the last place. Arguments are cut to what a float32 can hold.
const (
	expLow, expHigh = -87.3, 88.3
	log2e           = 1.44269504088896341
	ln2High         = 0.693359375
	ln2Low          = -2.12194440e-4
	// 1.5·2^23 + 127: adding it rounds to a whole number n, and n + 127, the exponent of 2^n, then stands in the low bits.
	roundShift = 12583039

	// e^r ≈ 1 + r + r²·(p0 + p1·r + … + p4·r⁴) with the least relative error for |r| ≤ ln 2/2, which is 3e-9.
	expP4, expP3, expP2, expP1, expP0 = 1.382069e-3, 8.368676e-3, 4.1668266e-2, 0.16666521, 0.49999994
)

// expVectors sets n vectors of y, step elements apart, to e^((x − top)·by) and returns their sum; y may be x. Not-a-number stays so. It is one
// loop with its constants in registers, and all that need the exponential run through it: a function for one vector would be called, not
// inlined, and every call would spill them.
func expVectors(y, x []float32, step, n int, top, by simd.Float32s) simd.Float32s {
	f := simd.BroadcastFloat32s
	low, high, toBase2, round := f(expLow), f(expHigh), f(log2e), f(roundShift)
	ln2a, ln2b, one := f(-ln2High), f(-ln2Low), f(1)
	p4, p3, p2, p1, p0 := f(expP4), f(expP3), f(expP2), f(expP1), f(expP0)
	var sum simd.Float32s
	for at := 0; n > 0; n, at = n-1, at+step {
		v := simd.LoadFloat32s(x[at:]).Sub(top).Mul(by)
		cut := v.Max(low).Min(high)
		shifted := cut.MulAdd(toBase2, round)
		whole := shifted.Sub(round)
		r := whole.MulAdd(ln2b, whole.MulAdd(ln2a, cut))
		p := p4.MulAdd(r, p3).MulAdd(r, p2).MulAdd(r, p1).MulAdd(r, p0)
		p = p.MulAdd(r.Mul(r), r.Add(one))
		p = p.Mul(shifted.ToBits().ShiftAllLeft(23).BitsToFloat32()) // 2^n
		p = v.IfElse(v.NotEqual(v), p)
		p.Store(y[at:])
		sum = sum.Add(p)
	}
	return sum
}

// expPart is expRun for the last, partial vector; lanes beyond it do not count.
func expPart(y, x []float32, top, by simd.Float32s) simd.Float32s {
	var buf [16]float32
	copy(buf[:], x)
	e := expRun(buf[:], buf[:], 0, 1, top, by)
	copy(y, buf[:len(x)])
	return e.Masked(simd.LoadFloat32s(counting[:]).Less(simd.BroadcastFloat32s(float32(len(x)))))
}

// expSlice sets y = e^((x − top)·by) and returns the sum; y may be x.
func expSlice(y, x []float32, top, by float32) float64 {
	tv, bv := simd.BroadcastFloat32s(top), simd.BroadcastFloat32s(by)
	lanes := tv.Len()
	n := len(x) / lanes
	if n*lanes == len(x) {
		return lanesSum(expRun(y, x, lanes, n, tv, bv))
	}
	if n == 0 {
		return lanesSum(expPart(y, x, tv, bv))
	}
	// The last whole vector overlaps the one before it. It is taken before anything is written, and only what is new of it counts.
	var last [16]float32
	again := (n+1)*lanes - len(x)
	simd.LoadFloat32s(x[len(x)-lanes:]).Store(last[:])
	sum := expRun(y, x, lanes, n, tv, bv)
	expRun(last[:], last[:], 0, 1, tv, bv)
	e := simd.LoadFloat32s(last[:])
	e.Store(y[len(x)-lanes:])
	return lanesSum(sum.Add(e.Masked(simd.LoadFloat32s(counting[:]).GreaterEqual(simd.BroadcastFloat32s(float32(again))))))
}

// Exp sets y = e^x, element by element: what the engines' softmax and SiLU are made of.
func Exp(y, x []float32) {
	if !ownRows || !ownExp(y, x) {
		expSlice(y, x, 0, 1)
	}
}
