//go:build goexperiment.simd

package compute

import machine "golang.org/x/sys/cpu"

// ownRows says that operations on rows and elements have assembly here: vectors are those of AVX-512. Tests do without.
var ownRows = machine.X86.HasAVX512F && vectorLen() == 16

// expTable is the constants of exp_amd64.h.
//
//lint:ignore U1000 the assembly reads it
var expTable = [11]float32{expLow, expHigh, log2e, -ln2High, -ln2Low, expP4, expP3, expP2, expP1, expP0, 1}

// vectors cuts n elements into vectors: the whole ones in bytes, and the elements of one more as bits.
func vectors(n int) (whole, last int) { return n / 16 * 64, 1<<(n%16) - 1 }
