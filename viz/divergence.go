package viz

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/sparkling-lab/sparkling/sim/record"
)

// divergence draws the cosine of the gradients of original and copy since the widening: the mean over all pairs, and a
// thin line at the tenth and the ninetieth hundredth of them.
func (v *View) divergence(b box) {
	rec, step, fork := v.rec, v.at(), v.rec.Experiment.Fork()
	b = v.heading(b, "Gradient divergence", fmt.Sprintf("Cosine of the gradients of %s: mean, and where 80 %% of the "+
		"pairs lie. Exactly 1 where their weights were equal.", members(rec.Experiment)),
		"Cosine of the gradients of pairs. 1: the same direction.")
	end := max(step, min(fork+40, rec.Experiment.Steps), fork+1)
	low := 0.5
	type curve struct {
		arm         int
		frames      []*record.ArmFrame
		lo, mid, hi []float64
	}
	var curves []curve
	for i := range rec.Experiment.Arms {
		if v.hides(i, step) {
			continue
		}
		frames := measured(rec.Tracks[i], step, hasPairs)
		l := curve{arm: i, frames: frames}
		for _, f := range frames {
			s := v.cosines(f)
			l.lo, l.mid, l.hi = append(l.lo, s.lo), append(l.mid, s.mean), append(l.hi, s.hi)
			least := s.lo
			if v.size == aside { // the mean alone is drawn
				least = s.mean
			}
			if !math.IsNaN(least) {
				low = math.Min(low, least)
			}
		}
		if len(frames) > 0 {
			curves = append(curves, l)
		}
	}
	a := axes{v.plot(b, 24), float64(fork), float64(end), math.Max(low-0.05, -1), 1.03}
	v.frame(a, "step")
	if len(curves) == 0 {
		v.note(a, "begins at the widening")
		return
	}
	v.widenings(a, step)
	var ends []label
	for _, l := range curves {
		m := v.styles[l.arm]
		at := func(ys []float64) []point {
			return a.series(len(ys), func(k int) (float64, float64) { return float64(l.frames[k].Step), ys[k] })
		}
		if v.size > aside {
			v.pen.line(at(l.lo), 0.9, mix(paper, m.Hue, 0.45), nil)
			v.pen.line(at(l.hi), 0.9, mix(paper, m.Hue, 0.45), nil)
		}
		mid := at(l.mid)
		end := point{y: a.in.y + a.in.h} // where no gradient points anywhere
		if len(mid) > 0 {
			end = mid[len(mid)-1]
			v.pen.line(mid, 2, m.Hue, m.Dash)
			v.pen.mark(m, end.x, end.y, 4)
		}
		last := l.frames[len(l.frames)-1]
		grad := last.Summary(record.Gradient)
		value := cmp.Or(grad.Word(record.Gradient), grad.Cosine(3))
		if value == record.Locked.String() && !last.Summary(record.Weight).All(record.Locked) {
			value = "= 1" // just after a widening, whatever the update has done by then
		}
		value = v.fitting([]string{value, "none"}, b.x+b.w-a.in.x-a.in.w-labelIndent-markRoom, body)
		ends = append(ends, v.lostAt(l.arm, step, end, label{name: v.names[l.arm], value: value, style: m}))
	}
	v.labels(ends, a, b.x+b.w)
	if at, ok := v.stepUnder(a, step); ok {
		words := []line{{fmt.Sprintf("step %s: cosine, distance, locked pairs", record.Thousands(at)), ink}}
		for _, c := range curves {
			if f, ok := rec.PairsAt(c.arm, at); ok {
				s := f.Summary(record.Gradient)
				words = append(words, line{fmt.Sprintf("%s: %s, %s, %s of %s", v.names[c.arm], s.Cosine(6),
					decimals(s.Dist, 6), record.Thousands(s.In[record.Locked]), record.Thousands(s.Pairs)),
					v.styles[c.arm].Hue})
			}
		}
		v.tip(b, words)
	}
}

// cosines sum up those of the gradients of a frame's pairs: tenth percentile, mean, ninetieth percentile.
type cosines struct{ lo, mean, hi float64 }

// cosines remembers what it found: a frame does not change, and a picture shows hundreds.
func (v *View) cosines(f *record.ArmFrame) cosines {
	if s, ok := v.cosinesOf[&f.Pairs[0]]; ok {
		return s
	}
	s := cosinesOf(f)
	v.cosinesOf[&f.Pairs[0]] = s
	return s
}

func cosinesOf(f *record.ArmFrame) cosines {
	var all []float64
	sum, lost := 0.0, false
	for _, g := range f.Pairs {
		for _, s := range g.Stats[record.Gradient] {
			lost = lost || s.State == record.Diverged
			if c := float64(s.Cos); record.Finite(c) {
				all = append(all, c)
				sum += c
			}
		}
	}
	if len(all) == 0 || lost {
		return cosines{math.NaN(), math.NaN(), math.NaN()}
	}
	slices.Sort(all)
	n := float64(len(all) - 1)
	return cosines{all[int(0.1*n)], sum / float64(len(all)), all[int(math.Round(0.9*n))]}
}
