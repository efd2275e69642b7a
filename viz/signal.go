package viz

import (
	"fmt"
	"image/color"
	"math"
	"slices"

	"github.com/sparkling-lab/sparkling/sim/record"
)

// kept is what widenings did to the signal of arms that they treated alike.
type kept struct {
	record.Report
	record.RMSRatios
	arms []int
	hue  color.RGBA // of its only arm, or that of all
}

// keptBy lists what the newest widenings at a step did to the signal.
func (v *View) keptBy(step int) (out []kept) {
	for i := range v.rec.Tracks {
		p, ok := v.rec.ReportAt(i, step)
		if !ok || len(p.RMSAfter) == 0 || v.hides(i, step) {
			continue
		}
		k := slices.IndexFunc(out, func(o kept) bool {
			return o.Step == p.Step && slices.Equal(o.RMSBefore, p.RMSBefore) &&
				slices.Equal(o.RMSAfter, p.RMSAfter) && slices.Equal(o.RMSUnscaled, p.RMSUnscaled)
		})
		if k < 0 {
			k, out = len(out), append(out, kept{Report: p, RMSRatios: v.rec.RMSRatios(p), hue: v.styles[i].Hue})
		} else {
			out[k].hue = ink
		}
		out[k].arms = append(out[k].arms, i)
	}
	return out
}

// leastSignal is how wide a picture of what became of the signal is at least.
const leastSignal = 210

// signal draws what the widening did to the signal: block by block and in the mean the ratio r before and after it, and
// as it would be without its factor. It is false where there was no widening, or more kinds of them than there is room
// for.
func (v *View) signal(b box, step int) bool {
	groups := v.keptBy(step)
	n := float64(len(groups))
	if n == 0 || (b.w-gap*(n-1))/n < math.Min(leastSignal, b.w) {
		return false
	}
	how, top := "r: the RMS of what a block adds, over the RMS of what flows past it.", 0.1
	if len(groups) == 1 {
		how = groups[0].Words() + " " + how
	}
	missing := false
	for _, g := range groups {
		for _, r := range slices.Concat(g.RMSBefore, g.RMSAfter, g.RMSUnscaled) {
			if x := float64(r.Ratio()); record.Finite(x) {
				top = math.Max(top, x)
			} else {
				missing = true
			}
		}
	}
	if missing {
		how += crossed
	}
	b = v.heading(b, "RMS at the widening", how, "r: what a block adds, over what flows past it (RMS).")
	width := (b.w - gap*(n-1)) / n
	for k, g := range groups {
		v.signalOf(box{b.x + (width+gap)*float64(k), b.y, width, b.h}, g, top, len(groups) > 1, k == 0)
	}
	return true
}

// signalOf draws what became of one signal: three large numbers, which are the legend too, over bars.
func (v *View) signalOf(b box, g kept, top float64, named, first bool) {
	y := b.y + 8
	if named {
		x := b.x + 4
		for _, i := range g.arms {
			v.pen.mark(v.styles[i], x, y, 4)
			x += 11
		}
		name := ""
		if len(g.arms) == 1 {
			name = v.names[g.arms[0]]
		}
		v.pen.text(v.fitting([]string{name, ""}, b.x+b.w-x, body), x, y, body, g.hue, left)
		y += 24
	}
	unscaled := len(g.RMSUnscaled) > 0
	x, third := b.x, math.Min(b.w/3, 190)
	for _, c := range []struct {
		kind   bar
		words  []string
		number float64
		is     bool
	}{{before, []string{"r before", "before", ""}, g.Before, true},
		{after, []string{"r after", "after", ""}, g.After, true},
		{without, []string{"r without the factor", "without factor", "no factor", ""}, g.Unscaled, unscaled}} {
		if !c.is {
			continue
		}
		v.bar(box{x, y - 5, 12, 14}, c.kind, g.hue)
		size := float64(large)
		if !record.Finite(c.number) {
			size = small
		}
		v.pen.title(digits(c.number, 2), x+18, y+2, size, ink)
		v.pen.text(v.fitting(c.words, third-22, small), x+18, y+20, small, soft, left)
		x += third
	}
	y += 36
	blocks := len(g.RMSAfter)
	room := 8.0
	if first {
		room = 34
	}
	columns := float64(blocks) + 1.4 // the blocks, and apart from them their mean
	a := axes{box{b.x + room, y, b.w - room, math.Max(b.y+b.h-y-22, 20)}, 0, columns, 0, top * 1.12}
	for _, t := range ticks(a.y0, a.y1, a.in.h/60) {
		v.pen.segment(point{a.in.x, a.y(t)}, point{a.in.x + a.in.w, a.y(t)}, 1, rule)
		if first {
			v.pen.text(number(t), a.in.x-6, a.y(t), small, soft, right)
		}
	}
	name, every, _ := v.blockNames(a.in.w/columns, blocks)
	for k := range blocks {
		r := [3]float64{float64(g.RMSBefore[k].Ratio()), float64(g.RMSAfter[k].Ratio()), math.NaN()}
		if unscaled {
			r[without] = float64(g.RMSUnscaled[k].Ratio())
		}
		v.bars(a, float64(k), r, unscaled, g.hue)
		if k%every == 0 {
			v.pen.text(name(k), a.x(float64(k)+0.5), a.in.y+a.in.h+12, small, soft, center)
		}
	}
	v.bars(a, columns-1, [3]float64{g.Before, g.After, g.Unscaled}, unscaled, g.hue)
	v.pen.text("mean", a.x(columns-0.5), a.in.y+a.in.h+12, small, ink, center)
	v.exactSignal(b, a, g)
}

