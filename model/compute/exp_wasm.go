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
		return expVectors(y, x, step, n, top, by, false)
	}
	_, _ = y[(n-1)*step+3], x[(n-1)*step+3] // what the assembly will read and write, checked once
	r := expArgs{y: &y[0], x: &x[0], step: 4 * step, n: n}
	top.Store(r.top[:])
	by.Store(r.by[:])
	expLoop(&r)
	return simd.LoadFloat32s(r.sum[:])
}

// expBlock is how many numbers expRow does at a time: four vectors side by side.
const expBlock = 16

// expRow sets n blocks of y to e^x, n at least 1.
//
//go:noescape
func expRow(y, x *float32, n int)
