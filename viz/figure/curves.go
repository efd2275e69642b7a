package figure

import (
	"fmt"
	"slices"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/valloss"
)

// drawLoss is the validation loss of every arm over the steps, with every widening, and below it the learning rates.
func drawLoss(rs runs) (Figure, bool) {
	words := rs[0].Experiment.Task.Words()
	l := losses(rs)
	caption := fmt.Sprintf("%s Read on %s every %d steps, and just before and just after each widening.%s",
		rs.seeds(), words.Fixed, rs[0].ValEvery(), fullNote(l))
	var curves [][]valloss.Reading
	for i := range rs[0].Tracks {
		for _, r := range rs {
			curves = append(curves, valloss.Curve(nil, r, i, r.Experiment.Steps))
		}
	}
	if low, high, ok := valloss.Range(curves, valloss.From(rs[0].Experiment, rs[0].Last())); ok {
		pad := max((high-low)*0.05, 1e-3)
		l.Low, l.High = low-pad, high+pad
		first := valloss.Curve(nil, rs[0], max(rs[0].Experiment.Trunk(), 0), rs[0].Experiment.Steps)
		if len(first) > 0 && first[0].Loss > l.High {
			caption += fmt.Sprintf(" The beginning, down from %.2f, lies above the picture.", first[0].Loss)
		}
	}
	l.Share = 2.5
	below := rates(rs)
	below.Share = 1
	if len(below.Series) == 0 {
		l.Share = 0
		return Curves("loss", words.Title, caption, l)
	}
	return Curves("loss", words.Title, caption+" Below: the learning rate; thin where parameters that were there "+
		"before have another than the new ones.", l, below)
}

// losses are the curves of the validation loss.
func losses(rs runs) Lines {
	words := rs.first().Experiment.Task.Words()
	l := rs.lines("", "validation loss, nats "+words.Unit, 4, func(r *record.Record, arm int) (out []reading) {
		windows, _, _ := valloss.Split(valloss.Curve(nil, r, arm, r.Experiment.Steps))
		for _, x := range windows {
			out = append(out, reading{float64(x.Step), x.Loss, x.Widened})
		}
		return out
	})
	for i := range l.Series {
		l.Series[i].Ended = rs.ended(func(r *record.Record) (float64, bool) {
			_, full, ended := valloss.Split(valloss.Curve(nil, r, i, r.Experiment.Steps))
			return full.Loss, ended
		})
	}
	return l
}

// rates are the learning rates of the newest parameters of every arm, and those of the old ones where they are others.
// They do not depend on the seed.
func rates(rs runs) Lines {
	of := func(rate func(record.ArmFrame) float32) Lines {
		return rs[:1].lines("", "learning rate", -1, frames(func(f record.ArmFrame) (float64, bool) {
			return float64(rate(f)), f.Step > 0 && rate(f) > 0
		}))
	}
	l := of(func(f record.ArmFrame) float32 { return f.LRNew })
	old := of(func(f record.ArmFrame) float32 { return f.LROld })
	var all []Series
	for i, s := range l.Series {
		if s.points() == 0 {
			continue
		}
		s.Name = ""
		all = append(all, s)
		if !slices.ContainsFunc(rs[0].Tracks[i], func(f record.ArmFrame) bool { return f.LRNew != f.LROld }) {
			continue
		}
		o := old.Series[i]
		o.Thin = true
		all = append(all, o)
	}
	l.Series = all
	l.Events = mute(l.Events)
	return l
}

