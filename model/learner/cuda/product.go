// Package cuda trains a network on one CUDA device. It knows networks; the driver is package driver's, and what runs
// on the device package kernels'.
package cuda

import "math"

// form says which operand of a product is transposed.
type form int

// The forms. Of one group, shapes are those of what lies in memory:
const (
	nt form = iota // dst (m, n) = a (m, k) · b (n, k)ᵀ: y = x·Wᵀ
	nn             // dst (m, n) = a (m, k) · b (k, n): dx = dy·W
	tn             // dst (m, n) = a (k, m)ᵀ · b (k, n): dW = dyᵀ·x
	forms
)

// operands is what one launch of products works on, the same bytes as struct Product of kernels/product.cu, which says
// what each is. Pointers are addresses on the device, 0 is none; steps, jump and leading dimensions count elements.
type operands struct {
	dst, dst16, add, add16   uint64
	a, b                     uint64
	off                      uint64
	stepA, stepB             int64
	stepDst, stepDst16       int64
	jump                     int64
	split                    int32
	groups, m, n, k          int32
	lda, ldb, ldDst, ldDst16 int32
	alpha, beta              float32
	_                        int32 // its size is a multiple of 8
}

// whole is the split of a weight that is one.
const whole = math.MaxInt32

// work is how a kernel is launched: the blocks of its grid, the threads of a block, and the shared memory that a block
// asks for beyond what its text declares.
type work struct {
	kernel                 string
	blocks, threads, bytes int
}

// work of a product of operands in float32, or in bf16. Where groups have rows of their own there may be blocks that
// find nothing to do.
func (o *operands) work(f form, bf16 bool) work {
	kernel := [2][forms]string{
		{"product_nt", "product_nn", "product_tn"}, {"product_nt_bf16", "product_nn_bf16", "product_tn_bf16"},
	}
	const height, width = 64, 64
	w := work{kernel: kernel[0][f], threads: 256}
	if bf16 {
		w.kernel = kernel[1][f]
	}
	down, across := (int(o.m)+height-1)/height, (int(o.n)+width-1)/width
	if o.off != 0 && f != tn {
		w.blocks = (down + int(o.groups)) * across
	} else {
		w.blocks = int(o.groups) * down * across
	}
	return w
}
