//go:build goexperiment.simd

package compute

// logArgs is what the assembly gets: n vectors, at least one.
type logArgs struct {
	y, x *float32
	n    int
}

//go:noescape
func addLog(a *logArgs)

// ownLog adds the logarithms of x to y, and says that it did it. What fours leave over is done as one more.
func ownLog(y, x []float32) bool {
	n := len(x) &^ 3
	if n > 0 {
		_ = y[n-1] // what the assembly will read and write, checked once
		addLog(&logArgs{y: &y[0], x: &x[0], n: n / 4})
	}
	if n < len(x) {
		sum, of := [4]float32{}, [4]float32{1, 1, 1, 1}
		copy(sum[:], y[n:len(x)])
		copy(of[:], x[n:])
		addLog(&logArgs{y: &sum[0], x: &of[0], n: 1})
		copy(y[n:], sum[:len(x)-n])
	}
	return true
}
