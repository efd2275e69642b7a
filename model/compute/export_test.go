//go:build !goexperiment.simd || !amd64

package compute

// WithoutAssembly runs f: here the row operations have none, or none that they do without.
func WithoutAssembly(f func()) { f() }
