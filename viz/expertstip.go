package viz

import (
	"fmt"
	"math"

	"github.com/sparkling-lab/sparkling/sim/record"
)

// expertAt is what lies under the pointer: in a column and a row of the grid the course of a layer at a step, an
// expert, or an expert and a class of symbols.
type expertAt struct {
	column, row   int
	step          int // −1 where no course is
	expert, class int // the class is −1 where a bar is
}

// expertUnder is what the pointer is over, false where that is nothing of which there are numbers.
func (v *View) expertUnder(g expertGrid, nets []routing) (at expertAt, ok bool) {
	for k := range nets {
		for row := range g.layers {
			at = expertAt{column: k, row: row, step: -1, class: -1}
			if b := g.bandBox(k, row); v.over(b) {
				at.step = int(math.Round((v.pointer.x - b.x) / b.w * float64(max(v.at(), 1))))
				return at, len(nets[k].loads) > 0
			}
			cells, bars := g.cellBox(k, row), g.barBox(k, row)
			over := g.kinds > 0 && v.over(cells)
			if !over && (g.kinds == 0 || !v.over(bars)) {
				continue
			}
			at.expert = min(int((v.pointer.x-cells.x)/cells.w*float64(nets[k].gets.Experts)), nets[k].gets.Experts-1)
			if over {
				at.class = g.classes[row][min(int((v.pointer.y-cells.y)/g.cell), g.kinds-1)]
			}
			return at, true
		}
	}
	return at, false
}

// exactExpert writes the numbers of what lies under the pointer, of experts in all networks.
func (v *View) exactExpert(b box, g expertGrid, nets []routing, at expertAt) {
	layer := g.layers[at.row]
	if at.step >= 0 {
		v.tip(b, v.exactLoads(&nets[at.column], layer, at.step))
		return
	}
	x := &nets[at.column].gets
	said := "probability in the router, share of symbols"
	if at.class >= 0 {
		said = "its share of " + x.Class(at.class)
	}
	lines := []line{{fmt.Sprintf("Layer %d, expert %d: %s", layer+1, at.expert+1, said), ink}}
	for k := range nets {
		hue, name := ink, "One network"
		if len(nets[k].arms) == 1 {
			hue, name = v.styles[nets[k].arms[0]].Hue, v.names[nets[k].arms[0]]
		}
		x := &nets[k].gets
		s := fmt.Sprintf("%s: %s, %s", name, digits(x.Router(layer, at.expert), 3),
			record.Percent(x.Load(layer, at.expert)))
		if at.class >= 0 {
			s = fmt.Sprintf("%s: %s, %s of %s", name, record.Percent(x.Share(layer, at.expert, at.class)),
				record.Thousands(x.Gets(layer, at.expert, at.class)), record.Thousands(x.Of(at.class)))
		}
		lines = append(lines, line{s, hue})
	}
	v.tip(b, lines)
}

// mostLoads is how many experts are told of in one place.
const mostLoads = 8

// exactLoads are the loads of a layer in the newest batch that was measured at or before a step.
func (v *View) exactLoads(n *routing, layer, step int) []line {
	f := n.loads[0]
	for _, g := range n.loads {
		if g.Step <= step {
			f = g
		}
	}
	lines := []line{{fmt.Sprintf("Layer %d, batch of step %s: share of each expert", layer+1,
		record.Thousands(f.Step)), ink}}
	for expert := range min(n.gets.Experts, mostLoads) {
		lines = append(lines, line{fmt.Sprintf("expert %d: %.1f %%", expert+1,
			100*f.ExpertLoad[layer*n.gets.Experts+expert]), ink})
	}
	if more := n.gets.Experts - mostLoads; more > 0 {
		lines = append(lines, line{fmt.Sprintf("and %s more", record.Thousands(more)), soft})
	}
	return lines
}
