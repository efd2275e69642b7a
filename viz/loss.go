package viz

import (
	"fmt"
	"math"

	"github.com/sparkling-lab/sparkling/sim"
)

// loss draws the held-out loss of every arm, below it how far each is from the first widened one since the fork, and where there is room the
// learning rates.
func (v *View) loss(b box) {
	b = v.heading(b, "Loss", "Nats a character on text that is never trained on. Lower is better.")
	upper, lower := b, b
	if rates := 74.0; b.h > 330 {
		lower.h -= rates
		v.rates(box{b.x, b.y + b.h - rates, b.w, rates})
	}
	if v.scale == FLOPs { // arms of one step have not cost the same, and their difference would mislead
		v.curves(box{b.x, b.y, b.w, lower.h})
		return
	}
	upper.h = math.Round(lower.h * 0.56)
	lower.y, lower.h = b.y+upper.h, lower.h-upper.h
	v.curves(upper)
	v.gaps(lower)
}

func (v *View) curves(b box) {
	rec, step := v.rec, v.at()
	e := rec.Experiment
	guess := math.Log(float64(e.Vocab()))
	low, high, any := guess, guess, false
	for i := range rec.Tracks {
		for _, f := range measured(rec.Tracks[i], step, hasHeld) {
			if h := float64(f.Held); !math.IsInf(h, 0) {
				low, high, any = math.Min(low, h), math.Max(high, h), true
			}
		}
	}
	if !any {
		return
	}
	pad := math.Max((high-low)*0.06, 0.02)
	a := axes{v.plot(b, 24), 0, v.scale.end(rec), low - pad, high + pad}
	v.frame(a, v.scale.unit())
	v.pen.line([]point{{a.in.x, a.y(guess)}, {a.in.x + a.in.w, a.y(guess)}}, 1, faint, []float64{2, 3})
	v.pen.text(fmt.Sprintf("blind guessing: ln %d = %.3f", e.Vocab(), guess), a.in.x+a.in.w, a.y(guess)+9, small, soft, right)
	v.fork(a, step, true)
	var ends []label
	for i, arm := range e.Arms {
		m := v.looks[i]
		held := measured(rec.Tracks[i], step, hasHeld)
		if len(held) == 0 {
			continue
		}
		points := a.series(len(held), func(k int) (float64, float64) { return v.scale.of(e, held[k]), float64(held[k].Held) })
		if len(points) == 0 {
			continue // nothing but infinities
		}
		v.pen.line(points, 2, m.Hue, m.Dash)
		last := held[len(held)-1]
		end := points[len(points)-1]
		v.pen.mark(m, end.x, end.y, 4)
		ends = append(ends, label{end.y, arm.Name, fmt.Sprintf("%.3f", last.Held), m})
	}
	v.labels(ends, a, b.x+b.w)
	v.exactLoss(b, a, step)
}

// exactLoss writes the numbers of every arm at the place under the pointer.
func (v *View) exactLoss(b box, a axes, step int) {
	x, ok := v.under(a)
	if !ok {
		return
	}
	x = v.scale.snap(x)
	lines := []line{{v.scale.at(x), ink}}
	for i, arm := range v.rec.Experiment.Arms {
		f, ok := v.scale.before(v.rec.Experiment, upTo(v.rec.Tracks[i], step), x)
		if !ok {
			continue
		}
		if h, ok := v.rec.HeldAt(i, f.Step); ok {
			name := arm.Name
			if v.scale != Steps || f.Step != int(x) {
				name += fmt.Sprintf(", step %d", f.Step)
			}
			lines = append(lines, line{fmt.Sprintf("%s: held-out %.6f, train %.6f", name, h, f.Train), v.looks[i].Hue})
		}
	}
	v.tip(b, lines)
}

// fork marks the step of the widening.
func (v *View) fork(a axes, step int, named bool) {
	rec := v.rec
	fork := rec.Experiment.Fork()
	if fork > step || fork >= rec.Experiment.Steps {
		return
	}
	for i, arm := range rec.Experiment.Arms {
		t := upTo(rec.Tracks[i], fork)
		if arm.From != sim.Fork || len(t) == 0 || t[len(t)-1].Step != fork {
			continue
		}
		x := a.x(v.scale.of(rec.Experiment, &t[len(t)-1]))
		v.pen.line([]point{{x, a.in.y}, {x, a.in.y + a.in.h}}, 1, faint, []float64{3, 3})
		if named {
			v.pen.text("widened", x+5, a.in.y+a.in.h*0.45, small, soft, left)
		}
		return
	}
}
