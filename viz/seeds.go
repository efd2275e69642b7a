package viz

import (
	"fmt"
	"math"
	"slices"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/seeds"
	"github.com/sparkling-lab/sparkling/viz/style"
	"github.com/sparkling-lab/sparkling/viz/valloss"
)

// SetSeeds shows what several seeds of the record's experiment came to; nil where there is nothing to show.
func (v *View) SetSeeds(s *seeds.Summary) {
	if s != nil && v.rec != nil && len(s.Arms) != len(v.rec.Experiment.Arms) {
		s = nil
	}
	v.overSeeds = s
}

// seeds draws the same experiment over several seeds: the mean loss of every arm with the band in which it lies, and
// how far each arm is from the baseline, a dot a seed. Where there is little room the second is the whole picture.
func (v *View) seeds(b box) {
	s := v.overSeeds
	if s == nil {
		v.heading(b, "Seeds", "Nothing to see yet: the same experiment over several seeds, the mean of every arm, and "+
			"how sure the differences are. “Over several seeds” in the Lab runs it.",
			"Nothing yet: “Over several seeds” in the Lab runs it.")
		return
	}
	unit := fmt.Sprintf("%d of %s", s.Ended, seeds.Count(len(s.Runs)))
	rows := v.comparedArms()
	tall := float64(len(rows))*seedRow + 34
	curves := len(rows) == 0 || v.size != aside && b.h-tall > 230 // with the heading's words
	b = v.headingIn(b, "Seeds", unit, v.howSeeds(curves), "A dot a seed; bar: the mean, 95 % sure.")
	switch {
	case len(rows) == 0:
		v.seedCurves(b)
		return
	case curves:
		tall = math.Min(math.Max(tall, b.h*0.45), float64(len(rows))*1.5*seedRow+34)
		v.seedCurves(box{b.x, b.y, b.w, b.h - tall - 8})
		b = box{b.x, b.y + b.h - tall, b.w, tall}
	}
	v.seedDots(b, rows)
}

// seedRow is the least height of what is said of an arm, and seedLine that of its words.
const seedRow, seedLine = 40.0, 16.0

func (v *View) howSeeds(curves bool) string {
	s := v.overSeeds
	words := fmt.Sprintf("The same experiment, run with %s; %d ended.", seeds.Count(len(s.Runs)), s.Ended)
	below := "A"
	if curves {
		words += fmt.Sprintf(" Bands: where the mean loss lies with %.0f %% confidence", 100*seeds.Confidence)
		if s.Ended < bandsFrom {
			words += ", from three seeds on"
		}
		words += "."
		below = "Below: a"
	}
	if s.Base < 0 {
		return words
	}
	return words + fmt.Sprintf(" %s dot a seed, how far an arm ends from %s; the bar is the mean and its %.0f %% "+
		"interval. Where that keeps clear of 0, the difference is hardly chance.", below, v.names[s.Base],
		100*seeds.Confidence)
}

// comparedArms are those that are compared with the baseline.
func (v *View) comparedArms() (out []int) {
	for i := range v.overSeeds.Arms {
		if v.overSeeds.Base >= 0 && i != v.overSeeds.Base && !v.Hidden(i) {
			out = append(out, i)
		}
	}
	return out
}

// seedCurves draws the mean loss of every arm and the band around it, and runs under way thin.
func (v *View) seedCurves(b box) {
	s, e := v.overSeeds, v.rec.Experiment
	from := valloss.From(e, e.Steps)
	if s.Ended == 0 {
		from = 0
	}
	low, high := math.Inf(1), math.Inf(-1)
	take := func(step int, x float64) {
		if float64(step) >= from {
			low, high = math.Min(low, x), math.Max(high, x)
		}
	}
	v.eachSeedLine(func(_ int, line []seeds.Reading) {
		for _, r := range line {
			take(r.Step, r.Value)
		}
	})
	for i, a := range s.Arms {
		for _, p := range a.Curve {
			if !v.Hidden(i) || v.trunk(i) {
				take(p.Step, p.Mean.Mean)
			}
		}
	}
	if low > high {
		low, high = 0, v.blind()
	}
	pad := math.Max(0.06*(high-low), 0.005)
	a := axes{v.plot(b, 24), 0, float64(e.Steps), low - pad, high + pad}
	v.frame(a, "step")
	if fork := e.Fork(); fork < e.Steps {
		x := a.x(float64(fork))
		v.pen.line([]point{{x, a.in.y}, {x, a.in.y + a.in.h}}, 1, faint, []float64{3, 3})
	}
	v.eachSeedLine(func(arm int, line []seeds.Reading) {
		points := a.series(len(line), func(k int) (float64, float64) { return float64(line[k].Step), line[k].Value })
		v.pen.line(points, 1, mix(paper, v.styles[arm].Hue, 0.45), nil)
	})
	var ends []label
	for i := range s.Arms {
		ends = append(ends, v.seedCurve(a, i)...)
	}
	v.labels(ends, a, b.x+b.w)
	if s.Ended == 0 {
		v.note(a, "means come as seeds end")
	}
	v.exactSeeds(b, a)
}

