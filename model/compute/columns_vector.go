//go:build goexperiment.simd && !wasm

package compute

import "simd"

// topColumn is the largest, lane by lane, of n vectors, ld elements apart. A not-a-number need not win: its own exponential is one, and so
// is the sum.
func topColumn(x []float32, ld, n int) simd.Float32s {
	top := simd.LoadFloat32s(x)
	top1, top2, top3 := top, top, top
	j := 0
	for ; j+4 <= n; j += 4 {
		top, top1 = top.Max(simd.LoadFloat32s(x[j*ld:])), top1.Max(simd.LoadFloat32s(x[(j+1)*ld:]))
		top2, top3 = top2.Max(simd.LoadFloat32s(x[(j+2)*ld:])), top3.Max(simd.LoadFloat32s(x[(j+3)*ld:]))
	}
	for ; j < n; j++ {
		top = top.Max(simd.LoadFloat32s(x[j*ld:]))
	}
	return top.Max(top1).Max(top2.Max(top3))
}

// scaleColumn multiplies n vectors of x, ld elements apart.
func scaleColumn(x []float32, ld, n int, by simd.Float32s) {
	lanes, j := by.Len(), 0
	for ; j+4 <= n; j += 4 {
		y := x[j*ld : (j+3)*ld+lanes]
		mulVec(y, by, y)
		mulVec(y[ld:], by, y[ld:])
		mulVec(y[2*ld:], by, y[2*ld:])
		mulVec(y[3*ld:], by, y[3*ld:])
	}
	for ; j < n; j++ {
		mulVec(x[j*ld:], by, x[j*ld:])
	}
}
