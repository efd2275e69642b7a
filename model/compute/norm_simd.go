//go:build goexperiment.simd

package compute

import (
	"simd"
)

// Loading and storing a part of a vector costs several times as much as a whole one: the loops here take whole vectors
// as long as there are any, and the rest with the same instructions.

// lanesSum adds the lanes of a vector, always in the same order.
func lanesSum(v simd.Float32s) float64 {
	var x [16]float32
	v.Store(x[:])
	a, b, c, d := x[0], x[1], x[2], x[3]
	for i := 4; i < v.Len(); i += 4 {
		a, b, c, d = a+x[i], b+x[i+1], c+x[i+2], d+x[i+3]
	}
	return float64(a+b) + float64(c+d)
}

// normRows is how many rows are normed at once: their sums are taken, then all their roots, and then they are scaled,
// so that a row need not wait for its own root.
const normRows = 16

// RMSNorm implements [Engine].
func (e *cpu) RMSNorm(y, rstd, x, weight []float32, eps float32) {
	if asmRows && asmNorm(y, rstd, x, weight, eps) {
		return
	}
	d, sums := len(weight), e.rowSums()
	for i := 0; i < len(rstd); i += normRows {
		to := min(i+normRows, len(rstd))
		rmsNorm(y[i*d:to*d], rstd[i:to], x[i*d:to*d], weight, eps, sums)
	}
}

// rowSums is room for the sums of normRows rows: a vector each, and those turned.
func (e *cpu) rowSums() []float32 { return e.scratch(3, 2*normRows*vectorLen()) }

// transposeSums turns the vectors of n rows, so that [sumRows] can add them without going across lanes.
func transposeSums(sums []float32, n int) {
	lanes := vectorLen()
	Transpose(Mat{sums[normRows*lanes:], lanes, n, normRows}, M(sums, n, lanes))
}

// sumRows is the sums of the rows from i on, one in every lane, in the order of [across]. Lanes without a row hold what
// was there before.
func sumRows(sums []float32, i int) simd.Float32s {
	x := sums[vectorLen()*normRows+i:]
	sum := sumFour(x)
	switch sum.Len() {
	case 8:
		sum = sum.Add(sumFour(x[4*normRows:]))
	case 16:
		sum = sum.Add(sumFour(x[8*normRows:])).Add(sumFour(x[4*normRows:]).Add(sumFour(x[12*normRows:])))
	}
	return sum
}

func sumFour(x []float32) simd.Float32s {
	a, b := simd.LoadFloat32s(x), simd.LoadFloat32s(x[normRows:])
	return a.Add(simd.LoadFloat32s(x[2*normRows:])).Add(b.Add(simd.LoadFloat32s(x[3*normRows:])))
}

// across adds the lanes of a vector: those of each four, (0 + 2) + (1 + 3), and then the fours likewise.
func across(v simd.Float32s) float32 {
	var x [16]float32 // what the vector does not reach stays zero
	v.Store(x[:])
	var four [4]float32
	for i := range four {
		four[i] = (x[4*i] + x[4*i+2]) + (x[4*i+1] + x[4*i+3])
	}
	return (four[0] + four[2]) + (four[1] + four[3])
}

func rmsNorm(y, rstd, x, weight []float32, eps float32, sums []float32) {
	d := len(weight)
	one, small, share := simd.BroadcastFloat32s(1), simd.BroadcastFloat32s(eps), simd.BroadcastFloat32s(1/float32(d))
	lanes := one.Len()
	for i := range rstd {
		squareLanes(x[i*d : (i+1)*d]).Store(sums[i*lanes:])
	}
	transposeSums(sums, len(rstd))
	for i := 0; i < len(rstd); i += lanes {
		n := one.Div(sumRows(sums, i).MulAdd(share, small).Sqrt())
		if i+lanes <= len(rstd) {
			n.Store(rstd[i:])
		} else {
			n.StorePart(rstd[i:])
		}
	}
	for i, r := range rstd {
		scaleBy(y[i*d:(i+1)*d], x[i*d:(i+1)*d], r, weight)
	}
}

// squares is Σx².
func squares(x []float32) float64 { return lanesSum(squareLanes(x)) }

// squareLanes is Σx², lane by lane.
func squareLanes(x []float32) simd.Float32s {
	var sum simd.Float32s
	i, lanes := 0, sum.Len()
	for ; i+lanes <= len(x); i += lanes {
		v := simd.LoadFloat32s(x[i:])
		sum = v.MulAdd(v, sum)
	}
	if i < len(x) {
		v := loadPart(x[i:])
		sum = v.MulAdd(v, sum)
	}
	return sum
}

// SumSquares implements [Engine], in stretches short enough for float32.
func (e *cpu) SumSquares(x []float32) float64 {
	const stretch = 1024
	sum := 0.0
	for len(x) > stretch {
		sum += squares(x[:stretch])
		x = x[stretch:]
	}
	return sum + squares(x)
}