// drawKnown is how many answers of every arm are right, over the steps. It is false where none are counted.
func drawKnown(rs runs) (Figure, bool) {
	e := rs[0].Experiment
	l := rs.lines("", e.Task.Words().Measure, 0, func(r *record.Record, arm int) (out []reading) {
		for _, f := range r.Tracks[arm] {
			if m, ok := r.MeasureAt(arm, f.Step); ok && f.Asked > 0 {
				out = append(out, reading{x: float64(f.Step), y: float64(m.Value)})
			}
		}
		return out
	})
	m, ok := rs[0].MeasureAt(max(e.Trunk(), 0), rs[0].Last())
	if !ok || !e.Task.LiveIsFull() {
		return Figure{}, false
	}
	return Curves("known", "How much is known", fmt.Sprintf("%s Right answers, of %s that are asked.", rs.seeds(),
		record.Thousands(m.Of)), l)
}

// drawDifference is the validation loss of every arm minus that of the first widened one. It is false where there is no
// other.
func drawDifference(rs runs) (Figure, bool) {
	l, ok := differences(rs, rs[0].Experiment.Baseline())
	if !ok || len(rs[0].Experiment.Arms) == 1 {
		return Figure{}, false
	}
	name := names(rs[0].Experiment)[rs[0].Experiment.Baseline()]
	return Curves("difference", "Difference to "+name,
		fmt.Sprintf("%s The same batches in every arm of a seed. Means over %d steps.%s Below zero is better.",
			rs.seeds(), record.DiffSteps, fullNote(l)), l)
}

// differences are the curves of the validation loss minus that of an arm in the same run.
func differences(rs runs, base int) (Lines, bool) {
	r := rs.first()
	if base < 0 || len(r.Tracks[base]) == 0 {
		return Lines{}, false
	}
	l := rs.lines("", fmt.Sprintf("validation loss minus that of %s", names(r.Experiment)[base]), 4,
		func(r *record.Record, arm int) (out []reading) {
			for _, f := range r.Tracks[arm] {
				if d, ok := r.ValLossDiff(arm, base, f.Step); ok && record.Finite(f.ValLoss) {
					out = append(out, reading{x: float64(f.Step), y: d})
				}
			}
			return out
		})
	for i := range l.Series {
		if i == base {
			continue
		}
		l.Series[i].Ended = rs.ended(func(r *record.Record) (float64, bool) {
			return valloss.FullDiff(r, i, base, r.Experiment.Steps)
		})
	}
	l.Zero = true
	return l, true
}

// drawCompute is the validation loss of every arm over what it has cost, from about the first widening on.
func drawCompute(rs runs) (Figure, bool) {
	l, caption := costs(rs, nil)
	return Curves("compute", "The loss over what it cost", caption, l)
}

// costs are the losses of arms over the operations so far, from half of the first widening's on; of all arms where none
// is named.
func costs(rs runs, arms []int) (Lines, string) {
	e := rs.first().Experiment
	words := e.Task.Words()
	l := rs.lines("", "validation loss, nats "+words.Unit, 4, func(r *record.Record, arm int) (out []reading) {
		if arms != nil && !slices.Contains(arms, arm) {
			return nil
		}
		windows, _, _ := valloss.Split(valloss.Curve(nil, r, arm, e.Steps))
		for _, x := range windows {
			if x.Step >= e.Fork()/2 {
				out = append(out, reading{x.FLOPs / 1e9, x.Loss, x.Widened})
			}
		}
		return out
	})
	for i := range l.Series {
		if l.Series[i].points() == 0 {
			continue
		}
		l.Series[i].Ended = rs.ended(func(r *record.Record) (float64, bool) {
			_, full, ended := valloss.Split(valloss.Curve(nil, r, i, e.Steps))
			return full.Loss, ended
		})
	}
	l.X, l.Events = "GFLOP so far", nil
	return l, fmt.Sprintf("%s Read on %s.%s Compute counts %s. A learning rate ends with its run: compare the ends.",
		rs.seeds(), words.Fixed, fullNote(l), experiment.FLOPsCounted)
}

// fullNote says what the rings at the ends of curves are.
func fullNote(l Lines) string {
	if slices.ContainsFunc(l.Series, func(s Series) bool { return s.Ended != nil }) {
		return " Ringed, with their numbers: the full validation split, read once, at the end."
	}
	return ""
}
