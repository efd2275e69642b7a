// Package cuda trains a network on one CUDA device. It knows networks; the driver is package driver's, and what runs
// on the device package kernels'.
package cuda

import "math"

// form says which operand of a product is transposed.
type form int

// The forms, of a group's matrices as they lie in memory.
const (
	nt form = iota // dst (m, n) = a (m, k) · b (n, k)ᵀ: y = x·Wᵀ
	nn             // dst (m, n) = a (m, k) · b (k, n): dx = dy·W
	tn             // dst (m, n) = a (k, m)ᵀ · b (k, n): dW = dyᵀ·x
	forms
)

// operands is what one launch of products works on, the same bytes as struct Product of kernels/product.cu, which says
// what each is. Pointers are addresses on the device, 0 is none; steps, jump and leading dimensions count elements.
type operands struct {
	dst, dst16, add          uint64
	a, b                     uint64
	off                      uint64
	stepA, stepB             int64
	stepDst, stepDst16       int64
	jump                     int64
	split, groups, m, n, k   int32
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

// work of a product of operands in float32, or in bf16, where a block may have so many bytes of shared memory. There
// may be no blocks, and then nothing is to be launched.
func (o *operands) work(f form, bf16 bool, shared int) work {
	if bf16 {
		return o.bf16Tile(f, shared).work(f, o)
	}
	return o.floatTile(f).work(f, o)
}

// productTile is what one block of a kernel makes of a result. No bit of the result depends on it, but for deepTile,
// which sums in an order of its own.
type productTile struct {
	kernels        [forms]string
	height, width  int // elements of the result
	threads, bytes int
}

const stages, depth = 3, 64 // STAGES and DEPTH of kernels/product_bf16.cu

// The tiles: of products of float32, also for small results of long sums, and of bf16 the small and the large one.
var (
	exactTile = productTile{[forms]string{"product_nt", "product_nn", "product_tn"}, 64, 64, 256, 2 * 2 * 16 * 68 * 4}
	deepTile  = productTile{[forms]string{tn: "product_tn_deep"}, 32, 32, 256, 2 * 2 * 64 * 36 * 4}
	smallTile = productTile{[forms]string{"product_nt_bf16_128", "product_nn_bf16_128", "product_tn_bf16_128"},
		128, 128, 128, stages * (128 + 128) * depth * 2}
	largeTile = productTile{[forms]string{"product_nt_bf16_256", "product_nn_bf16_256", "product_tn_bf16_256"},
		128, 256, 256, stages * (128 + 256) * depth * 2}
)

// work of a product by this tile. Where groups have rows of their own, there may be blocks that find nothing to do.
func (t *productTile) work(f form, o *operands) work {
	down, across := up(int(o.m), t.height), up(int(o.n), t.width)
	blocks := int(o.groups) * down * across
	if o.off != 0 && f != tn {
		blocks = (int(o.m)/t.height + int(o.groups)) * across
	}
	return work{t.kernels[f], blocks, t.threads, t.bytes}
}

// up is n/each, rounded up.
func up(n, each int) int { return (n + each - 1) / each }

// processors is how many there are to have work for: those of an H100; an A100 has 108.
const processors = 132

// floatTile is the tile for a product of float32.
func (o *operands) floatTile(f form) *productTile {
	if f == tn && o.off == 0 && o.k >= 1024 && exactTile.work(f, o).blocks <= processors/2 {
		return &deepTile
	}
	return &exactTile
}

// bf16Tile is the tile for a product of bf16. The large one reads less for a result; the small one wastes less where
// columns end, has work for more processors where there is little, and fits GPUs with less shared memory than a
// server's.
func (o *operands) bf16Tile(f form, shared int) *productTile {
	halves := up(int(o.n), smallTile.width)
	few := halves == 1 || halves%2 == 1 && halves < 9
	if largeTile.bytes > shared || few || largeTile.work(f, o).blocks < processors {
		return &smallTile
	}
	return &largeTile
}
