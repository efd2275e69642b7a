package viz

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"slices"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/seeds"
)

// seedDot is the difference of an arm to the baseline in one seed, and where it is drawn.
type seedDot struct {
	run  int
	diff float64
	at   point
}

// seedDots draws for each arm how far it ends from the baseline: a dot a seed, their mean, and where that lies.
func (v *View) seedDots(b box, rows []int) {
	s := v.overSeeds
	const axis = 30 // below the rows: numbers, and what they are of
	if most := max(int((b.h-axis)/(seedRow-8)), 1); len(rows) > most {
		rows = rows[len(rows)-most:] // the whole recipe comes last
	}
	low, high := v.seedRange(rows)
	inset := 8.0
	a := axes{box{b.x + inset, b.y, b.w - 2*inset, math.Max(b.h-axis, 10)}, low, high, 0, 1}
	tall := a.in.h / float64(len(rows))
	upright := func(x, width float64, hue color.RGBA) { // beside the words, not through them
		for k := range rows {
			y := a.in.y + float64(k)*tall
			v.pen.segment(point{a.x(x), y + seedLine}, point{a.x(x), y + tall}, width, hue)
		}
	}
	for _, t := range ticks(low, high, math.Max(a.in.w/90, 2.5)) {
		if s.Ended == 0 {
			break // nobody knows yet how far they reach
		}
		upright(t, 1, rule)
		v.pen.text(number(t), a.x(t), a.in.y+a.in.h+9, small, soft, center)
	}
	upright(0, 1.4, soft)
	of := "final validation loss, nats: left of 0 is better than "
	if s.Counted() {
		of = s.Experiment.Task.Words().Measure + ": right of 0 is more than "
	}
	v.pen.text(v.fitting([]string{of + v.names[s.Base], "minus " + v.names[s.Base]}, b.w, small), b.x+b.w/2,
		a.in.y+a.in.h+23, small, soft, center)
	var tip []line
	for k, arm := range rows {
		row := box{b.x, a.in.y + float64(k)*tall, b.w, tall}
		if lines := v.seedDotRow(row, a, arm); lines != nil {
			tip = lines
		}
	}
	if tip != nil {
		v.tip(b, tip)
	}
}

// seedRange is between which differences a picture of arms goes: all dots and 0, and of the intervals, which are wide
// while there are two or three seeds, at most twice as much.
func (v *View) seedRange(rows []int) (low, high float64) {
	s := v.overSeeds
	for _, arm := range rows {
		for run := range s.Runs {
			if _, d := s.FigureOf(run, arm); record.Finite(d) {
				low, high = math.Min(low, d), math.Max(high, d)
			}
		}
	}
	wide := high - low
	if wide == 0 {
		return -1, 1
	}
	l, h := low, high
	for _, arm := range rows {
		if _, m := s.Figure(arm); m.N >= seeds.Least {
			l, h = math.Min(l, math.Max(m.Low, low-wide/2)), math.Max(h, math.Min(m.High, high+wide/2))
		}
	}
	pad := 0.04 * (h - l)
	return l - pad, h + pad
}

// seedDotRow draws one arm, and returns what is to be said of what is under the pointer there.
func (v *View) seedDotRow(row box, a axes, arm int) (says []line) {
	s, m := v.overSeeds, v.styles[arm]
	_, mean := s.Figure(arm)
	y := row.y + seedLine/2 + 2
	v.pen.mark(m, row.x+5, y, 4)
	name := v.fitting([]string{v.names[arm]}, row.w*0.5, body)
	x := row.x + headIndent
	v.pen.text(name, x, y, body, m.Hue, left)
	x += v.pen.width(name, body) + 10
	if len(s.Arms[arm].Lost) > 0 {
		v.cross(x, y, 4)
		x += 8
	}
	value, hue := v.seedValue(arm, mean, row.x+row.w-x), m.Hue
	if mean.N == 0 {
		hue = soft
	}
	v.pen.text(value, row.x+row.w, y, body, hue, right)
	lane := row.y + seedLine + (row.h-seedLine)*0.3
	v.seedMean(a, lane, mean, arm)
	floor := row.y + seedLine + (row.h-seedLine)*0.62
	for _, d := range v.swarm(a, arm, floor, row.y+row.h-4-floor) {
		near := v.inside && math.Hypot(v.pointer.x-d.at.x, v.pointer.y-d.at.y) < 7
		if near {
			v.pen.circle(d.at.x, d.at.y, 5, ink)
			says = v.exactSeed(d, arm)
		}
		v.pen.circle(d.at.x, d.at.y, 3.4, mix(paper, m.Hue, 0.6))
	}
	if says == nil && v.over(box{row.x, row.y, row.w, row.h}) {
		if words := s.Say(arm); words != "" {
			says = []line{{words, m.Hue}}
		}
	}
	return says
}

