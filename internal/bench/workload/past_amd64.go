package workload

import "golang.org/x/sys/cpu"

// past256 writes vectors of 256 bits, at least one, to a place that is a whole number of them, past the caches. It does not wait until they have
// arrived: the same thread sees them, and whatever hands the memory to another waits.
//
//go:noescape
func past256(x *float32, vectors int)

// putPast is put past the caches.
var putPast = past()

func past() func([]float32) {
	if !cpu.X86.HasAVX2 {
		return nil
	}
	return func(x []float32) {
		if len(x) >= 8 {
			past256(&x[0], len(x)/8)
		}
	}
}
