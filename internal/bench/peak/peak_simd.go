//go:build goexperiment.simd && !amd64 && !wasm

package peak

import "simd"

func vectors() []Peak {
	return []Peak{{"simd", "fused multiply-add of whole vectors", 8 * simd.Float32s{}.Len() * 2, portable}}
}

// portable does n passes over eight independent chains.
func portable(n int) {
	var a, b, c, d, e, f, g, h simd.Float32s
	x := simd.BroadcastFloat32s(sink)
	for ; n > 0; n-- { // the compiler of Go 1.27 breaks down over "range n" with vectors inside
		a, b, c, d = a.MulAdd(x, a), b.MulAdd(x, b), c.MulAdd(x, c), d.MulAdd(x, d)
		e, f, g, h = e.MulAdd(x, e), f.MulAdd(x, f), g.MulAdd(x, g), h.MulAdd(x, h)
	}
	out := make([]float32, x.Len())
	a.Add(b).Add(c.Add(d)).Add(e.Add(f).Add(g.Add(h))).Store(out)
	sink = out[0]
}
