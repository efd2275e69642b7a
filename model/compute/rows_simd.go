//go:build goexperiment.simd

package compute

import (
	"math"
	"simd"
)

// The operations here treat the last, partial vector with the same instructions as all others, so that an element's
// result does not depend on where it lies.

// Axpby implements [Engine].
func (e *cpu) Axpby(y []float32, a float32, x []float32, b float32) { axpby(y, a, x, b) }

func axpby(y []float32, a float32, x []float32, b float32) {
	av, bv := simd.BroadcastFloat32s(a), simd.BroadcastFloat32s(b)
	if b == 0 {
		scaled(y, av, x)
		return
	}
	i, lanes := 0, av.Len()
	for ; i+4*lanes <= len(x); i += 4 * lanes {
		x, y := x[i:i+4*lanes], y[i:i+4*lanes]
		axpbyVec(y, av, x, bv)
		axpbyVec(y[lanes:], av, x[lanes:], bv)
		axpbyVec(y[2*lanes:], av, x[2*lanes:], bv)
		axpbyVec(y[3*lanes:], av, x[3*lanes:], bv)
	}
	for ; i+lanes <= len(x); i += lanes {
		axpbyVec(y[i:], av, x[i:], bv)
	}
	if i < len(x) {
		xv := loadPart(x[i:])
		yv := loadPart(y[i:])
		bv.MulAdd(yv, av.Mul(xv)).StorePart(y[i:])
	}
}

// scaled sets y = a·x.
func scaled(y []float32, a simd.Float32s, x []float32) {
	i, lanes := 0, a.Len()
	for ; i+4*lanes <= len(x); i += 4 * lanes {
		x, y := x[i:i+4*lanes], y[i:i+4*lanes]
		mulVec(y, a, x)
		mulVec(y[lanes:], a, x[lanes:])
		mulVec(y[2*lanes:], a, x[2*lanes:])
		mulVec(y[3*lanes:], a, x[3*lanes:])
	}
	for ; i+lanes <= len(x); i += lanes {
		mulVec(y[i:], a, x[i:])
	}
	if i < len(x) {
		xv := loadPart(x[i:])
		a.Mul(xv).StorePart(y[i:])
	}
}

func mulVec(y []float32, a simd.Float32s, x []float32) { a.Mul(simd.LoadFloat32s(x)).Store(y) }

func axpbyVec(y []float32, a simd.Float32s, x []float32, b simd.Float32s) {
	b.MulAdd(simd.LoadFloat32s(y), a.Mul(simd.LoadFloat32s(x))).Store(y)
}

func addScaledVec(y []float32, a simd.Float32s, x []float32) {
	a.MulAdd(simd.LoadFloat32s(x), simd.LoadFloat32s(y)).Store(y)
}

// ScatterAdd implements [Engine].
func (e *cpu) ScatterAdd(dst, src []float32, rows []int32, cols int) {
	scatterAdd(dst, src, rows, cols)
}

func scatterAdd(dst, src []float32, rows []int32, cols int) {
	one := simd.BroadcastFloat32s(1)
	for i, r := range rows {
		addScaled(dst[int(r)*cols:(int(r)+1)*cols], one, src[i*cols:(i+1)*cols])
	}
}

// addScaled sets y = y + a·x.
func addScaled(y []float32, a simd.Float32s, x []float32) {
	i, lanes := 0, a.Len()
	for ; i+4*lanes <= len(x); i += 4 * lanes {
		x, y := x[i:i+4*lanes], y[i:i+4*lanes]
		addScaledVec(y, a, x)
		addScaledVec(y[lanes:], a, x[lanes:])
		addScaledVec(y[2*lanes:], a, x[2*lanes:])
		addScaledVec(y[3*lanes:], a, x[3*lanes:])
	}
	for ; i+lanes <= len(x); i += lanes {
		addScaledVec(y[i:], a, x[i:])
	}
	if i < len(x) {
		xv := loadPart(x[i:])
		yv := loadPart(y[i:])
		a.MulAdd(xv, yv).StorePart(y[i:])
	}
}

// lossBlock is about how many logits are treated at once, so many that they stay in a cache near the core.
const lossBlock = 1 << 11

