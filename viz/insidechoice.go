package viz

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// insider is what the reader chose about the pictures that look inside a network.
type insider struct {
	arm        int // that is looked into alone, counted from 1; 0 is all of them
	kind       int // of what is inside: neurons and others
	layer      int
	quantity   record.Quantity // or look.Activations
	fixed      bool            // the scale stays as it is
	head, text int             // whose attention, on which sequence
	query      int             // the place that attention is asked from, counted from 1; 0 is the last
	picked     tileAt
}

// The kinds of what is inside.
const (
	neurons = iota
	histograms
	matrices
)

var kinds = [...]string{"neurons", "histograms", "matrices"}

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
	for _, h := range v.stacks {
		h.free()
	}
	v.layers, v.attending, v.stacks = map[int]*layered{}, map[int]*heat{}, map[heatKey]*heat{}
	v.held, v.chosen.picked, v.chosen.query = [len(insideQuantities)]float32{}, tileAt{}, 0
}

// insideQuantities are what can be looked at, as the choices have them.
var insideQuantities = [look.Activations + 1]string{"weights", "gradients", "1st moment", "2nd moment", "activations"}

// besideOf are choices about a picture for which it has another way itself: a click on what is to be chosen.
func (v *View) besideOf(id PaneID) []Choice {
	switch {
	case id == Inside && v.chosen.kind == neurons:
		return []Choice{v.neuronChoice()}
	case id == Attention:
		return []Choice{v.placeChoice()}
	}
	return nil
}

// choicesOf are what can be chosen on a picture.
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
			Options: numbered("text", sequences), Chosen: min(v.headQuestion().Sequence, sequences-1)})
	}
	out = append(out, Choice{ID: "inside", Label: "What", Options: kinds[:], Chosen: c.kind})
	if c.kind != histograms {
		out = append(out, layer)
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

// armChoice is which networks are looked into: all, or one of them. Where there is no room for all it is the last,
// unless another was chosen.
func (v *View) armChoice() Choice {
	arms, one := v.insiders()
	c := Choice{ID: "arm", Label: "Network", Options: []string{"all arms"}}
	if one {
		return c
	}
	all := v.Readable(v.rec.Experiment)
	for _, i := range arms {
		c.Options = append(c.Options, all[i])
	}
	c.Chosen = slices.Index(arms, v.chosen.arm-1) + 1
	if Crowded(v.w, v.h) {
		c.Options = c.Options[1:]
		if c.Chosen--; c.Chosen < 0 {
			c.Chosen = len(arms) - 1
		}
	}
	return c
}

// chooseArm chooses one of them.
func (v *View) chooseArm(option int) {
	arms, one := v.insiders()
	if !Crowded(v.w, v.h) {
		option--
	}
	if v.chosen.arm = 0; !one && option >= 0 && option < len(arms) {
		v.chosen.arm = arms[option] + 1
	}
}

// mostKept is how many neurons there are to choose from beside the picture at most.
const mostKept = 256

// neuronChoice is which neuron is kept large; a click on its tile does the same.
func (v *View) neuronChoice() Choice {
	c := Choice{ID: "neuron", Label: "Large view", Options: []string{"what is pointed at"}}
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
	c := Choice{ID: "place", Label: "From", Options: []string{"the last symbol"}}
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
		v.chooseArm(option)
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
