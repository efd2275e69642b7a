package viz

import (
	"fmt"
	"strconv"

	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// Numbers is what a picture that looks inside networks shows, in numbers: its twin for who does not see it.
type Numbers struct {
	Title string     `json:"title"`
	Says  string     `json:"says"` // why there are no rows, if there are none
	Heads []string   `json:"heads"`
	Rows  [][]string `json:"rows"`
}

// Numbers are those of the pictures that stand on the screen and look inside, as the pictures were drawn last.
func (v *View) Numbers() []Numbers {
	var out []Numbers
	for i := range v.places {
		p := &v.places[i]
		if p.pane != Inside && p.pane != Attention {
			continue
		}
		v.size = p.size
		n := Numbers{Title: v.choicesSaid(p.pane), Heads: []string{""}, Rows: [][]string{}}
		var nets []seen
		if p.pane == Attention {
			nets, n.Says = v.lookInto(p.box.w, leastTable, v.headQuestion())
			v.attentionRows(&n, nets)
		} else {
			nets, n.Says = v.lookInto(p.box.w, leastMosaic, v.insideQuestion())
			v.insideRows(&n, nets)
		}
		out = append(out, n)
	}
	return out
}

// Looks changes whenever what the pictures show of the insides of networks does, or what was chosen of them.
func (v *View) Looks() (n int) {
	for i := range v.places {
		n += v.numbers(v.places[i].wants)
	}
	return n + v.turned
}

// choicesSaid says what was chosen of a picture.
func (v *View) choicesSaid(id PaneID) string {
	s := map[PaneID]string{Inside: "Inside", Attention: "Attention"}[id]
	for i, c := range v.choicesOf(id) {
		if i > 0 {
			s += ", " + c.Options[c.Chosen]
		}
	}
	return s
}

// insideQuestion asks for what the reader chose to see inside.
func (v *View) insideQuestion() look.Question {
	switch c := v.chosen; {
	case c.kind != histograms:
		return look.OneLayer(min(c.layer, v.rec.Experiment.Model.Layers-1), c.quantity)
	case c.fixed:
		return look.AllTensors(c.quantity, look.Fixed)
	default:
		return look.AllTensors(c.quantity, look.Robust)
	}
}

// row adds a row with a cell for every network that answered.
func (n *Numbers) row(name string, nets []seen, cell func(k int) string) {
	cells := []string{name}
	for k := range nets {
		s := "–"
		if nets[k].ok {
			s = cell(k)
		}
		cells = append(cells, s)
	}
	n.Rows = append(n.Rows, cells)
}

func (n *Numbers) heads(nets []seen) {
	for k := range nets {
		n.Heads = append(n.Heads, nets[k].name)
	}
	n.row("of step", nets, func(k int) string { return strconv.Itoa(nets[k].answer.Step) })
}

func (v *View) insideRows(n *Numbers, nets []seen) {
	if n.Says != "" {
		return
	}
	n.heads(nets)
	switch v.chosen.kind {
	case histograms:
		v.histogramRows(n, nets)
		return
	case matrices:
		v.matrixRows(n, nets)
		return
	}
	layers := make([]*layered, len(nets))
	for k := range nets {
		layers[k] = v.layeredOf(&nets[k], nets[k].answer.Question.Layer)
	}
	if v.chosen.quantity != look.Activations {
		n.row("pairs equal bit for bit", nets, func(k int) string {
			same, pairs := layers[k].alike()
			if pairs == 0 {
				return "–"
			}
			return fmt.Sprintf("%d of %d", same, pairs)
		})
	}
	n.row("99 % lie within", nets, func(k int) string { return rounded(layers[k].high99) })
	at := v.chosen.picked
	if !at.on {
		at = tileAt{on: true}
	}
	_, slots := v.namesOf(layers, at)
	for _, s := range slots {
		at := tileAt{true, at.expert, s}
		if v.chosen.quantity != look.Activations {
			for row, part := range tileRows {
				n.row(tileName(layers, at)+", RMS of "+part, nets, func(k int) string {
					if l := layers[k]; l.neuron(at) >= 0 && row < l.high {
						return rounded(rms(l.row(at.expert, s, row)))
					}
					return "–"
				})
			}
		}
		n.row(tileName(layers, at)+", active on", nets, func(k int) string {
			if l := layers[k]; l.neuron(at) >= 0 && at.expert < len(l.activations) {
				return l.activeOn(at)
			}
			return "–"
		})
	}
}

// activeOn says how often and how strongly one neuron is active.
func (l *layered) activeOn(at tileAt) string {
	a, i := l.activations[at.expert], l.neuron(at)
	if a.Tokens == 0 || i >= len(a.Mean) {
		return "–"
	}
	return fmt.Sprintf("%.0f %%, mean %s", 100*a.Active[i], rounded(a.Mean[i]))
}

// tileName is what a neuron is called.
func tileName(layers []*layered, at tileAt) string {
	for _, l := range layers {
		if n := l.neuron(at); n >= 0 {
			return fmt.Sprintf("expert %d, neuron %d", at.expert+1, n+1)
		}
	}
	return ""
}

func (v *View) matrixRows(n *Numbers, nets []seen) {
	for i, m := range v.matricesOf(nets) {
		n.row(fmt.Sprintf("%s, RMS of %d × %d", look.PartName(m.Part), m.Rows, m.Cols), nets, func(k int) string {
			if x := wholeMatrices(nets[k].answer.Layer); i < len(x) {
				return rounded(rms(x[i].Values))
			}
			return "–"
		})
	}
}

func (v *View) histogramRows(n *Numbers, nets []seen) {
	var first *look.Histograms
	for k := range nets {
		if first == nil && nets[k].ok {
			first = nets[k].answer.Histograms
		}
	}
	if first == nil {
		return
	}
	for i, h := range first.Tensors {
		name := look.PartName(h.Part)
		if h.Layer >= 0 {
			name += fmt.Sprintf(", layer %d", h.Layer+1)
		}
		n.row(name, nets, func(k int) string {
			all := nets[k].answer.Histograms.Tensors
			if i >= len(all) {
				return "–"
			}
			x := all[i]
			s := fmt.Sprintf("RMS %s; %s to %s; 98 %% in %s to %s", rounded(x.RMS), rounded(x.Min), rounded(x.Max),
				rounded(x.Low1), rounded(x.High99))
			if x.Zeros > 0 {
				s += fmt.Sprintf("; %s zero", record.Thousands(x.Zeros))
			}
			if x.NotFinite > 0 {
				s += fmt.Sprintf("; %s no number", record.Thousands(x.NotFinite))
			}
			return s
		})
	}
}

func (v *View) attentionRows(n *Numbers, nets []seen) {
	if n.Says != "" {
		return
	}
	n.heads(nets)
	a := v.attended()
	if a == nil {
		return
	}
	query := v.queryOf(a)
	n.Title += fmt.Sprintf(": where %s at place %d looks", v.quotedAt(a, query), query+1)
	for key := query; key >= 0; key-- {
		n.row(fmt.Sprintf("%d: %s", key+1, v.quotedAt(a, key)), nets, func(k int) string {
			return digits(nets[k].answer.Attention.Probs[query*len(a.Symbols)+key], 4)
		})
	}
}
