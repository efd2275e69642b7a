package viz

import (
	"fmt"
	"math"
	"slices"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// rms draws, where it is large and there was a widening, what that did to the signal. Otherwise, and where the reader
// wants to see it alone, it draws block by block how large what the block adds is beside what enters it: just before
// the widening (hollow), just after it (filled), and now (a bar).
func (v *View) rms(b box) {
	rec, step := v.rec, v.at()
	if v.size == staged && v.signal(b, step) {
		return
	}
	layers := rec.Experiment.Model.Layers
	how := "RMS of what a block adds over RMS of what enters it: r. Ring: before the widening; mark: after; " +
		"short bar: now."
	columns := 2*layers + 1 // the blocks, and their mean
	name, every, abridged := v.blockNames((b.w-44)/float64(columns), 2*layers)
	if abridged {
		how += " A: attention, E: experts."
	}
	top, missing, unscaled := 0.1, false, false
	now := make([][]record.BlockRMS, len(rec.Tracks))
	var arms []int
	for i := range rec.Tracks {
		if v.hides(i, step) {
			continue
		}
		arms = append(arms, i)
		t := upTo(rec.Tracks[i], step)
		for k := len(t) - 1; k >= 0 && now[i] == nil; k-- {
			now[i] = t[k].RMS
		}
		blocks := [][]record.BlockRMS{now[i]}
		if p, ok := rec.ReportAt(i, step); ok {
			blocks = append(blocks, p.RMSBefore, p.RMSAfter)
			if x := rec.RMSRatios(p); record.Finite(x.Unscaled) {
				top, unscaled = math.Max(top, x.Unscaled), unscaled || !x.Factorless
			}
		}
		for _, r := range slices.Concat(blocks...) {
			if record.Finite(r.Ratio()) {
				top = math.Max(top, float64(r.Ratio()))
			} else {
				missing = true
			}
		}
	}
	if unscaled {
		how += " Square: mean after the same widening without its factor."
	}
	if missing {
		how += crossed
	}
	b = v.heading(b, "RMS of the blocks", how, "Added over what flows past. Ring: before; mark: after; bar: now.")
	if v.size > aside {
		if rec.Parted(step) && len(arms) > 1 {
			b = v.key(b, arms)
		}
		b = v.whatItDid(b, step)
	}
	a := axes{box{b.x + 38, b.y + 8, b.w - 44, math.Max(b.h-34, 20)}, 0, float64(columns), 0, top * 1.12}
	for _, t := range ticks(a.y0, a.y1, a.in.h/36) {
		v.pen.segment(point{a.in.x, a.y(t)}, point{a.in.x + a.in.w, a.y(t)}, 1, rule)
		v.pen.text(number(t), a.in.x-6, a.y(t), small, soft, right)
	}
	// Marks become smaller where arms lie closer.
	apart := math.Min(0.17, 0.84/float64(len(arms)))
	size := math.Min(1, apart*a.in.w/a.x1/9.5)
	half := v.pen.width("mean", small) / 2
	mean := math.Min(a.x(float64(2*layers)+0.5), a.in.x+a.in.w-half)
	v.pen.text("mean", mean, a.in.y+a.in.h+11, small, ink, center)
	for k := 0; k < 2*layers; k += every {
		if x := a.x(float64(k) + 0.5); x+v.pen.width(name(k), small)/2 < mean-half-3 {
			v.pen.text(name(k), x, a.in.y+a.in.h+11, small, soft, center)
		}
	}
	for place, i := range arms {
		arm := func(k int) armRatios {
			x := a.x(float64(k) + 0.5 + (float64(place)-float64(len(arms)-1)/2)*apart)
			return armRatios{a, v.styleAt(i, step), x, size}
		}
		p, widened := rec.ReportAt(i, step)
		for k := range 2 * layers {
			if len(now[i]) > k {
				v.ratioNow(arm(k), float64(now[i][k].Ratio()))
			}
			if widened && k < len(p.RMSAfter) {
				v.ratioMoved(arm(k), float64(p.RMSBefore[k].Ratio()), float64(p.RMSAfter[k].Ratio()))
			}
		}
		if len(now[i]) > 0 {
			v.ratioNow(arm(2*layers), record.MeanRMSRatio(now[i]))
		}
		if widened {
			x := rec.RMSRatios(p)
			v.ratioUnscaled(arm(2*layers), x)
			v.ratioMoved(arm(2*layers), x.Before, x.After)
		}
	}
	v.pen.segment(point{a.x(float64(2 * layers)), a.in.y}, point{a.x(float64(2 * layers)), a.in.y + a.in.h}, 1, faint)
	v.exactRMS(b, a, now, step)
}

// armRatios is where an arm's ratios of a block stand.
type armRatios struct {
	axes
	style style.Style
	x     float64
	size  float64
}

// ratio is the height of a ratio. It is false where that is no number, and a cross at the top says so.
func (v *View) ratio(a armRatios, r float64) (float64, bool) {
	if !record.Finite(r) {
		v.cross(a.x, a.in.y+5, 4*a.size)
		return 0, false
	}
	return a.y(r), true
}

// ratioNow draws a ratio as it is now: a short bar.
func (v *View) ratioNow(a armRatios, r float64) {
	if y, ok := v.ratio(a, r); ok {
		v.pen.segment(point{a.x - 5*a.size, y}, point{a.x + 5*a.size, y}, 2, a.style.Hue)
	}
}

// ratioMoved draws what a widening made of a ratio, a ring before it and a mark after it.
func (v *View) ratioMoved(a armRatios, from, to float64) {
	before, one := v.ratio(a, from)
	after, two := v.ratio(a, to)
	if !one || !two {
		return
	}
	v.pen.segment(point{a.x, before}, point{a.x, after}, 1, mix(paper, a.style.Hue, 0.6))
	v.pen.circle(a.x, before, 4.6*a.size, a.style.Hue)
	v.pen.circle(a.x, before, 3.4*a.size, paper)
	v.pen.mark(a.style, a.x, after, 2.6*a.size)
}

// ratioUnscaled draws the mean as it would be after the same widening without its factor: a hollow square.
func (v *View) ratioUnscaled(a armRatios, x record.RMSRatios) {
	if x.Factorless || !record.Finite(x.Unscaled) {
		return
	}
	y, side := a.y(x.Unscaled), 8*a.size
	v.pen.segment(point{a.x, a.y(x.Before)}, point{a.x, y}, 1, faint)
	v.pen.rect(a.x-side/2, y-side/2, side, side, a.style.Hue)
	v.pen.rect(a.x-side/2+1.2, y-side/2+1.2, side-2.4, side-2.4, paper)
}

// exactRMS writes the numbers of the block under the pointer.
func (v *View) exactRMS(b box, a axes, now [][]record.BlockRMS, step int) {
	if !v.over(a.in) {
		return
	}
	k := min(int((v.pointer.x-a.in.x)/a.in.w*a.x1), int(a.x1)-1)
	if k == int(a.x1)-1 {
		v.beside(b, a.x(float64(k)), a.x(float64(k+1)), v.exactMeans(step))
		return
	}
	lines := []line{{fmt.Sprintf("%s: in, out, ratio", block(k)), ink}}
	for i := range v.names {
		if v.hides(i, step) {
			continue
		}
		name, hue := v.nameAt(i, step), v.styleAt(i, step).Hue
		write := func(when string, r record.BlockRMS) {
			lines = append(lines, inOut(name+" "+when, r, hue))
		}
		if p, ok := v.rec.ReportAt(i, step); ok && k < len(p.RMSAfter) {
			write("before", p.RMSBefore[k])
			write("after", p.RMSAfter[k])
		}
		if k < len(now[i]) {
			write("now", now[i][k])
		}
	}
	v.beside(b, a.x(float64(k)), a.x(float64(k+1)), lines)
}

// exactMeans are the numbers of the mean over the blocks.
func (v *View) exactMeans(step int) []line {
	lines := []line{{"mean r of the blocks", ink}}
	for i, name := range v.names {
		p, ok := v.rec.ReportAt(i, step)
		if !ok || v.hides(i, step) {
			continue
		}
		x := v.rec.RMSRatios(p)
		s := fmt.Sprintf("%s: %s, then %s", name, digits(x.Before, 5), digits(x.After, 5))
		switch {
		case x.Factorless:
			s += ", without a factor"
		case len(p.RMSUnscaled) > 0:
			s += ", unscaled " + digits(x.Unscaled, 5)
		}
		if record.Finite(x.Largest) {
			s += "; largest change of a block " + x.Change()
		}
		lines = append(lines, line{s, v.styles[i].Hue})
	}
	return lines
}

// block names a residual block.
func block(k int) string { return [2]string{"attention", "experts"}[k%2] + fmt.Sprintf(" %d", k/2+1) }

// short is its name where there is little room.
func short(k int) string { return fmt.Sprintf("%c%d", "AE"[k%2], k/2+1) }
