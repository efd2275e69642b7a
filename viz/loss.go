package viz

import (
	"fmt"
	"math"
	"sort"

	"github.com/sparkling-lab/sparkling/sim"
)

// labelRoom is the width kept free for words at the ends of curves.
const labelRoom = 150

// loss draws the held-out loss of every arm.
func (v *View) loss(b box) {
	rec, step := v.rec, v.at()
	b = v.heading(b, "Loss", "Nats a character on text that is never trained on. Lower is better.")
	low, high := math.Inf(1), math.Inf(-1)
	for i := range rec.Tracks {
		for _, f := range upTo(rec.Tracks[i], step) {
			if h := float64(f.Held); !math.IsNaN(h) && !math.IsInf(h, 0) {
				low, high = math.Min(low, h), math.Max(high, h)
			}
		}
	}
	if math.IsInf(low, 1) {
		return
	}
	pad := math.Max((high-low)*0.06, 0.02)
	a := axes{box{b.x + 34, b.y + 4, math.Max(b.w-34-labelRoom, 40), b.h - 40}, 0, float64(rec.Experiment.Steps), low - pad, high + pad}
	v.frame(a, "step")
	if fork := rec.Experiment.Fork(); fork <= step && fork < rec.Experiment.Steps {
		x := a.x(float64(fork))
		v.pen.line([]point{{x, a.in.y}, {x, a.in.y + a.in.h}}, 1, faint, []float64{3, 3})
		v.pen.text("widened", x+4, a.in.y+6, 10.5, soft, left)
	}
	var ends []label
	for i, arm := range rec.Experiment.Arms {
		m := markOf(arm)
		held := measured(upTo(rec.Tracks[i], step), func(f sim.ArmFrame) bool { return !math.IsNaN(float64(f.Held)) })
		if len(held) == 0 {
			continue
		}
		points := a.series(len(held), func(k int) (float64, float64) { return float64(held[k].Step), float64(held[k].Held) })
		v.pen.line(points, 2, m.hue, m.dash)
		last := held[len(held)-1]
		end := points[len(points)-1]
		m.shape(v.pen, end.x, end.y, 4, m.hue)
		ends = append(ends, label{end.y, fmt.Sprintf("%s %.3f", arm.Name, last.Held), m})
	}
	v.labels(ends, a.in.x+a.in.w+6, a.in.y, a.in.y+a.in.h)
	v.hover(a, step)
}

// hover writes the exact values of all arms at the step under the pointer.
func (v *View) hover(a axes, step int) {
	p := v.pointer
	if !v.inside || p.x < a.in.x || p.x > a.in.x+a.in.w || p.y < a.in.y || p.y > a.in.y+a.in.h {
		return
	}
	at := min(int(math.Round(a.x0+(p.x-a.in.x)/a.in.w*(a.x1-a.x0))), step)
	x := a.x(float64(at))
	v.pen.segment(point{x, a.in.y}, point{x, a.in.y + a.in.h}, 1, soft)
	lines := []string{fmt.Sprintf("step %d", at)}
	for i, arm := range v.rec.Experiment.Arms {
		if h, ok := v.rec.HeldAt(i, at); ok {
			f := v.rec.At(at).Arms[i]
			lines = append(lines, fmt.Sprintf("%s  held-out %.6f  train %.6f", arm.Name, h, f.Train))
		}
	}
	width := 0.0
	for _, l := range lines {
		width = math.Max(width, v.pen.width(l, 11, false))
	}
	bx := math.Min(x+10, v.w-width-20)
	v.pen.rect(bx-1, p.y-1, width+18, float64(len(lines))*15+10, faint)
	v.pen.rect(bx, p.y, width+16, float64(len(lines))*15+8, paper)
	for i, l := range lines {
		v.pen.text(l, bx+8, p.y+11+float64(i)*15, 11, ink, left)
	}
}

// upTo is the part of a track up to a step.
func upTo(t []sim.ArmFrame, step int) []sim.ArmFrame {
	return t[:sort.Search(len(t), func(i int) bool { return t[i].Step > step })]
}

// measured keeps the frames that have what is drawn.
func measured(t []sim.ArmFrame, has func(sim.ArmFrame) bool) []sim.ArmFrame {
	var out []sim.ArmFrame
	for _, f := range t {
		if has(f) {
			out = append(out, f)
		}
	}
	return out
}
