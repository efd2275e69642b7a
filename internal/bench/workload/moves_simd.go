//go:build goexperiment.simd && !wasm

package workload

import "simd"

// take reads numbers, put writes them, and change does both in their place; whole groups of four vectors.
func take(x []float32) {
	var a, b, c, d simd.Float32s
	v := a.Len()
	for ; len(x) >= 4*v; x = x[4*v:] {
		a, b, c, d = a.Max(simd.LoadFloat32s(x)), b.Max(simd.LoadFloat32s(x[v:])), c.Max(simd.LoadFloat32s(x[2*v:])), d.Max(simd.LoadFloat32s(x[3*v:]))
	}
	a.Max(b).Max(c.Max(d)).Store(taken[:])
}

// taken is what was read, so that it is.
var taken [64]float32

func put(x []float32) {
	one := simd.BroadcastFloat32s(1)
	v := one.Len()
	for ; len(x) >= 4*v; x = x[4*v:] {
		one.Store(x)
		one.Store(x[v:])
		one.Store(x[2*v:])
		one.Store(x[3*v:])
	}
}

func change(x []float32) {
	one := simd.BroadcastFloat32s(1)
	v := one.Len()
	for ; len(x) >= 4*v; x = x[4*v:] {
		a, b, c, d := simd.LoadFloat32s(x), simd.LoadFloat32s(x[v:]), simd.LoadFloat32s(x[2*v:]), simd.LoadFloat32s(x[3*v:])
		a.Max(one).Store(x)
		b.Max(one).Store(x[v:])
		c.Max(one).Store(x[2*v:])
		d.Max(one).Store(x[3*v:])
	}
}
