// Package seeds lays runs of one experiment that differ in nothing but their seeds beside each other: what each came
// to, the mean of every arm and how well it is known, and the paired differences, which share the seeds' noise. It
// reads records. It never trains, and draws nothing.
package seeds

import (
	"fmt"
	"hash/fnv"
	"math"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// Same reports whether two experiments differ in nothing but their seeds, and what they and their arms are called.
func Same(a, b experiment.Experiment) bool {
	b.Seed = a.Seed
	return a.Alike(b)
}

// Key is the same for experiments that are [Same], and hardly ever for others.
func Key(e experiment.Experiment) string {
	h := fnv.New64a()
	e.Seed = 0
	_, _ = h.Write(e.Unnamed().JSON()) // a hash takes everything
	return fmt.Sprintf("%016x", h.Sum64())
}

// End is what an arm has come to at the end of one run.
type End struct {
	Loss         float64 // on the full validation split, in nats a token; NaN before the end, and where there is none
	Right, Asked int     // answers right after the last update, of those asked for; 0 of 0 where they were not counted
	Lost         string  // why an arm that has ended has no number, in a few words; empty otherwise
}

// Known is the number of right answers, NaN where there is none.
func (e End) Known() float64 {
	if e.Asked == 0 || e.Lost != "" {
		return math.NaN()
	}
	return float64(e.Right)
}

// Reading is one number of a curve.
type Reading struct {
	Step  int
	Value float64
}

// Run is the run of one seed as far as it has come.
type Run struct {
	Seed  uint64
	Step  int // that all arms have reached; −1 where none has begun
	Ended bool
	Arms  []End
	// of each arm: the validation loss, and once the run has ended that minus the baseline's since they parted
	loss, gap [][]Reading
}

// Waiting is a run that has not begun.
func Waiting(e experiment.Experiment, seed uint64) Run {
	r := Run{Seed: seed, Step: -1, Arms: make([]End, len(e.Arms))}
	for i := range r.Arms {
		r.Arms[i].Loss = math.NaN()
	}
	r.loss, r.gap = make([][]Reading, len(e.Arms)), make([][]Reading, len(e.Arms))
	return r
}

// Read is the run of a record. arms say what has become of each; the run has ended where none of them goes on.
func Read(rec *record.Record, arms []record.ArmStatus, ended bool) Run {
	e := rec.Experiment
	r := Waiting(e, e.Seed)
	r.Step, r.Ended = rec.Last(), ended
	base := e.Baseline()
	for i := range e.Arms {
		r.Arms[i] = endOf(rec, i, arms[i], ended)
		for _, f := range rec.Tracks[i] {
			if !onGrid(e, f.Step) && f.Step != e.End(i) {
				continue
			}
			if x := float64(f.ValLoss); record.Finite(x) {
				r.loss[i] = append(r.loss[i], Reading{f.Step, x})
			}
			if !ended || base < 0 || i == base || f.Step <= e.Fork() || !record.Finite(f.ValLoss) {
				continue
			}
			if x, ok := rec.ValLossDiff(i, base, f.Step); ok {
				r.gap[i] = append(r.gap[i], Reading{f.Step, x})
			}
		}
	}
	return r
}

// mostReadings is about how many a curve has at most: more than a picture has room for.
const mostReadings = 400

// onGrid reports whether a step is one of those at which curves of several runs are compared.
func onGrid(e experiment.Experiment, step int) bool {
	every := e.ValEvery()
	return step%(every*max(1, e.Steps/every/mostReadings)) == 0
}

// endOf is what an arm has come to.
func endOf(rec *record.Record, arm int, status record.ArmStatus, ended bool) End {
	out := End{Loss: math.NaN()}
	if !ended {
		return out
	}
	if f, ok := rec.Diverged(arm, rec.Experiment.Steps); ok {
		out.Lost = fmt.Sprintf("diverged at step %d: %s", f.Step, f.NotFinite)
		return out
	}
	loss, ok := rec.FinalValLoss(arm)
	switch {
	case status.State == record.Failed:
		out.Lost = fmt.Sprintf("stopped at step %d", max(status.Step, 0))
	case !ok:
		out.Lost = "never began"
	default:
		f := rec.Tracks[arm][len(rec.Tracks[arm])-1]
		out.Loss, out.Right, out.Asked = float64(loss), f.Right, f.Asked
	}
	return out
}

// Losses is the curve of an arm's validation loss, by step. It is not to be changed.
func (r Run) Losses(arm int) []Reading { return r.loss[arm] }
