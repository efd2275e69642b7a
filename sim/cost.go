package sim

import (
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/optim"
)

// Counted says what is counted as compute, and what is not, wherever it is shown.
const Counted = "every matrix product of the training updates: forward, backward, and Muon's Newton–Schulz steps; not elementwise work, " +
	"passes over held-out text, probes, or the search for a remapped rate"

// cost is that of one update of a network of the experiment.
func (e Experiment) cost(c model.Config) optim.Cost {
	return e.Optimizer.Kind.Cost(c, e.Task.Batch, e.Task.Seq)
}

// stretch is a part of a run in which every update costs the same. It goes from a step to where the next one begins.
type stretch struct {
	from int
	each float64 // FLOPs
}

// widened are the stretches of a run that goes through an arm's widenings, whether the arm does so or not.
func (e Experiment) widened(arm int) []stretch {
	c := e.small()
	run := []stretch{{0, e.cost(c).Update()}}
	for _, w := range e.Arms[arm].Widen {
		c = w.Spec.Config(c)
		run = append(run, stretch{w.Step, e.cost(c).Update()})
	}
	return run
}

// stretches are those of an arm.
func (e Experiment) stretches(arm int) []stretch {
	run := e.widened(arm)
	if e.Arms[arm].From != Fork {
		return []stretch{{0, run[len(run)-1].each}}
	}
	return run
}

// flops are those of all updates up to a step.
func flops(run []stretch, step int) float64 {
	sum := 0.0
	for i, s := range run {
		to := step
		if i+1 < len(run) {
			to = min(step, run[i+1].from)
		}
		sum += float64(max(0, to-s.from)) * s.each
	}
	return sum
}

// FLOPs are those of all updates of an arm up to a step, the shared small phase included. [Counted] says what is counted.
func (e Experiment) FLOPs(arm, step int) float64 { return flops(e.stretches(arm), step) }

// End is the last step of an arm: Steps, or for equal compute the number of updates of the wide network that cost no more than the run
// with the same widenings.
func (e Experiment) End(arm int) int {
	if e.Arms[arm].From != EqualCompute {
		return e.Steps
	}
	run := e.widened(arm)
	return int(flops(run, e.Steps) / run[len(run)-1].each)
}

// recount counts the FLOPs of an older record as they are counted now: they follow from shapes alone.
func (r *Record) recount() {
	runs := make([][]stretch, len(r.Tracks))
	for i, t := range r.Tracks {
		runs[i] = r.Experiment.stretches(i)
		for k := range t {
			t[k].FLOPs = flops(runs[i], t[k].Step)
		}
	}
	for i := range r.Reports {
		p := &r.Reports[i]
		for _, s := range runs[p.Arm] {
			if s.from <= p.Step {
				p.StepFLOPsBefore, p.StepFLOPsAfter = p.StepFLOPsAfter, s.each
			}
		}
		p.SearchFLOPs = float64(p.Place) * p.StepFLOPsAfter
	}
}
