//go:build !goexperiment.simd

package compute

// portableKernels: without the experiment there are none.
func portableKernels() []kernel { return nil }
