//go:build goexperiment.simd

package compute

import (
	"simd"
	"unsafe"
)

// What a machine reads at once at most, in bytes, and the least piece in which it has memory or none.
const (
	widest    = 64
	leastPage = 4096
)

// loadPart is the first vector of a slice, with zeros in the lanes behind its end. On amd64
// simd.LoadFloat32sPart (of Go 1.27) reads a whole vector and masks it afterwards: also what lies behind the slice,
// which ends the program where that is no memory any more. Within a page there is.
func loadPart(s []float32) simd.Float32s {
	if uintptr(unsafe.Pointer(unsafe.SliceData(s)))%leastPage > leastPage-widest {
		var whole [widest / 4]float32
		copy(whole[:], s)
		return simd.LoadFloat32s(whole[:])
	}
	v, _ := simd.LoadFloat32sPart(s)
	return v
}
