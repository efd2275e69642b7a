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

// loss draws the validation loss of every arm, below it how far each is from the first widened one since the fork, and
// where there is room the learning rates.
func (v *View) loss(b box) {
	task := v.rec.Experiment.Task
	words := task.Words()
	how := fmt.Sprintf("Validation loss on %s, nats %s. Lower is better.", words.Live, words.Unit)
	if v.ended() && !task.LiveIsFull() {
		how = fmt.Sprintf("Validation loss on %s, nats %s; ringed, at the end, of the full split. "+
			"Lower is better.", words.Live, words.Unit)
	}
	if v.scale == FLOPs {
		how += " Compute counts " + experiment.FLOPsCounted + "."
	}
	b = v.heading(b, "Loss", how)
	upper, lower := b, b
	if rates := 74.0; b.h > 330 {
		lower.h -= rates
		v.rates(box{b.x, b.y + b.h - rates, b.w, rates})
	}
	if v.scale == FLOPs { // arms of one step have not cost the same, and their difference would mislead
		v.curves(box{b.x, b.y, b.w, lower.h})
		return
	}
	upper.h = math.Round(lower.h * 0.56)
	lower.y, lower.h = b.y+upper.h, lower.h-upper.h
	v.curves(upper)
	v.gaps(lower)
}

func (v *View) curves(b box) {
	rec, step := v.rec, v.at()
	e := rec.Experiment
	v.readings = slices.Grow(v.readings[:0], len(e.Arms))[:len(e.Arms)]
	for i := range e.Arms {
		v.readings[i] = valloss.Curve(v.readings[i][:0], rec, i, step)
	}
	from, guess := valloss.From(e, step), math.Log(float64(e.Vocab()))
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
	ends := []label{v.guess(a, b.x+b.w, guess)}
	v.widenings(a, step)
	v.jumps(a)
	for i, name := range v.names {
		m := v.styles[i]
		c, full, ended := valloss.Split(v.readings[i])
		if len(c) == 0 {
			continue
		}
		points := v.fall(a, c)
		if points[0].y <= a.in.y {
			v.pen.polygon([]point{{points[0].x, a.in.y - 5}, {points[0].x + 4, a.in.y + 1},
				{points[0].x - 4, a.in.y + 1}}, m.Hue)
		}
		v.pen.line(points, 2, m.Hue, m.Dash)
		for _, r := range c {
			if r.Widened {
				v.pen.mark(m, a.x(v.scale.place(e, r.Step, r.FLOPs)), a.y(r.Loss), 2.6)
			}
		}
		end, loss := points[len(points)-1], c[len(c)-1].Loss
		if ended {
			end, loss = v.fullAt(m, end, a.y(full.Loss)), full.Loss
		} else {
			v.pen.mark(m, end.x, end.y, 4)
		}
		if i == e.Trunk() && step <= e.Fork() && v.alone(i) {
			name = "all arms" // are this one network still
		}
		ends = append(ends, v.lostAt(i, step, end, label{name: name, value: fmt.Sprintf("%.3f", loss), style: m}))
	}
	v.labels(ends, a, b.x+b.w)
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
// and has a mark of its own.
func (v *View) fullAt(m style.Style, end point, y float64) point {
	v.pen.segment(end, point{end.x, y}, 1, mix(paper, m.Hue, 0.5))
	v.pen.circle(end.x, y, 5.6, m.Hue)
	v.pen.circle(end.x, y, 4.6, paper)
	v.pen.mark(m, end.x, y, 2.7)
	return point{end.x, y}
}

// alone reports whether no other arm has anything to draw yet, though there are others that begin as this one.
func (v *View) alone(arm int) bool {
	others := 0
	for i, a := range v.rec.Experiment.Arms {
		if i != arm && len(v.readings[i]) > 0 {
			return false
		}
		if i != arm && a.From == experiment.Fork {
			others++
		}
	}
	return others > 0
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

// guess draws the loss of blind guessing, if it is not above what is shown, and names it at the end of its line.
func (v *View) guess(a axes, edge, loss float64) label {
	y, arrow := a.y(loss), ""
	if y < a.in.y {
		y, arrow = a.in.y, "↑ "
	} else {
		v.pen.line([]point{{a.in.x, y}, {a.in.x + a.in.w, y}}, 1, faint, []float64{2, 3})
	}
	words := []string{fmt.Sprintf("%sblind guessing %.3f", arrow, loss), fmt.Sprintf("%sguessing %.3f", arrow, loss)}
	return label{y: y, name: v.fitting(words, edge-a.in.x-a.in.w-labelIndent, body), style: style.Style{Hue: soft}}
}

// exactLoss writes the numbers of every arm at the place under the pointer.
func (v *View) exactLoss(b box, a axes, step int) {
	x, ok := v.under(a)
	if !ok {
		return
	}
	x = v.scale.snap(x)
	lines := []line{{v.scale.at(x), ink}}
	for i, name := range v.names {
		f, ok := v.scale.before(v.rec.Experiment, upTo(v.rec.Tracks[i], step), x)
		if !ok {
			continue
		}
		if lost, ok := v.rec.Diverged(i, f.Step); ok {
			lines = append(lines, line{fmt.Sprintf("%s diverged at step %d: %s is no longer finite", name, lost.Step,
				lost.NotFinite), v.styles[i].Hue})
		} else if h, ok := v.rec.ValLossAt(i, f.Step); ok {
			if v.scale != Steps || f.Step != int(x) {
				name += fmt.Sprintf(", step %d", f.Step)
			}
			words := fmt.Sprintf("%s: validation %.6f", name, h)
			if f.Step > 0 { // before the first update there is no batch
				words += ", train " + digits(f.TrainLoss, 6)
			}
			if record.Finite(f.FullValLoss) {
				words += fmt.Sprintf(", full %.6f", f.FullValLoss)
			}
			lines = append(lines, line{words, v.styles[i].Hue})
		}
	}
	for i := range v.rec.Reports {
		p := &v.rec.Reports[i]
		if cost, ok := valloss.Cost(v.rec, p); ok && p.Step <= step &&
			math.Abs(a.x(v.scale.place(v.rec.Experiment, p.Step, cost))-v.pointer.x) < 4 {
			lines = append(lines, line{fmt.Sprintf("%s, widened at step %d: %s became %s", v.names[p.Arm], p.Step,
				digits(p.ValLossBefore, 6), digits(p.ValLossAfter, 6)), v.styles[p.Arm].Hue})
		}
	}
	v.tip(b, lines)
}
