package viz

import (
	"fmt"
	"math"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/valloss"
)

// gaps draws the difference of every arm to the first widened one: what the curves above, which the beginning
// stretches, hide.
func (v *View) gaps(b box) {
	rec, step, fork := v.rec, v.at(), v.rec.Experiment.Fork()
	base := rec.Experiment.Baseline()
	if base < 0 || fork >= rec.Experiment.Steps {
		return
	}
	title := fmt.Sprintf("Minus %s: the same windows, mean over %d steps", v.names[base], record.DiffSteps)
	if v.ended() && !rec.Experiment.Task.LiveIsFull() {
		title = v.fitting([]string{title + "; ringed: full validation", title}, b.w, body)
	}
	v.pen.text(title, b.x, b.y+8, body, soft, left)
	type curve struct {
		arm   int
		at    []float64
		gap   []float64
		full  float64
		ended bool
	}
	var curves []curve
	low, high := -0.01, 0.01
	for i := range rec.Tracks {
		if v.hides(i, step) {
			continue
		}
		c := curve{arm: i}
		for _, f := range measured(rec.Tracks[i], step,
			func(f *record.ArmFrame) bool { return f.Step > fork && hasValLoss(f) }) {
			if g, ok := rec.ValLossDiff(i, base, f.Step); ok {
				c.at, c.gap = append(c.at, float64(f.Step)), append(c.gap, g)
				low, high = math.Min(low, g), math.Max(high, g)
			}
		}
		if c.full, c.ended = valloss.FullDiff(rec, i, base, step); c.ended {
			low, high = math.Min(low, c.full), math.Max(high, c.full)
		}
		if len(c.at) > 0 {
			curves = append(curves, c)
		}
	}
	pad := (high - low) * 0.08
	b.y, b.h = b.y+18, b.h-18
	a := axes{v.plot(b, 24), float64(fork), float64(rec.Experiment.Steps), low - pad, high + pad}
	v.frame(a, "step")
	if len(curves) == 0 {
		v.note(a, "begins at the widening")
		return
	}
	v.widenings(a, step)
	var ends []label
	for _, c := range curves {
		m := v.styles[c.arm]
		points := a.series(len(c.at), func(k int) (float64, float64) { return c.at[k], c.gap[k] })
		v.pen.line(points, 2, m.Hue, m.Dash)
		end, gap := points[len(points)-1], c.gap[len(c.gap)-1]
		if c.ended && c.arm != base {
			end, gap = v.fullAt(m, end, a.y(c.full)), c.full
		} else {
			v.pen.mark(m, end.x, end.y, 4)
		}
		if l := v.lostAt(c.arm, step, end, label{name: v.names[c.arm], value: signed(gap), style: m}); c.arm != base {
			ends = append(ends, l)
		}
	}
	v.labels(ends, a, b.x+b.w)
	if at, ok := v.stepUnder(a, step); ok {
		lines := []line{{s: fmt.Sprintf("%d steps up to %s", record.DiffSteps, record.Thousands(at)), color: ink}}
		for i, name := range v.names {
			if g, ok := rec.ValLossDiff(i, base, at); ok && i != base && !v.hides(i, step) {
				words := fmt.Sprintf("%s: %+.6f", name, g)
				if full, ok := valloss.FullDiff(rec, i, base, at); ok {
					words += fmt.Sprintf(", full %+.6f", full)
				}
				lines = append(lines, line{words, v.styles[i].Hue})
			}
		}
		v.tip(b, lines)
	}
}

// signed writes a difference, and none before a zero.
func signed(v float64) string {
	s := fmt.Sprintf("%+.3f", v)
	if s == "-0.000" || s == "+0.000" {
		return "0.000"
	}
	return s
}
