package workload

import (
	"context"

	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/model/widen/pairs"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// Probes is what a run of the default experiment, widened on an axis, measures besides its updates, in seconds.
type Probes struct {
	Axis       model.Axis
	Update     float64 // one update
	Each       float64 // one time that its pairs are compared
	Validation float64 // one live validation loss: as many windows forward
}

// Share is the part of the time after the widening that probes take at the default rate: every so many updates, and
// each for a while.
func (p Probes) Share() float64 {
	e := experiment.Default()
	updates := e.Steps - e.Fork()
	times := updates/experiment.ProbeEvery + experiment.ProbeDense - experiment.ProbeDense/experiment.ProbeEvery
	return p.Each * float64(times) / (p.Update * float64(updates))
}

// ValidationShare is the same of the live validation loss.
func (p Probes) ValidationShare() float64 { return p.Validation / (p.Update * experiment.ProbeEvery) }

// MeasureProbes measures the probes on every axis and the live validation loss, in turns with updates.
func MeasureProbes(ctx context.Context, e compute.Engine, effort measure.Effort) ([]Probes, error) {
	var all []Probes
	for _, axis := range []model.Axis{model.Inner, model.Hidden, model.Joint} {
		s, err := After(axis).New(e)
		if err != nil {
			return nil, err
		}
		s.rates[1] /= 2 // so that pairs part: those take longest to compare
		times, err := effort.Medians(ctx, func() { s.Run() }, func() { s.Probe() }, s.Validate)
		if err != nil {
			return nil, err
		}
		all = append(all, Probes{axis, times[0], times[1], times[2]})
	}
	return all, nil
}

// Probe compares the pairs of the widening, as a run does it.
func (s *Step) Probe() []pairs.Group {
	values := [model.Quantities]model.Values{s.Net.Weights, s.Net.Grads, s.Opt.M, s.Opt.V}
	return pairs.Compare(s.pairs, values, s.Shape.FLOPs())
}

// Validate is as much work as a run's live validation loss: its windows go forward, and their loss is taken. The text
// is the batches'.
func (s *Step) Validate() {
	for at := 0; at < task.ValWindows; at += s.Shape.Batch {
		b := s.Batch[at/s.Shape.Batch%batches]
		s.Net.Forward(b.IDs)
		s.Net.Loss(b.Labels)
	}
}