// seedValue is the mean difference in a width, with its interval if there is room.
func (v *View) seedValue(arm int, mean seeds.Mean, width float64) string {
	s := v.overSeeds
	lost := ""
	if list := s.Arms[arm].Lost; len(list) == 1 {
		lost = fmt.Sprintf(", without seed %d", list[0])
	} else if len(list) > 1 {
		lost = ", without " + seeds.Count(len(list))
	}
	if mean.N == 0 {
		return v.fitting([]string{"no seed has ended" + lost, "none yet"}, width, body)
	}
	signed := func(x float64) string { return seeds.Signed(x, s.Counted()) }
	words := []string{signed(mean.Mean)}
	if mean.N >= seeds.Least {
		words = append([]string{fmt.Sprintf("%s, %s to %s", words[0], signed(mean.Low), signed(mean.High))}, words...)
	}
	if lost != "" {
		words = append([]string{words[0] + lost, signed(mean.Mean) + lost}, words...)
	}
	return v.fitting(words, width, body)
}

// seedMean draws the mean of an arm's differences and where it lies; what is beyond the picture has no cap.
func (v *View) seedMean(a axes, y float64, mean seeds.Mean, arm int) {
	if mean.N == 0 {
		return
	}
	m := v.styles[arm]
	if mean.N >= seeds.Least {
		from, to := math.Max(mean.Low, a.x0), math.Min(mean.High, a.x1)
		v.pen.segment(point{a.x(from), y}, point{a.x(to), y}, 2.4, m.Hue)
		for _, end := range [2]float64{mean.Low, mean.High} {
			if end > a.x0 && end < a.x1 {
				v.pen.segment(point{a.x(end), y - 4}, point{a.x(end), y + 4}, 1.6, m.Hue)
			}
		}
	}
	v.pen.mark(m, a.x(mean.Mean), y, 5)
}

// swarm are the dots of an arm, side by side where they would lie on each other.
func (v *View) swarm(a axes, arm int, top, room float64) (out []seedDot) {
	const apart = 7.2
	for run := range v.overSeeds.Runs {
		if _, d := v.overSeeds.FigureOf(run, arm); record.Finite(d) {
			out = append(out, seedDot{run, d, point{a.x(d), top}})
		}
	}
	slices.SortFunc(out, func(p, q seedDot) int { return cmp.Compare(p.diff, q.diff) })
	for k := range out {
		lanes := max(int(room/apart), 1)
		for lane := range lanes {
			out[k].at.y = top + float64(lane)*apart
			if !slices.ContainsFunc(out[:k], func(q seedDot) bool {
				return math.Hypot(q.at.x-out[k].at.x, q.at.y-out[k].at.y) < apart-0.1
			}) {
				break
			}
		}
	}
	return out
}

// exactSeed is what a dot stands for.
func (v *View) exactSeed(d seedDot, arm int) []line {
	s := v.overSeeds
	return []line{
		{fmt.Sprintf("seed %d: %s", s.Runs[d.run].Seed, seeds.Signed(d.diff, s.Counted())), ink},
		{v.names[arm] + ": " + s.Cell(d.run, arm), v.styles[arm].Hue},
		{v.names[s.Base] + ": " + s.Cell(d.run, s.Base), v.styles[s.Base].Hue},
	}
}
