package viz

import (
	"fmt"
	"image/color"
	"math"

	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// insiders are the networks that can be looked into: until the first arm is widened it is one, in the colour of none.
func (v *View) insiders() (arms []int, one bool) {
	arms, parted := v.networks(v.at())
	switch {
	case len(arms) > 0 && !parted, len(v.rec.Experiment.Arms) == 1:
		return []int{max(v.rec.Experiment.Trunk(), 0)}, true
	case len(arms) == 0:
		for i := range v.rec.Experiment.Arms {
			if !v.hides(i, v.at()) {
				arms = append(arms, i)
			}
		}
	}
	return arms, false
}

// seen is one network that is looked into, and what it answered.
type seen struct {
	arm    int
	hue    color.RGBA
	name   string
	answer look.Answer
	ok     bool
	why    string // why there is no answer
}

// lookInto asks the networks that the reader looks into, or as many of them as there is room for, and says in a
// sentence why there is nothing to see where no network has answered.
func (v *View) lookInto(width, least float64, q look.Question) (nets []seen, why string) {
	arms, one := v.insiders()
	if c := v.armChoice(); !one && v.size != aside && (Crowded(v.w, v.h) || c.Chosen > 0) {
		if !Crowded(v.w, v.h) {
			c.Chosen--
		}
		arms = arms[c.Chosen : c.Chosen+1]
	}
	if fit := max(int((width+gap)/(least+gap)), 1); fit < len(arms) {
		arms = arms[len(arms)-fit:]
	}
	if step := v.at(); step < v.rec.Last() {
		return nil, fmt.Sprintf("Inside a network is seen only as it is now: what it was at step %s is not kept. "+
			"“Live” leads back to now.", record.Thousands(step))
	}
	why = "The networks are asked. Their answer is here soon."
	some := false
	for _, i := range arms {
		n := seen{arm: i, hue: v.styles[i].Hue, name: v.names[i], why: "is asked"}
		if one {
			n.hue, n.name = style.Neutral, "One network"
		}
		n.answer, n.ok = v.look(i, q)
		switch {
		case n.ok && n.answer.Declined != "":
			why, n.why, n.ok = record.Capital(n.answer.Declined)+".", n.answer.Declined, false
		case n.ok:
			some = true
		}
		nets = append(nets, n)
	}
	if some {
		why = ""
	}
	return nets, why
}

// briefly is what is said of a picture: at length where there is room.
func (v *View) briefly(how, brief string) string {
	if Crowded(v.w, v.h) {
		return brief
	}
	return how
}

// vacant says why there is nothing to see, in the middle of a picture's place.
func (v *View) vacant(b box, why string) {
	lines := v.wrap(why, math.Min(b.w-2*gap, 420))
	y := b.y + b.h/2 - float64(len(lines)-1)*linePitch/2
	for _, s := range lines {
		v.pen.text(s, b.x+b.w/2, y, body, soft, center)
		y += linePitch
	}
}

// innards draws what is inside a layer: every neuron as a tile of the numbers that it reads and writes by, of every
// widened arm side by side.
func (v *View) innards(b box) {
	c := v.chosen
	switch {
	case v.size == aside:
	case c.kind == histograms:
		v.histograms(b)
		return
	case c.kind == matrices:
		v.matrices(b)
		return
	}
	layer := min(c.layer, v.rec.Experiment.Model.Layers-1)
	title := fmt.Sprintf("Inside layer %d: every neuron", layer+1)
	each := "three rows of cells: the weights with which it reads a channel, gate and up, and with which it writes " +
		"one, down"
	if c.quantity == look.Activations {
		each = "a cell: how active it is on a symbol of its expert in the mean"
	} else if c.quantity != record.Weight {
		each = "three rows of cells, gate, up and down: the " + insideQuantities[c.quantity] + " of its weights"
	}
	how := "Each tile is a neuron, and has " + each + "."
	if _, one := v.insiders(); !one && c.quantity == look.Activations {
		how += " Beside it is its copy."
	} else if !one {
		how += " Beside it is its copy; a grey link between them: equal bit for bit."
	}
	b = v.heading(b, title, v.briefly(how, "Each tile is a neuron: tap one. Grey link: equal bits."), "")
	if v.size != aside {
		b = v.chips(b, v.choicesOf(Inside))
	}
	nets, why := v.lookInto(b.w, leastMosaic, v.insideQuestion())
	if why != "" {
		v.vacant(b, why)
		return
	}
	v.mosaics(b, nets, layer)
}

// leastMosaic is the least width of a layer's tiles, cardTall the height of what is said of one neuron below them, and
// mosaicHead that of a network's name over them.
const (
	leastMosaic = 150.0
	cardTall    = 136.0
	mosaicHead  = 22.0
)

// mosaics draws the tiles of networks side by side, and one of their neurons large below them.
func (v *View) mosaics(b box, nets []seen, layer int) {
	layers := make([]*layered, len(nets))
	most, each, wide, high, experts, tiles, paired := float32(0), 1, 1, 1, 1, 0, false
	for k := range nets {
		l := v.layeredOf(&nets[k], layer)
		if layers[k] = l; l == nil {
			continue
		}
		most, each, experts = max(most, l.high99), max(each, l.each), max(experts, l.experts)
		tiles += len(l.slots)
		wide, high, paired = max(wide, l.wide), max(high, l.high), paired || l.paired()
	}
	if tiles == 0 {
		v.vacant(b, "There are no experts to look into.")
		return
	}
	most = v.ranged(most)
	in, full := b, b
	if v.size != aside && !Crowded(v.w, v.h) {
		in.h -= cardTall
	}
	width := (b.w - gap*float64(len(nets)-1)) / float64(len(nets))
	m := v.mosaicIn(box{0, 0, width, in.h - mosaicHead - 4}, experts, each, wide, high, paired)
	mw, mh := m.size()
	if left := width - mw; len(nets) == 1 && left > 0 {
		b.x, in.x = b.x+left/2, in.x+left/2 // alone it stands in the middle
	}
	at, pointed := v.chosen.picked, v.chosen.picked.on
	places := make([]mosaic, len(nets))
	for k := range nets {
		places[k] = m
		places[k].at = box{v.snap(in.x + float64(k)*(math.Min(width, mw+40)+gap)), v.snap(in.y + mosaicHead), mw, mh}
		if e, s, ok := places[k].under(v.pointer); ok && v.inside {
			at, pointed = tileAt{true, e, s}, true
		}
	}
	if crowded := Crowded(v.w, v.h); !at.on && !crowded {
		at = tileAt{on: true} // there is always one to be seen
	}
	for k := range nets {
		v.mosaic(places[k], &nets[k], layers[k], most, at)
	}
	if v.size == aside {
		return
	}
	area := box{in.x, in.y + mosaicHead, in.w, mh}
	v.button(area, func(p point) {
		for _, m := range places {
			if e, s, ok := m.under(p); ok {
				next := tileAt{true, e, s}
				if v.chosen.picked == next {
					next = tileAt{}
				}
				v.chosen.picked = next
				v.turned++
			}
		}
	})
	y := in.y + mosaicHead + mh + 14
	card := box{full.x, y, full.w, full.y + full.h - y}
	if Crowded(v.w, v.h) {
		if at.on {
			v.overlaid(box{full.x, area.y, full.w, full.y + full.h - area.y}, nets, layers, places, most, at)
		}
		return
	}
	v.card(card, nets, layers, places, most, at, pointed)
}