// blockNames are the names of the blocks for columns so wide, whether they are abridged, and of how many columns one is
// named.
func (v *View) blockNames(width float64, blocks int) (name func(int) string, every int, abridged bool) {
	name, every = block, 1
	if v.pen.width(block(blocks-2), small)+6 > width {
		name, abridged = short, true
		for float64(every)*width < v.pen.width(short(blocks-1), small)+5 && every < blocks {
			every++
		}
		if every > 1 {
			every += every % 2 // attention of every so many layers
		}
	}
	return name, every, abridged
}

// bar is what a bar stands for.
type bar int

const (
	before bar = iota
	after
	without
)

// large is the size of the numbers that a picture is about.
const large = 22

// bar draws one: light, full, or hollow.
func (v *View) bar(b box, kind bar, hue color.RGBA) {
	switch kind {
	case before:
		v.pen.rect(b.x, b.y, b.w, b.h, faint)
	case after:
		v.pen.rect(b.x, b.y, b.w, b.h, hue)
	case without:
		v.pen.rect(b.x, b.y, b.w, b.h, soft)
		v.pen.rect(b.x+1.2, b.y+1.2, math.Max(b.w-2.4, 0), math.Max(b.h-2.4, 0), paper)
	}
}

// bars draws a block's ratios beside each other, and a line from that before over the others, which shows what kept
// its height.
func (v *View) bars(a axes, column float64, r [3]float64, unscaled bool, hue color.RGBA) {
	n := 2.0
	if unscaled {
		n = 3
	}
	pitch := (a.x(column+1) - a.x(column)) * 0.8 / n
	x, wide := a.x(column)+pitch*n*0.125, math.Min(pitch*0.86, 44)
	x += (pitch - wide) * n / 2
	for k, y := range r[:int(n)] {
		at := x + float64(k)*math.Min(pitch, wide/0.86)
		if !record.Finite(y) {
			v.cross(at+wide/2, a.in.y+6, math.Min(4, wide/2))
			continue
		}
		v.bar(box{at, a.y(y), wide, a.in.y + a.in.h - a.y(y)}, bar(k), hue)
		if s := digits(y, 2); v.pen.width(s, small) < wide+2 {
			over := a.y(y)
			if line := a.y(r[before]); line < over && line > over-18 {
				over = line // which would strike the number through
			}
			v.pen.text(s, at+wide/2, over-9, small, soft, center)
		}
	}
	if record.Finite(r[before]) {
		y := a.y(r[before])
		v.pen.segment(point{x, y}, point{x + n*math.Min(pitch, wide/0.86), y}, 1, ink)
	}
}

// exactSignal writes the numbers of the block under the pointer.
func (v *View) exactSignal(b box, a axes, g kept) {
	if !v.over(a.in) {
		return
	}
	k := int((v.pointer.x - a.in.x) / a.in.w * a.x1)
	if k >= len(g.RMSAfter) {
		v.beside(b, a.x(a.x1-1), a.x(a.x1), v.exactMeans(g.Step))
		return
	}
	lines := []line{{fmt.Sprintf("%s: in, out, ratio", block(k)), ink}}
	for _, w := range []struct {
		when   string
		blocks []record.BlockRMS
	}{{"before", g.RMSBefore}, {"after", g.RMSAfter}, {"without the factor", g.RMSUnscaled}} {
		if k < len(w.blocks) {
			lines = append(lines, inOut(w.when, w.blocks[k], ink))
		}
	}
	v.beside(b, a.x(float64(k)), a.x(float64(k+1)), lines)
}

// inOut are the numbers of a block.
func inOut(when string, r record.BlockRMS, hue color.RGBA) line {
	return line{fmt.Sprintf("%s: %s, %s, %s", when, digits(r.In, 5), digits(r.Out, 5), digits(r.Ratio(), 5)), hue}
}
