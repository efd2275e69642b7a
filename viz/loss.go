package viz

import (
	"fmt"
	"math"
	"sort"

	"github.com/sparkling-lab/sparkling/sim"
)

// loss draws the held-out loss of every arm, and below it how far each is from the first widened one since the fork.
func (v *View) loss(b box) {
	b = v.heading(b, "Loss", "Nats a character on text that is never trained on. Lower is better.")
	upper, lower := b, b
	upper.h = math.Round(b.h * 0.56)
	lower.y, lower.h = b.y+upper.h, b.h-upper.h
	v.curves(upper)
	v.gaps(lower)
}

func (v *View) curves(b box) {
	rec, step := v.rec, v.at()
	guess := math.Log(float64(rec.Experiment.Vocab()))
	low, high := math.Inf(1), guess
	for i := range rec.Tracks {
		for _, f := range measured(rec.Tracks[i], step, hasHeld) {
			if h := float64(f.Held); !math.IsNaN(h) && !math.IsInf(h, 0) {
				low, high = math.Min(low, h), math.Max(high, h)
			}
		}
	}
	if math.IsInf(low, 1) {
		return
	}
	pad := math.Max((high-low)*0.06, 0.02)
	a := axes{v.plot(b, 24), 0, float64(rec.Experiment.Steps), low - pad, high + pad}
	v.frame(a, "step")
	v.pen.line([]point{{a.in.x, a.y(guess)}, {a.in.x + a.in.w, a.y(guess)}}, 1, faint, []float64{2, 3})
	v.pen.text(fmt.Sprintf("blind guessing: ln %d = %.3f", rec.Experiment.Vocab(), guess), a.in.x+a.in.w, a.y(guess)+9, 10.5, soft, right)
	v.fork(a, step)
	var ends []label
	for i, arm := range rec.Experiment.Arms {
		m := markOf(arm)
		held := measured(rec.Tracks[i], step, hasHeld)
		if len(held) == 0 {
			continue
		}
		points := a.series(len(held), func(k int) (float64, float64) { return float64(held[k].Step), float64(held[k].Held) })
		v.pen.line(points, 2, m.hue, m.dash)
		last := held[len(held)-1]
		end := points[len(points)-1]
		m.shape(v.pen, end.x, end.y, 4, m.hue)
		ends = append(ends, label{end.y, arm.Name, fmt.Sprintf("%.3f", last.Held), m})
	}
	v.labels(ends, a, b.x+b.w)
	at, ok := v.stepUnder(a, step)
	if !ok {
		return
	}
	lines := []line{{s: fmt.Sprintf("step %d", at), color: ink}}
	for i, arm := range rec.Experiment.Arms {
		if h, ok := rec.HeldAt(i, at); ok {
			f := rec.At(at).Arms[i]
			lines = append(lines, line{fmt.Sprintf("%s: held-out %.6f, train %.6f, rate %.3g, of new %.3g", arm.Name, h, f.Train, f.LROld, f.LRNew), markOf(arm).hue})
		}
	}
	v.tip(b, lines)
}

// gaps draws the difference of every arm to the first widened one: what the curves above, which the beginning stretches, hide.
func (v *View) gaps(b box) {
	rec, step, fork := v.rec, v.at(), v.rec.Experiment.Fork()
	base := rec.Experiment.Baseline()
	if base < 0 || fork >= rec.Experiment.Steps {
		return
	}
	v.pen.text(fmt.Sprintf("Minus %s, mean over %d steps", rec.Experiment.Arms[base].Name, sim.GapSteps), b.x, b.y+8, 11, soft, left)
	type curve struct {
		arm int
		at  []float64
		gap []float64
	}
	var curves []curve
	low, high := -0.01, 0.01
	for i := range rec.Tracks {
		c := curve{arm: i}
		for _, f := range measured(rec.Tracks[i], step, func(f *sim.ArmFrame) bool { return f.Step > fork && hasHeld(f) }) {
			if g, ok := rec.Gap(i, base, f.Step); ok && !math.IsInf(g, 0) {
				c.at, c.gap = append(c.at, float64(f.Step)), append(c.gap, g)
				low, high = math.Min(low, g), math.Max(high, g)
			}
		}
		if len(c.at) > 0 {
			curves = append(curves, c)
		}
	}
	pad := (high - low) * 0.08
	b.y, b.h = b.y+16, b.h-16
	a := axes{v.plot(b, 24), float64(fork), float64(rec.Experiment.Steps), low - pad, high + pad}
	v.frame(a, "step")
	if len(curves) == 0 {
		v.pen.text("begins at the widening", a.in.x+a.in.w/2, a.in.y+a.in.h/2, 11, soft, center)
		return
	}
	var ends []label
	for _, c := range curves {
		m := markOf(rec.Experiment.Arms[c.arm])
		points := a.series(len(c.at), func(k int) (float64, float64) { return c.at[k], c.gap[k] })
		v.pen.line(points, 2, m.hue, m.dash)
		end := points[len(points)-1]
		m.shape(v.pen, end.x, end.y, 4, m.hue)
		if c.arm != base {
			ends = append(ends, label{end.y, rec.Experiment.Arms[c.arm].Name, fmt.Sprintf("%+.3f", c.gap[len(c.gap)-1]), m})
		}
	}
	v.labels(ends, a, b.x+b.w)
	if at, ok := v.stepUnder(a, step); ok {
		lines := []line{{s: fmt.Sprintf("%d steps up to %d", sim.GapSteps, at), color: ink}}
		for i, arm := range rec.Experiment.Arms {
			if g, ok := rec.Gap(i, base, at); ok && i != base {
				lines = append(lines, line{fmt.Sprintf("%s: %+.6f", arm.Name, g), markOf(arm).hue})
			}
		}
		v.tip(b, lines)
	}
}

// fork marks the step of the widening.
func (v *View) fork(a axes, step int) {
	if fork := v.rec.Experiment.Fork(); fork <= step && fork < v.rec.Experiment.Steps {
		x := a.x(float64(fork))
		v.pen.line([]point{{x, a.in.y}, {x, a.in.y + a.in.h}}, 1, faint, []float64{3, 3})
		v.pen.text("widened", x+4, a.in.y+a.in.h-8, 10.5, soft, left)
	}
}

// upTo is the part of a track up to a step.
func upTo(t []sim.ArmFrame, step int) []sim.ArmFrame {
	return t[:sort.Search(len(t), func(i int) bool { return t[i].Step > step })]
}

// measured are the frames of a track up to a step that have what is drawn.
func measured(t []sim.ArmFrame, step int, has func(*sim.ArmFrame) bool) []*sim.ArmFrame {
	var out []*sim.ArmFrame
	t = upTo(t, step)
	for i := range t {
		if has(&t[i]) {
			out = append(out, &t[i])
		}
	}
	return out
}

func hasHeld(f *sim.ArmFrame) bool { return f.Held == f.Held }

func hasPairs(f *sim.ArmFrame) bool { return len(f.Pairs) > 0 }
