package viz

import (
	"fmt"
	"math"
	"slices"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/style"
	"github.com/sparkling-lab/sparkling/viz/valloss"
)

// loss draws the validation loss of every arm; and where it stands alone, below it, how far each is from the first
// widened one since the fork, and the learning rates.
func (v *View) loss(b box) {
	task := v.rec.Experiment.Task
	words := task.Words()
	unit := "nats " + words.Unit
	ringed, ringedToo := "", ""
	if v.ended() && !task.LiveIsFull() {
		ringed, ringedToo = "; ringed, at the end, of the full split", " Ringed: of the full split."
	}
	how := fmt.Sprintf("Validation loss on %s, %s%s. Lower is better; blind guessing has %.3f.", words.Live, unit,
		ringed, v.blind())
	if v.scale == FLOPs {
		how += " Compute counts " + experiment.FLOPsCounted + "."
	}
	b = v.headingIn(b, "Loss", unit, how, "Of validation; lower is better."+ringedToo)
	if rates := b.h * 0.17; v.size == whole && b.h > 400 {
		b.h -= rates
		v.rates(box{b.x, b.y + b.h, b.w, rates})
	}
	// Where compute is counted, arms of one step have not cost the same, and their difference would mislead.
	if v.size == whole && b.h > 240 && v.scale != FLOPs {
		gaps := math.Round(b.h * 0.38)
		b.h -= gaps
		v.gaps(box{b.x, b.y + b.h, b.w, gaps})
	}
	v.curves(b)
}

func (v *View) curves(b box) {
	rec, step := v.rec, v.at()
	e := rec.Experiment
	v.readings = slices.Grow(v.readings[:0], len(e.Arms))[:len(e.Arms)]
	for i := range e.Arms {
		v.readings[i] = v.readings[i][:0]
		if !v.hides(i, step) || v.trunk(i) {
			v.readings[i] = valloss.Curve(v.readings[i], rec, i, step)
		}
	}
	v.part(step)
	from, guess := valloss.From(e, step), v.blind()
	low, high, ok := valloss.Range(v.readings, from)
	if !ok {
		return
	}
	low = math.Min(low, guess)
	if from == 0 {
		high = math.Max(high, guess)
	}
	pad := math.Max((high-low)*0.06, 0.02)
	a := axes{v.plot(b, 24), 0, v.scale.end(rec), low - pad, high + pad}
	v.frame(a, v.scale.unit())
	if y := a.y(guess); y >= a.in.y {
		v.pen.line([]point{{a.in.x, y}, {a.in.x + a.in.w, y}}, 1, faint, []float64{2, 3})
	}
	var ends []label
	v.widenings(a, step)
	for i, name := range v.names {
		m := v.styleAt(i, step)
		c, full, ended := valloss.Split(v.readings[i])
		if len(c) == 0 {
			continue
		}
		if v.together(i, step) {
			name = oneNetwork
		} else if n := v.stem(i, c); n > 0 {
			v.curve(a, c[:n], shared)
			c = c[n-1:]
		}
		if v.hides(i, step) {
			continue
		}
		end := v.curve(a, c, m)
		for _, r := range c {
			if r.Widened {
				v.pen.mark(m, a.x(v.scale.place(e, r.Step, r.FLOPs)), a.y(r.Loss), 2.6)
			}
		}
		loss := c[len(c)-1].Loss
		if ended {
			end, loss = v.fullAt(m, end, a.y(full.Loss)), full.Loss
		} else {
			v.pen.mark(m, end.x, end.y, 4)
		}
		ends = append(ends, v.lostAt(i, step, end, label{name: name, value: fmt.Sprintf("%.3f", loss), style: m}))
	}
	v.labels(ends, a, b.x+b.w)
	v.jumps(a)
	if y := a.y(guess); y >= a.in.y {
		above := y - 9 // where curves seldom are
		if above < a.in.y+4 {
			above = y + 10
		}
		if v.pen.free(guessing, a.in.x+a.in.w, above, small, right) {
			v.pen.text(guessing, a.in.x+a.in.w, above, small, soft, right)
		}
	}
	v.exactLoss(b, a, step)
}

// ended reports whether any arm has ended at the shown step.
func (v *View) ended() bool {
	for i, t := range v.rec.Tracks {
		if _, ok := v.rec.FinalValLoss(i); ok && t[len(t)-1].Step <= v.at() {
			return true
		}
	}
	return false
}

// fullAt leads a curve from its end to what was measured on the full validation split, which is another measurement
// and has a mark of its own where there is room.
func (v *View) fullAt(m style.Style, end point, y float64) point {
	if v.size == aside {
		v.pen.mark(m, end.x, y, 4)
		return point{end.x, y}
	}
	v.pen.segment(end, point{end.x, y}, 1, mix(paper, m.Hue, 0.5))
	v.pen.circle(end.x, y, 5.6, m.Hue)
	v.pen.circle(end.x, y, 4.6, paper)
	v.pen.mark(m, end.x, y, 2.7)
	return point{end.x, y}
}

