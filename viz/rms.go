package viz

import (
	"fmt"
	"math"
	"slices"

	"github.com/sparkling-lab/sparkling/sim/record"
)

// rms draws, block by block, how large what the block adds is beside what enters it: just before the widening (hollow), just after
// it (filled), and now (a bar).
func (v *View) rms(b box) {
	rec, step := v.rec, v.at()
	layers := rec.Experiment.Model.Layers
	how, every, name := "RMS of what a block adds over RMS of what enters it. Ring: before the widening; mark: after; short bar: now.", 1, block
	if pitch := (b.w - 44) / float64(2*layers); pitch < v.pen.width(block(2*layers-2), small)+6 {
		how, name = how+" A: attention, E: experts.", short
		for every*int(pitch) < int(v.pen.width(short(2*layers-1), small))+5 && every < 2*layers {
			every++
		}
		if every > 1 {
			every += every % 2 // attention of every so many layers
		}
	}
	top, missing := 0.1, false
	now := make([][]record.BlockRMS, len(rec.Tracks))
	for i := range rec.Tracks {
		t := upTo(rec.Tracks[i], step)
		for k := len(t) - 1; k >= 0 && now[i] == nil; k-- {
			now[i] = t[k].RMS
		}
		blocks := [][]record.BlockRMS{now[i]}
		if p, ok := rec.ReportAt(i, step); ok {
			blocks = append(blocks, p.RMSBefore, p.RMSAfter)
		}
		for _, r := range slices.Concat(blocks...) {
			if record.Finite(r.Ratio()) {
				top = math.Max(top, float64(r.Ratio()))
			} else {
				missing = true
			}
		}
	}
	if missing {
		how += crossed
	}
	b = v.heading(b, "RMS of the blocks", how)
	b = v.did(b, step)
	a := axes{box{b.x + 38, b.y + 8, b.w - 44, math.Max(b.h-34, 20)}, 0, float64(2 * layers), 0, top * 1.12}
	for _, t := range ticks(a.y0, a.y1, a.in.h/36) {
		v.pen.segment(point{a.in.x, a.y(t)}, point{a.in.x + a.in.w, a.y(t)}, 1, rule)
		v.pen.text(number(t), a.in.x-6, a.y(t), small, soft, right)
	}
	// Marks become smaller where arms lie closer.
	apart := math.Min(0.17, 0.84/float64(len(rec.Tracks)))
	size := math.Min(1, apart*a.in.w/a.x1/9.5)
	for k := range 2 * layers {
		if k%every == 0 {
			v.pen.text(name(k), a.x(float64(k)+0.5), a.in.y+a.in.h+11, small, soft, center)
		}
		for i := range rec.Experiment.Arms {
			x := a.x(float64(k) + 0.5 + (float64(i)-float64(len(rec.Tracks)-1)/2)*apart)
			m := v.styles[i]
			if len(now[i]) > k {
				if y, ok := v.ratio(a, x, now[i][k], size); ok {
					v.pen.segment(point{x - 5*size, y}, point{x + 5*size, y}, 2, m.Hue)
				}
			}
			if p, ok := rec.ReportAt(i, step); ok && k < len(p.RMSAfter) {
				before, one := v.ratio(a, x, p.RMSBefore[k], size)
				after, two := v.ratio(a, x, p.RMSAfter[k], size)
				if !one || !two {
					continue
				}
				v.pen.segment(point{x, before}, point{x, after}, 1, mix(paper, m.Hue, 0.6))
				v.pen.circle(x, before, 4.6*size, m.Hue)
				v.pen.circle(x, before, 3.4*size, paper)
				v.pen.mark(m, x, after, 2.6*size)
			}
		}
	}
	v.exactRMS(b, a, now, step)
}

// ratio is the height of a block's ratio. It is false where that is no number, and a cross at the top says so.
func (v *View) ratio(a axes, x float64, r record.BlockRMS, size float64) (float64, bool) {
	if !record.Finite(r.Ratio()) {
		v.cross(x, a.in.y+5, 4*size)
		return 0, false
	}
	return a.y(float64(r.Ratio())), true
}

// exactRMS writes the numbers of the block under the pointer.
func (v *View) exactRMS(b box, a axes, now [][]record.BlockRMS, step int) {
	if !v.over(a.in) {
		return
	}
	k := min(int((v.pointer.x-a.in.x)/a.in.w*a.x1), int(a.x1)-1)
	lines := []line{{fmt.Sprintf("%s: in, out, ratio", block(k)), ink}}
	for i, name := range v.names {
		hue := v.styles[i].Hue
		write := func(when string, r record.BlockRMS) {
			lines = append(lines, line{fmt.Sprintf("%s %s: %s, %s, %s", name, when, digits(r.In, 5), digits(r.Out, 5), digits(r.Ratio(), 5)), hue})
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

// block names a residual block.
func block(k int) string { return [2]string{"attention", "experts"}[k%2] + fmt.Sprintf(" %d", k/2+1) }

// short is its name where there is little room.
func short(k int) string { return fmt.Sprintf("%c%d", "AE"[k%2], k/2+1) }
