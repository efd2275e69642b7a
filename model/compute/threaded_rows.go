package compute

// How many rows, and how many elements, are summed before sums are added: fixed, so that results do not depend on the
// number of threads.
const (
	blockRows     = 64
	blockElements = 1 << 14
)

// norm is RMSNorm by rows, or its gradient by blocks of rows.
type norm struct {
	back                        bool
	y, rstd, x, weight, dx, dgs []float32 // y is dy, and dgs one dweight a block, in the gradient
	eps                         float32
	acc                         bool
}

// RMSNorm implements [Engine].
func (t *Threaded) RMSNorm(y, rstd, x, weight []float32, eps float32) {
	t.norm = norm{y: y, rstd: rstd, x: x, weight: weight, eps: eps}
	t.parallelFor(&t.norm, len(rstd), 16, 8*len(weight))
}

// RMSNormBackward implements [Engine].
func (t *Threaded) RMSNormBackward(dx, dweight, dy, x, weight, rstd []float32, acc bool) {
	n := (len(rstd) + blockRows - 1) / blockRows
	dgs := room(&t.partial, n*len(weight))
	t.norm = norm{back: true, y: dy, rstd: rstd, x: x, weight: weight, dx: dx, dgs: dgs, acc: acc}
	t.parallelFor(&t.norm, n, 1, 16*blockRows*len(weight))
	for i := range n {
		t.Axpby(dweight, 1, dgs[i*len(weight):(i+1)*len(weight)], 1)
	}
}

func (n *norm) do(c *cpu, from, to int) {
	d := len(n.weight)
	if !n.back {
		c.RMSNorm(n.y[from*d:to*d], n.rstd[from:to], n.x[from*d:to*d], n.weight, n.eps)
		return
	}
	for i := from; i < to; i++ {
		lo, hi := i*blockRows, min((i+1)*blockRows, len(n.rstd))
		dg := n.dgs[i*d : (i+1)*d]
		clear(dg)
		c.RMSNormBackward(n.dx[lo*d:hi*d], dg, n.y[lo*d:hi*d], n.x[lo*d:hi*d], n.weight, n.rstd[lo:hi], n.acc)
	}
}

// heads is QKNormRoPE or its gradient, by heads.
type heads struct {
	back           bool
	y, rstd, x, dx Mat // y is dy in the gradient
	weight, dgs    []float32
	r              Rotary
	eps            float32
}

// QKNormRoPE implements [Engine].
func (t *Threaded) QKNormRoPE(y, rstd, x Mat, weight []float32, r Rotary, eps float32) {
	t.heads = heads{y: y, rstd: rstd, x: x, weight: weight, r: r, eps: eps}
	t.parallelFor(&t.heads, rstd.Rows, 1, 12*x.Cols*len(weight))
}

// QKNormRoPEBackward implements [Engine].
func (t *Threaded) QKNormRoPEBackward(dx Mat, dweight []float32, dy, x Mat, weight []float32, rstd Mat, r Rotary) {
	dgs := room(&t.partial, x.Rows)
	clear(dgs)
	t.heads = heads{back: true, y: dy, rstd: rstd, x: x, dx: dx, weight: weight, dgs: dgs, r: r}
	t.parallelFor(&t.heads, rstd.Rows, 1, 24*x.Cols*len(weight))
	for i, g := range dgs {
		dweight[i%len(weight)] += g
	}
}

func (h *heads) do(c *cpu, from, to int) {
	d := len(h.weight)
	for i := from; i < to; i++ {
		lo, hi := i*d, (i+1)*d
		if h.back {
			c.QKNormRoPEBackward(h.dx.Slice(lo, hi), h.dgs[lo:hi], h.y.Slice(lo, hi), h.x.Slice(lo, hi), h.weight,
				h.rstd.Slice(i, i+1), h.r)
		} else {
			c.QKNormRoPE(h.y.Slice(lo, hi), h.rstd.Slice(i, i+1), h.x.Slice(lo, hi), h.weight, h.r, h.eps)
		}
	}
}

// routing is Route or its gradient, by tokens.
type routing struct {
	back   bool
	r      Routing
	logits Mat // or their gradient
	dw     Mat
	dp     []float32
	z      float32
}

// Route implements [Engine].
func (t *Threaded) Route(r Routing, logits Mat) {
	t.routing = routing{r: r, logits: logits}
	t.parallelFor(&t.routing, logits.Rows, 16, 96*logits.Cols)
}

// RouteBackward implements [Engine].
func (t *Threaded) RouteBackward(dlogits, dw Mat, r Routing, dp []float32, z float32) {
	t.routing = routing{true, r, dlogits, dw, dp, z}
	t.parallelFor(&t.routing, dlogits.Cols, 16, 64*len(dp))
}

func (x *routing) do(c *cpu, from, to int) {
	n, r := to-from, x.r
	r.Prob, r.LSE, r.Weight = r.Prob.part(0, r.Prob.Rows, from, n), r.LSE.part(0, 1, from, n),
		r.Weight.part(0, r.Weight.Rows, from, n)
	r.TopK = r.TopK[from:]
	if x.back {
		c.RouteBackward(x.logits.part(0, len(x.dp), from, n), x.dw.part(0, x.dw.Rows, from, n), r, x.dp, x.z)
	} else {
		c.Route(r, x.logits.Slice(from, to))
	}
}

// rows is the way of rows to experts and back, by tokens.
type rows struct {
	op                     int
	far, near, other, w, d Mat // rows by slot; rows by token; CombineBackward's src; weights and their gradient
	s                      Permutation
	acc                    bool
}

const (
	dispatch = iota
	combine
	combineBackward
)

// Dispatch implements [Engine].
func (t *Threaded) Dispatch(dst, src Mat, s Permutation) {
	t.rows = rows{op: dispatch, far: dst, near: src, s: s}
	t.parallelFor(&t.rows, src.Rows, 16, 4*s.K*src.Cols)
}

// Combine implements [Engine].
func (t *Threaded) Combine(dst, src Mat, s Permutation, weight Mat, acc bool) {
	t.rows = rows{op: combine, far: src, near: dst, w: weight, s: s, acc: acc}
	t.parallelFor(&t.rows, dst.Rows, 16, 12*s.K*dst.Cols)
}

// CombineBackward implements [Engine].
func (t *Threaded) CombineBackward(dsrc, dw, ddst, src Mat, s Permutation, weight Mat) {
	t.rows = rows{op: combineBackward, far: dsrc, near: ddst, other: src, w: weight, d: dw, s: s}
	t.parallelFor(&t.rows, ddst.Rows, 16, 24*s.K*ddst.Cols)
}

func (r *rows) do(c *cpu, from, to int) {
	near, s, w := r.near.Slice(from, to), r.s, r.w
	s.Rows = s.Rows[from:]
	if w.Data != nil {
		w = w.part(0, w.Rows, from, to-from)
	}
	switch r.op {
	case dispatch:
		c.Dispatch(r.far, near, s)
	case combine:
		c.Combine(near, r.far, s, w, r.acc)
	case combineBackward:
		c.CombineBackward(r.far, r.d.part(0, r.d.Rows, from, to-from), near, r.other, s, w)
	}
}
