package figure

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"

	"github.com/sparkling-lab/sparkling/sim"
)

// Loss is the held-out loss of every arm over the steps.
func Loss(r *sim.Record) (Figure, bool) {
	p := axes("step", "held-out loss, nats a character")
	n := add(r, p, func(f sim.ArmFrame) float64 { return float64(f.Held) }, 4)
	return Figure{
		Name: "loss", Title: "Loss on text that is never trained on",
		Caption: fmt.Sprintf("Seed %d; 16 fixed windows of the held-out part every %d steps.", r.Experiment.Seed, sim.ProbeEvery),
		width:   720, height: 430, panels: []panel{{plot: p}},
	}, n > 0
}

// Cosine is the cosine of the weights, and of the gradients, of originals and their copies.
func Cosine(r *sim.Record) (Figure, bool) {
	var panels []panel
	n := 0
	for _, q := range []struct {
		title string
		of    sim.Quantity
	}{{"Weights", sim.Weight}, {"Gradients", sim.Gradient}} {
		p := axes("step", "mean cosine of a neuron and its copy")
		n += add(r, p, func(f sim.ArmFrame) float64 {
			if len(f.Pairs) == 0 {
				return math.NaN()
			}
			return f.Summary(q.of).Cos
		}, 3)
		panels = append(panels, panel{q.title, p})
	}
	return Figure{
		Name: "cosine", Title: "Neurons and their copies come apart, or do not",
		Caption: "Mean over all pairs. Exactly 1 is the lock.", width: 900, height: 400, panels: panels,
	}, n > 0
}

// Difference is the held-out loss of every arm minus that of the first widened one.
func Difference(r *sim.Record) (Figure, bool) {
	base := -1
	for i, a := range r.Experiment.Arms {
		if a.Widens() {
			base = i
			break
		}
	}
	if base < 0 || len(r.Tracks[base]) == 0 {
		return Figure{}, false
	}
	name := r.Experiment.Arms[base].Name
	p := axes("step", "held-out loss minus that of "+name)
	p.Add(grid{zero: true})
	n := add(r, p, func(f sim.ArmFrame) float64 {
		d, ok := r.Gap(f.Arm, base, f.Step)
		if !ok || f.Held != f.Held {
			return math.NaN()
		}
		return d
	}, 4)
	return Figure{
		Name: "difference", Title: "Difference to " + name, Caption: fmt.Sprintf("One seed: the same batches in every arm. Means over %d steps. Below zero is better.", sim.GapSteps),
		width: 720, height: 430, panels: []panel{{plot: p}},
	}, n > 0
}

// add puts the curves of a quantity of all arms into a plot and returns how many there are.
func add(r *sim.Record, p *plot.Plot, of func(sim.ArmFrame) float64, digits int) int {
	p.Add(grid{})
	var words ends
	n := 0
	for i, t := range r.Tracks {
		var at plotter.XYs
		for _, f := range t {
			if y := of(f); !math.IsNaN(y) && !math.IsInf(y, 0) {
				at = append(at, plotter.XY{X: float64(f.Step), Y: y})
			}
		}
		if len(at) == 0 {
			continue
		}
		c := curve{lookOf(i), 1.6, at, i}
		p.Add(c)
		xmin, xmax, ymin, ymax := plotter.XYRange(at)
		p.X.Min, p.X.Max = math.Min(p.X.Min, xmin), math.Max(p.X.Max, xmax)
		p.Y.Min, p.Y.Max = math.Min(p.Y.Min, ymin), math.Max(p.Y.Max, ymax)
		last := at[len(at)-1].Y
		words = append(words, end{last, fmt.Sprintf("%s %.*f", r.Experiment.Arms[i].Name, digits, last), c.hue})
		n++
	}
	pad := math.Max((p.Y.Max-p.Y.Min)*0.05, 1e-3)
	p.Y.Min, p.Y.Max = p.Y.Min-pad, p.Y.Max+pad
	if fork := r.Experiment.Fork(); fork < r.Experiment.Steps {
		p.Add(event{float64(fork), "widened"})
	}
	p.Add(words)
	return n
}
