//go:build goexperiment.simd && !amd64 && !wasm

package peak

import "simd"

func vectors() []Limit {
	lanes := simd.Float32s{}.Len()
	return []Limit{{"simd", "fused multiply-add of whole vectors", loop{8 * lanes * 2, portable}, loop{8 * lanes * 3, mixed}}}
}

// portable turns eight independent chains n times.
func portable(n int) {
	var a, b, c, d, e, f, g, h simd.Float32s
	x := simd.BroadcastFloat32s(sink)
	for ; n > 0; n-- { // the compiler of Go 1.27 breaks down over "range n" with vectors inside
		a, b, c, d = a.MulAdd(x, a), b.MulAdd(x, b), c.MulAdd(x, c), d.MulAdd(x, d)
		e, f, g, h = e.MulAdd(x, e), f.MulAdd(x, f), g.MulAdd(x, g), h.MulAdd(x, h)
	}
	keep(a.Add(b).Add(c.Add(d)).Add(e.Add(f).Add(g.Add(h))))
}

// mixed turns eight chains of a multiplication fused with an addition, and of an addition.
func mixed(n int) {
	var a, b, c, d, e, f, g, h simd.Float32s
	x := simd.BroadcastFloat32s(sink)
	for ; n > 0; n-- {
		a, b, c, d = a.MulAdd(x, a).Add(x), b.MulAdd(x, b).Add(x), c.MulAdd(x, c).Add(x), d.MulAdd(x, d).Add(x)
		e, f, g, h = e.MulAdd(x, e).Add(x), f.MulAdd(x, f).Add(x), g.MulAdd(x, g).Add(x), h.MulAdd(x, h).Add(x)
	}
	keep(a.Add(b).Add(c.Add(d)).Add(e.Add(f).Add(g.Add(h))))
}

func keep(x simd.Float32s) {
	out := make([]float32, x.Len())
	x.Store(out)
	sink = out[0]
}
