package workload

import (
	"context"
	"slices"
	"time"

	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// Took is what an operation took an element, beside the least that it could take, in nanoseconds.
type Took struct {
	Name, Size  string
	Took, Limit float64
	Binds       string
}

// Probes is what a run of the default experiment, widened on an axis, measures besides its updates, in seconds.
type Probes struct {
	Axis         model.Axis
	Update, Each float64 // one update, and one time that its pairs are compared
	Held         float64 // one time that its held-out windows are looked at
}

// Share is the part of the time after the widening that probes take at the default rate: every so many updates, and for a while each.
func (p Probes) Share() float64 {
	e := experiment.Default()
	updates := e.Steps - e.Fork()
	times := updates/experiment.ProbeEvery + experiment.ProbeDense - experiment.ProbeDense/experiment.ProbeEvery
	return p.Each * float64(times) / (p.Update * float64(updates))
}

// HeldShare is the same of the held-out loss.
func (p Probes) HeldShare() float64 { return p.Held / (p.Update * experiment.ProbeEvery) }

// MeasureProbes measures the probes on every axis and the held-out loss, in turns with updates.
func MeasureProbes(ctx context.Context, e compute.Engine, lap time.Duration, repetitions int) ([]Probes, error) {
	var all []Probes
	for _, axis := range []model.Axis{model.Inner, model.Hidden, model.Joint} {
		s, err := After(axis).New(e)
		if err != nil {
			return nil, err
		}
		times, err := measure.Interleaved(ctx, repetitions,
			measure.Repeat(lap, func() { s.Run() }), measure.Repeat(lap, func() { s.Probe() }), measure.Repeat(lap, func() { s.Held() }))
		if err != nil {
			return nil, err
		}
		all = append(all, Probes{axis, times[0], times[1], times[2]})
	}
	return all, nil
}

// warmLaps is for how many laps an operation runs before it is measured: a browser compiles what runs often better, beside it, and that has
// to be over.
const warmLaps = 20

// longer is how many times as long a lap is of what no cache holds: whatever was measured before it has left there what it wrote, which has to go
// to memory first.
const longer = 5

// MeasureElements holds the elementwise operations of an engine against memory and arithmetic: each in turn with what moves as
// much and does nothing else.
func MeasureElements(ctx context.Context, e compute.Engine, lap time.Duration, repetitions int) ([]Took, error) {
	ops, rates := Elements(e), MeasureRates()
	var took, moved []float64
	for _, op := range ops {
		for begun := time.Now(); time.Since(begun) < warmLaps*lap; {
			op.Run()
		}
		least := lap / 2
		if op.Moves.Bytes() > Main/2 {
			least *= longer
		}
		runs := []measure.Run{measure.Repeat(least, op.Run)}
		for _, way := range op.Moves.Ways() {
			runs = append(runs, measure.Repeat(least, way))
		}
		times, err := measure.Interleaved(ctx, repetitions, runs...)
		if err != nil {
			return nil, err
		}
		took, moved = append(took, times[0]), append(moved, slices.Min(times[1:]))
	}
	rates = rates.best(MeasureRates()) // a browser may have compiled their loops better only now
	var all []Took
	for i, op := range ops {
		rates.Bytes = float64(op.Moves.Bytes()) / moved[i]
		limit, binds := op.Limit(rates)
		n := float64(op.Count)
		all = append(all, Took{op.Name, op.Size, 1e9 * took[i] / n, 1e9 * limit / n, binds})
	}
	return all, nil
}
