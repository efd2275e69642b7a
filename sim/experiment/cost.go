package experiment

import (
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/optim"
)

// FLOPsCounted says what is counted as compute, and what is not, wherever it is shown.
const FLOPsCounted = "every matrix product of the training updates: forward, backward, and Muon's Newton–Schulz " +
	"steps; not elementwise work, validation passes, probes, or the search for a remapped rate"

// Cost is that of one update of a network of the experiment.
func (e Experiment) Cost(c model.Config) optim.Cost {
	return e.Optimizer.Kind.Cost(c, e.Task.Rows(), e.Task.Seq)
}

// Segment is a part of a run in which the network has one shape, and every update costs the same. It goes from a step
// to where the next one begins.
type Segment struct {
	From   int
	Update float64 // FLOPs
}

// Segments are those of a run, in its order.
type Segments []Segment

// widened are the segments of a run that goes through an arm's widenings, whether the arm does so or not.
func (e Experiment) widened(arm int) Segments {
	c := e.Small()
	run := Segments{{0, e.Cost(c).Update()}}
	for _, w := range e.Arms[arm].Widen {
		c = w.Spec.Config(c)
		run = append(run, Segment{w.Step, e.Cost(c).Update()})
	}
	return run
}

// Segments are those of an arm.
func (e Experiment) Segments(arm int) Segments {
	run := e.widened(arm)
	if e.Arms[arm].From != Fork {
		return Segments{{0, run[len(run)-1].Update}}
	}
	return run
}

// FLOPs are those of all updates up to a step.
func (run Segments) FLOPs(step int) float64 {
	sum := 0.0
	for i, s := range run {
		to := step
		if i+1 < len(run) {
			to = min(step, run[i+1].From)
		}
		sum += float64(max(0, to-s.From)) * s.Update
	}
	return sum
}

// FLOPs are those of all updates of an arm up to a step, the shared small phase included. [FLOPsCounted] says what is
// counted.
func (e Experiment) FLOPs(arm, step int) float64 { return e.Segments(arm).FLOPs(step) }

// End is the last step of an arm: Steps, or for equal compute the number of updates of the wide network that cost no
// more than the run with the same widenings.
func (e Experiment) End(arm int) int {
	if e.Arms[arm].From != EqualCompute {
		return e.Steps
	}
	run := e.widened(arm)
	return int(run.FLOPs(e.Steps) / run[len(run)-1].Update)
}
