//go:build goexperiment.simd && !wasm

package compute

// ownKernel computes nothing: here the portable kernels are the fastest.
func ownKernel([]float32, int, []float32, int, int, []float32, int, int, int, int, bool) int {
	return 0
}
