package viz

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/record"
)

// parted reports whether the arms are networks of their own at a step: the pairs of any were measured.
func (v *View) parted(arms []int, step int) bool {
	for _, i := range arms {
		if _, ok := v.rec.PairsAt(i, step); ok {
			return true
		}
	}
	return false
}

// shared draws the one network that all arms are until the first is widened.
func (v *View) shared(b box, arms []int, step int) {
	who, _, _ := strings.Cut(members(v.rec.Experiment), " and ")
	named := nameWidth
	if v.size == aside {
		named = 0
	}
	shape, width := v.shape(arms, step), b.w-named
	lay := layOut(width, b.h-90, shape, 1)
	how := fmt.Sprintf("Each ring is %s of the one network that all arms are until the widening. There each gets "+
		"another beside it.", who)
	if lay.every > 1 {
		how += fmt.Sprintf(" One of %d experts is shown.", lay.every)
	}
	b = v.heading(b, "Neurons, before the widening", how, "Each ring is "+who+".")
	lay = layOut(width, b.h, shape, 1)
	lay.names = named
	v.single(b, lay, shape)
}

// single draws neurons and channels before they are doubled: as rings, for grey dots are identical ones.
func (v *View) single(b box, l layout, rows []row) {
	for k, r := range rows {
		g, ok := v.rowAt(b, l, k, r)
		for i := 0; ok && i < r.n; i++ {
			at := g.at(i)
			if l.cells {
				v.pen.rect(at.x, at.y, at.w*0.8, at.h*0.7, ink)
				v.pen.rect(at.x+0.8, at.y+0.8, math.Max(at.w*0.8-1.6, 0), math.Max(at.h*0.7-1.6, 0), paper)
			} else {
				x, y, r := at.x+at.w/2, at.y+at.h/2, math.Min(9, math.Min(at.w*0.4, at.h*0.4))
				v.pen.circle(x, y, r, ink)
				v.pen.circle(x, y, math.Max(r-1, 0), paper)
			}
		}
	}
}

// pairAt says which pair is meant: which of an arm's groups, and which of its pairs; and whether a click opens it.
type pairAt struct {
	group, pair int
	opens       bool
}

// groups draws the pairs of an arm, a row for each expert, and returns the pair under the pointer. A click on a pair of
// neurons opens its next update.
func (v *View) groups(b box, l layout, arm int, groups []record.PairGroup, hue color.RGBA) (hit *pairAt) {
	for k, g := range groups {
		places, ok := v.rowAt(b, l, k, v.rowOf(g))
		if !ok {
			continue
		}
		if g.Expert >= 0 {
			v.button(places.all(len(g.Orig)), func(at point) {
				if i := places.under(at); i >= 0 && i < len(g.Orig) {
					v.OpenUpdate(arm, g.Layer, g.Expert, int(g.Orig[i]), int(g.Copy[i]))
				}
			})
		}
		for i, st := range g.Stats[v.quantity] {
			at := places.at(i)
			if v.over(at) {
				hit = &pairAt{k, i, g.Expert >= 0}
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

// far is how far a pair is from locked, from 0 to 1. A distance of sqrt(2) is that of vectors that have nothing to do
// with each other; where there is none both are zero.
func far(st record.PairStat) float64 {
	if !record.Finite(st.Dist) {
		return 0
	}
	return math.Min(float64(st.Dist)/math.Sqrt2, 1)
}

// link draws a pair as two dots.
func (v *View) link(in box, st record.PairStat, hue color.RGBA) {
	x, y := in.x+in.w/2, in.y+in.h/2
	// In low rows dots are small, so that those of a pair that has come apart are seen apart.
	radius := math.Min(math.Max(1.6, in.h*0.12), math.Min(in.w*0.4, 9))
	if st.State == record.Diverged {
		v.cross(x, y, radius)
		return
	}
	// Even the longest link ends before the row above begins.
	half, c := parting(st, radius, in.h/2-radius-math.Max(1.2, in.h*0.06), hue)
	v.halves(x, y, half, radius, c)
}

// parting is how far from their middle the two dots of a pair stand, at most reach where they come apart, and the
// colour of the original.
func parting(st record.PairStat, radius, reach float64, hue color.RGBA) (half float64, c color.RGBA) {
	half = radius * 0.8
	if st.State != record.Apart && st.State != record.OneZero {
		return half, stuck
	}
	return half + far(st)*math.Max(reach-half, 0), mix(stuck, hue, 0.35+math.Sqrt2*far(st))
}

// halves draws two linked dots, the copy lighter.
func (v *View) halves(x, y, half, radius float64, c color.RGBA) {
	v.pen.segment(point{x, y - half}, point{x, y + half}, 1.1, mix(paper, c, 0.55))
	v.pen.circle(x, y-half, radius, c)
	v.pen.circle(x, y+half, radius, mix(paper, c, 0.6))
}

// cell draws a pair as a rectangle.
func (v *View) cell(in box, st record.PairStat, hue color.RGBA) {
	c := stuck
	switch st.State {
	case record.Diverged:
		v.cross(in.x+in.w*0.4, in.y+in.h*0.35, math.Min(in.w*0.4, in.h*0.35))
		return
	case record.PairUnknown:
		c = faint
	case record.Apart, record.OneZero:
		c = mix(paper, hue, 0.2+0.8*far(st))
	}
	v.pen.rect(in.x, in.y, in.w*0.8, in.h*0.7, c)
}
