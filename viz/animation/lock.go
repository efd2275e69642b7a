package animation

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/figure"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// How long pictures of pairs stand, and how many there are at most. Right after a widening they are measured at every
// step, and only every few of these are drawn.
const (
	pairStands  = 180 * time.Millisecond
	beginStands = 1500 * time.Millisecond
	dense       = 40
	denseEvery  = 4
	mostPairs   = 60
)

// Lock is what becomes of neurons and their copies since the first widening: a link for each, of every arm that is
// widened, and below them the cosine of the gradients of the two halves over the steps. It is false for a record that
// has no pairs.
func Lock(r *record.Record) (Animation, bool) {
	p := newParting(r)
	if len(p.steps) == 0 {
		return Animation{}, false
	}
	a := Animation{Name: "lock", tall: int(p.chart.below() + 14), Alt: p.says(), hues: huesOf(p.styles)}
	for k, step := range p.steps {
		stands := pairStands
		if k == 0 {
			stands = beginStands
		}
		a.shots = append(a.shots, shot{stands, func(c *canvas) { p.draw(c, step) }})
	}
	return a, true
}

// parting is what all pictures of pairs have in common.
type parting struct {
	rec    *record.Record
	arms   []int
	steps  []int
	styles []style.Style
	names  []string
	most   int     // pairs of an arm
	far    float64 // largest distance of the weights of a pair, of all arms and steps
	chart  chart
}

const (
	pairsTall = 226.0
	// what a pair takes at least, and how much wider than tall that is
	leastPair = 7.0
	pairShape = 2.2
)

func newParting(r *record.Record) *parting {
	e := r.Experiment
	p := &parting{rec: r, styles: style.Of(e), names: figure.ArmNames(e)}
	low := 0.0
	for i := range r.Tracks {
		if !e.Arms[i].Widens() {
			continue
		}
		had := len(p.steps)
		for _, f := range r.Tracks[i] {
			if len(f.Pairs) == 0 || f.Step > r.Last() {
				continue
			}
			p.steps = append(p.steps, f.Step)
			if s := f.Summary(record.Gradient); record.Finite(s.Cos) {
				low = min(low, s.Cos)
			}
			n := 0
			for _, g := range f.Pairs {
				n += len(g.Orig)
				for _, st := range g.Stats[record.Weight] {
					if record.Finite(st.Dist) {
						p.far = max(p.far, float64(st.Dist))
					}
				}
			}
			p.most = max(p.most, n)
		}
		if len(p.steps) > had {
			p.arms = append(p.arms, i)
		}
	}
	slices.Sort(p.steps)
	p.steps = slices.Compact(p.steps)
	if len(p.steps) == 0 {
		return p
	}
	first, last := p.steps[0], p.steps[len(p.steps)-1]
	p.steps = slices.DeleteFunc(p.steps, func(step int) bool {
		return step > first && step <= first+dense && step < last && (step-first)%denseEvery != 0
	})
	p.steps = thinned(p.steps, mostPairs, first)
	rows := (len(p.arms) + perRow - 1) / perRow
	p.chart = chart{box: [4]float64{margin + 40, top + float64(rows)*(naming+pairsTall+counting) + 34,
		wide - 2*margin - 40, 84}, first: first - 1, last: e.Steps, most: 1, least: low,
		widened: firstWidening(e), ticks: []float64{0, 0.5, 1},
		says: "cosine of the gradients of the two halves, mean of all pairs: exactly 1 as long as they are locked"}
	return p
}

// draw is one picture.
func (p *parting) draw(c *canvas, step int) {
	e := p.rec.Experiment
	c.text("Do "+p.members()+" part from their copies?", margin, 22, title, true, ink, 0)
	at := fmt.Sprintf("Step %s of %s", record.Thousands(step), record.Thousands(e.Steps))
	c.text(at, wide-margin, 25, body, false, soft, 1)
	c.text("A link for each and its copy. The longer, the farther apart their weights. Grey: identical, bit for bit.",
		margin, 52, small, false, soft, 0)
	cols := min(perRow, len(p.arms))
	room := (wide - 2*margin - between*float64(cols-1)) / float64(cols)
	var curves []curve
	for k, arm := range p.arms {
		x := margin + float64(k%cols)*(room+between)
		y := top + float64(k/cols)*(naming+pairsTall+counting)
		p.arm(c, arm, step, x, y, room)
		curves = append(curves, p.curve(arm, step))
	}
	p.chart.draw(c, step, curves)
}

