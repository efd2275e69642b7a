//go:build !amd64 && !wasm

package compute

// ownKernels: here the portable kernels are the fastest.
func ownKernels() []kernel { return nil }
