//go:build goexperiment.simd

package compute

import "math"

// lossArgs is what the assembly gets: rows of logits, at least one and at most lossRows. Distances are in bytes.
type lossArgs struct {
	x, y        *float32
	row, yRow   int
	of          *lossOf
	rows        int
	whole, last int // vectors of a row, as vectors cuts them
	scale, none float32
}

// loss512 fills of, and y with the gradient, unless its rows are none apart: then one row after the other is worked in there.
//
//go:noescape
func loss512(a *lossArgs)

// ownLoss is crossEntropy, and says that it did it. Where there is no gradient, exponentials go into row, which is as long as one.
func ownLoss(dlogits, logits []float32, labels []int32, row []float32, scale float32) (product, at float64, done bool) {
	rows, cols := len(labels), len(row)
	var of lossOf
	a := lossArgs{
		x: &logits[0], y: &row[0], row: 4 * cols, of: &of, rows: rows, scale: scale, none: float32(math.Inf(-1)),
	}
	_ = logits[rows*cols-1] // what the assembly will read and write, checked once
	if dlogits != nil {
		_, a.y, a.yRow = dlogits[rows*cols-1], &dlogits[0], 4*cols
	}
	for i, label := range labels { // before dlogits, which may be logits, is written
		of.at[i] = logits[i*cols : (i+1)*cols][max(label, 0)]
	}
	a.whole, a.last = vectors(cols)
	loss512(&a)
	if dlogits != nil {
		for i, label := range labels {
			dlogits[i*cols+int(max(label, 0))] -= scale
		}
	}
	product, at = of.total(dlogits, labels)
	return product, at, true
}
