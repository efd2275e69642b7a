//go:build goexperiment.simd

package compute

// headArgs is what the assembly gets for a head. In the gradient y is dx. Distances are in bytes.
type headArgs struct {
	x, y, inv, gain, cos, sin *float32
	xRow, yRow, angleRow      int
	channels, tokens          int // tokens of whole vectors, in bytes
	share, eps, one           float32
}

// turnArgs is a channel of either half of a head.
type turnArgs struct {
	dy0, dy1, dx0, dx1, x0, x1, inv, cos, sin *float32
	tokens                                    int
	dgain0, dgain1                            float32
}

//go:noescape
func headNorm512(a *headArgs)

//go:noescape
func turnBack512(a *turnArgs)

//go:noescape
func headNormBackward512(a *headArgs)

// head is the arguments for a head, and false where there is no assembly for it. Rows have room for whole vectors.
func head(x, y, inv Mat, gain []float32) (a headArgs, ok bool) {
	if x.Rows == 0 || x.Cols == 0 {
		return a, false
	}
	tokens, last := (x.Cols+15)&^15, x.Rows-1
	_, _, _ = x.row(last, tokens), y.row(last, tokens), inv.row(0, tokens) // what the assembly will read and write, checked once
	return headArgs{
		x: &x.Data[0], y: &y.Data[0], inv: &inv.Data[0], gain: &gain[0], xRow: 4 * x.Stride, yRow: 4 * y.Stride,
		channels: len(gain), tokens: 4 * tokens, share: 1 / float32(len(gain)), one: 1,
	}, true
}

// ownHeadNorm and ownHeadNormBackward are headNorm and headNormBackward, and say whether they did them.
func ownHeadNorm(y, inv, x Mat, gain []float32, r Rotary, eps float32) bool {
	a, ok := head(x, y, inv, gain)
	if !ok || r.Cos.Stride != r.Sin.Stride {
		return false
	}
	if half := len(gain) / 2; half > 0 {
		a.cos, a.sin, a.angleRow = &r.Cos.Data[0], &r.Sin.Data[0], 4*r.Cos.Stride
		_, _ = r.Cos.row(half-1, a.tokens/4), r.Sin.row(half-1, a.tokens/4)
	}
	a.eps = eps
	headNorm512(&a)
	return true
}

func ownHeadNormBackward(dx Mat, dgain []float32, dy, x Mat, gain []float32, inv Mat, r Rotary) bool {
	a, ok := head(x, dx, inv, gain)
	if !ok {
		return false
	}
	half, n := len(gain)/2, a.tokens/4
	for c := range half {
		first := func(m Mat, c int) *float32 { return &m.row(c, n)[0] }
		t := turnArgs{
			first(dy, c), first(dy, c+half), first(dx, c), first(dx, c+half), first(x, c), first(x, c+half), a.inv,
			first(r.Cos, c), first(r.Sin, c), a.tokens, 0, 0,
		}
		turnBack512(&t)
		dgain[c] += t.dgain0
		dgain[c+half] += t.dgain1
	}
	headNormBackward512(&a)
	return true
}
