package compute

import "runtime"

// Threaded is the engine for this machine, over a thread pool: a cpu, and others like it that take chunks of an
// operation where there is enough to do. Every element of a result is computed whole by one of them, and sums over many
// rows are taken in blocks of fixed length that are added in order: so the bits are the same for any number of threads.
type Threaded struct {
	*cpu
	pool    *threadPool
	threads int

	// MinWork is how many multiplications, or steps that take as long, are worth handing over: an operation gets a
	// thread for each so many, one besides. Tests and benchmarks set another.
	MinWork int

	// What is handed over, one at a time; here, because it must not be allocated.
	products products
	norm     norm
	heads    heads
	attend   attend
	routing  routing
	rows     rows
	elements elements
	sums     sums
	partial  []float32 // sums of blocks
	totals   []float64
}

// NewThreaded is an engine of up to size threads. It uses one until [Threaded.SetThreads] says otherwise. Workers end
// when it is garbage.
func NewThreaded(size int) *Threaded { return newThreaded(kernels()[0], size) }

func newThreaded(k kernel, size int) *Threaded {
	p := newThreadPool(k, size)
	t := &Threaded{cpu: p.cpus[0], pool: p, threads: 1, MinWork: minWork}
	runtime.AddCleanup(t, (*threadPool).stop, p)
	return t
}

// SetThreads sets how many threads share the operations from now on, at least 1 and at most those that the engine was
// made for.
func (t *Threaded) SetThreads(threads int) { t.threads = max(1, min(threads, len(t.pool.cpus))) }

// minWork is what takes some 20 to 80 µs on one thread, the longer the slower the processor. Below that two threads are
// no faster: what one has written the other has to fetch from its cache, in this operation and in the next.
const minWork = 1 << 22

// parallelFor does n items of w that cost about cost each, in chunks of a whole number of grains, on as many threads as
// that is worth.
func (t *Threaded) parallelFor(w task, n, grain, cost int) {
	threads := min(t.threads, n*cost/t.MinWork+1, (n+grain-1)/grain)
	if threads <= 1 {
		w.do(t.cpu, 0, n)
		return
	}
	chunk := (n + threads - 1) / threads
	t.pool.parallelFor(w, n, (chunk+grain-1)/grain*grain, threads)
}

// products is a matrix product, by rows or columns of dst, or a grouped one by rows.
type products struct {
	form      Form
	dst, a, b Mat
	off       []int
	acc       bool
	columns   bool
}

// MatMul implements [Engine].
func (t *Threaded) MatMul(form Form, dst, a, b Mat, acc bool) {
	depth := a.Cols
	if form == TN {
		depth = a.Rows
	}
	p := &t.products
	*p = products{form: form, dst: dst, a: a, b: b, acc: acc, columns: dst.Cols > dst.Rows}
	if p.columns {
		t.parallelFor(p, dst.Cols, 64, dst.Rows*depth)
	} else {
		t.parallelFor(p, dst.Rows, 16, dst.Cols*depth)
	}
}

// GroupedMatMul implements [Engine].
func (t *Threaded) GroupedMatMul(form Form, dst, a, b Mat, off []int, acc bool) {
	p := &t.products
	*p = products{form: form, dst: dst, a: a, b: b, off: off, acc: acc}
	depth := a.Cols
	if form == TN {
		depth = a.Rows / (len(off) - 1)
	}
	t.parallelFor(p, dst.Rows, 16, dst.Cols*depth)
}

func (p *products) do(c *cpu, from, to int) {
	switch {
	case p.off != nil:
		p.grouped(c, from, to)
	case p.columns:
		dst := p.dst.part(0, p.dst.Rows, from, to-from)
		if p.form == NT {
			c.MatMul(NT, dst, p.a, p.b.Slice(from, to), p.acc)
		} else {
			c.MatMul(p.form, dst, p.a, p.b.part(0, p.b.Rows, from, to-from), p.acc)
		}
	case p.form == TN:
		c.MatMul(TN, p.dst.Slice(from, to), p.a.part(0, p.a.Rows, from, to-from), p.b, p.acc)
	default:
		c.MatMul(p.form, p.dst.Slice(from, to), p.a.Slice(from, to), p.b, p.acc)
	}
}

// grouped does rows from to to of dst: of every expert those that are among them.
func (p *products) grouped(c *cpu, from, to int) {
	experts := len(p.off) - 1
	for x := range experts {
		begin, end := p.off[x], p.off[x+1]
		if p.form == TN {
			per := p.dst.Rows / experts
			lo, hi := max(from, x*per), min(to, (x+1)*per)
			if lo < hi {
				a := Mat{Rows: end - begin, Cols: hi - lo} // an expert without tokens has nothing to point at
				if begin < end {
					a = p.a.part(begin, end-begin, lo-x*per, hi-lo)
				}
				c.MatMul(TN, p.dst.Slice(lo, hi), a, p.b.Slice(begin, end), p.acc)
			}
			continue
		}
		per := p.b.Rows / experts
		lo, hi := max(from, begin), min(to, end)
		if lo < hi {
			c.MatMul(p.form, p.dst.Slice(lo, hi), p.a.Slice(lo, hi), p.b.Slice(x*per, (x+1)*per), p.acc)
		}
	}
}

// attend is attention, by sequence and kv head.
type attend struct {
	back       bool
	dq, dk, dv Mat
	out        Mat // or its gradient
	probs      []float32
	q, k, v    Mat
	s          AttnShape
}

// Attention implements [Engine].
func (t *Threaded) Attention(out Mat, probs []float32, q, k, v Mat, s AttnShape) {
	t.attend = attend{out: out, probs: probs, q: q, k: k, v: v, s: s}
	t.parallelFor(&t.attend, s.Batch*s.KVHeads, 1, s.Seq*s.Seq*s.HeadDim*s.Heads/s.KVHeads)
}

// AttentionBackward implements [Engine].
func (t *Threaded) AttentionBackward(dq, dk, dv, dout Mat, probs []float32, q, k, v Mat, s AttnShape) {
	t.attend = attend{true, dq, dk, dv, dout, probs, q, k, v, s}
	t.parallelFor(&t.attend, s.Batch*s.KVHeads, 1, 2*s.Seq*s.Seq*s.HeadDim*s.Heads/s.KVHeads)
}

func (a *attend) do(c *cpu, from, to int) {
	for i := from; i < to; i++ {
		b, g := i/a.s.KVHeads, i%a.s.KVHeads
		if a.back {
			c.attendBackward(a.dq, a.dk, a.dv, a.out, a.probs, a.q, a.k, a.v, a.s, b, g)
		} else {
			c.attend(a.out, a.probs, a.q, a.k, a.v, a.s, b, g)
		}
	}
}
