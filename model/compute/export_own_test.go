//go:build goexperiment.simd && (amd64 || wasm)

package compute

// HasAssembly says whether row operations have assembly on this machine.
func HasAssembly() bool { return ownRows }

// WithoutAssembly runs f as on a machine where they have none.
func WithoutAssembly(f func()) {
	was := ownRows
	ownRows = false
	defer func() { ownRows = was }()
	f()
}
