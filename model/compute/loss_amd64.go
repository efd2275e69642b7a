//go:build goexperiment.simd

package compute

import "math"

// lossArgs is what the assembly gets: rows of logits, at least one and at most lossRows, and where their gradients go. Distances are in bytes.
type lossArgs struct {
	d, x        *float32
	dRow, row   int
	whole, last int // vectors of a row, as vectors cuts them
	rows        int
	tops, sums  [lossRows]float32
	scale, none float32
}

// loss512 sets rows of d to scale times the softmax of rows of x; and tops and sums, by row.
//
//go:noescape
func loss512(a *lossArgs)

// ownSoftmax is softmaxRows, and says whether it did it. Of tile it needs the first column's room at most.
func ownSoftmax(dlogits, logits []float32, tile Mat, scale float32, tops, sums *[lossRows]float32) bool {
	rows, cols := tile.Cols, tile.Rows
	if !wide512 || rows == 0 || cols == 0 {
		return false
	}
	a := lossArgs{x: &logits[0], row: 4 * cols, rows: rows, scale: scale, none: float32(math.Inf(-1))}
	a.whole, a.last = vectors(cols)
	_ = logits[rows*cols-1] // what the assembly will read and write, checked once
	if dlogits != nil {
		_, a.d, a.dRow = dlogits[rows*cols-1], &dlogits[0], 4*cols
	} else {
		_, a.d = tile.Data[cols-1], &tile.Data[0] // one row after the other
	}
	loss512(&a)
	*tops, *sums = a.tops, a.sums
	return true
}
