//go:build goexperiment.simd

package compute

import "simd"

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
	if !ownExp(y, x) {
		expSlice(y, x, 0, 1)
	}
}
