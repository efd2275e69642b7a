//go:build goexperiment.simd && (amd64 || wasm)

package compute

// ownExp is Exp, and says that it did it. What blocks leave over is done as one more.
func ownExp(y, x []float32) bool {
	n := len(x) / expBlock * expBlock
	if n > 0 {
		_ = y[n-1] // what the assembly will read and write, checked once
		expRow(&y[0], &x[0], n/expBlock)
	}
	if n < len(x) {
		var rest [expBlock]float32
		copy(rest[:], x[n:])
		expRow(&rest[0], &rest[0], 1)
		copy(y[n:len(x)], rest[:])
	}
	return true
}
