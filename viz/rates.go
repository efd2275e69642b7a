package viz

import (
	"fmt"
	"math"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// rates draws the learning rate of the newest parameters of every arm, and thin that of the old ones where it is
// another.
func (v *View) rates(b box) {
	rec, step := v.rec, v.at()
	e := rec.Experiment
	v.pen.text(v.fitting([]string{"Learning rate, in thousandths: of new parameters, and thin of old ones",
		"Learning rate, in thousandths; thin: old parameters", "Learning rate"}, b.w, body), b.x, b.y+8, body,
		soft, left)
	high := 0.0
	for i := range rec.Tracks {
		if v.hides(i, step) && !v.trunk(i) {
			continue
		}
		for _, f := range upTo(rec.Tracks[i], step) {
			for _, rate := range [2]float32{f.LROld, f.LRNew} {
				if record.Finite(rate) {
					high = math.Max(high, float64(rate))
				}
			}
		}
	}
	if high == 0 {
		return
	}
	b.y, b.h = b.y+16, b.h-16
	a := axes{v.plot(b, 8), 0, v.scale.end(rec), 0, high * 1e3 * 1.1}
	for _, t := range ticks(a.y0, a.y1, 2) {
		v.pen.segment(point{a.in.x, a.y(t)}, point{a.in.x + a.in.w, a.y(t)}, 1, rule)
		v.pen.text(number(t), a.in.x-6, a.y(t), small, soft, right)
	}
	v.widenings(a, step)
	for i := range e.Arms {
		track, m := upTo(rec.Tracks[i], step), v.styles[i]
		if len(track) > 0 && track[0].Step == 0 {
			track = track[1:] // no update has led to it
		}
		draw := func(track []record.ArmFrame, m style.Style) {
			at := func(rate func(*record.ArmFrame) float32) []point {
				return a.series(len(track), func(k int) (float64, float64) {
					return v.scale.of(e, &track[k]), 1e3 * float64(rate(&track[k]))
				})
			}
			v.pen.line(at(func(f *record.ArmFrame) float32 { return f.LROld }), 0.9, mix(paper, m.Hue, 0.6), nil)
			v.pen.line(at(func(f *record.ArmFrame) float32 { return f.LRNew }), 1.6, m.Hue, m.Dash)
		}
		if v.trunk(i) {
			stem := upTo(track, e.Fork())
			draw(stem, shared)
			track = track[max(len(stem)-1, 0):]
		}
		if v.hides(i, step) {
			continue
		}
		draw(track, m)
	}
	if x, ok := v.under(a); ok {
		x = v.scale.snap(x)
		lines := []line{{v.scale.at(x) + ": learning rate of new, of old parameters", ink}}
		for i := range v.names {
			if f, ok := v.scale.before(e, upTo(rec.Tracks[i], step), x); ok && f.Step > 0 && !v.hides(i, f.Step) {
				lines = append(lines, line{fmt.Sprintf("%s: %.5g, %.5g", v.nameAt(i, f.Step), f.LRNew, f.LROld),
					v.styleAt(i, f.Step).Hue})
			}
		}
		v.tip(b, lines)
	}
}
