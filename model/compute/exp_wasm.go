//go:build goexperiment.simd

package compute

import "simd"

// ownRows says that operations on rows and elements have assembly here. Tests do without.
var ownRows = true

// expArgs is what the assembly gets, and its sum. Distances are in bytes.
type expArgs struct {
	y, x         *float32
	step, n      int
	top, by, sum [4]float32
}

// expLoop does n vectors, at least one.
//
//go:noescape
func expLoop(r *expArgs)

// expRun sets n vectors of y, step elements apart, to e^((x − top)·by) and returns their sum; y may be x. Not-a-number stays so.
func expRun(y, x []float32, step, n int, top, by simd.Float32s) simd.Float32s {
	if !ownRows || n == 0 {
		return expVectors(y, x, step, n, top, by)
	}
	_, _ = y[(n-1)*step+3], x[(n-1)*step+3] // what the assembly will read and write, checked once
	r := expArgs{y: &y[0], x: &x[0], step: 4 * step, n: n}
	top.Store(r.top[:])
	by.Store(r.by[:])
	expLoop(&r)
	return simd.LoadFloat32s(r.sum[:])
}

// expRow sets n times 16 numbers of y to e^x, n at least 1.
//
//go:noescape
func expRow(y, x *float32, n int)

// ownExp is Exp, and says that it did it. What sixteens leave over is done as one more.
func ownExp(y, x []float32) bool {
	n := len(x) &^ 15
	if n > 0 {
		_ = y[n-1] // what the assembly will read and write, checked once
		expRow(&y[0], &x[0], n/16)
	}
	if n < len(x) {
		var rest [16]float32
		copy(rest[:], x[n:])
		expRow(&rest[0], &rest[0], 1)
		copy(y[n:len(x)], rest[:])
	}
	return true
}
