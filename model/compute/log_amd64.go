//go:build goexperiment.simd

package compute

// logTable is √2, ½, ln 2 in two parts, the polynomial of log_avx512_amd64.s from its highest power on, and one.
//
//lint:ignore U1000 the assembly reads it
var logTable = [14]float32{
	1.41421356237309505, 0.5, ln2High, ln2Low,
	7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
	-1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1, 1,
}

// logArgs is what the assembly gets.
type logArgs struct {
	y, x        *float32
	whole, last int // as vectors cuts them
}

// addLog512 does all elements, at least one.
//
//go:noescape
func addLog512(a *logArgs)

// ownLog adds the logarithms of x to y, and says whether it did it.
func ownLog(y, x []float32) bool {
	if len(x) == 0 {
		return false
	}
	_ = y[len(x)-1] // what the assembly will read and write, checked once
	a := logArgs{y: &y[0], x: &x[0]}
	a.whole, a.last = vectors(len(x))
	addLog512(&a)
	return true
}
