package figure

import (
	"fmt"
	"math"

	"github.com/sparkling-lab/sparkling/sim"
)

// Loss is the held-out loss of every arm over the steps.
func Loss(r *sim.Record) (Figure, bool) {
	return Curves("loss", "Loss on text that is never trained on",
		fmt.Sprintf("Seed %d; 16 fixed windows of the held-out part every %d steps.", r.Experiment.Seed, sim.ProbeEvery),
		lines(r, "", "held-out loss, nats a character", 4, func(f sim.ArmFrame) float64 { return float64(f.Held) }))
}

// Cosine is the cosine of the weights, and of the gradients, of originals and their copies.
func Cosine(r *sim.Record) (Figure, bool) {
	of := func(title string, q sim.Quantity) Lines {
		return lines(r, title, "mean cosine of a neuron and its copy", 3, func(f sim.ArmFrame) float64 {
			if len(f.Pairs) == 0 {
				return math.NaN()
			}
			return f.Summary(q).Cos
		})
	}
	return Curves("cosine", "Neurons and their copies come apart, or do not", "Mean over all pairs. Exactly 1 is the lock.",
		of("Weights", sim.Weight), of("Gradients", sim.Gradient))
}

// Difference is the held-out loss of every arm minus that of the first widened one.
func Difference(r *sim.Record) (Figure, bool) {
	base := r.Experiment.Baseline()
	if base < 0 || len(r.Tracks[base]) == 0 {
		return Figure{}, false
	}
	name := r.Experiment.Arms[base].Name
	l := lines(r, "", "held-out loss minus that of "+name, 4, func(f sim.ArmFrame) float64 {
		d, ok := r.Gap(f.Arm, base, f.Step)
		if !ok || f.Held != f.Held {
			return math.NaN()
		}
		return d
	})
	l.Zero = true
	return Curves("difference", "Difference to "+name,
		fmt.Sprintf("One seed: the same batches in every arm. Means over %d steps. Below zero is better.", sim.GapSteps), l)
}

// lines are the curves of a quantity of all arms of a record.
func lines(r *sim.Record, title, y string, digits int, of func(sim.ArmFrame) float64) Lines {
	l := Lines{Title: title, X: "step", Y: y}
	for i, t := range r.Tracks {
		s := Series{Name: r.Experiment.Arms[i].Name, Look: i, Digits: digits}
		for _, f := range t {
			s.X, s.Y = append(s.X, float64(f.Step)), append(s.Y, of(f))
		}
		l.Series = append(l.Series, s)
	}
	if fork := r.Experiment.Fork(); fork < r.Experiment.Steps {
		l.At, l.Event = float64(fork), "widened"
	}
	return l
}
