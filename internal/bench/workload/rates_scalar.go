//go:build !goexperiment.simd

package workload

import "math"

// divisions and roots do n independent ones, and say how many numbers that were.
func divisions(n int) int {
	x, a, b, c, d := float32(1.0001), float32(1), float32(2), float32(3), float32(4)
	for range n {
		a, b, c, d = a/x, b/x, c/x, d/x
	}
	return 4 * n * use(a+b+c+d)
}

func roots(n int) int {
	root := func(x float32) float32 { return float32(math.Sqrt(float64(x))) }
	a, b, c, d := float32(1.5), float32(2), float32(3), float32(4)
	for range n {
		a, b, c, d = root(a), root(b), root(c), root(d)
	}
	return 4 * n * use(a+b+c+d)
}

// use is 1; a number that nobody looks at would not be computed.
func use(x float32) int {
	if x < 0 {
		return 0
	}
	return 1
}