func scaleByVec(y, x []float32, a simd.Float32s, by []float32) {
	simd.LoadFloat32s(x).Mul(a).Mul(simd.LoadFloat32s(by)).Store(y)
}

// scaleBy sets y = a·x⊙by.
func scaleBy(y, x []float32, a float32, by []float32) {
	av := simd.BroadcastFloat32s(a)
	i, lanes := 0, av.Len()
	for ; i+2*lanes <= len(x); i += 2 * lanes {
		y, x, by := y[i:i+2*lanes], x[i:i+2*lanes], by[i:i+2*lanes]
		scaleByVec(y, x, av, by)
		scaleByVec(y[lanes:], x[lanes:], av, by[lanes:])
	}
	if i+lanes <= len(x) {
		scaleByVec(y[i:], x[i:], av, by[i:])
		i += lanes
	}
	if i < len(x) {
		v := loadPart(x[i:])
		g := loadPart(by[i:])
		v.Mul(av).Mul(g).StorePart(y[i:])
	}
}

// RMSNormBackward implements [Engine]: dx = rstd·(γ⊙dy − x·inv²·mean(γ⊙dy⊙x)).
func (e *cpu) RMSNormBackward(dx, dweight, dy, x, weight, rstd []float32, acc bool) {
	if asmRows && asmNormBackward(dx, dweight, dy, x, weight, rstd, acc) {
		return
	}
	d, sums := len(weight), e.rowSums()
	for i := 0; i < len(rstd); i += normRows {
		to := min(i+normRows, len(rstd))
		rmsNormBackward(dx[i*d:to*d], dweight, dy[i*d:to*d], x[i*d:to*d], weight, rstd[i:to], acc, sums)
	}
}

func rmsNormBackward(dx, dweight, dy, x, weight, rstd []float32, acc bool, sums []float32) {
	d, lanes := len(weight), vectorLen()
	for i := range rstd {
		dot3(weight, dy[i*d:(i+1)*d], x[i*d:(i+1)*d]).Store(sums[i*lanes:])
	}
	transposeSums(sums, len(rstd))
	var c [normRows]float32
	for i := 0; i < len(rstd); i += lanes {
		sumRows(sums, i).Store(c[i:])
	}
	share := 1 / float32(d)
	for i, r := range rstd {
		from, to := i*d, (i+1)*d
		normBackward(dx[from:to], dweight, dy[from:to], x[from:to], weight, r, c[i]*share*r*r, acc)
	}
}

// dot3 is Σabc, lane by lane.
func dot3(a, b, c []float32) simd.Float32s {
	var sum simd.Float32s
	i, lanes := 0, sum.Len()
	for ; i+lanes <= len(a); i += lanes {
		sum = simd.LoadFloat32s(a[i:]).Mul(simd.LoadFloat32s(b[i:])).MulAdd(simd.LoadFloat32s(c[i:]), sum)
	}
	if i < len(a) {
		av := loadPart(a[i:])
		bv := loadPart(b[i:])
		cv := loadPart(c[i:])
		sum = av.Mul(bv).MulAdd(cv, sum)
	}
	return sum
}

func normBackwardVec(dx, dweight, dy, x, weight []float32, r, c simd.Float32s, acc bool) {
	dyv, xv := simd.LoadFloat32s(dy), simd.LoadFloat32s(x)
	var old simd.Float32s
	if acc {
		old = simd.LoadFloat32s(dx)
	}
	simd.LoadFloat32s(weight).Mul(dyv).Sub(xv.Mul(c)).MulAdd(r, old).Store(dx)
	dyv.Mul(xv).MulAdd(r, simd.LoadFloat32s(dweight)).Store(dweight)
}

func normBackward(dx, dweight, dy, x, weight []float32, r, c float32, acc bool) {
	rv, cv := simd.BroadcastFloat32s(r), simd.BroadcastFloat32s(c)
	i, lanes := 0, rv.Len()
	for ; i+2*lanes <= len(x); i += 2 * lanes {
		dx, dweight := dx[i:i+2*lanes], dweight[i:i+2*lanes]
		dy, x, weight := dy[i:i+2*lanes], x[i:i+2*lanes], weight[i:i+2*lanes]
		normBackwardVec(dx, dweight, dy, x, weight, rv, cv, acc)
		normBackwardVec(dx[lanes:], dweight[lanes:], dy[lanes:], x[lanes:], weight[lanes:], rv, cv, acc)
	}
	if i+lanes <= len(x) {
		normBackwardVec(dx[i:], dweight[i:], dy[i:], x[i:], weight[i:], rv, cv, acc)
		i += lanes
	}
	if i < len(x) {
		g := loadPart(weight[i:])
		dyv := loadPart(dy[i:])
		xv := loadPart(x[i:])
		dg := loadPart(dweight[i:])
		var old simd.Float32s
		if acc {
			old = loadPart(dx[i:])
		}
		g.Mul(dyv).Sub(xv.Mul(cv)).MulAdd(rv, old).StorePart(dx[i:])
		dyv.Mul(xv).MulAdd(rv, dg).StorePart(dweight[i:])
	}
}
