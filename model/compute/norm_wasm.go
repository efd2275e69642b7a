//go:build goexperiment.simd

package compute

// normArgs is what the assembly gets, distances in bytes. In the gradient y is dy, and there are dx, dgain and
// the factors of x.
type normArgs struct {
	y, inv, x, gain, dx, dgain, factor *float32
	rows, vectors                      int // vectors of one row
	groups, apart                      int // of four rows, and how far their rows are apart
	acc                                int // −1: add to dx
	share, eps                         float32
}

// normLoop and normFactorLoop do whole groups of four rows, at least one, and normBackwardLoop rows, at least one.
//
//go:noescape
func normLoop(a *normArgs)

// ownNorm is RMSNorm, and says whether it did it.
func ownNorm(y, inv, x, gain []float32, eps float32) bool {
	rows, d := len(inv), len(gain)
	if rows == 0 || d == 0 || d%4 != 0 {
		return false
	}
	// What the assembly will read and write, checked once.
	_, _ = y[rows*d-1], x[rows*d-1]
	a := normArgs{x: &x[0], y: &y[0], inv: &inv[0], gain: &gain[0], groups: rows / 4, apart: 4 * d, vectors: d / 4, share: 1 / float32(d), eps: eps}
	if a.groups > 0 {
		normLoop(&a)
	}
	var four [4]float32
	for i := rows &^ 3; i < rows; i++ { // one that is left over is taken as four that lie at the same place
		a.x, a.y, a.inv, a.groups, a.apart = &x[i*d], &y[i*d], &four[0], 1, 0
		normLoop(&a)
		inv[i] = four[0]
	}
	return true
}
