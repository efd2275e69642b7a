//go:build !goexperiment.simd

package compute

import "math"

// Without the experiment there are no vectors: rows and elements are computed as in [Reference].

func portableKernels() []kernel { return nil }

// Exp sets y = e^x, element by element.
func Exp(y, x []float32) {
	for i, v := range x {
		y[i] = float32(math.Exp(float64(v)))
	}
}
