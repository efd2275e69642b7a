package viz

import (
	"fmt"
	"image/color"
	"math"
	"slices"

	"github.com/sparkling-lab/sparkling/sim/record"
)

// neurons draws those of an expert: rings, and where they were widened pairs of dots, as they are among the copies.
func (v *View) neurons(b box, d drawing, layer, expert int, f bones) {
	inner := d.widened && d.widening.Axis != "hidden"
	if inner {
		v.merge(d.pairsOf(layer, expert), d.dots, d.each)
	}
	if d.Experts > 1 {
		b.h -= math.Min(5, 0.12*b.h) // of the load
	}
	w0, h0 := d.lying[0].size(b)
	w1, h1 := d.lying[1].size(b)
	w, h := w0+(w1-w0)*d.apart, h0+(h1-h0)*d.apart
	radius := clamp(math.Min(w*0.32, h*0.19), 1.3, 8)
	for k := range d.dots {
		p, q := d.lying[0].at(b, k), d.lying[1].at(b, k)
		x, y := p.x+(q.x-p.x)*d.apart, p.y+(q.y-p.y)*d.apart
		st := record.PairStat{State: unpaired}
		if inner {
			st = v.merged[k]
			if d.pairs == nil {
				st = unmeasured(copied(d.widening), k*d.each, d.Inner, d.wide.Inner)
			}
		}
		v.neuron(x, y, radius, h/2-radius-1, d, st, d.at(y, f))
	}
}

// at is how far the widening has grown at a height: it rises from the bottom to the top.
func (d drawing) at(y float64, f bones) float64 {
	const spread = 0.45
	high := (f.layers.y + f.layers.h - y) / f.layers.h
	return ease((d.grown - spread*high) / (1 - spread))
}

// unpaired is the state of what was not paired by the newest widening, for it stands for no pair.
const unpaired = record.PairStates

// unmeasured is the pair of an original, or of several, before any pair was measured: copies are glued, and what was
// not copied stands apart from it. Originals that get none stay alone.
func unmeasured(copied bool, original, was, now int) record.PairStat {
	switch {
	case original >= now-was && now < 2*was:
		return record.PairStat{State: unpaired}
	case copied:
		return record.PairStat{State: record.PairUnknown}
	}
	return record.PairStat{State: record.PairUnknown, Dist: 1}
}

// merge makes of the pairs of a group as many as are drawn, each of which stands for several: apart as far as they are
// in the mean, locked where all are, diverged where one is.
func (v *View) merge(g *record.PairGroup, dots, each int) {
	v.merged, v.counts = slices.Grow(v.merged[:0], dots)[:dots], slices.Grow(v.counts[:0], dots)[:dots]
	for k := range v.merged {
		v.merged[k], v.counts[k] = record.PairStat{State: unpaired}, 0
	}
	if g == nil {
		return
	}
	for i, st := range g.Stats[v.quantity] {
		k := int(g.Orig[i]) / each
		if k >= dots {
			continue
		}
		m := &v.merged[k]
		if record.Finite(st.Dist) {
			m.Dist += st.Dist
			v.counts[k]++
		}
		switch {
		case m.State == record.Diverged:
		case m.State == unpaired, st.State == record.Diverged:
			m.State = st.State
		case m.State != st.State:
			m.State = record.Apart
		}
	}
	for k := range v.merged {
		v.merged[k].Dist /= max(v.counts[k], 1)
	}
}

// neuron draws a neuron as a ring, or so much of its way to the pair that it becomes: it splits into two linked halves
// that spring together again; or another one grows beside it, where what is new was not copied.
func (v *View) neuron(x, y, r, reach float64, d drawing, st record.PairStat, t float64) {
	if st.State == unpaired || !d.widened || t == 0 {
		v.ring(x, y, r, ink)
		return
	}
	if st.State == record.Diverged {
		v.cross(x, y, r)
		return
	}
	half, c := parting(st, r, reach, d.hue)
	grows := !copied(d.widening)
	if grows && st.State == record.PairUnknown {
		half = math.Min(1.4*r, reach)
	}
	if t == 1 {
		v.halves(x, y, half, r, c)
		return
	}
	now := mix(ink, c, t)
	if grows {
		v.ring(x, y-half*t, r, now)
		v.pen.circle(x, y+half, r*t, mix(paper, now, 0.6))
		return
	}
	half = half*t + math.Min(1.3*r, reach-half)*math.Sin(math.Pi*t)
	v.pen.segment(point{x, y - half}, point{x, y + half}, 1.1, now)
	for _, side := range [2]float64{1, -1} {
		light := 1 - 0.4*t*(side+1)/2 // the copy becomes lighter
		v.pen.circle(x, y+side*half, r, mix(paper, now, light))
		v.pen.circle(x, y+side*half, math.Max(r-1, 0), mix(paper, now, light*t))
	}
}

// ring draws a neuron or a channel that has no copy.
func (v *View) ring(x, y, r float64, c color.RGBA) {
	v.pen.circle(x, y, r, c)
	v.pen.circle(x, y, math.Max(r-1, 0), quiet)
}

// stream draws the residual stream as a bundle of lines, each of which splits where the stream is widened.
func (v *View) stream(f bones, d drawing) {
	hidden := d.widened && d.widening.Axis != "inner"
	if hidden {
		v.merge(d.pairsOf(-1, -1), d.lines, d.channels)
	}
	b := f.stream
	pitch := b.w / float64(d.lines)
	for k := range d.lines {
		x := b.x + pitch*(float64(k)+0.5)
		c, other, half, width := mix(paper, soft, 0.55), paper, 0.0, 1.0
		if hidden {
			st := v.merged[k]
			if d.pairs == nil {
				st = unmeasured(copied(d.widening), k*d.channels, d.Hidden, d.wide.Hidden)
			}
			if st.State == record.Diverged {
				c = wrong
			} else if t := ease(d.grown); st.State != unpaired {
				_, final := parting(st, 1, 1, d.hue)
				c, half = mix(c, final, t), t*pitch/4
				other, width = mix(paper, c, 0.6*t), math.Min(1.4, pitch/3)
			}
		}
		if half > 0 {
			v.pen.segment(point{x + half, b.y}, point{x + half, b.y + b.h}, width, other)
		}
		v.pen.segment(point{x - half, b.y}, point{x - half, b.y + b.h}, width, c)
	}
}

// exactNetwork says what is under the pointer.
func (v *View) exactNetwork(b box, f bones, d drawing) {
	if !v.over(b) {
		return
	}
	if v.over(box{f.stream.x - 3, f.stream.y, f.stream.w + 6, f.stream.h}) {
		s := "the residual stream: " + plural(d.wide.Hidden, "channel") + ", to which every block adds"
		v.tip(b, []line{{s, ink}})
	}
	for l := range d.layers {
		layer := l * d.everyLayer
		if v.over(f.attention(l)) {
			v.tip(b, []line{{fmt.Sprintf("layer %d, attention: each symbol looks at those before it", layer+1), ink}})
		}
		for k := range d.experts {
			expert := k * d.everyExpert
			if !v.over(f.expert(l, k, d.experts)) {
				continue
			}
			lines := []line{{fmt.Sprintf("layer %d, expert %d: %s", layer+1, expert+1, plural(d.wide.Inner, "neuron")),
				ink}}
			if at := layer*d.Experts + expert; d.Experts > 1 && at < len(d.load) && record.Finite(d.load[at]) {
				lines = append(lines, line{fmt.Sprintf("works on %.0f %% of the symbols of the last batch",
					100*float64(d.load[at])*float64(d.TopK)), ink})
			}
			v.tip(b, lines)
		}
	}
}
