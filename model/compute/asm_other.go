//go:build goexperiment.simd && !wasm && !amd64

package compute

// asmRows says that operations on rows and elements have no assembly here.
const asmRows = false

func asmNorm(y, rstd, x, weight []float32, eps float32) bool { return false }

func asmNormBackward(dx, dweight, dy, x, weight, rstd []float32, acc bool) bool { return false }

func asmSoftmaxColumns(s Mat, from int, scale float32) bool { return false }

func asmSoftmaxColumnsBackward(d, p Mat, from int, scale float32) bool { return false }
