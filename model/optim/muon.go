package optim

import (
	"math"
	"slices"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// newtonSchulz is memory for orthogonalising one matrix at a time.
type newtonSchulz struct {
	u, x, y []float32 // update; iterate and its successor, (short, long)
	a, b    []float32 // (short, short)
}

// fit grows the memory to a matrix of rows x cols.
func (n *newtonSchulz) fit(rows, cols int) { n.grow(rows*cols, min(rows, cols)*min(rows, cols)) }

// grow makes u, x and y as long as size, and a and b as long as square.
func (n *newtonSchulz) grow(size, square int) {
	if size > len(n.u) {
		n.u, n.x, n.y = make([]float32, size), make([]float32, size), make([]float32, size)
	}
	if square > len(n.a) {
		n.a, n.b = make([]float32, square), make([]float32, square)
	}
}

// Coefficients of the quintic Newton–Schulz iteration X ← aX + (bA + cA²)X with A = XXᵀ: Muon's own (Jordan et al.
// 2024, kellerjordan.github.io/posts/muon).
const (
	NewtonSchulzA, NewtonSchulzB, NewtonSchulzC = 3.4445, -4.7750, 2.0315
	NewtonSchulzSteps                           = 5
	// NewtonSchulzEps keeps a Frobenius norm of zero from dividing.
	NewtonSchulzEps = 1e-7
)

// muonStep updates one matrix: buf = μ·buf + g; u = NS(g + μ·buf); p −= lr·wd·p; p −= lr·0.2·sqrt(max(rows, cols))·u.
// The scale gives updates about the RMS of AdamW's, so that the two share learning rates (Liu et al. 2025, arXiv
// 2502.16982).
func (o *Optimizer) muonStep(p, g []float32, m matrix, rates []float64) {
	size := m.rows * m.cols
	grad, buf := g[m.from:m.from+size], o.M.Data[m.from:m.from+size]
	o.eng.Axpby(buf, 1, grad, float32(o.Config.Momentum))
	u, scale := o.direction(grad, buf, m), MuonScale(m.rows, m.cols)
	for _, x := range m.chunks {
		o.eng.UpdateWeights(p[x.from:x.to], u[x.from-m.from:x.to-m.from], x.rates(o.rates, rates),
			float32(o.Config.WeightDecay), scale)
	}
}

// MuonScale is the factor of the direction of a matrix.
func MuonScale(rows, cols int) float32 { return float32(0.2 * math.Sqrt(float64(max(rows, cols)))) }

// direction is NS(grad + μ·buf) of a matrix, whose momentum buf has the gradient already; in memory of the next one.
func (o *Optimizer) direction(grad, buf []float32, m matrix) []float32 {
	u := o.ns.u[:len(grad)]
	copy(u, grad)
	o.eng.Axpby(u, float32(o.Config.Momentum), buf, 1)
	o.ns.orthogonalize(o.eng, u, m.rows, m.cols)
	return u
}

// Direction is the one (Rows·Cols) along which the last Step, of gradients g, moved an expert's matrix of a tensor, a
// copy; nil where AdamW updates it.
func (o *Optimizer) Direction(g model.Values, tensor, expert int) []float32 {
	t := g.Table.Tensors[tensor]
	if o.Config.Kind == AdamW || !o.Config.Kind.Orthogonalizes(t) {
		return nil
	}
	m := matrix{rows: t.Rows.Size, cols: t.Cols.Size}
	return slices.Clone(o.direction(g.Expert(tensor, expert), o.M.Expert(tensor, expert), m))
}

// newtonSchulzFLOPs are the operations of the products that orthogonalize makes: in every step XXᵀ, AA and BX, on the
// short side.
func newtonSchulzFLOPs(rows, cols int) float64 {
	short, long := float64(min(rows, cols)), float64(max(rows, cols))
	return NewtonSchulzSteps * 2 * short * short * (long + short + long)
}

// orthogonalize replaces u (rows, cols) by its approximate orthogonal factor, a polynomial of UUᵀ times U. It works on
// the short side, transposed when rows > cols. What has equal halves keeps them (Eq. 21–23).
func (n *newtonSchulz) orthogonalize(e compute.Engine, u []float32, rows, cols int) {
	short, long := min(rows, cols), max(rows, cols)
	x, y := compute.M(n.x[:len(u)], short, long), compute.M(n.y[:len(u)], short, long)
	a, b := compute.M(n.a[:short*short], short, short), compute.M(n.b[:short*short], short, short)
	norm := float32(1 / (math.Sqrt(e.SumSquares(u)) + NewtonSchulzEps))
	if rows > cols {
		compute.Transpose(x, compute.M(u, rows, cols))
		e.Axpby(x.Data, norm, x.Data, 0)
	} else {
		e.Axpby(x.Data, norm, u, 0)
	}
	for range NewtonSchulzSteps {
		e.MatMul(compute.NT, a, x, x, false)
		e.MatMul(compute.NN, b, a, a, false)
		e.Axpby(b.Data, NewtonSchulzB, a.Data, NewtonSchulzC)
		e.MatMul(compute.NN, y, b, x, false)
		e.Axpby(y.Data, NewtonSchulzA, x.Data, 1)
		x, y = y, x
	}
	if rows > cols {
		compute.Transpose(compute.M(u, rows, cols), x)
	} else {
		copy(u, x.Data)
	}
}