// eachSeedLine visits the losses of the runs that are under way, in a picture large enough for them.
func (v *View) eachSeedLine(visit func(arm int, line []seeds.Reading)) {
	for _, r := range v.overSeeds.Runs {
		for i := range r.Arms {
			if line := r.Losses(i); !r.Ended && len(line) > 1 && !v.Hidden(i) {
				visit(i, line)
			}
		}
	}
}

// seedCurve draws the mean of an arm and its band, and returns the label at its end.
func (v *View) seedCurve(a axes, arm int) []label {
	s, m := v.overSeeds, v.styles[arm]
	curve := s.Arms[arm].Curve
	fork := v.rec.Experiment.Fork()
	if len(curve) == 0 || v.Hidden(arm) && !v.trunk(arm) {
		return nil
	}
	after := curve
	if v.trunk(arm) { // its beginning is all arms'
		n := slices.IndexFunc(curve, func(p seeds.Point) bool { return p.Step > fork })
		if n < 0 {
			n = len(curve)
		}
		v.seedBand(a, curve[:n], shared)
		after = curve[max(n-1, 0):]
	} else if t := v.rec.Experiment.Trunk(); t >= 0 && v.rec.Experiment.Waits(arm) {
		for _, p := range s.Arms[t].Curve {
			if p.Step == fork || p.Step < fork && fork-p.Step < v.rec.Experiment.ValEvery() {
				after = append([]seeds.Point{p}, curve...)
			}
		}
	}
	if v.Hidden(arm) || len(after) == 0 {
		return nil
	}
	end := v.seedBand(a, after, m)
	v.pen.mark(m, end.x, end.y, 4)
	last := after[len(after)-1]
	return []label{{end: end, name: v.names[arm], value: fmt.Sprintf("%.3f", last.Mean.Mean), style: m}}
}

// bandsFrom is how many seeds have a band: that of two is so wide that it is all there is to see.
const bandsFrom = 3

// seedBand draws a mean and where it lies, and returns where it ends.
func (v *View) seedBand(a axes, curve []seeds.Point, m style.Style) (end point) {
	for len(curve) > 1 && a.y(curve[1].Mean.Mean) < a.in.y { // it comes in through the top
		curve = curve[1:]
	}
	var line, upper, lower []point
	in := func(y float64) float64 { return math.Min(math.Max(y, a.in.y), a.in.y+a.in.h) }
	for _, p := range curve {
		x := a.x(float64(p.Step))
		line = append(line, point{x, in(a.y(p.Mean.Mean))})
		if p.N >= bandsFrom {
			upper, lower = append(upper, point{x, in(a.y(p.High))}), append(lower, point{x, in(a.y(p.Low))})
		}
	}
	v.pen.band(upper, lower, m.Hue, 0.11)
	v.pen.line(line, 2, m.Hue, m.Dash)
	return line[len(line)-1]
}

// exactSeeds writes the means and intervals at the step under the pointer.
func (v *View) exactSeeds(b box, a axes) {
	at, ok := v.stepUnder(a, v.rec.Experiment.Steps)
	if !ok {
		return
	}
	var lines []line
	for i, arm := range v.overSeeds.Arms {
		k := slices.IndexFunc(arm.Curve, func(p seeds.Point) bool { return p.Step > at }) - 1
		if k == -2 {
			k = len(arm.Curve) - 1
		}
		if k < 0 || v.Hidden(i) {
			continue
		}
		p := arm.Curve[k]
		if len(lines) == 0 {
			lines = append(lines, line{"step " + record.Thousands(p.Step) + ", mean of " + seeds.Count(p.N), ink})
		}
		words := fmt.Sprintf("%s: %.4f", v.names[i], p.Mean.Mean)
		if p.N >= seeds.Least {
			words += fmt.Sprintf(" (%.4f to %.4f)", p.Low, p.High)
		}
		lines = append(lines, line{words, v.styles[i].Hue})
	}
	if len(lines) > 0 {
		v.tip(b, lines)
	}
}
