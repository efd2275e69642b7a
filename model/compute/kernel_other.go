//go:build !amd64 && !wasm

package compute

// Here the portable kernels and loops are the fastest.

func asmKernels() []kernel { return nil }

func asmTranspose(dst, src Mat) int { return 0 }
