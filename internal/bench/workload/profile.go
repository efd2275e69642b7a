package workload

import (
	"context"
	"time"

	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/internal/bench/peak"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// Group is a kind of operation in a step.
type Group int

// The groups of a step, in the order in which they are shown.
const (
	MatMuls Group = iota
	Attention
	Optimizer
	Rest // norms, SwiGLU, routing, loss, batch
	Groups
)

// Profile is the time of one training step by group, in milliseconds.
type Profile struct {
	Name  string          `json:"name"`
	Step  float64         `json:"step_ms"` // of the step as a whole, with the notes taken
	Spent [Groups]float64 `json:"spent_ms"`
	FLOPs [Groups]float64 `json:"flops"` // of matrix products: attention's causal half, the optimizer's in Muon
	Peak  float64         `json:"peak"`  // of arithmetic where it was measured, in flop/s
}

// MeasureProfile measures a step so many times, several updates each, and takes the medians.
func MeasureProfile(ctx context.Context, s Shape, e compute.Engine, repetitions, updates int) (Profile, error) {
	p := Profile{Name: s.Name, Peak: peak.All()[0].Measure()}
	noted := &noting{Engine: e}
	step, err := s.New(noted)
	if err != nil {
		return p, err
	}
	var steps []float64
	var spent [Groups][]float64
	for r := range repetitions + 1 {
		noted.spent, noted.flops = [Groups]time.Duration{}, [Groups]float64{}
		begun := time.Now()
		for range updates {
			if err := ctx.Err(); err != nil {
				return p, err
			}
			step.Gradients()
			noted.update(step.Update)
		}
		if r == 0 {
			continue // it warms up
		}
		whole := time.Since(begun)
		noted.spent[Rest] = whole - noted.spent[MatMuls] - noted.spent[Attention] - noted.spent[Optimizer]
		ms := func(d time.Duration) float64 { return 1e3 * d.Seconds() / float64(updates) }
		steps = append(steps, ms(whole))
		for g := range Groups {
			spent[g] = append(spent[g], ms(noted.spent[g]))
			p.FLOPs[g] = noted.flops[g] / float64(updates)
		}
	}
	p.Step = measure.Median(steps)
	for g := range Groups {
		p.Spent[g] = measure.Median(spent[g])
	}
	return p, nil
}

// noting is an engine that notes how long the operations of the first groups take; all others are the rest. It
// changes no bit.
type noting struct {
	compute.Engine

	spent    [Groups]time.Duration
	flops    [Groups]float64
	updating bool // the optimizer is timed as a whole
}

func (e *noting) note(g Group, begun time.Time, flops float64) {
	if e.updating {
		e.flops[Optimizer] += flops
		return
	}
	e.spent[g] += time.Since(begun)
	e.flops[g] += flops
}

// update times what an optimizer does, whatever operations that takes.
func (e *noting) update(f func()) {
	begun := time.Now()
	e.updating = true
	f()
	e.updating = false
	e.note(Optimizer, begun, 0)
}

// MatMul implements [compute.Engine].
func (e *noting) MatMul(form compute.Form, dst, a, b compute.Mat, acc bool) {
	depth := a.Cols
	if form == compute.TN {
		depth = a.Rows
	}
	defer e.note(MatMuls, time.Now(), 2*float64(dst.Rows)*float64(dst.Cols)*float64(depth))
	e.Engine.MatMul(form, dst, a, b, acc)
}

// GroupedMatMul implements [compute.Engine].
func (e *noting) GroupedMatMul(form compute.Form, dst, a, b compute.Mat, off []int, acc bool) {
	rows, other := a.Rows, a.Cols*dst.Cols
	if form == compute.TN {
		other = a.Cols * b.Cols
	}
	defer e.note(MatMuls, time.Now(), 2*float64(rows)*float64(other))
	e.Engine.GroupedMatMul(form, dst, a, b, off, acc)
}

// causal is the operations of one product of scores or weighted sums.
func causal(s compute.AttnShape) float64 {
	return float64(s.Batch*s.Heads*s.Seq) * float64(s.Seq) * float64(s.HeadDim)
}

// Attention implements [compute.Engine].
func (e *noting) Attention(out compute.Mat, probs []float32, q, k, v compute.Mat, s compute.AttnShape) {
	defer e.note(Attention, time.Now(), 2*causal(s))
	e.Engine.Attention(out, probs, q, k, v, s)
}

// AttentionBackward implements [compute.Engine].
func (e *noting) AttentionBackward(
	dq, dk, dv, dout compute.Mat, probs []float32, q, k, v compute.Mat, s compute.AttnShape,
) {
	defer e.note(Attention, time.Now(), 4*causal(s))
	e.Engine.AttentionBackward(dq, dk, dv, dout, probs, q, k, v, s)
}
