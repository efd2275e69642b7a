//go:build goexperiment.simd

package compute

import (
	"simd"

	machine "golang.org/x/sys/cpu"
)

// ownRows says that operations on rows and elements have assembly here: vectors are those of AVX-512. Tests do without.
var ownRows = machine.X86.HasAVX512F && vectorLen() == 16

// expTable is the constants of exp_amd64.h.
//
//lint:ignore U1000 the assembly reads it
var expTable = [11]float32{expLow, expHigh, log2e, -ln2High, -ln2Low, expP4, expP3, expP2, expP1, expP0, 1}

// expArgs is what the assembly gets, and its sum. Distances are in bytes.
type expArgs struct {
	y, x         *float32
	step, n      int
	top, by, sum [16]float32
}

// exp512 does n vectors, at least one.
//
//go:noescape
func exp512(a *expArgs)

// expRun sets n vectors of y, step elements apart, to e^((x − top)·by) and returns their sum; y may be x. Not-a-number stays so.
func expRun(y, x []float32, step, n int, top, by simd.Float32s) simd.Float32s {
	if !ownRows || n == 0 {
		return expVectors(y, x, step, n, top, by, false)
	}
	_, _ = y[(n-1)*step+15], x[(n-1)*step+15] // what the assembly will read and write, checked once
	a := expArgs{y: &y[0], x: &x[0], step: 4 * step, n: n}
	top.Store(a.top[:])
	by.Store(a.by[:])
	exp512(&a)
	return simd.LoadFloat32s(a.sum[:])
}

// expBlock is how many numbers expRow does at a time: two vectors side by side.
const expBlock = 32

// expRow sets n blocks of y to e^x, n at least 1.
//
//go:noescape
func expRow(y, x *float32, n int)
