//go:build goexperiment.simd

package compute

import machine "golang.org/x/sys/cpu"

// asmRows says that operations on rows and elements have assembly here: vectors are those of AVX-512. Tests do without.
var asmRows = machine.X86.HasAVX512F && vectorLen() == 16

// expTable is the constants of exp_amd64.h.
//
//lint:ignore U1000 the assembly reads it
var expTable = [11]float32{expLow, expHigh, log2e, -ln2High, -ln2Low, expP4, expP3, expP2, expP1, expP0, 1}

// vectors cuts n elements into vectors: the whole ones in bytes, and the elements of one more as bits.
func vectors(n int) (whole, last int) { return n / 16 * 64, 1<<(n%16) - 1 }

// normArgs is what the assembly gets. In the gradient y is dy, and there are dx and dweight. Distances are in bytes.
type normArgs struct {
	y, rstd, x, weight, dx, dweight *float32
	rows, row                       int
	whole, last                     int // vectors of a row, as vectors cuts them
	acc                             int // all bits set: add to dx
	share, eps, one                 float32
}

// norm512 and normBackward512 do rows, at least one.
//
//go:noescape
func norm512(a *normArgs)

//go:noescape
func normBackward512(a *normArgs)

// asmNorm is RMSNorm, and says whether it did it.
func asmNorm(y, rstd, x, weight []float32, eps float32) bool {
	rows, d := len(rstd), len(weight)
	if rows == 0 || d == 0 {
		return false
	}
	_, _ = y[rows*d-1], x[rows*d-1] // what the assembly will read and write, checked once
	a := normArgs{y: &y[0], rstd: &rstd[0], x: &x[0], weight: &weight[0], rows: rows, row: 4 * d, share: 1 / float32(d),
		eps: eps, one: 1}
	a.whole, a.last = vectors(d)
	norm512(&a)
	return true
}

// asmNormBackward is RMSNormBackward, and says whether it did it.
func asmNormBackward(dx, dweight, dy, x, weight, rstd []float32, acc bool) bool {
	rows, d := len(rstd), len(weight)
	if rows == 0 || d == 0 {
		return false
	}
	_, _, _, _ = dx[rows*d-1], dweight[d-1], dy[rows*d-1], x[rows*d-1]
	a := normArgs{
		y: &dy[0], rstd: &rstd[0], x: &x[0], weight: &weight[0], dx: &dx[0], dweight: &dweight[0], rows: rows,
		row: 4 * d, share: 1 / float32(d),
	}
	a.whole, a.last = vectors(d)
	if acc {
		a.acc = -1
	}
	normBackward512(&a)
	return true
}

// columnArgs is what the assembly gets: rows of x, and of p in the gradient, by which columns see them. The first row
// is seen by all, and in the gradient no other. Distances are in bytes.
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

// asmSoftmaxColumns and asmSoftmaxColumnsBackward are those operations, and say whether they did them.
func asmSoftmaxColumns(s Mat, from int, scale float32) bool {
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

func asmSoftmaxColumnsBackward(d, p Mat, from int, scale float32) bool {
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
