//go:build goexperiment.simd && (amd64 || wasm)

package compute

// HasAssembly says whether row operations have assembly on this machine.
func HasAssembly() bool { return asmRows }

// WithoutAssembly runs f as on a machine where they have none.
func WithoutAssembly(f func()) {
	was := asmRows
	asmRows = false
	defer func() { asmRows = was }()
	f()
}
