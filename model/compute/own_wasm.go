//go:build goexperiment.simd

package compute

// ownRows says that operations on rows and elements have assembly here. Tests do without.
var ownRows = true