// members are what has been copied.
func (p *parting) members() string {
	inner, hidden := false, false
	for _, i := range p.arms {
		for _, w := range p.rec.Experiment.Arms[i].Widen {
			inner, hidden = inner || w.Axis != model.Hidden, hidden || w.Axis != model.Inner
		}
	}
	switch {
	case inner && hidden:
		return "neurons and channels"
	case hidden:
		return "channels"
	}
	return "neurons"
}

// arm draws the pairs of an arm, with its name over them and how many are locked below.
func (p *parting) arm(c *canvas, arm, step int, x, y, room float64) {
	l := p.styles[arm]
	c.mark(l.Marker, x+6, y+9, 5.5, l.Hue)
	c.text(p.names[arm], x+17, y, body, true, l.Hue, 0)
	f, ok := p.rec.PairsAt(arm, step)
	if !ok {
		return
	}
	var all []record.PairStat
	for _, g := range f.Pairs {
		all = append(all, g.Stats[record.Weight]...)
	}
	cols, rows := grid(p.most, room, pairsTall)
	every := max(1, (p.most+cols*rows-1)/(cols*rows))
	w, h := room/float64(cols), pairsTall/float64(rows)
	for k := 0; k*every < len(all) && k < cols*rows; k++ {
		p.pair(c, all[k*every], l.Hue, x+w*float64(k%cols), y+naming+h*float64(k/cols)+h/2, w, h)
	}
	y += naming + pairsTall
	if lost, ok := p.rec.Diverged(arm, step); ok && lost.NotFinite != "" {
		c.text(record.Capital(record.Diverged.String()), x, y+8, title, true, wrong, 0)
		return
	}
	s := f.Summary(record.Weight)
	n := record.Thousands(s.In[record.Locked])
	c.text(n, x, y+5, number, true, l.Hue, 0)
	c.text("of "+record.Thousands(s.Pairs)+" pairs locked", x+width(n, number, true)+6, y+18, small, false, soft, 0)
}

// grid is how many columns and rows so many pairs have in a room, as many as fill the rows where that comes out even.
func grid(pairs int, w, h float64) (cols, rows int) {
	most := int(h / leastPair)
	cols = max(1, int(math.Round(math.Sqrt(float64(pairs)*w/(pairShape*h)))))
	for _, more := range []int{0, 1, -1, 2, -2, 3} {
		if n := cols + more; n > 0 && pairs%n == 0 && pairs/n <= most {
			return n, pairs / n
		}
	}
	cols = min(cols, int(w/(leastPair*pairShape)))
	return cols, min(most, (pairs+cols-1)/cols)
}

// pair draws an original and its copy as linked dots: the original stays where it is.
func (p *parting) pair(c *canvas, st record.PairStat, hue color.RGBA, x, y, w, h float64) {
	radius := min(4.5, h*0.25, w*0.13)
	apart, colour := 1.2*radius, stuck
	switch st.State {
	case record.Diverged, record.PairUnknown:
		c.disc(x+radius, y, radius/2, wrong)
		return
	case record.Apart, record.OneZero:
		share := 1.0
		if record.Finite(st.Dist) && p.far > 0 {
			share = float64(st.Dist) / p.far
		}
		apart += share * (w - 2.4*radius - apart - 2)
		colour = mix(stuck, hue, min(1, 0.35+2*share))
	}
	x += radius
	c.line([][2]float64{{x, y}, {x + apart, y}}, 1.5, mix(paper, colour, 0.6))
	c.disc(x+apart, y, radius, mix(paper, colour, 0.6))
	c.disc(x, y, radius, colour)
}

// curve is the cosine of an arm's gradients up to a step.
func (p *parting) curve(arm, until int) curve {
	out := curve{style: p.styles[arm]}
	for _, f := range p.rec.Tracks[arm] {
		if f.Step > until || len(f.Pairs) == 0 {
			continue
		}
		if s := f.Summary(record.Gradient); record.Finite(s.Cos) {
			out.points = append(out.points, [2]float64{float64(f.Step), s.Cos})
		}
	}
	return out
}

// says is the animation in words.
func (p *parting) says() string {
	step := p.steps[len(p.steps)-1]
	var locked []string
	for _, arm := range p.arms {
		f, ok := p.rec.PairsAt(arm, step)
		if !ok {
			continue
		}
		s := f.Summary(record.Weight)
		says := fmt.Sprintf("%s %s of %s", p.names[arm], record.Thousands(s.In[record.Locked]),
			record.Thousands(s.Pairs))
		if s.In[record.Diverged] > 0 {
			says = p.names[arm] + " has diverged"
		}
		locked = append(locked, says)
	}
	return fmt.Sprintf("Pairs of dots, %s and their copies, stay together or come apart. Locked after %s steps: %s.",
		p.members(), record.Thousands(step), strings.Join(locked, ", "))
}
