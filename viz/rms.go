package viz

import (
	"fmt"
	"math"
	"strconv"

	"github.com/sparkling-lab/sparkling/sim"
)

// rms draws, block by block, how large what the block adds is beside what enters it: just before the widening (hollow), just after
// it (filled), and now (a bar).
func (v *View) rms(b box) {
	rec, step := v.rec, v.at()
	b = v.heading(b, "RMS of the blocks", "RMS of what a block adds over RMS of what enters it. Ring: before the widening; mark: after; short bar: now.")
	layers := rec.Experiment.Model.Layers
	top := 0.1
	now := make([][]sim.BlockRMS, len(rec.Tracks))
	for i := range rec.Tracks {
		t := upTo(rec.Tracks[i], step)
		for k := len(t) - 1; k >= 0 && now[i] == nil; k-- {
			now[i] = t[k].RMS
		}
		for _, r := range now[i] {
			top = math.Max(top, float64(r.Ratio()))
		}
		if p, ok := rec.Report(i); ok && p.Step <= step {
			for k := range p.RMSAfter {
				top = math.Max(top, math.Max(float64(p.RMSBefore[k].Ratio()), float64(p.RMSAfter[k].Ratio())))
			}
		}
	}
	if math.IsInf(top, 0) || math.IsNaN(top) {
		top = 1
	}
	words := v.wrap(v.widened(step), b.w)
	a := axes{box{b.x + 38, b.y + 8, b.w - 44, b.h - 34 - 15*float64(len(words))}, 0, float64(2 * layers), 0, top * 1.12}
	for _, t := range ticks(a.y0, a.y1, a.in.h/36) {
		v.pen.segment(point{a.in.x, a.y(t)}, point{a.in.x + a.in.w, a.y(t)}, 1, rule)
		v.pen.text(number(t), a.in.x-6, a.y(t), small, soft, right)
	}
	for k := range 2 * layers {
		v.pen.text(block(k), a.x(float64(k)+0.5), a.in.y+a.in.h+11, small, soft, center)
		for i := range rec.Experiment.Arms {
			x := a.x(float64(k) + 0.5 + (float64(i)-float64(len(rec.Tracks)-1)/2)*math.Min(0.17, 0.84/float64(len(rec.Tracks))))
			m := v.looks[i]
			if len(now[i]) > k {
				y := a.y(float64(now[i][k].Ratio()))
				v.pen.segment(point{x - 5, y}, point{x + 5, y}, 2, m.Hue)
			}
			if p, ok := rec.Report(i); ok && p.Step <= step && k < len(p.RMSAfter) {
				before, after := a.y(float64(p.RMSBefore[k].Ratio())), a.y(float64(p.RMSAfter[k].Ratio()))
				v.pen.segment(point{x, before}, point{x, after}, 1, mix(paper, m.Hue, 0.6))
				v.pen.circle(x, before, 4.6, m.Hue)
				v.pen.circle(x, before, 3.4, paper)
				v.pen.mark(m, x, after, 2.6)
			}
		}
	}
	for i, w := range words {
		v.pen.text(w, b.x, b.y+b.h-15*float64(len(words)-i)+8, body, soft, left)
	}
	v.exactRMS(b, a, now, step)
}

// exactRMS writes the numbers of the block under the pointer.
func (v *View) exactRMS(b box, a axes, now [][]sim.BlockRMS, step int) {
	if !v.over(a.in) {
		return
	}
	k := min(int((v.pointer.x-a.in.x)/a.in.w*a.x1), int(a.x1)-1)
	lines := []line{{fmt.Sprintf("%s: in, out, ratio", block(k)), ink}}
	for i, arm := range v.rec.Experiment.Arms {
		hue := v.looks[i].Hue
		write := func(when string, r sim.BlockRMS) {
			lines = append(lines, line{fmt.Sprintf("%s %s: %.5f, %.5f, %.5f", arm.Name, when, r.In, r.Out, r.Ratio()), hue})
		}
		if p, ok := v.rec.Report(i); ok && p.Step <= step && k < len(p.RMSAfter) {
			write("before", p.RMSBefore[k])
			write("after", p.RMSAfter[k])
		}
		if k < len(now[i]) {
			write("now", now[i][k])
		}
	}
	v.tip(b, lines)
}

// block names a residual block.
func block(k int) string { return [2]string{"attention", "experts"}[k%2] + fmt.Sprintf(" %d", k/2+1) }

// widened says in a sentence what the newest widening did; it is empty before.
func (v *View) widened(step int) string {
	for i := len(v.rec.Tracks) - 1; i >= 0; i-- {
		if p, ok := v.rec.Report(i); ok && p.Step <= step {
			return fmt.Sprintf("The widening (%s): %s parameters became %s, the loss %.4f became %.4f, and no logit moved by more than %.2g. One update now costs %.3g times as many FLOPs.",
				v.rec.Experiment.Arms[i].Name, thousands(p.ParamsBefore), thousands(p.ParamsAfter), p.HeldBefore, p.HeldAfter, p.LogitError, p.StepFLOPsAfter/p.StepFLOPsBefore)
		}
	}
	return ""
}

// thousands writes a count with a comma after every three digits.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
