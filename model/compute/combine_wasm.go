//go:build goexperiment.simd

package compute

// rowArgs is what the assembly gets. Distances are in bytes: steps lead to a token's next slot, and weightNext to the
// next token's weight.
type rowArgs struct {
	near, far, other                  *float32 // rows by token; rows by slot; CombineBackward's src
	weight, dweight                   *float32
	slots                             *int32
	nearRow, farRow                   int
	slotStep, weightStep, dweightStep int
	weightNext                        int
	tokens, k, vectors                int // at least one of each
	rows                              int // that far has
	acc                               int // 1: add to near
	bad                               int // 1: a slot was not one of them
}

//go:noescape
func combineLoop(a *rowArgs)

//go:noescape
func combineBackwardLoop(a *rowArgs)

// combined is the arguments for rows by token and by slot, the latter in two matrices, and false where there is no
// assembly for them.
func combined(near, far, other Mat, s Permutation, weight Mat) (a rowArgs, ok bool) {
	if near.Rows == 0 || near.Cols == 0 || near.Cols%4 != 0 || s.K == 0 || far.Rows == 0 || far.Stride != other.Stride {
		return a, false
	}
	// What the assembly will read and write, checked once, but for the slots, which it checks.
	at := (far.Rows-1)*far.Stride + near.Cols - 1
	_, _, _, _ = s.Rows[(s.K-1)*s.Stride+near.Rows-1], near.Data[(near.Rows-1)*near.Stride+near.Cols-1], far.Data[at],
		other.Data[at]
	a = rowArgs{
		near: &near.Data[0], far: &far.Data[0], other: &other.Data[0], slots: &s.Rows[0], weight: &unweighted.Data[0],
		nearRow: 4 * near.Stride, farRow: 4 * far.Stride,
		slotStep: 4 * s.Stride, tokens: near.Rows, k: s.K, vectors: near.Cols / 4, rows: far.Rows,
	}
	if weight.Data != nil {
		_ = weight.Data[(s.K-1)*weight.Stride+near.Rows-1]
		a.weight, a.weightStep, a.weightNext = &weight.Data[0], 4*weight.Stride, 4
	}
	return a, true
}

// whole panics unless all slots were rows.
func (a *rowArgs) whole() {
	if a.bad != 0 {
		panic("compute: a slot is none of the rows")
	}
}

// asmCombine and asmCombineBackward are those operations, and say whether they did them.
func asmCombine(dst, src Mat, s Permutation, weight Mat, acc bool) bool {
	a, ok := combined(dst, src, src, s, weight)
	if !ok {
		return false
	}
	if acc {
		a.acc = 1
	}
	combineLoop(&a)
	a.whole()
	return true
}

func asmCombineBackward(dsrc, dw, ddst, src Mat, s Permutation, weight Mat) bool {
	a, ok := combined(ddst, dsrc, src, s, weight)
	if !ok {
		return false
	}
	_ = dw.Data[(s.K-1)*dw.Stride+ddst.Rows-1]
	a.dweight, a.dweightStep = &dw.Data[0], 4*dw.Stride
	combineBackwardLoop(&a)
	a.whole()
	return true
}
