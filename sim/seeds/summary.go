package seeds

import (
	"math"
	"slices"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/statistics"
)

// Confidence is that of every interval of a mean over seeds, by Student's t.
const Confidence = 0.95

// Least and Most bound how many seeds are laid beside each other: one says nothing of chance.
const (
	Least = 2
	Most  = 16
)

// Mean is the mean of a number over seeds, and between what the truth lies with [Confidence].
type Mean struct {
	statistics.Estimate
	Low, High float64 // infinite where fewer than two seeds are known
}

func meanOf(values []float64) Mean {
	e := statistics.Estimated(values)
	low, high := e.Interval(Confidence)
	return Mean{e, low, high}
}

// Point is the mean of a curve at a step.
type Point struct {
	Step int
	Mean
}

// Arm is one arm over all seeds whose runs have ended. A seed in which it diverged or stopped is in Lost, and in none
// of its means; one in which that befell the baseline is in no difference.
type Arm struct {
	Name        string
	Loss, Known Mean // at the end; Known of no value where nothing is counted
	// the same minus those of the baseline in the same seed; of no value in the baseline itself
	LossDiff, KnownDiff Mean
	Lower, More         int     // seeds of these in which the arm has the lower loss, and knows more
	Curve, Gap          []Point // validation loss by step, and its difference to the baseline since they parted
	Lost                []uint64
}

// Summary is what the runs of several seeds have come to so far. It is not changed once it is made.
type Summary struct {
	Experiment experiment.Experiment // its seed is that of none in particular
	Base       int                   // the arm that others are compared with; −1 where there is none
	Runs       []Run                 // in the order in which they are run
	Arms       []Arm
	Ended      int // runs
}

// With is the same after runs that are under way have gone on: none of those that have ended is another.
func (s *Summary) With(runs []Run) *Summary {
	out := *s
	out.Runs = runs
	return &out
}

// Summarize lays runs of an experiment beside each other.
func Summarize(e experiment.Experiment, runs []Run) *Summary {
	s := &Summary{Experiment: e, Base: e.Baseline(), Runs: runs}
	for _, r := range runs {
		if r.Ended {
			s.Ended++
		}
	}
	for i, a := range e.Arms {
		s.Arms = append(s.Arms, s.arm(i, a.Name))
	}
	return s
}

func (s *Summary) arm(i int, name string) Arm {
	a := Arm{Name: name}
	for _, r := range s.Runs {
		if r.Ended && r.Arms[i].Lost != "" {
			a.Lost = append(a.Lost, r.Seed)
		}
	}
	loss, known := End.loss, End.Known
	a.Loss, a.Known = meanOf(s.each(i, loss)), meanOf(s.each(i, known))
	a.Curve = s.curve(func(r Run) []Reading { return r.loss[i] }, i)
	if s.Base < 0 || i == s.Base {
		a.LossDiff, a.KnownDiff = meanOf(nil), meanOf(nil)
		return a
	}
	less, more := s.diffs(i, loss), s.diffs(i, known)
	a.LossDiff, a.KnownDiff = meanOf(less), meanOf(more)
	a.Lower, a.More = count(less, -1), count(more, 1)
	a.Gap = s.curve(func(r Run) []Reading { return r.gap[i] }, i, s.Base)
	return a
}

func (e End) loss() float64 { return e.Loss }

// each is a number of an arm in every run that has it.
func (s *Summary) each(arm int, of func(End) float64) (out []float64) {
	for _, r := range s.Runs {
		if x := of(r.Arms[arm]); record.Finite(x) {
			out = append(out, x)
		}
	}
	return out
}

// diffs are the differences of a number to that of the baseline, in every run that has both.
func (s *Summary) diffs(arm int, of func(End) float64) (out []float64) {
	for k := range s.Runs {
		if d := s.diff(k, arm, of); record.Finite(d) {
			out = append(out, d)
		}
	}
	return out
}

func (s *Summary) diff(run, arm int, of func(End) float64) float64 {
	if s.Base < 0 || arm == s.Base {
		return math.NaN()
	}
	return of(s.Runs[run].Arms[arm]) - of(s.Runs[run].Arms[s.Base])
}

// LossDiff is by how much the final loss of an arm differs from that of the baseline in one run, NaN where one of them
// has none, or there is nothing to compare.
func (s *Summary) LossDiff(run, arm int) float64 { return s.diff(run, arm, End.loss) }

// KnownDiff is the same of right answers.
func (s *Summary) KnownDiff(run, arm int) float64 { return s.diff(run, arm, End.Known) }

// Counted reports whether what a network knows is counted, and tells more than its loss.
func (s *Summary) Counted() bool { return s.Experiment.Task.LiveIsFull() }

// count is how many values have a sign.
func count(values []float64, sign float64) (n int) {
	for _, v := range values {
		if v*sign > 0 {
			n++
		}
	}
	return n
}

// curve is the mean, step by step, over the runs that have ended and in which none of the arms is lost: at every step
// of the same seeds, so that it moves because the arm does.
func (s *Summary) curve(of func(Run) []Reading, arms ...int) (out []Point) {
	at := map[int][]float64{}
	n := 0
	var steps []int
	for _, r := range s.Runs {
		if !r.Ended || slices.ContainsFunc(arms, func(i int) bool { return r.Arms[i].Lost != "" }) {
			continue
		}
		n++
		for _, x := range of(r) {
			if at[x.Step] == nil {
				steps = append(steps, x.Step)
			}
			at[x.Step] = append(at[x.Step], x.Value)
		}
	}
	slices.Sort(steps)
	for _, step := range steps {
		if len(at[step]) == n {
			out = append(out, Point{step, meanOf(at[step])})
		}
	}
	return out
}
