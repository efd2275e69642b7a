package viz

import (
	"image/color"
	"math"

	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/slowmotion"
)

// slowDrawing draws the neuron and its copy between what they read and what they add, and beside them the numbers of
// all weights of the row that is followed, as far as the stages have come.
func (v *View) slowDrawing(b box, a *look.Answer) {
	wide := math.Min(b.w*0.5, 460)
	v.slowNeuronsAt(box{b.x, b.y, wide - gap, b.h}, a.Update)
	v.slowStrips(box{b.x + wide + gap, b.y, b.w - wide - gap, b.h}, a.Update)
}

// slowNeuronsAt draws the way of a token through both halves: the edges that the stage is about are dark, and backward
// they point back.
func (v *View) slowNeuronsAt(b box, u *look.Update) {
	s := v.slowly()
	w := s.followed(u)
	in, out, lost := b.x+26, b.x+b.w*0.74, b.x+b.w-30
	middle := b.y + b.h/2
	v.slowNode(point{in, middle}, 15, "x", ink, s.stage == slowmotion.Forward)
	v.slowNode(point{out, middle}, 15, "+", ink, s.stage == slowmotion.Forward)
	shared := s.stage == slowmotion.Loss || s.stage == slowmotion.Backward
	v.slowEdge(point{out, middle}, point{lost, middle}, 15, ink, shared, s.stage == slowmotion.Backward)
	v.slowNode(point{lost, middle}, 17, "loss", ink, shared)
	apart := math.Min(b.h*0.11, 22)
	radius := math.Min(apart-1, 16)
	for i := range u.Sides {
		y := middle
		if len(u.Sides) > 1 {
			y = b.y + b.h*(0.25+0.5*float64(i))
		}
		hue := v.halfHue(i, v.slowAlike(u))
		gate, up, h := point{b.x + b.w*0.3, y - apart}, point{b.x + b.w*0.3, y + apart}, point{b.x + b.w*0.52, y}
		back, forth := s.stage == slowmotion.Backward, s.stage == slowmotion.Forward
		lit := func(row int) bool {
			return forth || back && w.Row == row || s.stage > slowmotion.Backward && w.Row == row
		}
		v.slowEdge(point{in, middle}, gate, radius+1, hue, lit(0), back)
		v.slowEdge(point{in, middle}, up, radius+1, hue, lit(1), back)
		v.slowEdge(gate, h, radius+1, hue, forth || back && w.Row == 0, back)
		v.slowEdge(up, h, radius+1, hue, forth || back && w.Row == 1, back)
		v.slowEdge(h, point{out, middle}, 15, hue, forth || back || s.stage > slowmotion.Backward && w.Row == 2, back)
		v.slowNode(gate, radius, "gate", hue, forth)
		v.slowNode(up, radius, "up", hue, forth)
		v.slowNode(h, radius, "h", hue, forth || back)
		if len(u.Sides) > 1 { // outside, where no edge is
			v.pen.text(slowHalves[i], h.x, y+(radius+10)*float64(2*i-1), small, hue, center)
		}
	}
}

var slowHalves = [2]string{"original", "copy"}

// slowAlike is how the halves stand to each other after the stage that is shown.
func (v *View) slowAlike(u *look.Update) slowmotion.Alike {
	s := v.slowly()
	return slowmotion.Tell(u, s.followed(u), s.digits).Stages[s.stage].Alike
}

func (v *View) slowNode(at point, r float64, word string, hue color.RGBA, lit bool) {
	ring, ground := mix(paper, hue, 0.55), paper
	if lit {
		ring, ground = hue, mix(paper, hue, 0.12)
	}
	v.pen.circle(at.x, at.y, r, ring)
	v.pen.circle(at.x, at.y, r-1.5, paper)
	v.pen.circle(at.x, at.y, r-1.5, ground)
	size := math.Max(math.Min(small, r*0.85), v.finest())
	if v.pen.width(word, size) > 1.8*r {
		word = word[:1]
	}
	v.pen.text(word, at.x, at.y, size, hue, center)
}

// slowEdge draws a way between two nodes, with an arrow on it where the stage is about it.
func (v *View) slowEdge(a, b point, r float64, hue color.RGBA, lit, back bool) {
	n := math.Hypot(b.x-a.x, b.y-a.y)
	dx, dy := (b.x-a.x)/n, (b.y-a.y)/n
	a, b = point{a.x + dx*r, a.y + dy*r}, point{b.x - dx*r, b.y - dy*r}
	if !lit {
		v.pen.segment(a, b, 1, mix(paper, hue, 0.35))
		return
	}
	v.pen.segment(a, b, 2, hue)
	tip := b
	if back {
		tip, dx, dy = a, -dx, -dy
	}
	const long, half = 8, 4
	v.pen.polygon([]point{tip, {tip.x - dx*long - dy*half, tip.y - dy*long + dx*half},
		{tip.x - dx*long + dy*half, tip.y - dy*long - dx*half}}, hue)
}

