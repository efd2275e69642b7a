package viz

import (
	"math"
	"math/bits"
	"slices"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/valloss"
)

// moment is a place on an x axis where arms were widened.
type moment struct {
	x       float64
	reports []int // which of the record's
}

// widenings marks every widening of every arm up to a step.
func (v *View) widenings(a axes, step int) {
	v.moments = v.moments[:0]
	for i := range v.rec.Reports {
		p := &v.rec.Reports[i]
		cost, ok := valloss.Cost(v.rec, p)
		if !ok || p.Step > step || v.Hidden(p.Arm) {
			continue
		}
		x, k := a.x(v.scale.place(v.rec.Experiment, p.Step, cost)), 0
		for k < len(v.moments) && math.Abs(v.moments[k].x-x) >= 1 {
			k++
		}
		if k == len(v.moments) {
			v.moments = append(v.moments, moment{x: x})
			v.pen.line([]point{{x, a.in.y}, {x, a.in.y + a.in.h}}, 1, faint, []float64{3, 3})
		}
		v.moments[k].reports = append(v.moments[k].reports, i)
	}
}

// leastJump is the least height by which a loss has to change at a widening to be written beside it.
const leastJump = 16

// jumps writes beside the marks of the widenings what they are, which arms were widened where not all were, and the
// loss just after where that is another one. Then they are left of the mark, if there is room: the curves that fall
// back are right of it.
func (v *View) jumps(a axes) {
	differ, free := valloss.Differ(v.rec.Experiment), a.in.x // words begin right of free
	for _, m := range v.moments {
		list := []label{{y: a.in.y + 4, name: "widened"}}
		for _, i := range m.reports {
			p := &v.rec.Reports[i]
			after := a.in.y // where it is no number, as where it is too high
			if record.Finite(p.ValLossAfter) {
				after = a.y(float64(p.ValLossAfter))
			}
			if math.Abs(after-a.y(float64(p.ValLossBefore))) < leastJump {
				continue
			}
			l := label{y: after, value: digits(p.ValLossAfter, 3)}
			k := slices.IndexFunc(list, func(o label) bool { return o.value == l.value })
			if k < 0 {
				k, list = len(list), append(list, l)
			}
			list[k].arms |= 1 << p.Arm
		}
		if differ {
			for _, i := range m.reports {
				list[0].arms |= 1 << v.rec.Reports[i].Arm
			}
		}
		wide := 0.0
		for _, l := range list {
			wide = math.Max(wide, v.jumpWidth(l))
		}
		before := len(list) > 1 && m.x-6-wide >= free
		apart(list, a.in.y, a.in.y+a.in.h)
		for _, l := range list {
			at := m.x + 6
			if before {
				at = m.x - 6 - v.jumpWidth(l)
			}
			v.jump(l, at)
		}
		if free = m.x; !before {
			free += 6 + wide
		}
	}
}

// jumpMark is the room of an arm's mark before words.
const jumpMark = 11

func (v *View) jumpWidth(l label) float64 {
	return float64(bits.OnesCount(l.arms))*jumpMark + v.pen.width(l.name+l.value, small)
}

// jump writes words of a widening, with the marks of its arms, in the hue of the only one, where no others stand.
// Curves that were drawn before pass behind them.
func (v *View) jump(l label, x float64) {
	hue := soft
	if !v.pen.free(l.name+l.value, x+v.jumpWidth(l), l.y, small, right) {
		return
	}
	v.pen.rect(x-1, l.y-labelPitch/2+1, v.jumpWidth(l)+2, labelPitch-2, paper)
	for i := range v.styles {
		if l.arms>>i&1 == 0 {
			continue
		}
		v.pen.mark(v.styles[i], x+4, l.y, 3)
		x += jumpMark
		if l.arms == 1<<i && l.name == "" {
			hue = v.styles[i].Hue
		}
	}
	v.pen.text(l.name+l.value, x, l.y, small, hue, left)
}
