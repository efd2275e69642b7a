package compute

// How many rows, and how many elements, are summed before sums are added: fixed, so that results do not depend on the
// number of threads.
const (
	blockRows     = 64
	blockElements = 1 << 14
)

// norm is RMSNorm by rows, or its gradient by blocks of rows.
type norm struct {
	back                     bool
	y, inv, x, gain, dx, dgs []float32 // y is dy, and dgs one dgain a block, in the gradient
	eps                      float32
	acc                      bool
}

// RMSNorm implements [Engine].
func (t *Threaded) RMSNorm(y, inv, x, gain []float32, eps float32) {
	t.norm = norm{y: y, inv: inv, x: x, gain: gain, eps: eps}
	t.parallelFor(&t.norm, len(inv), 16, 8*len(gain))
}

// RMSNormBackward implements [Engine].
func (t *Threaded) RMSNormBackward(dx, dgain, dy, x, gain, inv []float32, acc bool) {
	n := (len(inv) + blockRows - 1) / blockRows
	dgs := room(&t.partial, n*len(gain))
	t.norm = norm{back: true, y: dy, inv: inv, x: x, gain: gain, dx: dx, dgs: dgs, acc: acc}
	t.parallelFor(&t.norm, n, 1, 16*blockRows*len(gain))
	for i := range n {
		t.Axpby(dgain, 1, dgs[i*len(gain):(i+1)*len(gain)], 1)
	}
}

func (n *norm) do(c *cpu, from, to int) {
	d := len(n.gain)
	if !n.back {
		c.RMSNorm(n.y[from*d:to*d], n.inv[from:to], n.x[from*d:to*d], n.gain, n.eps)
		return
	}
	for i := from; i < to; i++ {
		lo, hi := i*blockRows, min((i+1)*blockRows, len(n.inv))
		dg := n.dgs[i*d : (i+1)*d]
		clear(dg)
		c.RMSNormBackward(n.dx[lo*d:hi*d], dg, n.y[lo*d:hi*d], n.x[lo*d:hi*d], n.gain, n.inv[lo:hi], n.acc)
	}
}

// heads is HeadNorm or its gradient, by heads.
type heads struct {
	back          bool
	y, inv, x, dx Mat // y is dy in the gradient
	gain, dgs     []float32
	r             Rotary
	eps           float32
}

// HeadNorm implements [Engine].
func (t *Threaded) HeadNorm(y, inv, x Mat, gain []float32, r Rotary, eps float32) {
	t.heads = heads{y: y, inv: inv, x: x, gain: gain, r: r, eps: eps}
	t.parallelFor(&t.heads, inv.Rows, 1, 12*x.Cols*len(gain))
}

// HeadNormBackward implements [Engine].
func (t *Threaded) HeadNormBackward(dx Mat, dgain []float32, dy, x Mat, gain []float32, inv Mat, r Rotary) {
	dgs := room(&t.partial, x.Rows)
	clear(dgs)
	t.heads = heads{back: true, y: dy, inv: inv, x: x, dx: dx, gain: gain, dgs: dgs, r: r}
	t.parallelFor(&t.heads, inv.Rows, 1, 24*x.Cols*len(gain))
	for i, g := range dgs {
		dgain[i%len(gain)] += g
	}
}

func (h *heads) do(c *cpu, from, to int) {
	d := len(h.gain)
	for i := from; i < to; i++ {
		lo, hi := i*d, (i+1)*d
		if h.back {
			c.HeadNormBackward(h.dx.Slice(lo, hi), h.dgs[lo:hi], h.y.Slice(lo, hi), h.x.Slice(lo, hi), h.gain, h.inv.Slice(i, i+1), h.r)
		} else {
			c.HeadNorm(h.y.Slice(lo, hi), h.inv.Slice(i, i+1), h.x.Slice(lo, hi), h.gain, h.r, h.eps)
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
	r.Prob, r.LSE, r.Weight = r.Prob.part(0, r.Prob.Rows, from, n), r.LSE.part(0, 1, from, n), r.Weight.part(0, r.Weight.Rows, from, n)
	r.Choice = r.Choice[from:]
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
	s                      Slots
	acc                    bool
}

const (
	spread = iota
	combine
	combineBackward
)

// Spread implements [Engine].
func (t *Threaded) Spread(dst, src Mat, s Slots) {
	t.rows = rows{op: spread, far: dst, near: src, s: s}
	t.parallelFor(&t.rows, src.Rows, 16, 4*s.K*src.Cols)
}

// Combine implements [Engine].
func (t *Threaded) Combine(dst, src Mat, s Slots, weight Mat, acc bool) {
	t.rows = rows{op: combine, far: src, near: dst, w: weight, s: s, acc: acc}
	t.parallelFor(&t.rows, dst.Rows, 16, 12*s.K*dst.Cols)
}

// CombineBackward implements [Engine].
func (t *Threaded) CombineBackward(dsrc, dw, ddst, src Mat, s Slots, weight Mat) {
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
	case spread:
		c.Spread(r.far, near, s)
	case combine:
		c.Combine(near, r.far, s, w, r.acc)
	case combineBackward:
		c.CombineBackward(r.far, r.d.part(0, r.d.Rows, from, to-from), near, r.other, s, w)
	}
}
