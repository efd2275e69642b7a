//go:build goexperiment.simd

package compute

import "math"

// lossArgs is what the assembly gets: rows of logits, at least one and at most lossRows. Distances are in bytes.
type lossArgs struct {
	x, y        *float32
	row, yRow   int
	labels      *int32
	rows, cols  int
	whole, last int // vectors of a row, as vectors cuts them
	fours       int // of the whole ones, four at a time
	scale, none float32

	// What is found out.
	product, at     float64
	bad, unlabelled int // 1: there is a label that is none of the columns, or one below 0

	// The largest number of every row.
	//lint:ignore U1000 the assembly's own, as what follows
	top [lossRows]float32
	// Of the present four rows and the four before, the sums of their exponentials in every lane.
	//lint:ignore U1000 as above
	sums [2][4][16]float32
	//lint:ignore U1000 as above
	before, half int // rows of the four before, and where in sums those of the present ones are
	//lint:ignore U1000 as above
	yBefore *float32
	//lint:ignore U1000 as above
	factor [4]float32 // what they are multiplied by
}

// lossTop512 fills top.
//
//go:noescape
func lossTop512(a *lossArgs)

// loss512 fills y with the gradient, unless its rows are none apart: then one row after the other is worked in there.
//
//go:noescape
func loss512(a *lossArgs)

// ownLoss is crossEntropy, and says that it did it. Where there is no gradient, exponentials go into row, which is as long as one.
func ownLoss(dlogits, logits []float32, labels []int32, row []float32, scale float32) (product, at float64, done bool) {
	rows, cols := len(labels), len(row)
	a := lossArgs{
		x: &logits[0], y: &row[0], row: 4 * cols, labels: &labels[0], rows: rows, cols: cols,
		scale: scale, none: float32(math.Inf(-1)),
	}
	_ = logits[rows*cols-1] // what the assembly will read and write, checked once
	if dlogits != nil {
		_, a.y, a.yRow = dlogits[rows*cols-1], &dlogits[0], 4*cols
	}
	a.whole, a.last = vectors(cols)
	a.fours = a.whole &^ 255
	lossTop512(&a)
	loss512(&a)
	if a.bad != 0 {
		panic("compute: a label is none of the columns")
	}
	if a.unlabelled != 0 {
		clearUnlabelled(dlogits, labels)
	}
	return a.product, a.at, true
}
