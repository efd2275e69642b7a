//go:build goexperiment.simd

package compute

// normArgs is what the assembly gets. In the gradient y is dy, and there are dx and dgain. Distances are in bytes.
type normArgs struct {
	y, inv, x, gain, dx, dgain *float32
	rows, row                  int
	whole, last                int // vectors of a row, as vectors cuts them
	acc                        int // all bits set: add to dx
	share, eps, one            float32
}

// norm512 and normBackward512 do rows, at least one.
//
//go:noescape
func norm512(a *normArgs)

//go:noescape
func normBackward512(a *normArgs)

// ownNorm is RMSNorm, and says whether it did it.
func ownNorm(y, inv, x, gain []float32, eps float32) bool {
	rows, d := len(inv), len(gain)
	if rows == 0 || d == 0 {
		return false
	}
	_, _ = y[rows*d-1], x[rows*d-1] // what the assembly will read and write, checked once
	a := normArgs{y: &y[0], inv: &inv[0], x: &x[0], gain: &gain[0], rows: rows, row: 4 * d, share: 1 / float32(d), eps: eps, one: 1}
	a.whole, a.last = vectors(d)
	norm512(&a)
	return true
}

// ownNormBackward is RMSNormBackward, and says whether it did it.
func ownNormBackward(dx, dgain, dy, x, gain, inv []float32, acc bool) bool {
	rows, d := len(inv), len(gain)
	if rows == 0 || d == 0 {
		return false
	}
	_, _, _, _ = dx[rows*d-1], dgain[d-1], dy[rows*d-1], x[rows*d-1]
	a := normArgs{
		y: &dy[0], inv: &inv[0], x: &x[0], gain: &gain[0], dx: &dx[0], dgain: &dgain[0], rows: rows, row: 4 * d, share: 1 / float32(d),
	}
	a.whole, a.last = vectors(d)
	if acc {
		a.acc = -1
	}
	normBackward512(&a)
	return true
}
