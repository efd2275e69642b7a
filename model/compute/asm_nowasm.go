//go:build goexperiment.simd && !wasm

package compute

// What only WebAssembly has assembly for.

func asmSoftmaxWhole(s Mat, n int, scale float32) bool { return false }

func asmSwiGLU(h, gate, up []float32) bool { return false }

func asmSwiGLUBackward(dgate, dup, dh, gate, up []float32) bool { return false }

func asmQKNormRoPE(y, rstd, x Mat, weight []float32, r Rotary, eps float32) bool { return false }

func asmQKNormRoPEBackward(dx Mat, dweight []float32, dy, x Mat, weight []float32, rstd Mat, r Rotary) bool {
	return false
}

func asmCombine(dst, src Mat, s Permutation, weight Mat, acc bool) bool { return false }

func asmCombineBackward(dsrc, dw, ddst, src Mat, s Permutation, weight Mat) bool { return false }
