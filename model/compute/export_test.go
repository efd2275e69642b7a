//go:build !goexperiment.simd || !(amd64 || wasm)

package compute

// HasAssembly says that row operations have no assembly in this build.
func HasAssembly() bool { return false }

// WithoutAssembly runs f.
func WithoutAssembly(f func()) { f() }
