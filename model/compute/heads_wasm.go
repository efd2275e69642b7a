//go:build goexperiment.simd

package compute

// headArgs is what the assembly gets: one head, distances in bytes. In the gradient y is dx, and there are dy and dgain.
type headArgs struct {
	y, inv, x, gain, cos, sin, dy, dgain *float32
	yRow, xRow, cosRow, sinRow, dyRow    int
	yHalf, xHalf, dyHalf                 int // from a channel to the one that it is turned with
	channels, half                       int // and half of them
	tokens                               int // in bytes
	share, eps                           float32
}

//go:noescape
func headNormLoop(a *headArgs)

//go:noescape
func headNormBackwardLoop(a *headArgs)

// headOf is what HeadNorm and its gradient have in common, and whether there is anything to do. What the assembly will read and write is
// checked once.
func headOf(y, inv, x Mat, gain []float32, r Rotary) (a headArgs, ok bool) {
	d := len(gain)
	half, n := d/2, (x.Cols+3)&^3
	if half == 0 || n == 0 {
		return a, false
	}
	_, _, _ = y.Data[(d-1)*y.Stride+n-1], x.Data[(d-1)*x.Stride+n-1], inv.Data[n-1]
	_, _ = r.Cos.Data[(half-1)*r.Cos.Stride+n-1], r.Sin.Data[(half-1)*r.Sin.Stride+n-1]
	return headArgs{
		y: &y.Data[0], inv: &inv.Data[0], x: &x.Data[0], gain: &gain[0], cos: &r.Cos.Data[0], sin: &r.Sin.Data[0],
		yRow: 4 * y.Stride, xRow: 4 * x.Stride, cosRow: 4 * r.Cos.Stride, sinRow: 4 * r.Sin.Stride,
		yHalf: 4 * half * y.Stride, xHalf: 4 * half * x.Stride,
		channels: d, half: half, tokens: 4 * n, share: 1 / float32(d),
	}, true
}

// ownHeadNorm is headNorm, and says whether it did it.
func ownHeadNorm(y, inv, x Mat, gain []float32, r Rotary, eps float32) bool {
	a, ok := headOf(y, inv, x, gain, r)
	if ok {
		a.eps = eps
		headNormLoop(&a)
	}
	return ok
}

// ownHeadNormBackward is headNormBackward, and says whether it did it.
func ownHeadNormBackward(dx Mat, dgain []float32, dy, x Mat, gain []float32, inv Mat, r Rotary) bool {
	a, ok := headOf(dx, inv, x, gain, r)
	if ok {
		_, _ = dy.Data[(len(gain)-1)*dy.Stride+x.Cols-1], dgain[len(gain)-1]
		a.dy, a.dyRow, a.dyHalf, a.dgain = &dy.Data[0], 4*dy.Stride, 2*len(gain)*dy.Stride, &dgain[0]
		headNormBackwardLoop(&a)
	}
	return ok
}
