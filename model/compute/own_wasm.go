//go:build goexperiment.simd

package compute

// What has assembly as a whole on other machines, and here only inside.

func ownSoftmaxColumns(s Mat, from int, scale float32) bool { return false }

func ownSoftmaxColumnsBackward(d, p Mat, from int, scale float32) bool { return false }

func ownCombine(dst, src Mat, s Slots, weight Mat, acc bool) bool { return false }

func ownCombineBackward(dsrc, dw, ddst, src Mat, s Slots, weight Mat) bool { return false }

func ownHeadNorm(y, inv, x Mat, gain []float32, r Rotary, eps float32) bool { return false }

func ownHeadNormBackward(dx Mat, dgain []float32, dy, x Mat, gain []float32, inv Mat, r Rotary) bool {
	return false
}

func ownLog(y, x []float32) bool { return false }