// lossRows is how many rows of logits are treated at once, at most, and lossLanes how many at least. In between they
// are multiples of these, and so of the lanes of any vector: lossColumns has a row in each lane, so that neither the
// largest nor the sum of a row goes across lanes.
const lossRows, lossLanes = 64, 16

// CrossEntropy implements [Engine].
func (e *cpu) CrossEntropy(total float64, dlogits, logits []float32, labels []int32, cols int, scale float32) float64 {
	// As many rows as a cache near the core holds beside what is fetched ahead: they are gone through more than once.
	// There is one logarithm of the product of many sums, as long as float64 can hold it: a sum is at least one, and at
	// most the number of columns.
	const enough = 1e150
	rows := max(lossLanes, min(lossRows, lossBlock/cols)/lossLanes*lossLanes)
	product := 1.0
	for i := 0; i < len(labels); i += rows {
		to := min(i+rows, len(labels))
		var d []float32
		if dlogits != nil {
			d = dlogits[i*cols : to*cols]
		}
		sums, at := e.crossEntropy(d, logits[i*cols:to*cols], labels[i:to], cols, scale)
		total -= at
		if product *= sums; product > enough {
			total += math.Log(product)
			product = 1
		}
	}
	return total + math.Log(product)
}

// crossEntropy does 1 to lossRows rows: dlogits, unless nil, gets the gradient, zero where there is no label. Of rows
// with a label it returns the product of Σe^(logit − largest) and the sum of logit − largest at the label.
func (e *cpu) crossEntropy(dlogits, logits []float32, labels []int32, cols int, scale float32) (product, at float64) {
	var of lossOf
	rows, stride := len(labels), wide(len(labels))
	lossColumns(dlogits, logits, labels, Mat{e.scratch(3, cols*stride), cols, rows, stride}, scale, &of)
	return of.total(dlogits, labels)
}

// lossOf is what is found out about rows: the logit at the label, the largest, and Σe^(logit − largest).
type lossOf struct{ at, top, sum [lossRows]float32 }

// total is what crossEntropy returns, of rows whose gradient is there but where it is zero. Every fourth sum goes into
// one product.
func (of *lossOf) total(dlogits []float32, labels []int32) (product, at float64) {
	each := [4]float64{1, 1, 1, 1}
	for i, label := range labels {
		if label >= 0 {
			each[i%4] *= float64(of.sum[i])
			at += float64(of.at[i] - of.top[i])
		}
	}
	clearUnlabelled(dlogits, labels)
	return (each[0] * each[2]) * (each[1] * each[3]), at
}

// clearUnlabelled sets the gradient of rows that have no label to zero.
func clearUnlabelled(dlogits []float32, labels []int32) {
	cols := len(dlogits) / len(labels)
	for i, label := range labels {
		if label < 0 {
			clear(dlogits[i*cols : (i+1)*cols])
		}
	}
}

// lossColumns finds out about the rows of logits, the columns of tile, and sets dlogits, unless nil, to the gradient
// where there is a label. The tile has room for whole vectors; lanes without a row hold what was there before.
func lossColumns(dlogits, logits []float32, labels []int32, tile Mat, scale float32, of *lossOf) {
	cols, rows, ld, one, by := tile.Rows, tile.Cols, tile.Stride, simd.BroadcastFloat32s(1),
		simd.BroadcastFloat32s(scale)
	Transpose(tile, M(logits, rows, cols))
	for i, label := range labels { // before dlogits, which may be logits, is written
		of.at[i] = logits[i*cols : (i+1)*cols][max(label, 0)]
	}
	for i := 0; i < rows; i += one.Len() {
		x := tile.Data[i:]
		top := maxColumn(x, ld, cols)
		expVectors(x, x, ld, cols, top, one)
		sum := sumColumns(x, ld, cols)
		if dlogits != nil {
			scaleColumn(x, ld, cols, by.Div(sum))
		}
		top.Store(of.top[i:])
		sum.Store(of.sum[i:])
	}
	if dlogits != nil {
		Transpose(M(dlogits, rows, cols), tile)
		for i, label := range labels {
			dlogits[i*cols+int(max(label, 0))] -= scale
		}
	}
}
