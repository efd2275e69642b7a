//go:build goexperiment.simd

package compute

// normArgs is what the assembly gets. Distances are in bytes.
type normArgs struct {
	y, inv, x, gain *float32
	rows, row       int
	whole, last     int // vectors of a row, as vectors cuts them
	share, eps, one float32
}

// norm512 does rows, at least one.
//
//go:noescape
func norm512(a *normArgs)

// ownNorm is RMSNorm, and says whether it did it.
func ownNorm(y, inv, x, gain []float32, eps float32) bool {
	rows, d := len(inv), len(gain)
	if !wide512 || rows == 0 || d == 0 {
		return false
	}
	_, _ = y[rows*d-1], x[rows*d-1] // what the assembly will read and write, checked once
	a := normArgs{
		y: &y[0], inv: &inv[0], x: &x[0], gain: &gain[0], rows: rows, row: 4 * d, share: 1 / float32(d), eps: eps, one: 1,
	}
	a.whole, a.last = vectors(d)
	norm512(&a)
	return true
}

func ownNormBackward(dx, dgain, dy, x, gain, inv []float32, acc bool) bool { return false }
