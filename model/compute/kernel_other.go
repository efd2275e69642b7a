//go:build !amd64 && !wasm

package compute

// Here the portable kernels and loops are the fastest.

func ownKernels() []kernel { return nil }

func ownTranspose(dst, src Mat) int { return 0 }
