//go:build goexperiment.simd

package compute

// columnArgs is what the assembly gets: rows of x, and of p in the gradient, by which columns see them. The first row is seen by all, and in the
// gradient no other. Distances are in bytes.
type columnArgs struct {
	x, p            *float32
	row             int
	all, part, none int // rows that all columns see, that some do, and that none does
	scale           float32
}

// softmax512 and softmaxBackward512 do sixteen columns.
//
//go:noescape
func softmax512(a *columnArgs)

//go:noescape
func softmaxBackward512(a *columnArgs)

// ownSoftmaxColumns and ownSoftmaxColumnsBackward are those operations, and say whether they did them.
func ownSoftmaxColumns(s Mat, from int, scale float32) bool {
	for col := 0; col < s.Cols; col += 16 {
		a := columnArgs{row: 4 * s.Stride, all: from + col + 1, scale: scale}
		some := min(from+col+16, s.Rows)
		a.part, a.none = some-a.all, s.Rows-some
		x := s.Data[col:]
		_, a.x = x[(s.Rows-1)*s.Stride+15], &x[0] // what the assembly will read and write, checked once
		softmax512(&a)
	}
	return true
}

func ownSoftmaxColumnsBackward(d, p Mat, from int, scale float32) bool {
	for col := 0; col < d.Cols; col += 16 {
		some := min(from+col+16, d.Rows)
		a := columnArgs{row: 4 * d.Stride, part: some, none: d.Rows - some, scale: scale}
		x, y := d.Data[col:], p.Data[col:]
		_, a.x = x[(d.Rows-1)*d.Stride+15], &x[0]
		_, a.p = y[(d.Rows-1)*d.Stride+15], &y[0]
		softmaxBackward512(&a)
	}
	return true
}
