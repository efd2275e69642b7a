package compute

// cpu is the engine for this machine: matrix products over the loops of one kernel, row and elementwise operations in
// vectors, everything else as in [Reference].
type cpu struct {
	Reference
	kernel kernel
	job    product   // the one at work; here, because what a kernel is given must not be allocated
	packA  []float32 // a block of a
	packB  []float32 // b, or a block of it, in panels
	tile   []float32 // columns of c that no whole vector fits
	bufs   [4][]float32
}

// A product whose b is large is computed in blocks, so that what is read again and again stays in the caches near the
// core: depth steps of all sums at once, a panel of b of that depth in the first cache, height rows of a of that depth
// in the second.
const (
	large  = 1 << 17 // elements of b
	few    = 96      // rows of a that do not pay for packing b
	depth  = 256
	height = 128
)

// MatMul implements [Engine]. b is used where it lies if the kernel can, and is otherwise packed; every element of dst
// is one sum over ascending k by the same instructions, and that a block ends in between does not change it.
func (e *cpu) MatMul(form Form, dst, a, b Mat, acc bool) {
	p := &e.job
	// Field by field: a whole struct would be made twice.
	p.c, p.ldc, p.a, p.aRow, p.aCol, p.b, p.ldb = dst.Data, dst.Stride, a.Data, a.Stride, 1, b.Data, b.Stride
	p.m, p.n, p.k, p.acc = dst.Rows, dst.Cols, a.Cols, acc
	if form == TN {
		p.aRow, p.aCol, p.k = 1, a.Stride, a.Rows
	}
	if p.m == 0 || p.n == 0 {
		return
	}
	if p.k == 0 {
		if !acc {
			for i := range p.m {
				clear(p.c[i*p.ldc : i*p.ldc+p.n])
			}
		}
		return
	}
	p.wide = e.kernel.wide(p.n)
	p.next = p.wide
	if p.n*p.k > large && (form == NT || p.m > few) {
		e.blocks(form)
		return
	}
	if form == NT || p.n&(e.kernel.whole-1) != 0 {
		e.panels(form == NT)
	}
	e.multiply()
}

// blocks is a product whose b is large.
func (e *cpu) blocks(form Form) {
	p := &e.job
	all := *p
	for from := 0; from < all.k; from += depth {
		*p = all
		p.k = min(depth, all.k-from)
		if form == NT {
			p.b = all.b[from:]
		} else {
			p.b = all.b[from*all.ldb:]
		}
		e.panels(form == NT)
		block := *p
		for i := 0; i < all.m; i += height {
			*p = block
			p.m = min(height, all.m-i)
			p.c = all.c[i*all.ldc:]
			p.a = all.a[i*all.aRow+from*all.aCol:]
			p.acc = all.acc || from > 0
			e.rows(form == TN)
			e.multiply()
		}
	}
}

// multiply computes the job at work. Where the kernel cannot end within a vector, whole vectors go straight to c, the
// last columns through a tile.
func (e *cpu) multiply() {
	p, lanes := &e.job, e.kernel.whole
	n, c, ldc := p.n, p.c, p.ldc
	whole := n &^ (lanes - 1)
	if e.kernel.part || whole == n {
		e.kernel.mul(p)
		return
	}
	if whole > 0 {
		p.n = whole
		e.kernel.mul(p)
	}
	tile := room(&e.tile, p.m*lanes)
	if p.acc {
		for i := range p.m {
			copy(tile[i*lanes:], c[i*ldc+whole:i*ldc+n])
		}
	}
	p.b = p.b[p.at(whole):]
	p.c, p.ldc, p.n = tile, lanes, lanes
	e.kernel.mul(p)
	for i := range p.m {
		copy(c[i*ldc+whole:i*ldc+n], tile[i*lanes:])
	}
}
