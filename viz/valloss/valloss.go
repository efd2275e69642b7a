// Package valloss says what a picture of the validation loss shows, on screen and in print: the readings, with those
// just before and just after every widening among them, and the range of losses that they are drawn in. It draws
// nothing.
package valloss

import (
	"math"
	"slices"
	"sort"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// Reading is a loss on the validation windows, in nats a token, and what the arm had cost when it was measured. A
// widening has two at one step: just before it and just after it.
type Reading struct {
	Step    int
	FLOPs   float64
	Loss    float64
	Widened bool // just before or just after a widening
	Full    bool // of the full validation split instead: the last of an arm that has ended
}

// Curve appends the readings of an arm up to a step, by ascending step. What is not finite is left out.
func Curve(out []Reading, r *record.Record, arm, step int) []Reading {
	track := r.Tracks[arm]
	next := 0 // of the track's frames
	upTo := func(last int) {
		for ; next < len(track) && track[next].Step <= last; next++ {
			f := &track[next]
			out = add(out, Reading{Step: f.Step, FLOPs: f.FLOPs, Loss: float64(f.ValLoss)})
		}
	}
	for i := range r.Reports {
		p := &r.Reports[i]
		if p.Arm != arm || p.Step > step {
			continue
		}
		flops, ok := Cost(r, p)
		if !ok {
			continue
		}
		upTo(p.Step)
		out = add(out, Reading{Step: p.Step, FLOPs: flops, Loss: float64(p.ValLossBefore), Widened: true})
		out = add(out, Reading{Step: p.Step, FLOPs: flops, Loss: float64(p.ValLossAfter), Widened: true})
	}
	upTo(step)
	if full, ok := r.FinalValLoss(arm); ok && !r.Experiment.Task.LiveIsFull() && track[len(track)-1].Step <= step {
		f := &track[len(track)-1]
		out = add(out, Reading{Step: f.Step, FLOPs: f.FLOPs, Loss: float64(full), Full: true})
	}
	return out
}

// Split are the readings on the windows, and that of the full validation split where the arm has ended.
func Split(c []Reading) (windows []Reading, full Reading, ended bool) {
	if n := len(c) - 1; n >= 0 && c[n].Full {
		return c[:n], c[n], true
	}
	return c, Reading{}, false
}

// FullDiff is by how much the loss of an arm on the full validation split differs from that of another, where both have
// ended by a step and that was another measurement than those before.
func FullDiff(r *record.Record, arm, base, step int) (gap float64, ok bool) {
	if r.Experiment.Task.LiveIsFull() {
		return 0, false
	}
	var loss [2]float64
	for k, i := range [2]int{arm, base} {
		full, ended := r.FinalValLoss(i)
		if !ended || r.Tracks[i][len(r.Tracks[i])-1].Step > step {
			return 0, false
		}
		loss[k] = float64(full)
	}
	return loss[0] - loss[1], true
}

func add(out []Reading, r Reading) []Reading {
	if !record.Finite(r.Loss) {
		return out
	}
	return append(out, r)
}

// Cost is what an arm had cost when it was widened: its own frame of that step says so, or, where it forked there, that
// of the arm which ran the small phase.
func Cost(r *record.Record, p *record.Report) (float64, bool) {
	for _, arm := range [2]int{p.Arm, r.Experiment.Trunk()} {
		if arm < 0 {
			continue
		}
		t := r.Tracks[arm]
		if n := sort.Search(len(t), func(i int) bool { return t[i].Step >= p.Step }); n < len(t) &&
			t[n].Step == p.Step {
			return t[n].FLOPs, true
		}
	}
	return 0, false
}

// From is the step from which on losses decide the range of a picture that shows a run up to a step. The fall from
// blind guessing is many times as high as what the arms differ by. So it is shown whole at first, and then leaves
// through the top as the run nears the widening: by then the range holds the second half of the small phase, and at
// most three quarters of the run, and stays. One arm differs from nothing, and is shown whole.
func From(e experiment.Experiment, step int) float64 {
	fork := float64(e.Fork())
	begin := math.Min(0.1*float64(e.Steps), fork/2)
	near := math.Min(math.Max((float64(step)-begin)/(fork-begin), 0), 1)
	if !(fork > 0) || len(e.Arms) == 1 {
		return 0 // there is no small phase, or nothing to compare
	}
	return near * math.Min(fork/2, float64(e.Steps)/4)
}

// Range is the lowest and the highest loss of curves from a step on, and what they are in between at that step. It is
// false where there is no reading yet.
func Range(curves [][]Reading, from float64) (low, high float64, ok bool) {
	low, high = math.Inf(1), math.Inf(-1)
	take := func(loss float64) { low, high = math.Min(low, loss), math.Max(high, loss) }
	for _, c := range curves {
		for i, r := range c {
			if float64(r.Step) >= from || i == len(c)-1 {
				take(r.Loss)
			} else if next := c[i+1]; float64(next.Step) > from {
				take(r.Loss + (next.Loss-r.Loss)*(from-float64(r.Step))/float64(next.Step-r.Step))
			}
		}
	}
	return low, high, low <= high
}

// Differ reports whether some arms that are widened on their way are widened at other steps than others.
func Differ(e experiment.Experiment) bool {
	base := e.Baseline()
	for _, a := range e.Arms {
		if a.Widens() && !slices.EqualFunc(a.Widen, e.Arms[base].Widen,
			func(x, y experiment.Widening) bool { return x.Step == y.Step }) {
			return true
		}
	}
	return false
}
