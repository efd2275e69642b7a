//go:build goexperiment.simd

package compute

import "math"

// attentionArgs is what the assembly gets: scores of queries, at least one, with attnBlock of them a row, and
// probabilities in the gradient.
type attentionArgs struct {
	x, p    *float32
	fours   int // how many times four keys come before the first query
	queries int
	after   int // keys that come after the first four queries' own
	scale   float32
}

// attentionSoftmax sets x to the softmax of x·scale, and attentionSoftmaxBackward to its gradient, down the columns.
//
//go:noescape
func attentionSoftmax(a *attentionArgs)

//go:noescape
func attentionSoftmaxBackward(a *attentionArgs)

// attentionOf is a block of scores, and whether the assembly can do it.
func attentionOf(s Mat, from int, scale float32) (a attentionArgs, ok bool) {
	if s.Stride != attnBlock || from%4 != 0 || s.Cols == 0 || s.Rows != from+s.Cols {
		return a, false
	}
	_ = s.Data[s.Rows*attnBlock-1] // what the assembly will read and write, checked once
	return attentionArgs{x: &s.Data[0], fours: from / 4, queries: s.Cols, after: s.Cols - 4, scale: scale}, true
}

// asmSoftmaxColumns is softmaxColumns, and says whether it did it.
func asmSoftmaxColumns(s Mat, from int, scale float32) bool {
	a, ok := attentionOf(s, from, scale)
	if ok {
		attentionSoftmax(&a)
	}
	return ok
}

// attentionSoftmaxWhole is attentionSoftmax where every query sees all keys: so many fours of them.
// Rows are of prefixBlock.
//
//go:noescape
func attentionSoftmaxWhole(a *attentionArgs)

// asmSoftmaxWhole is softmaxWhole, and says whether it did it. Keys that no four is left of are made one, with scores
// that come to nothing.
func asmSoftmaxWhole(s Mat, n int, scale float32) bool {
	if s.Stride != prefixBlock || s.Cols == 0 {
		return false
	}
	fours := (n + 3) / 4
	nothing := s.Data[n*prefixBlock : fours*4*prefixBlock]
	for i := range nothing {
		nothing[i] = float32(math.Inf(-1))
	}
	attentionSoftmaxWhole(&attentionArgs{x: &s.Data[0], fours: fours, queries: s.Cols, scale: scale})
	return true
}

// asmSoftmaxColumnsBackward is softmaxColumnsBackward, and says whether it did it.
func asmSoftmaxColumnsBackward(d, p Mat, from int, scale float32) bool {
	a, ok := attentionOf(d, from, scale)
	if !ok || p.Stride != attnBlock {
		return false
	}
	_, a.p = p.Data[d.Rows*attnBlock-1], &p.Data[0]
	attentionSoftmaxBackward(&a)
	return true
}
