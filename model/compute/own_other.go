//go:build goexperiment.simd && !wasm && !amd64

package compute

// ownRows says that operations on rows and elements have no assembly here.
const ownRows = false

func ownNorm(y, inv, x, gain []float32, eps float32) bool { return false }

func ownNormBackward(dx, dgain, dy, x, gain, inv []float32, acc bool) bool { return false }

func ownSoftmaxColumns(s Mat, from int, scale float32) bool { return false }

func ownSoftmaxColumnsBackward(d, p Mat, from int, scale float32) bool { return false }
