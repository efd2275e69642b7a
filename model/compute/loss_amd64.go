//go:build goexperiment.simd

package compute

import "math"

// lossArgs is what the assembly gets: rows of logits, at least one and at most lossRows. Distances are in bytes.
type lossArgs struct {
	x, y         *float32
	row, yRow    int
	labels       *int32
	rows, cols   int
	whole, last  int // vectors of a row, as vectors cuts them
	fours, pairs int // of the whole ones, as many as come in fours and in pairs
	scale, none  float32

	// What is found out.
	product, at     float64
	bad, unlabelled int // 1: there is a label that is none of the columns, or one below 0

	// The assembly's own: what lossWork has room for; rows of the four before, where they are, and which half of sums is that of the others.
	work *float32
	//lint:ignore U1000 as said
	before, half int
	//lint:ignore U1000 as said
	yBefore *float32
}

// lossBlock is about how many logits are treated at once.
const lossBlock = 1 << 11

// lossWork is room for the largest number of every row; for the sums of the exponentials of the present four rows and the four before, in every
// lane; and for what these are multiplied by.
const lossWork, lossSums, lossFactor = lossFactor + 4, lossRows, lossSums + 2*4*16

// lossTop512 finds the largest numbers.
//
//go:noescape
func lossTop512(a *lossArgs)

// loss512 fills y with the gradient, unless its rows are none apart: then one row after the other is worked in there.
//
//go:noescape
func loss512(a *lossArgs)

// ownLoss is crossEntropy, and says that it did it. Where there is no gradient, the exponentials of all rows go into the same one.
func (e *cpu) ownLoss(dlogits, logits []float32, labels []int32, cols int, scale float32) (product, at float64, done bool) {
	rows, room := len(labels), e.scratch(3, lossWork+cols)
	a := lossArgs{
		x: &logits[0], y: &room[lossWork:][0], row: 4 * cols, labels: &labels[0], rows: rows, cols: cols,
		scale: scale, none: float32(math.Inf(-1)), work: &room[0],
	}
	_ = logits[rows*cols-1] // what the assembly will read and write, checked once
	if dlogits != nil {
		_, a.y, a.yRow = dlogits[rows*cols-1], &dlogits[0], 4*cols
	}
	a.whole, a.last = vectors(cols)
	a.fours, a.pairs = a.whole&^255, a.whole&^127
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
