package figure

import (
	"fmt"
	"slices"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/style"
	"github.com/sparkling-lab/sparkling/viz/valloss"
)

// Loss is the validation loss of every arm over the steps.
func Loss(r *record.Record) (Figure, bool) {
	words := r.Experiment.Task.Words()
	never := func(record.ArmFrame) (float64, bool) { return 0, false }
	l := lines(r, "", fmt.Sprintf("validation loss on %s, nats %s", words.Live, words.Unit), 4, never)
	curves := make([][]valloss.Reading, len(r.Tracks))
	for i := range curves {
		curves[i] = valloss.Curve(nil, r, i, r.Experiment.Steps)
		windows, full, ended := valloss.Split(curves[i])
		if ended {
			l.Series[i].Ended = &full.Loss
		}
		for k, x := range windows {
			if x.Widened {
				l.Series[i].Marks = append(l.Series[i].Marks, k)
			}
			l.Series[i].X, l.Series[i].Y = append(l.Series[i].X, float64(x.Step)), append(l.Series[i].Y, x.Loss)
		}
	}
	caption := fmt.Sprintf("Seed %d; mean over %s every %d steps, and just before and just after each widening.%s",
		r.Experiment.Seed, words.Fixed, r.ValEvery(), fullNote(l))
	if low, high, ok := valloss.Range(curves, valloss.From(r.Experiment, r.Last())); ok {
		pad := max((high-low)*0.05, 1e-3)
		l.Low, l.High = low-pad, high+pad
		if first := curves[max(r.Experiment.Trunk(), 0)]; len(first) > 0 && first[0].Loss > l.High {
			caption += fmt.Sprintf(" The beginning, down from %.2f, lies above the picture.", first[0].Loss)
		}
	}
	return Curves("loss", words.Title, caption, l)
}

// Cosine is the cosine of the weights, and of the gradients, of originals and their copies.
func Cosine(r *record.Record) (Figure, bool) {
	of := func(title string, q record.Quantity) Lines {
		return lines(r, title, "mean cosine of the two of a pair", 3, func(f record.ArmFrame) (float64, bool) {
			s := f.Summary(q)
			return s.Cos, s.Pairs > 0 && s.In[record.Diverged] == 0
		})
	}
	return Curves("cosine", "Pairs come apart, or do not", "Mean over all pairs of an original and its copy, or the "+
		"new one beside it. Exactly 1 is the lock.",
		of("Weights", record.Weight), of("Gradients", record.Gradient))
}

// Difference is the validation loss of every arm minus that of the first widened one.
func Difference(r *record.Record) (Figure, bool) {
	base := r.Experiment.Baseline()
	if base < 0 || len(r.Tracks[base]) == 0 {
		return Figure{}, false
	}
	name := names(r.Experiment)[base]
	l := lines(r, "", fmt.Sprintf("validation loss minus that of %s, the same %s", name,
		r.Experiment.Task.Words().Live),
		4, func(f record.ArmFrame) (float64, bool) {
			d, ok := r.ValLossDiff(f.Arm, base, f.Step)
			return d, ok && record.Finite(f.ValLoss)
		})
	for i := range l.Series {
		if full, ok := valloss.FullDiff(r, i, base, r.Experiment.Steps); ok && i != base {
			l.Series[i].Ended = &full
		}
	}
	l.Zero = true
	return Curves("difference", "Difference to "+name,
		fmt.Sprintf("One seed: the same batches in every arm. Means over %d steps.%s Below zero is better.",
			record.DiffSteps, fullNote(l)), l)
}

// fullNote says what the rings at the ends of curves are.
func fullNote(l Lines) string {
	if slices.ContainsFunc(l.Series, func(s Series) bool { return s.Ended != nil }) {
		return " Ringed, with their numbers: the full validation split, read once, at the end."
	}
	return ""
}

// lines are the curves of a quantity of all arms of a record, where it was measured.
func lines(r *record.Record, title, y string, digits int, of func(record.ArmFrame) (float64, bool)) Lines {
	l := Lines{Title: title, X: "step", Y: y}
	styles, names := style.Of(r.Experiment), names(r.Experiment)
	for i, t := range r.Tracks {
		s := Series{Name: names[i], Style: styles[i], Digits: digits}
		if _, lost := r.Diverged(i, r.Experiment.Steps); lost {
			s.Word = record.Diverged.String()
		}
		for _, f := range t {
			if y, ok := of(f); ok {
				s.X, s.Y = append(s.X, float64(f.Step)), append(s.Y, y)
			}
		}
		l.Series = append(l.Series, s)
	}
	l.Events = widenings(r, styles)
	return l
}

// widenings mark every widening of every arm. Where arms widen at different steps their markers say which.
func widenings(r *record.Record, styles []style.Style) []Event {
	var out []Event
	arms := map[int]uint{} // by event; bit i is arm i
	differ := valloss.Differ(r.Experiment)
	for _, p := range r.Reports {
		k := slices.IndexFunc(out, func(e Event) bool { return e.X == float64(p.Step) })
		if k < 0 {
			k, out = len(out), append(out, Event{X: float64(p.Step), Words: "widened"})
		}
		if differ {
			arms[k] |= 1 << p.Arm
		}
	}
	for k := range out {
		for i, l := range styles {
			if arms[k]>>i&1 == 1 {
				out[k].Of = append(out[k].Of, l)
			}
		}
	}
	return out
}
