//go:build goexperiment.simd && !wasm

package compute

// What only WebAssembly has assembly for.

func ownSwiGLU(h, gate, up []float32) bool { return false }

func ownSwiGLUBackward(dgate, dup, dh, gate, up []float32) bool { return false }

func ownHeadNorm(y, inv, x Mat, gain []float32, r Rotary, eps float32) bool { return false }

func ownHeadNormBackward(dx Mat, dgain []float32, dy, x Mat, gain []float32, inv Mat, r Rotary) bool {
	return false
}

func ownCombine(dst, src Mat, s Slots, weight Mat, acc bool) bool { return false }

func ownCombineBackward(dsrc, dw, ddst, src Mat, s Slots, weight Mat) bool { return false }
