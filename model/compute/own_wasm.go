//go:build goexperiment.simd

package compute

// What has assembly as a whole on other machines, and here only inside.

func ownSwiGLU(h, gate, up []float32) bool { return false }

func ownSwiGLUBackward(dgate, dup, dh, gate, up []float32) bool { return false }

func ownSoftmax(dlogits, logits []float32, tile Mat, scale float32, tops, sums *[lossRows]float32) bool {
	return false
}
