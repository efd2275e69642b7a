//go:build goexperiment.simd

package compute

import "simd"

// columnArgs is what the assembly gets: n vectors, at least one, step bytes apart, and what they are multiplied by, or their largest.
type columnArgs struct {
	x       *float32
	step, n int
	v       [4]float32
}

//go:noescape
func topLoop(a *columnArgs)

//go:noescape
func scaleLoop(a *columnArgs)

func column(x []float32, ld, n int) columnArgs {
	_ = x[(n-1)*ld+3] // what the assembly will read and write, checked once
	return columnArgs{x: &x[0], step: 4 * ld, n: n}
}

// topColumn is the largest, lane by lane, of n vectors, ld elements apart. A not-a-number need not win: its own exponential is one, and so
// is the sum.
func topColumn(x []float32, ld, n int) simd.Float32s {
	a := column(x, ld, n)
	topLoop(&a)
	return simd.LoadFloat32s(a.v[:])
}

// scaleColumn multiplies n vectors of x, ld elements apart.
func scaleColumn(x []float32, ld, n int, by simd.Float32s) {
	a := column(x, ld, n)
	by.Store(a.v[:])
	scaleLoop(&a)
}
