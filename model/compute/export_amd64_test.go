//go:build goexperiment.simd

package compute

// WithoutAssembly runs f as on a machine where the row operations have no assembly.
func WithoutAssembly(f func()) {
	was := wide512
	wide512 = false
	defer func() { wide512 = was }()
	f()
}
