package viz

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// insider is what the reader chose about the pictures that look inside a network.
type insider struct {
	arm        int // that is seen into alone, counted from 1; 0 is all of them
	kind       int // neurons, or histograms
	layer      int
	quantity   record.Quantity // or look.Activations
	fixed      bool            // the scale stays as it is
	head, text int             // whose attention, on which sequence
	query      int             // the place that attention is asked from, counted from 1; 0 is the last
	picked     tileAt
}

// tileAt is one tile of a mosaic; on where there is any.
type tileAt struct {
	on           bool
	expert, slot int
}

// forget gives up what was drawn of networks, and what was chosen of these and no others.
func (v *View) forget() {
	for _, l := range v.layers {
		l.picture.free()
	}
	for _, h := range v.attending {
		h.free()
	}
	v.layers, v.attending = map[int]*layered{}, map[int]*heat{}
	v.held, v.chosen.picked, v.chosen.query = [len(insideQuantities)]float32{}, tileAt{}, 0
}

// insideQuantities are what can be seen at, as the choices have them.
var insideQuantities = [look.Activations + 1]string{"weights", "gradients", "1st moment", "2nd moment", "activations"}

// choicesOf are what can be chosen about a picture.
func (v *View) choicesOf(id PaneID) []Choice {
	c, m := v.chosen, v.rec.Experiment.Model
	switch id {
	case Update:
		return v.slowChoices()
	case Inside, Attention:
	default:
		return nil
	}
	out := []Choice{v.armChoice()}
	layer := Choice{ID: "layer", Label: "Layer", Options: numbered("layer", m.Layers), Chosen: min(c.layer, m.Layers-1)}
	if id == Attention {
		sequences, heads := 1, m.Heads
		if a := v.attended(); a != nil {
			sequences, heads = min(a.Sequences, mostSequences), a.Heads
		}
		return append(out, layer, Choice{ID: "head", Label: "Head", Options: numbered("head", heads),
			Chosen: min(c.head, heads-1)}, Choice{ID: "sequence", Label: "Sequence",
			Options: numbered("text", sequences), Chosen: min(c.text, sequences-1)}, v.placeChoice())
	}
	out = append(out, Choice{ID: "inside", Label: "What", Options: []string{"neurons", "histograms"}, Chosen: c.kind})
	if c.kind == 0 {
		out = append(out, layer, v.neuronChoice())
	}
	fixed := 0
	if c.fixed {
		fixed = 1
	}
	return append(out, Choice{ID: "values", Label: "Of their", Options: insideQuantities[:], Chosen: int(c.quantity)},
		Choice{ID: "range", Label: "Colours and axes", Options: []string{"robust scale", "fixed scale"}, Chosen: fixed})
}

// mostSequences is how many sequences there are to choose from at most.
const mostSequences = 32

// armChoice is which networks are seen into.
func (v *View) armChoice() Choice {
	arms, one := v.insiders()
	names := []string{"all arms"}
	if one {
		return Choice{ID: "arm", Label: "Network", Options: names}
	}
	all := v.Readable(v.rec.Experiment)
	for _, i := range arms {
		names = append(names, all[i])
	}
	if Crowded(v.w, v.h) {
		names = names[1:]
		if v.chosen.arm == 0 || v.chosen.arm > len(arms) {
			return Choice{ID: "arm", Label: "Network", Options: names, Chosen: len(names) - 1}
		}
		return Choice{ID: "arm", Label: "Network", Options: names, Chosen: v.chosen.arm - 1}
	}
	return Choice{ID: "arm", Label: "Network", Options: names, Chosen: min(v.chosen.arm, len(arms))}
}

// mostKept is how many neurons there are to choose from beside the picture at most.
const mostKept = 256

// neuronChoice is which neuron is kept large; a click on its tile does the same.
func (v *View) neuronChoice() Choice {
	c := Choice{ID: "neuron", Label: "Large view", Options: []string{"what is pointed at"}, beside: true}
	arms, _ := v.insiders()
	var l *layered
	for _, i := range arms {
		if x := v.layers[i]; x != nil && (l == nil || x.each > l.each) {
			l = x
		}
	}
	if l == nil || l.experts*l.each > mostKept {
		return c
	}
	for e := range l.experts {
		for s := range l.each {
			at := tileAt{true, e, s}
			c.Options = append(c.Options, fmt.Sprintf("expert %d, neuron %d", e+1, l.neuron(at)+1))
			if at == v.chosen.picked {
				c.Chosen = len(c.Options) - 1
			}
		}
	}
	return c
}

// placeChoice is from which symbol attention is read; a click on its row does the same.
func (v *View) placeChoice() Choice {
	c := Choice{ID: "place", Label: "From", Options: []string{"the last symbol"}, beside: true}
	if a := v.attended(); a != nil {
		for i := range a.Symbols {
			c.Options = append(c.Options, fmt.Sprintf("place %d, %s", i+1, v.quotedAt(a, i)))
		}
	}
	c.Chosen = min(v.chosen.query, len(c.Options)-1)
	return c
}

func (v *View) choose(id string, option int) {
	if of, own := strings.CutPrefix(id, slowID); own {
		v.slowChoose(of, option)
		return
	}
	c := &v.chosen
	v.turned++
	switch id {
	case "arm":
		if c.arm = option; Crowded(v.w, v.h) {
			c.arm++
		}
	case "inside":
		c.kind = option
	case "layer":
		c.layer, c.picked = option, tileAt{}
	case "values":
		c.quantity = record.Quantity(option)
	case "range":
		c.fixed = option == 1
	case "head":
		c.head = option
	case "sequence":
		c.text, c.query = option, 0
	case "place":
		c.query = option
	case "neuron":
		c.picked = tileAt{}
		if each := v.tilesOfExpert(); option > 0 && each > 0 {
			c.picked = tileAt{true, (option - 1) / each, (option - 1) % each}
		}
	}
}

// tilesOfExpert is how many tiles an expert has.
func (v *View) tilesOfExpert() (each int) {
	arms, _ := v.insiders()
	for _, i := range arms {
		if l := v.layers[i]; l != nil {
			each = max(each, l.each)
		}
	}
	return each
}

// insiders are the networks that can be seen into: until the first arm is widened it is one, in the colour of none.
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

// seen is one network that is seen into, and what it answered.
type seen struct {
	arm    int
	hue    color.RGBA
	name   string
	answer look.Answer
	ok     bool
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
		return nil, fmt.Sprintf("Inside a network is seen only as it is now: what it was at step %d is not kept. "+
			"“Live” leads back to now.", step)
	}
	why = "The networks are asked. Their answer is here soon."
	some := false
	for _, i := range arms {
		n := seen{arm: i, hue: v.styles[i].Hue, name: v.names[i]}
		if one {
			n.hue, n.name = style.Neutral, "One network"
		}
		n.answer, n.ok = v.look(i, q)
		switch {
		case n.ok && n.answer.Declined != "":
			why, n.ok = capital(n.answer.Declined)+".", false
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
	if c.kind == 1 && v.size != aside {
		v.histograms(b)
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
	b = v.heading(b, title, v.briefly(how, "Each tile is a neuron. Grey link: equal bits."), "")
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
			v.overlaid(box{full.x, area.y, full.w, full.y + full.h - area.y}, layers, places, most, at)
		}
		return
	}
	v.card(card, layers, places, most, at, pointed)
}
