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

// expVec is e^x lane by lane; not-a-number stays so.
func expVec(x simd.Float32s) simd.Float32s {
	f := simd.BroadcastFloat32s
	y := x.Max(f(expLow)).Min(f(expHigh))
	shifted := y.MulAdd(f(log2e), f(roundShift))
	n := shifted.Sub(f(roundShift))
	r := n.MulAdd(f(-ln2High), y)
	r = n.MulAdd(f(-ln2Low), r)
	p := f(1.9875691500e-4)
	p = p.MulAdd(r, f(1.3981999507e-3))
	p = p.MulAdd(r, f(8.3334519073e-3))
	p = p.MulAdd(r, f(4.1665795894e-2))
	p = p.MulAdd(r, f(1.6666665459e-1))
	p = p.MulAdd(r, f(5.0000001201e-1))
	p = p.MulAdd(r.Mul(r), r.Add(f(1)))
	pow := n.ConvertToInt32().Add(simd.BroadcastInt32s(127)).ShiftAllLeft(23).ToBits().BitsToFloat32()
	out := p.Mul(pow)
	return x.Add(x).IfElse(x.NotEqual(x), out)
}

// sigmoidVec is 1/(1+e^−x).
func sigmoidVec(x simd.Float32s) simd.Float32s {
	one := simd.BroadcastFloat32s(1)
	return one.Div(one.Add(expVec(x.Neg())))
}
