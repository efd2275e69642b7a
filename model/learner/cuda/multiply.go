package cuda

import (
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
)

// multiply launches l.product: operands in float32, or in bf16.
func (l *Learner) multiply(f form, p Precision) { l.kernels.multiply(&l.product, f, p) }

// multiply launches a product of operands in float32, or in bf16.
func (k *kernels) multiply(o *operands, f form, p Precision) {
	w := o.work(f, p == BF16, k.dev.Shared)
	k.launch(w.kernel, driver.Grid{w.blocks, 1, 1}, w.threads, w.bytes, driver.Struct(k.dev.Args(), o))
}

// into makes a matrix what a product writes: of floats, or of operands.
func (o *operands) into(dst matrix) {
	if dst.Kind() == driver.BF16 {
		o.dst16, o.ldDst16 = dst.Address(), int32(dst.ld)
	} else {
		o.dst, o.ldDst = dst.Address(), int32(dst.ld)
	}
}

// accumulate makes a product add to what it writes, which is of floats.
func (o *operands) accumulate() { o.add, o.beta = o.dst, 1 }

// dense begins a product of one group.
func (l *Learner) dense(dst, a, b matrix, m, n, k int) *operands {
	l.product = operands{a: a.Address(), b: b.Address(), split: whole, groups: 1, m: int32(m), n: int32(n), k: int32(k),
		lda: int32(a.ld), ldb: int32(b.ld), alpha: 1}
	l.product.into(dst)
	return &l.product
}

// grouped begins a product of one group an expert, whose rows are the slots of a layer; step leads from a weight to the
// next, and jump over what lies between two weights of an expert, from a row on.
func (l *Learner) grouped(dst, a, b matrix, off driver.Buffer, m, n, k int) *operands {
	o := l.dense(dst, a, b, m, n, k)
	o.off, o.groups = off.Address(), int32(l.shape.Experts)
	return o
}

// forwardProduct sets y (rows, out) to x (rows, in) · wᵀ for one of the matrices of a layer.
func (l *Learner) forwardProduct(y, x matrix, part model.Part, layer, rows, out, in int) {
	l.dense(y, x, l.values.operand(l.precision, part, layer), rows, out, in)
	l.multiply(nt, l.precision)
}

// backwardProducts adds dyᵀ·x to the gradient of a matrix, and sets dx to dy·w.
func (l *Learner) backwardProducts(dx, dy, x matrix, part model.Part, layer, rows, out, in int) {
	l.dense(l.values.tensor(model.Gradient, part, layer), dy, x, out, in, rows).accumulate()
	l.multiply(tn, l.precision)
	l.dense(dx, dy, l.values.operand(l.precision, part, layer), rows, in, out)
	l.multiply(nn, l.precision)
}
