package plan

import (
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// RunOf is an arm of a document, as far as its memory goes. Its widenings are in memory.
func RunOf(e experiment.Experiment, arm, threads int) Run {
	r := Run{Model: e.Start(arm), Optimizer: e.Optimizer.Kind, Batch: e.Task.Batch, Accumulate: e.Task.Batches(),
		Seq: e.Task.Seq, Recompute: e.Recompute, Threads: threads}
	if !e.Arms[arm].Widens() {
		return r
	}
	r.Compared = e.Task.LiveTokens()
	for _, w := range e.Arms[arm].Widen {
		r.Schedule = append(r.Schedule,
			Widening{Axis: w.Axis, At: float64(w.Step) / float64(e.Steps), Factor: w.Factor})
		r.Searched = r.Searched || w.Dynamics.Kind == optim.Remapped
		r.ByTensor = r.ByTensor || w.Dynamics.Kind == optim.NormAdapted
	}
	return r
}
