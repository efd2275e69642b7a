//go:build goexperiment.simd

package compute

// lossArgs is what the assembly gets: rows of logits, at least one and at most lossRows, of at least one vector each. Distances are in bytes.
type lossArgs struct {
	x, y      *float32
	row, yRow int
	labels    *int32
	rows      int
	cols      int
	scaled    int         // 1: y gets the gradient
	groups    int         // of four whole vectors in a row
	ends      int         // 1: there is more
	end       [4]int      // where in a row the vectors of the end lie
	mask      [4][4]int32 // −1 in those of their lanes that nothing before them covers
	scale     float32

	// What is found out.
	product, at     float64
	bad, unlabelled int // 1: there is a label that is none of the columns, or one below 0

	// The largest number of the present row and of the next, and what the one before is to be multiplied by.
	//lint:ignore U1000 the assembly's own
	top, next, factor [4]float32
}

// lossBlock is about how many logits are treated at once.
const lossBlock = 1 << 12

// lossLoop fills y and what is found out.
//
//go:noescape
func lossLoop(a *lossArgs)

// cut says what of a row of cols numbers groups of four vectors leave over, and where the vectors lie that it is done with.
func (a *lossArgs) cut(cols int) {
	a.groups = cols / 16
	at := a.groups * 16
	if at == cols {
		return
	}
	a.ends = 1
	for i := range a.end {
		from := min(at, cols-4)
		a.end[i] = 4 * from
		for lane := max(0, at-from); lane < 4; lane++ {
			a.mask[i][lane] = -1
		}
		at = min(at+4, cols)
	}
}

// ownLoss is crossEntropy, and says whether it did it. Where there is no gradient, the exponentials of all rows go into the same one.
func (e *cpu) ownLoss(dlogits, logits []float32, labels []int32, cols int, scale float32) (product, at float64, done bool) {
	rows := len(labels)
	if cols < 4 {
		return 0, 0, false
	}
	a := lossArgs{x: &logits[0], y: &e.scratch(3, cols)[0], row: 4 * cols, labels: &labels[0], rows: rows, cols: cols, scale: scale}
	_ = logits[rows*cols-1] // what the assembly will read and write, checked once
	if dlogits != nil {
		_, a.y, a.yRow, a.scaled = dlogits[rows*cols-1], &dlogits[0], 4*cols, 1
	}
	a.cut(cols)
	lossLoop(&a)
	if a.bad != 0 {
		panic("compute: a label is none of the columns")
	}
	if a.unlabelled != 0 {
		clearUnlabelled(dlogits, labels)
	}
	return a.product, a.at, true
}
