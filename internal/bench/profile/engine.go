// Package profile says where the time of a training step goes: an engine that passes every operation on and notes how long it took. It
// computes nothing, changes no bit of a result, and costs the code that it looks at nothing while it is not used.
package profile

import (
	"time"

	"github.com/sparkling-lab/sparkling/model/compute"
)

// Group is a kind of operation.
type Group int

// The groups of a step, in the order in which they are shown. Rest is what is no operation of an engine: batches, dispatch, copies.
const (
	Products Group = iota
	Attention
	Routing
	Elementwise
	Optimizer
	Rest
	Groups
)

// String is the group's name for people.
func (g Group) String() string {
	return [...]string{"matrix products", "attention", "routing and dispatch", "norms, SwiGLU, loss", "optimizer", "the rest"}[g]
}

// Engine passes every operation on to another engine. That engine is not embedded: an operation that engines gain has to be given its
// group here, or this does not compile.
type Engine struct {
	to compute.Engine

	Spent [Groups]time.Duration
	FLOPs [Groups]float64 // of matrix products: attention's with the half that causality leaves, the optimizer's in Muon

	updating bool // the optimizer is timed as a whole
}

// New wraps an engine.
func New(e compute.Engine) *Engine { return &Engine{to: e} }

// Name implements [compute.Engine].
func (e *Engine) Name() string { return e.to.Name() }

// Update times what an optimizer does, whatever operations that takes.
func (e *Engine) Update(f func()) {
	begun := time.Now()
	e.updating = true
	f()
	e.updating = false
	e.note(Optimizer, begun, 0)
}

// Reset forgets what was noted.
func (e *Engine) Reset() { e.Spent, e.FLOPs = [Groups]time.Duration{}, [Groups]float64{} }

func (e *Engine) note(g Group, begun time.Time, flops float64) {
	if e.updating {
		e.FLOPs[Optimizer] += flops
		return
	}
	e.Spent[g] += time.Since(begun)
	e.FLOPs[g] += flops
}

// MatMul implements [compute.Engine].
func (e *Engine) MatMul(form compute.Form, dst, a, b compute.Mat, acc bool) {
	depth := a.Cols
	if form == compute.TN {
		depth = a.Rows
	}
	defer e.note(Products, time.Now(), 2*float64(dst.Rows)*float64(dst.Cols)*float64(depth))
	e.to.MatMul(form, dst, a, b, acc)
}

// GroupedMatMul implements [compute.Engine].
func (e *Engine) GroupedMatMul(form compute.Form, dst, a, b compute.Mat, off []int, acc bool) {
	rows, other := a.Rows, a.Cols*dst.Cols
	if form == compute.TN {
		other = a.Cols * b.Cols
	}
	defer e.note(Products, time.Now(), 2*float64(rows)*float64(other))
	e.to.GroupedMatMul(form, dst, a, b, off, acc)
}

// attention is the operations of one product of scores or weighted sums.
func attention(s compute.AttnShape) float64 {
	return float64(s.Batch*s.Heads*s.Seq) * float64(s.Seq) * float64(s.HeadDim)
}

// Attention implements [compute.Engine].
func (e *Engine) Attention(out compute.Mat, probs []float32, q, k, v compute.Mat, s compute.AttnShape) {
	defer e.note(Attention, time.Now(), 2*attention(s))
	e.to.Attention(out, probs, q, k, v, s)
}

// AttentionBackward implements [compute.Engine].
func (e *Engine) AttentionBackward(dq, dk, dv, dout compute.Mat, probs []float32, q, k, v compute.Mat, s compute.AttnShape) {
	defer e.note(Attention, time.Now(), 4*attention(s))
	e.to.AttentionBackward(dq, dk, dv, dout, probs, q, k, v, s)
}

// Route implements [compute.Engine].
func (e *Engine) Route(r compute.Routing, logits compute.Mat) {
	defer e.note(Routing, time.Now(), 0)
	e.to.Route(r, logits)
}

// RouteBackward implements [compute.Engine].
func (e *Engine) RouteBackward(dlogits, dw compute.Mat, r compute.Routing, dp []float32, z float32) {
	defer e.note(Routing, time.Now(), 0)
	e.to.RouteBackward(dlogits, dw, r, dp, z)
}

// Spread implements [compute.Engine].
func (e *Engine) Spread(dst, src compute.Mat, s compute.Slots) {
	defer e.note(Routing, time.Now(), 0)
	e.to.Spread(dst, src, s)
}

// Combine implements [compute.Engine].
func (e *Engine) Combine(dst, src compute.Mat, s compute.Slots, weight compute.Mat, acc bool) {
	defer e.note(Routing, time.Now(), 0)
	e.to.Combine(dst, src, s, weight, acc)
}

// CombineBackward implements [compute.Engine].
func (e *Engine) CombineBackward(dsrc, dw, ddst, src compute.Mat, s compute.Slots, weight compute.Mat) {
	defer e.note(Routing, time.Now(), 0)
	e.to.CombineBackward(dsrc, dw, ddst, src, s, weight)
}
