//go:build goexperiment.simd

package compute

// asmRows says that operations on rows and elements have assembly here. Tests do without.
var asmRows = true

// normArgs is what the assembly gets, distances in bytes. In the gradient y is dy, and there are dx, dweight and
// the factors of x.
type normArgs struct {
	y, rstd, x, weight, dx, dweight, factor *float32
	rows, vectors                           int // vectors of one row
	groups, apart                           int // of four rows, and how far their rows are apart
	acc                                     int // −1: add to dx
	share, eps                              float32
}

// normLoop and normFactorLoop do whole groups of four rows, at least one, and normBackwardLoop rows, at least one.
//
//go:noescape
func normLoop(a *normArgs)

//go:noescape
func normFactorLoop(a *normArgs)

//go:noescape
func normBackwardLoop(a *normArgs)

// asmNorm is RMSNorm, and says whether it did it.
func asmNorm(y, rstd, x, weight []float32, eps float32) bool {
	rows, d := len(rstd), len(weight)
	if rows == 0 || d == 0 || d%4 != 0 {
		return false
	}
	// What the assembly will read and write, checked once.
	_, _ = y[rows*d-1], x[rows*d-1]
	a := normArgs{x: &x[0], y: &y[0], rstd: &rstd[0], weight: &weight[0], groups: rows / 4, apart: 4 * d,
		vectors: d / 4, share: 1 / float32(d), eps: eps}
	if a.groups > 0 {
		normLoop(&a)
	}
	var four [4]float32
	for i := rows &^ 3; i < rows; i++ { // one that is left over is taken as four that lie at the same place
		a.x, a.y, a.rstd, a.groups, a.apart = &x[i*d], &y[i*d], &four[0], 1, 0
		normLoop(&a)
		rstd[i] = four[0]
	}
	return true
}

// normChunk is how many rows have their factors found at once: few enough to stay in the nearest cache.
const normChunk = 64

// asmNormBackward is RMSNormBackward, and says whether it did it.
func asmNormBackward(dx, dweight, dy, x, weight, rstd []float32, acc bool) bool {
	rows, d := len(rstd), len(weight)
	if rows == 0 || d == 0 || d%4 != 0 {
		return false
	}
	// What the assembly will read and write, checked once.
	_, _, _, _ = dx[rows*d-1], dweight[d-1], dy[rows*d-1], x[rows*d-1]
	var factor [normChunk]float32
	a := normArgs{weight: &weight[0], dweight: &dweight[0], vectors: d / 4, share: 1 / float32(d)}
	if acc {
		a.acc = -1
	}
	for i := 0; i < rows; i += normChunk {
		n := min(normChunk, rows-i)
		a.factors(factor[:n], dy[i*d:], x[i*d:], rstd[i:i+n], d)
		a.x, a.y, a.dx, a.rstd, a.factor, a.rows, a.apart = &x[i*d], &dy[i*d], &dx[i*d], &rstd[i], &factor[0], n, 4*d
		normBackwardLoop(&a)
	}
	return true
}

// factors finds what x of each row is multiplied by: inv²·mean(weight⊙dy⊙x). A row that is left over is taken as four
// at the same place.
func (a normArgs) factors(factor, dy, x, rstd []float32, d int) {
	a.x, a.y, a.rstd, a.factor, a.groups, a.apart = &x[0], &dy[0], &rstd[0], &factor[0], len(rstd)/4, 4*d
	if a.groups > 0 {
		normFactorLoop(&a)
	}
	var roots, four [4]float32
	for i := len(rstd) &^ 3; i < len(rstd); i++ {
		roots[0] = rstd[i]
		a.x, a.y, a.rstd, a.factor, a.groups, a.apart = &x[i*d], &dy[i*d], &roots[0], &four[0], 1, 0
		normFactorLoop(&a)
		factor[i] = four[0]
	}
}
