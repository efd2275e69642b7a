package compute

// cpu is the engine for this machine: matrix products over the loops of one kernel, row and elementwise operations in vectors,
// everything else as in [Reference].
type cpu struct {
	Reference
	kernel kernel
	job    product   // the one at work; here, because what a kernel is given must not be allocated
	pack   []float32 // b in panels
	tile   []float32 // columns of dst that no whole vector fits
	bufs   [4][]float32
}

// MatMul implements [Engine]. b is used where it lies if the kernel can, and is otherwise packed; so that every element of dst is summed
// over ascending k by the same instructions.
func (e *cpu) MatMul(form Form, dst, a, b Mat, acc bool) {
	p := &e.job
	*p = product{c: dst.Data, ldc: dst.Stride, a: a.Data, aRow: a.Stride, aCol: 1, b: b.Data, ldb: b.Stride, m: dst.Rows, n: dst.Cols, k: a.Cols, acc: acc}
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
	whole := p.n / e.kernel.whole * e.kernel.whole
	if form == NT || whole != p.n {
		e.packB(form)
	}
	if whole == p.n || e.kernel.part {
		e.kernel.mul(p)
		return
	}
	e.ragged(whole)
}

// ragged is a product whose last columns fill no vector: whole vectors go straight to dst, the last columns through a tile.
func (e *cpu) ragged(whole int) {
	p := &e.job
	n, lanes, c, ldc := p.n, e.kernel.whole, p.c, p.ldc
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

// GroupedMatMul implements [Engine].
func (e *cpu) GroupedMatMul(form Form, dst, a, b Mat, off []int, acc bool) {
	groupedMatMul(e, form, dst, a, b, off, acc)
}
