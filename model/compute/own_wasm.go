//go:build goexperiment.simd

package compute

// What has assembly as a whole on other machines, and here only inside.

func ownLog(y, x []float32) bool { return false }
