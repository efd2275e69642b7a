package profile

import (
	"time"

	"github.com/sparkling-lab/sparkling/model/compute"
)

// RMSNorm implements [compute.Engine].
func (e *Engine) RMSNorm(y, inv, x, gain []float32, eps float32) {
	defer e.note(Elementwise, time.Now(), 0)
	e.to.RMSNorm(y, inv, x, gain, eps)
}

// RMSNormBackward implements [compute.Engine].
func (e *Engine) RMSNormBackward(dx, dgain, dy, x, gain, inv []float32, acc bool) {
	defer e.note(Elementwise, time.Now(), 0)
	e.to.RMSNormBackward(dx, dgain, dy, x, gain, inv, acc)
}

// HeadNorm implements [compute.Engine].
func (e *Engine) HeadNorm(y, inv, x compute.Mat, gain []float32, r compute.Rotary, eps float32) {
	defer e.note(Elementwise, time.Now(), 0)
	e.to.HeadNorm(y, inv, x, gain, r, eps)
}

// HeadNormBackward implements [compute.Engine].
func (e *Engine) HeadNormBackward(dx compute.Mat, dgain []float32, dy, x compute.Mat, gain []float32, inv compute.Mat, r compute.Rotary) {
	defer e.note(Elementwise, time.Now(), 0)
	e.to.HeadNormBackward(dx, dgain, dy, x, gain, inv, r)
}

// SwiGLU implements [compute.Engine].
func (e *Engine) SwiGLU(h, gate, up []float32) {
	defer e.note(Elementwise, time.Now(), 0)
	e.to.SwiGLU(h, gate, up)
}

// SwiGLUBackward implements [compute.Engine].
func (e *Engine) SwiGLUBackward(dgate, dup, dh, gate, up []float32) {
	defer e.note(Elementwise, time.Now(), 0)
	e.to.SwiGLUBackward(dgate, dup, dh, gate, up)
}

// Gather implements [compute.Engine].
func (e *Engine) Gather(dst, src []float32, rows []int32, cols int) {
	defer e.note(Elementwise, time.Now(), 0)
	e.to.Gather(dst, src, rows, cols)
}

// ScatterAdd implements [compute.Engine].
func (e *Engine) ScatterAdd(dst, src []float32, rows []int32, cols int) {
	defer e.note(Elementwise, time.Now(), 0)
	e.to.ScatterAdd(dst, src, rows, cols)
}

// CrossEntropy implements [compute.Engine].
func (e *Engine) CrossEntropy(dlogits, logits []float32, labels []int32, cols int, scale float32) float64 {
	defer e.note(Elementwise, time.Now(), 0)
	return e.to.CrossEntropy(dlogits, logits, labels, cols, scale)
}

// Axpby implements [compute.Engine].
func (e *Engine) Axpby(y []float32, a float32, x []float32, b float32) {
	defer e.note(Elementwise, time.Now(), 0)
	e.to.Axpby(y, a, x, b)
}

// SumSquares implements [compute.Engine].
func (e *Engine) SumSquares(x []float32) float64 {
	defer e.note(Elementwise, time.Now(), 0)
	return e.to.SumSquares(x)
}

// AdamW implements [compute.Engine].
func (e *Engine) AdamW(p, g, m, v, rate []float32, s compute.AdamW) {
	defer e.note(Optimizer, time.Now(), 0)
	e.to.AdamW(p, g, m, v, rate, s)
}

// Descend implements [compute.Engine].
func (e *Engine) Descend(p, u, rate []float32, decay, scale float32) {
	defer e.note(Optimizer, time.Now(), 0)
	e.to.Descend(p, u, rate, decay, scale)
}
