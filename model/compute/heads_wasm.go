//go:build goexperiment.simd

package compute

// headArgs is what the assembly gets: one head, distances in bytes. In the gradient y is dx, and there are dy and
// dweight.
type headArgs struct {
	y, rstd, x, weight, cos, sin, dy, dweight *float32
	yRow, xRow, cosRow, sinRow, dyRow         int
	yHalf, xHalf, dyHalf                      int // from a channel to the one that it is turned with
	channels, half                            int // and half of them
	tokens                                    int // in bytes
	share, eps                                float32
}

//go:noescape
func qkNormRoPELoop(a *headArgs)

//go:noescape
func qkNormRoPEBackwardLoop(a *headArgs)

// headOf is what QKNormRoPE and its gradient have in common, and whether there is anything to do. What the assembly
// will read and write is checked once.
func headOf(y, rstd, x Mat, weight []float32, r Rotary) (a headArgs, ok bool) {
	d := len(weight)
	half, n := d/2, (x.Cols+3)&^3
	if half == 0 || n == 0 {
		return a, false
	}
	_, _, _ = y.Data[(d-1)*y.Stride+n-1], x.Data[(d-1)*x.Stride+n-1], rstd.Data[n-1]
	_, _ = r.Cos.Data[(half-1)*r.Cos.Stride+n-1], r.Sin.Data[(half-1)*r.Sin.Stride+n-1]
	return headArgs{
		y: &y.Data[0], rstd: &rstd.Data[0], x: &x.Data[0], weight: &weight[0], cos: &r.Cos.Data[0], sin: &r.Sin.Data[0],
		yRow: 4 * y.Stride, xRow: 4 * x.Stride, cosRow: 4 * r.Cos.Stride, sinRow: 4 * r.Sin.Stride,
		yHalf: 4 * half * y.Stride, xHalf: 4 * half * x.Stride,
		channels: d, half: half, tokens: 4 * n, share: 1 / float32(d),
	}, true
}

// asmQKNormRoPE is qkNormRoPE, and says whether it did it.
func asmQKNormRoPE(y, rstd, x Mat, weight []float32, r Rotary, eps float32) bool {
	a, ok := headOf(y, rstd, x, weight, r)
	if ok {
		a.eps = eps
		qkNormRoPELoop(&a)
	}
	return ok
}

// asmQKNormRoPEBackward is qkNormRoPEBackward, and says whether it did it.
func asmQKNormRoPEBackward(dx Mat, dweight []float32, dy, x Mat, weight []float32, rstd Mat, r Rotary) bool {
	a, ok := headOf(dx, rstd, x, weight, r)
	if ok {
		_, _ = dy.Data[(len(weight)-1)*dy.Stride+x.Cols-1], dweight[len(weight)-1]
		a.dy, a.dyRow, a.dyHalf, a.dweight = &dy.Data[0], 4*dy.Stride, 2*len(weight)*dy.Stride, &dweight[0]
		qkNormRoPEBackwardLoop(&a)
	}
	return ok
}
