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
	roundShift      = 12582912 // 1.5·2^23: adding it rounds to a whole number, which then stands in the low bits
)

// expRun sets n vectors of y, step elements apart, to e^((x − top)·by) and returns their sum; y may be x. Not-a-number stays so. It is one
// loop with its constants in registers, and all that need the exponential run through it: a function for one vector would be called, not
// inlined, and every call would spill them.
func expRun(y, x []float32, step, n int, top, by simd.Float32s) simd.Float32s {
	f := simd.BroadcastFloat32s
	low, high, toBase2, round := f(expLow), f(expHigh), f(log2e), f(roundShift)
	ln2a, ln2b, one, bias := f(-ln2High), f(-ln2Low), f(1), simd.BroadcastInt32s(127)
	p5, p4, p3, p2, p1, p0 := f(1.9875691500e-4), f(1.3981999507e-3), f(8.3334519073e-3), f(4.1665795894e-2), f(1.6666665459e-1), f(5.0000001201e-1)
	var sum simd.Float32s
	for at := 0; n > 0; n, at = n-1, at+step {
		v := simd.LoadFloat32s(x[at:]).Sub(top).Mul(by)
		cut := v.Max(low).Min(high)
		whole := cut.MulAdd(toBase2, round).Sub(round)
		r := whole.MulAdd(ln2b, whole.MulAdd(ln2a, cut))
		p := p5.MulAdd(r, p4).MulAdd(r, p3).MulAdd(r, p2).MulAdd(r, p1).MulAdd(r, p0)
		p = p.MulAdd(r.Mul(r), r.Add(one))
		p = p.Mul(whole.ConvertToInt32().Add(bias).ShiftAllLeft(23).ToBits().BitsToFloat32())
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
	sum := expRun(y, x, lanes, n, tv, bv)
	if at := n * lanes; at < len(x) {
		sum = sum.Add(expPart(y[at:], x[at:], tv, bv))
	}
	return lanesSum(sum)
}

// Exp sets y = e^x, element by element: what the engines' softmax and SiLU are made of.
func Exp(y, x []float32) { expSlice(y, x, 0, 1) }