// slowStrip is one number of every weight of a row.
type slowStrip struct {
	name  string
	stage int // from which on it is known
	of    func(row *look.Row, i int) float32
}

// slowStripsOf are the strips under an optimizer.
func slowStripsOf(r *look.Rule) []slowStrip {
	out := []slowStrip{
		{"weights", slowmotion.Forward, func(row *look.Row, i int) float32 { return row.Before[i] }},
		{"gradients", slowmotion.Backward, func(row *look.Row, i int) float32 { return row.Gradient[i] }}}
	if r.Muon {
		out = append(out,
			slowStrip{"momentum", slowmotion.First, func(row *look.Row, i int) float32 { return row.M[i] }},
			slowStrip{"direction", slowmotion.Second, func(row *look.Row, i int) float32 { return row.Direction[i] }})
	} else {
		out = append(out,
			slowStrip{"1st moments", slowmotion.First, func(row *look.Row, i int) float32 { return row.M[i] }},
			slowStrip{"2nd moments", slowmotion.Second, func(row *look.Row, i int) float32 { return row.V[i] }})
	}
	return append(out, slowStrip{"moves", slowmotion.Update, func(row *look.Row, i int) float32 {
		return -r.Trace(row, i).Move
	}})
}

// most is where the scale of a strip ends: at its largest number, however many others are no longer finite.
func (s slowStrip) most(u *look.Update, row int) (most float32) {
	for i := range u.Sides {
		for c := range u.Sides[i].Rows[row].Before {
			if x := s.of(&u.Sides[i].Rows[row], c); record.Finite(x) {
				most = max(most, x, -x)
			}
		}
	}
	return most
}

// slowStrips draws the numbers of all weights of the followed row, the copy's below the original's, in one scale. A
// click chooses the weight.
func (v *View) slowStrips(b box, u *look.Update) {
	s := v.slowly()
	w := s.followed(u)
	strips := slowStripsOf(&u.Rule)
	n := len(u.Sides[0].Rows[w.Row].Before)
	const names, title = 84.0, 20.0
	row := slowRows[w.Row] + " weights"
	says := []string{"the " + row + ", before: orange below 0, blue above", "the " + row + ", before", row}
	v.pen.text(v.fitting(says, b.w, small), b.x, b.y+6, small, soft, left)
	tall := (b.h - title) / float64(len(strips))
	cell := v.pitch((b.w - names) / float64(n))
	x := v.snap(b.x + names)
	wide := cell * float64(n)
	high := math.Min((tall-6)/float64(len(u.Sides)), 14)
	for k, strip := range strips {
		y := b.y + title + float64(k)*tall
		known := s.stage >= strip.stage
		hue := faint
		if known {
			hue = soft
			if s.stage == strip.stage {
				hue = ink
			}
		}
		v.pen.text(strip.name, b.x, y+high*float64(len(u.Sides))/2, small, hue, left)
		most := strip.most(u, w.Row)
		for i := range u.Sides {
			at := box{x, v.snap(y + high*float64(i)), wide, v.snap(high - 1)}
			v.pen.rect(at.x, at.y, at.w, at.h, quiet)
			if !known {
				continue
			}
			for c := range n {
				if value := strip.of(&u.Sides[i].Rows[w.Row], c); value != 0 {
					v.pen.rect(x+cell*float64(c), at.y, cell, at.h, scaled(value, most))
				}
			}
		}
	}
	at := box{x, b.y + title, wide, tall * float64(len(strips))}
	v.rim(box{x + cell*float64(w.Channel) - 1.5, at.y - 3, cell + 3, at.h - 2}, 1.5, ink)
	v.button(at, func(p point) { v.FollowWeight(w.Row, min(int((p.x-x)/cell), n-1)) })
	if v.over(at) {
		c := min(int((v.pointer.x-x)/cell), n-1)
		k := min(int((v.pointer.y-at.y)/tall), len(strips)-1)
		if s.stage >= strips[k].stage {
			v.slowStripTip(b, u, strips[k], w.Row, c)
		}
	}
}

// slowStripTip writes the numbers of the weight under the pointer.
func (v *View) slowStripTip(b box, u *look.Update, strip slowStrip, row, channel int) {
	lines := []line{{strip.name + " of channel " + number(float64(channel+1)) + "; a click follows it", ink}}
	for i := range u.Sides {
		lines = append(lines, line{slowHalves[i] + ": " +
			slowmotion.All.Number(strip.of(&u.Sides[i].Rows[row], channel)), v.halfHue(i, slowmotion.Other)})
	}
	v.tip(b, lines)
}
