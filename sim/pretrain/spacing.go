package pretrain

import (
	"math"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/widen/pairs"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// Spacing is how often a run looks at itself, in steps. Nothing that is trained depends on it.
type Spacing struct {
	Frames     int // from one frame that the record keeps to the next
	Probes     int // from one probe of pairs, of blocks and of experts to the next
	Validation int // from one live validation loss to the next
	Dense      int // probes at every step after a widening
}

// Bounds that the usual spacing keeps: a record holds about mostFrames frames without probes and as many with, its
// pairs take about pairsBytes, those at every step after a widening denseBytes; and validation takes up to valShare of
// the time.
const (
	mostFrames = 4096
	pairsBytes = 32 << 20
	denseBytes = 4 << 20
	valShare   = 0.02
	// bytes of one pair in a record: the two numbers, and of every quantity a cosine and a distance
	pairBytes = 2*4 + int(model.Quantities)*2*4
)

// SpacingOf is the usual spacing of a document of one arm, or that with a probe every so many steps, where every is not
// 0. Frames are thinned where a run has more than 4,096 steps: of a longer one the record keeps every n-th, those with
// probes or validation, and those just after a widening. It follows from the document alone, so that a run that was
// interrupted leaves the same record.
func SpacingOf(e experiment.Experiment, every int) Spacing {
	steps := e.End(0)
	s := Spacing{Frames: ceil(steps, mostFrames), Probes: every, Dense: experiment.ProbeDense}
	one := e.Model.Layers*e.Model.Experts + 1
	probe := one * pairs.Most * pairBytes
	if s.Probes == 0 {
		least := float64(experiment.ProbeEvery)
		least = max(least, float64(s.Frames), float64(steps)*float64(probe)/pairsBytes)
		if !e.Task.LiveIsFull() {
			live := float64(e.Task.LiveTokens()) / float64(3*e.Task.Rows()*e.Task.Seq) // of an update: forwards only
			least = max(least, live/valShare)
		}
		s.Probes = experiment.ProbeEvery * int(math.Ceil(least/experiment.ProbeEvery))
	}
	s.Dense = min(s.Dense, max(1, denseBytes/probe))
	s.Validation = s.Probes
	if e.Task.LiveIsFull() { // to ask for all there is to know has a price of its own
		s.Validation = e.ValEvery() * ceil(s.Probes, e.ValEvery())
	}
	return s
}

func ceil(a, b int) int { return (a + b - 1) / b }

// keeps reports whether the record keeps a frame of a run that was last widened at a step, or never, at −1.
func (s Spacing) keeps(step, end, widened int) bool {
	switch {
	case step == 0, step == end, step%s.Frames == 0, step%s.Probes == 0, step%s.Validation == 0:
		return true
	}
	return widened >= 0 && step-widened <= s.Dense
}
