//go:build !goexperiment.simd && !wasm

package workload

// take reads numbers, put writes them, and change does both in their place.
func take(x []float32) {
	for _, v := range x {
		taken = max(taken, v)
	}
}

// taken is what was read, so that it is.
var taken float32

func put(x []float32) {
	for i := range x {
		x[i] = 1
	}
}

func change(x []float32) {
	for i := range x {
		x[i] = max(x[i], 1)
	}
}
