//go:build goexperiment.simd

package workload

import "simd"

// divisions and roots do n independent ones of whole vectors, and say how many numbers that were.
func divisions(n int) int {
	divide(numbers, n)
	return 4 * n * lanes()
}

func roots(n int) int {
	extract(numbers, n)
	return 4 * n * lanes()
}

// lanes is how many numbers a vector has.
func lanes() int { return simd.Float32s{}.Len() }

// numbers go into the vectors, and come out of them so that nothing is left out.
var numbers = positive(256)

func divide(x []float32, n int) {
	var a, b, c, d simd.Float32s
	v := a.Len()
	by := simd.BroadcastFloat32s(1.3)
	a, b, c, d = simd.LoadFloat32s(x), simd.LoadFloat32s(x[v:]), simd.LoadFloat32s(x[2*v:]), simd.LoadFloat32s(x[3*v:])
	for i := 0; i < n; i++ {
		a, b, c, d = by.Div(a), by.Div(b), by.Div(c), by.Div(d) // goes to and fro between two numbers
	}
	a.Store(x)
	b.Store(x[v:])
	c.Store(x[2*v:])
	d.Store(x[3*v:])
}

func extract(x []float32, n int) {
	var a, b, c, d simd.Float32s
	v := a.Len()
	a, b, c, d = simd.LoadFloat32s(x), simd.LoadFloat32s(x[v:]), simd.LoadFloat32s(x[2*v:]), simd.LoadFloat32s(x[3*v:])
	for i := 0; i < n; i++ {
		a, b, c, d = a.Sqrt(), b.Sqrt(), c.Sqrt(), d.Sqrt()
	}
	a.Store(x)
	b.Store(x[v:])
	c.Store(x[2*v:])
	d.Store(x[3*v:])
}
