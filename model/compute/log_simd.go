//go:build goexperiment.simd

package compute

import "simd"

// The logarithm of x = m·2^e, with m from √½ to √2, is e·ln 2 + ln m, and ln(1 + r) with r = m − 1 is r − r²/2 +
// r³·p(r). ln 2 is added in two parts so that nothing is lost. The largest error is about 1 unit in the last place.
const (
	root2 = 1.41421356237309505

	mantissa, exponent, bias = 0x007fffff, 23, 127 // of a float32
	unit                     = bias << exponent    // the exponent of numbers from 1 to 2

	logP8, logP7, logP6, logP5, logP4 = 7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1,
		1.4249322787e-1
	logP3, logP2, logP1, logP0 = -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1
)

// addLog adds the logarithms of x, which are normal numbers above 0, infinite or none, to y. Equal elements get equal
// bits wherever they lie.
func addLog(y, x []float32) {
	f, u := simd.BroadcastFloat32s, simd.BroadcastUint32s
	fraction, ofOne, one, half, root, middle := u(mantissa), u(unit), f(1), f(0.5), f(root2), simd.BroadcastInt32s(bias)
	high, low := f(ln2High), f(ln2Low)
	lanes, n := one.Len(), 0
	for i := 0; i < len(x); i += n {
		var v, sum simd.Float32s
		whole := i+lanes <= len(x)
		if n = lanes; whole {
			v, sum = simd.LoadFloat32s(x[i:]), simd.LoadFloat32s(y[i:])
		} else {
			n = len(x) - i
			v = loadPart(x[i:])
			sum = loadPart(y[i : i+n])
		}
		bits := v.ToBits()
		m := bits.And(fraction).Or(ofOne).BitsToFloat32()
		e := bits.ShiftAllRight(exponent).BitsToInt32().Sub(middle).ConvertToFloat32()
		above := m.Greater(root)
		m, e = m.Mul(half).IfElse(above, m), e.Add(one).IfElse(above, e)
		r := m.Sub(one)
		square := r.Mul(r)
		p := f(logP8).MulAdd(r, f(logP7)).MulAdd(r, f(logP6)).MulAdd(r, f(logP5)).MulAdd(r, f(logP4))
		p = p.MulAdd(r, f(logP3)).MulAdd(r, f(logP2)).MulAdd(r, f(logP1)).MulAdd(r, f(logP0))
		small := p.Mul(r).MulAdd(square, e.Mul(low)).Sub(square.Mul(half))
		sum = sum.Add(e.MulAdd(high, r.Add(small)).Add(v.Sub(v))) // v − v: what is no number stays so
		if whole {
			sum.Store(y[i:])
		} else {
			sum.StorePart(y[i:])
		}
	}
}