// part adds to the readings of the network that others have left what these began with: its loss just then.
func (v *View) part(step int) {
	arm := v.rec.Experiment.Trunk()
	if arm < 0 || !v.trunk(arm) {
		return
	}
	for i := range v.rec.Reports {
		p := &v.rec.Reports[i]
		cost, ok := valloss.Cost(v.rec, p)
		if !ok || p.Step > step || p.Step != v.rec.Experiment.Fork() || !record.Finite(p.ValLossBefore) {
			continue
		}
		c := v.readings[arm]
		k, found := slices.BinarySearchFunc(c, p.Step, func(r valloss.Reading, s int) int { return r.Step - s })
		if !found {
			v.readings[arm] = slices.Insert(c, k, valloss.Reading{Step: p.Step, FLOPs: cost,
				Loss: float64(p.ValLossBefore)})
		}
		return
	}
}

// stem is how many of an arm's readings, from its first on, are also those of the arms that wait for it.
func (v *View) stem(arm int, c []valloss.Reading) int {
	if !v.trunk(arm) {
		return 0
	}
	n := 0
	for fork := v.rec.Experiment.Fork(); n < len(c) && c[n].Step <= fork; n++ {
		if c[n].Widened {
			return n + 1 // just before it
		}
	}
	return n
}

// curve draws readings, and returns where they end.
func (v *View) curve(a axes, c []valloss.Reading, m style.Style) point {
	points := v.fall(a, c)
	if first := points[0]; first.y <= a.in.y {
		v.pen.polygon([]point{{first.x, a.in.y - 5}, {first.x + 4, a.in.y + 1}, {first.x - 4, a.in.y + 1}}, m.Hue)
	}
	v.pen.line(points, 2, m.Hue, m.Dash)
	return points[len(points)-1]
}

// fall are the places of an arm's readings from where they last come in through the top.
func (v *View) fall(a axes, c []valloss.Reading) []point {
	at := func(k int) (x, y float64) { return v.scale.place(v.rec.Experiment, c[k].Step, c[k].FLOPs), c[k].Loss }
	above := len(c) - 2
	for ; above >= 0 && c[above].Loss <= a.y1; above-- {
	}
	if above < 0 {
		return a.series(len(c), at)
	}
	x0, y0 := at(above)
	x1, y1 := at(above + 1)
	in := (y0 - a.y1) / (y0 - y1)
	return a.series(len(c)-above, func(k int) (float64, float64) {
		if k == 0 {
			return x0 + (x1-x0)*in, a.y1
		}
		return at(above + k)
	})
}

// guessing is what is said of the line of [View.blind].
const guessing = "blind guessing"

// blind is the loss of who guesses every symbol alike.
func (v *View) blind() float64 { return math.Log(float64(v.rec.Experiment.Vocab())) }

// exactLoss writes the numbers of every arm at the place under the pointer.
func (v *View) exactLoss(b box, a axes, step int) {
	x, ok := v.under(a)
	if !ok {
		return
	}
	x = v.scale.snap(x)
	lines := []line{{v.scale.at(x), ink}}
	for i := range v.names {
		f, ok := v.scale.before(v.rec.Experiment, upTo(v.rec.Tracks[i], step), x)
		if !ok || v.hides(i, f.Step) {
			continue
		}
		name, hue := v.nameAt(i, f.Step), v.styleAt(i, f.Step).Hue
		if lost, ok := v.rec.Diverged(i, f.Step); ok {
			lines = append(lines, line{fmt.Sprintf("%s diverged at step %s: %s", name, record.Thousands(lost.Step),
				lost.Lost()), hue})
		} else if h, ok := v.rec.ValLossAt(i, f.Step); ok {
			if v.scale != Steps || f.Step != int(x) {
				name += ", step " + record.Thousands(f.Step)
			}
			words := fmt.Sprintf("%s: validation %.6f", name, h)
			if f.Step > 0 { // before the first update there is no batch
				words += ", train " + digits(f.TrainLoss, 6)
			}
			if record.Finite(f.FullValLoss) {
				words += fmt.Sprintf(", full %.6f", f.FullValLoss)
			}
			lines = append(lines, line{words, hue})
		}
	}
	for i := range v.rec.Reports {
		p := &v.rec.Reports[i]
		if cost, ok := valloss.Cost(v.rec, p); ok && p.Step <= step && !v.Hidden(p.Arm) &&
			math.Abs(a.x(v.scale.place(v.rec.Experiment, p.Step, cost))-v.pointer.x) < 4 {
			lines = append(lines, line{fmt.Sprintf("%s, widened at step %s: %s became %s", v.names[p.Arm],
				record.Thousands(p.Step), digits(p.ValLossBefore, 6), digits(p.ValLossAfter, 6)), v.styles[p.Arm].Hue})
		}
	}
	v.tip(b, lines)
}
