package compute

// elements is an operation on elements, by elements.
type elements struct {
	op   int
	x    [5][]float32
	rate []float32
	a, b float32
	adam AdamW
}

const (
	swiGLUOp = iota
	swiGLUBackwardOp
	axpbyOp
	adamWOp
	updateWeightsOp
)

// SwiGLU implements [Engine].
func (t *Threaded) SwiGLU(h, gate, up []float32) {
	t.elements = elements{op: swiGLUOp, x: [5][]float32{h, gate, up}}
	t.parallelFor(&t.elements, len(h), blockElements/8, 16)
}

// SwiGLUBackward implements [Engine].
func (t *Threaded) SwiGLUBackward(dgate, dup, dh, gate, up []float32) {
	t.elements = elements{op: swiGLUBackwardOp, x: [5][]float32{dgate, dup, dh, gate, up}}
	t.parallelFor(&t.elements, len(dh), blockElements/8, 24)
}

// Axpby implements [Engine].
func (t *Threaded) Axpby(y []float32, a float32, x []float32, b float32) {
	t.elements = elements{op: axpbyOp, x: [5][]float32{y[:len(x)], x}, a: a, b: b}
	t.parallelFor(&t.elements, len(x), blockElements, 4)
}

// AdamW implements [Engine].
func (t *Threaded) AdamW(p, g, m, v, rate []float32, s AdamW) {
	t.elements = elements{op: adamWOp, x: [5][]float32{p, g, m, v}, rate: rate, adam: s}
	t.parallelFor(&t.elements, len(p), blockElements/8, 16)
}

// UpdateWeights implements [Engine].
func (t *Threaded) UpdateWeights(p, u, rate []float32, decay, scale float32) {
	t.elements = elements{op: updateWeightsOp, x: [5][]float32{p, u}, rate: rate, a: decay, b: scale}
	t.parallelFor(&t.elements, len(p), blockElements/8, 8)
}

func (e *elements) do(c *cpu, from, to int) {
	x, rate := e.x, e.rate
	for i := range x {
		if x[i] != nil {
			x[i] = x[i][from:to]
		}
	}
	if len(rate) > 1 {
		rate = rate[from:to]
	}
	switch e.op {
	case swiGLUOp:
		c.SwiGLU(x[0], x[1], x[2])
	case swiGLUBackwardOp:
		c.SwiGLUBackward(x[0], x[1], x[2], x[3], x[4])
	case axpbyOp:
		c.Axpby(x[0], e.a, x[1], e.b)
	case adamWOp:
		c.AdamW(x[0], x[1], x[2], x[3], rate, e.adam)
	case updateWeightsOp:
		c.UpdateWeights(x[0], x[1], rate, e.a, e.b)
	}
}

// sums is an operation that sums, by blocks.
type sums struct {
	totals     []float64 // by block
	x, dlogits []float32
	labels     []int32 // nil for a sum of squares
	cols       int
	scale      float32
}

// SumSquares implements [Engine].
func (t *Threaded) SumSquares(x []float32) float64 {
	t.sums = sums{x: x}
	return t.sum(0, (len(x)+blockElements-1)/blockElements, 4*blockElements)
}

// CrossEntropy implements [Engine].
func (t *Threaded) CrossEntropy(total float64, dlogits, logits []float32, labels []int32, cols int,
	scale float32) float64 {
	t.sums = sums{x: logits, dlogits: dlogits, labels: labels, cols: cols, scale: scale}
	return t.sum(total, (len(labels)+blockRows-1)/blockRows, 64*blockRows*cols)
}

// sum adds the totals of n blocks to a total.
func (t *Threaded) sum(total float64, n, cost int) float64 {
	if n > len(t.totals) {
		t.totals = make([]float64, n)
	}
	t.sums.totals = t.totals[:n]
	t.parallelFor(&t.sums, n, 1, cost)
	for _, x := range t.totals[:n] {
		total += x
	}
	return total
}

func (s *sums) do(c *cpu, from, to int) {
	for i := from; i < to; i++ {
		if s.labels == nil {
			s.totals[i] = c.SumSquares(s.x[i*blockElements : min((i+1)*blockElements, len(s.x))])
			continue
		}
		lo, hi := i*blockRows, min((i+1)*blockRows, len(s.labels))
		var d []float32
		if s.dlogits != nil {
			d = s.dlogits[lo*s.cols : hi*s.cols]
		}
		s.totals[i] = c.CrossEntropy(0, d, s.x[lo*s.cols:hi*s.cols], s.labels[lo:hi], s.cols, s.scale)
	}
}
