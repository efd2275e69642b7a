//go:build goexperiment.simd

package compute

// rowArgs is what the assembly gets. Distances are in bytes: steps lead to a token's next slot, and weightNext to the next token's weight.
type rowArgs struct {
	near, far, other                  *float32 // rows by token; rows by slot; CombineBackward's src
	weight, dweight                   *float32
	slots                             *int32
	nearRow, farRow                   int
	slotStep, weightStep, dweightStep int
	weightNext                        int
	tokens, k                         int // at least one of each
	whole, last                       int // vectors of a row, as vectors cuts them
	acc                               int // all bits set: add to near
}

//go:noescape
func combine512(a *rowArgs)

//go:noescape
func combineBackward512(a *rowArgs)

// combined is the arguments for rows by token and by slot, the latter in two matrices, and false where there is no assembly for them.
func combined(near, far, other Mat, s Slots, weight Mat) (a rowArgs, ok bool) {
	if near.Rows == 0 || near.Cols == 0 || s.K == 0 || far.Stride != other.Stride {
		return a, false
	}
	// What the assembly will read and write, checked once.
	slots, end := s.Rows[:(s.K-1)*s.Stride+near.Rows], uint32(0)
	for j := range s.K {
		for _, r := range slots[j*s.Stride:][:near.Rows] {
			end = max(end, uint32(r))
		}
	}
	at := int(end)*far.Stride + near.Cols - 1
	_, _, _ = near.Data[(near.Rows-1)*near.Stride+near.Cols-1], far.Data[at], other.Data[at]
	a = rowArgs{
		near: &near.Data[0], far: &far.Data[0], other: &other.Data[0], slots: &slots[0], weight: &unweightedOld,
		nearRow: 4 * near.Stride, farRow: 4 * far.Stride,
		slotStep: 4 * s.Stride, tokens: near.Rows, k: s.K,
	}
	a.whole, a.last = vectors(near.Cols)
	if weight.Data != nil {
		_ = weight.Data[(s.K-1)*weight.Stride+near.Rows-1]
		a.weight, a.weightStep, a.weightNext = &weight.Data[0], 4*weight.Stride, 4
	}
	return a, true
}

// unweighted is the weight of all rows where there are no weights.
var unweightedOld float32 = 1

// ownCombine and ownCombineBackward are those operations, and say whether they did them.
func ownCombine(dst, src Mat, s Slots, weight Mat, acc bool) bool {
	a, ok := combined(dst, src, src, s, weight)
	if !ok {
		return false
	}
	if acc {
		a.acc = -1
	}
	combine512(&a)
	return true
}

func ownCombineBackward(dsrc, dw, ddst, src Mat, s Slots, weight Mat) bool {
	a, ok := combined(ddst, dsrc, src, s, weight)
	if !ok {
		return false
	}
	_ = dw.Data[(s.K-1)*dw.Stride+ddst.Rows-1]
	a.dweight, a.dweightStep = &dw.Data[0], 4*dw.Stride
	combineBackward512(&a)
	return true
}
