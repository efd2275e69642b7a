package viz

import (
	"image/color"
	"math"

	"github.com/sparkling-lab/sparkling/sim"
)

// single draws neurons and channels before they are doubled.
func (v *View) single(b box, l layout, rows []row) {
	for k, r := range rows {
		g, ok := v.rowAt(b, l, k, r)
		for i := 0; ok && i < r.n; i++ {
			at := g.at(i)
			if l.cells {
				v.pen.rect(at.x, at.y, at.w*0.8, at.h*0.7, faint)
			} else {
				v.pen.circle(at.x+at.w/2, at.y+at.h/2, math.Min(2.4, at.w*0.42), faint)
			}
		}
	}
}

// pairAt says which pair is meant: which of an arm's groups, and which of its pairs.
type pairAt struct{ group, pair int }

// groups draws the pairs of an arm, a row for each expert, and returns the pair under the pointer.
func (v *View) groups(b box, l layout, groups []sim.PairGroup, hue color.RGBA) (hit *pairAt) {
	for k, g := range groups {
		places, ok := v.rowAt(b, l, k, v.rowOf(g))
		if !ok {
			continue
		}
		for i, st := range g.Stats[v.quantity] {
			at := places.at(i)
			if v.over(at) {
				hit = &pairAt{k, i}
				v.pen.rect(at.x, at.y, at.w, at.h, rule)
			}
			if l.cells {
				v.cell(at, st, hue)
			} else {
				v.link(at, st, hue)
			}
		}
	}
	return hit
}

// far is how far a pair is from locked, from 0 to 1. A distance of sqrt(2) is that of vectors that have nothing to do with each other; where there
// is none both are zero.
func far(st sim.PairStat) float64 {
	if !sim.Finite(st.Dist) {
		return 0
	}
	return math.Min(float64(st.Dist)/math.Sqrt2, 1)
}

// cross draws what is no number: red, which nothing else is, and with a shape of its own.
func (v *View) cross(x, y, r float64) {
	v.pen.segment(point{x - r, y - r}, point{x + r, y + r}, 1.6, wrong)
	v.pen.segment(point{x - r, y + r}, point{x + r, y - r}, 1.6, wrong)
}

// link draws a pair as two dots.
func (v *View) link(in box, st sim.PairStat, hue color.RGBA) {
	x, y := in.x+in.w/2, in.y+in.h/2
	radius := math.Min(math.Max(2.6, in.h*0.06), in.w*0.42)
	c, half := stuck, radius*0.8
	switch st.State {
	case sim.Diverged:
		v.cross(x, y, radius)
		return
	case sim.Apart, sim.OneZero:
		// Even the longest link ends before the row above begins.
		reach := in.h/2 - radius - math.Max(2, in.h*0.1)
		half += far(st) * math.Max(reach-half, 0)
		c = mix(stuck, hue, 0.35+math.Sqrt2*far(st))
	}
	v.pen.segment(point{x, y - half}, point{x, y + half}, 1.1, mix(paper, c, 0.55))
	v.pen.circle(x, y-half, radius, c)
	v.pen.circle(x, y+half, radius, mix(paper, c, 0.6))
}

// cell draws a pair as a rectangle.
func (v *View) cell(in box, st sim.PairStat, hue color.RGBA) {
	c := stuck
	switch st.State {
	case sim.Diverged:
		v.cross(in.x+in.w*0.4, in.y+in.h*0.35, math.Min(in.w*0.4, in.h*0.35))
		return
	case sim.Untold:
		c = faint
	case sim.Apart, sim.OneZero:
		c = mix(paper, hue, 0.2+0.8*far(st))
	}
	v.pen.rect(in.x, in.y, in.w*0.8, in.h*0.7, c)
}
