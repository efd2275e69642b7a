//go:build goexperiment.simd

package compute

// lossArgs is what the assembly gets: rows of logits, at least one and at most lossRows, of at least one vector each. Distances are in bytes.
type lossArgs struct {
	x, y       *float32
	row, yRow  int
	rows       int
	groups     int                  // of four whole vectors in a row
	ends       int                  // 1: there is more
	at         [4]int               // where in a row the vectors of the end lie
	mask       [4][4]int32          // −1 in those of their lanes that nothing before them covers
	tops, sums [lossRows][4]float32 // by row, in every lane
	scale      float32
}

// lossTopLoop fills tops, lossExpLoop y and sums, and lossScaleLoop multiplies y by the factor.
//
//go:noescape
func lossTopLoop(a *lossArgs)

//go:noescape
func lossExpLoop(a *lossArgs)

//go:noescape
func lossScaleLoop(a *lossArgs)

// cut says what of a row of cols numbers groups of four vectors leave over, and where the vectors lie that it is done with.
func (a *lossArgs) cut(cols int) {
	a.groups = cols / 16
	at := a.groups * 16
	if at == cols {
		return
	}
	a.ends = 1
	for i := range a.at {
		from := min(at, cols-4)
		a.at[i] = 4 * from
		for lane := max(0, at-from); lane < 4; lane++ {
			a.mask[i][lane] = -1
		}
		at = min(at+4, cols)
	}
}

// ownSoftmax is softmaxRows, and says whether it did it. Of tile it needs the first column's room at most.
func ownSoftmax(dlogits, logits []float32, tile Mat, scale float32, tops, sums *[lossRows]float32) bool {
	rows, cols := tile.Cols, tile.Rows
	if rows == 0 || cols < 4 {
		return false
	}
	a := lossArgs{x: &logits[0], y: &tile.Data[0], row: 4 * cols, rows: rows, scale: scale}
	_, _ = logits[rows*cols-1], tile.Data[cols-1] // what the assembly will read and write, checked once
	if dlogits != nil {
		_, a.y, a.yRow = dlogits[rows*cols-1], &dlogits[0], 4*cols
	}
	a.cut(cols)
	lossTopLoop(&a)
	lossExpLoop(&a)
	if dlogits != nil {
		lossScaleLoop(&a)
	}
	for i := range rows {
		tops[i], sums[i] = a.tops[i][0], a.sums[i][0]
	}
	return true
}
