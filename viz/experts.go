package viz

import (
	"fmt"
	"math"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// routing is what is drawn of one network's experts.
type routing struct {
	arms  []int // whose network it is
	gets  record.Experts
	loads []*record.ArmFrame // over time
	lost  string
}

// experts draws for every network, layer by layer, how much each expert gets over time, which symbols go to it, and
// what its router makes of it in the mean.
func (v *View) experts(b box) {
	e, step := v.rec.Experiment, v.at()
	var nets []routing
	told := false
	for _, arms := range v.rec.Networks(step) {
		if v.leavesOut(arms) {
			continue
		}
		f, _ := v.rec.ExpertsAt(arms[0], step)
		n := routing{arms, v.rec.ExpertsOf(&f), v.rec.Loads(arms[0], step), v.lost(arms[0], step)}
		nets, told = append(nets, n), told || n.gets.Told()
	}
	how := "Bands: the load of each expert, over time."
	if told {
		even := record.Percent(float64(e.Model.TopK) / float64(e.Model.Experts))
		how += fmt.Sprintf(" Table: what share of %s it gets, in %%; blue is more than the even %s, orange is less. "+
			"Bars: its probability in the router; dotted: even.", e.Task.Words().Classes, even)
		if nets[0].gets.Sorted() {
			how += " Rows: in the order of the experts that get most."
		}
	}
	unit := ""
	if v.size == aside {
		unit = fmt.Sprintf("load, layer %d", e.Model.Layers)
	}
	brief, crowded := "Bands: load. Table: what it gets; blue: more than even.", Crowded(v.w, v.h)
	if crowded && told {
		how = brief // there is more room for the layers
	}
	b = v.headingIn(b, "What each expert gets", unit, how, brief)
	if len(nets) == 0 {
		return
	}
	if v.size > aside && !crowded {
		b = v.expertFinding(b, &nets[len(nets)-1])
	}
	g := v.expertGrid(b, nets, told)
	if nameless(g.heads) && v.size > aside {
		var arms []int
		for _, n := range nets {
			arms = append(arms, n.arms[0])
		}
		g = v.expertGrid(v.key(b, arms), nets, told)
	}
	hit, on := v.expertUnder(g, nets)
	for k := range nets {
		v.expertHead(g, k, &nets[k])
		for row, layer := range g.layers {
			v.expertBlock(g, k, row, layer, &nets[k])
		}
	}
	v.expertNames(g, nets)
	if on {
		v.exactExpert(b, g, nets, hit)
	}
}

// expertFinding writes what tells most about where the symbols of a network go, and returns the place that is left.
func (v *View) expertFinding(b box, n *routing) box {
	f, ok := n.gets.Finding()
	if !ok || n.lost != "" {
		return b
	}
	hue, name := ink, "The network"
	if len(n.arms) == 1 {
		hue, name = v.styles[n.arms[0]].Hue, v.names[n.arms[0]]
	}
	lines := v.wrap(name+": "+n.gets.Says(f)+".", b.w)
	for i, line := range lines {
		v.pen.text(line, b.x, b.y+2+linePitch*float64(i), body, hue, left)
	}
	down := linePitch*float64(len(lines)) + 4
	return box{b.x, b.y + down, b.w, b.h - down}
}

// expertHead writes whose network a column is.
func (v *View) expertHead(g expertGrid, k int, n *routing) {
	if g.heads == nil {
		return
	}
	arm := n.arms[0]
	x, y := g.in.x+g.gutter+g.pitch*float64(k), g.in.y+8
	m := v.styles[arm]
	v.pen.mark(m, x+4, y, 4)
	for line, s := range g.heads[k] {
		v.pen.text(s, x+headIndent*float64(1-line), y+14*float64(line), body, m.Hue, left)
	}
}

// expertBlock draws one layer of one network.
func (v *View) expertBlock(g expertGrid, k, row, layer int, n *routing) {
	at := g.bandBox(k, row)
	if k == 0 && g.named {
		name := fmt.Sprintf("Layer %d", layer+1)
		if all := v.rec.Experiment.Model.Layers; len(g.layers) < all {
			name += fmt.Sprintf(" of %d", all)
		}
		v.pen.text(name, at.x, at.y-9, small, soft, left)
	}
	v.bands(at, layer, n)
	if n.lost != "" {
		v.cross(at.x+at.w-8, at.y+8, 5)
	}
	if g.kinds == 0 {
		return
	}
	experts := n.gets.Experts
	w := at.w / float64(experts)
	cells, bars := g.cellBox(k, row), g.barBox(k, row)
	gapX, gapY := math.Min(1, w*0.1), 0.0
	if g.cell > 8 {
		gapY = 1
	}
	for expert := range experts {
		x := cells.x + w*float64(expert)
		for i, class := range g.classes[row] {
			v.shareCell(box{x, cells.y + g.cell*float64(i), w - gapX, g.cell - gapY},
				n.gets.Share(layer, expert, class), n.gets.Excess(layer, expert, class))
		}
		v.routerBar(box{x, bars.y, w - gapX, bars.h}, n, layer, expert)
		if w >= leastNumber {
			v.pen.text(fmt.Sprint(expert+1), x+w/2, bars.y+bars.h+expertName/2, small, soft, center)
		}
	}
	even := bars.y + bars.h*(1-1/routerTop)
	v.pen.line([]point{{bars.x, even}, {bars.x + bars.w, even}}, 1, soft, []float64{2, 3})
}

// routerTop is how many times the even probability is as high as the bars may be.
const routerTop = 2.0

// routerBar draws the probability of an expert in its router: full height is routerTop times that of all alike.
func (v *View) routerBar(b box, n *routing, layer, expert int) {
	p := n.gets.Router(layer, expert)
	if !record.Finite(p) {
		v.cross(b.x+b.w/2, b.y+b.h/2, math.Min(4, b.h/3))
		return
	}
	h := b.h * math.Min(p*float64(n.gets.Experts)/routerTop, 1)
	v.pen.rect(b.x, b.y+b.h-h, b.w, h, style.Band(expert))
}

// dark is from which excess on a cell is so dark that words on it are white.
const dark = 0.8

// shareCell draws by how much the share of a class that an expert gets exceeds the even one, and writes the share where
// there is room.
func (v *View) shareCell(b box, share, excess float64) {
	if !record.Finite(share) {
		v.pen.rect(b.x, b.y, b.w, b.h, quiet)
		return
	}
	v.pen.rect(b.x, b.y, b.w, b.h, style.Diverging(float32(excess)))
	if b.w < 22 || b.h < 12 {
		return
	}
	c := ink
	if math.Abs(excess) > dark {
		c = paper
	}
	v.pen.text(fmt.Sprintf("%.0f", 100*share), b.x+b.w/2, b.y+b.h/2, small, c, center)
}

// expertNames writes the classes left of the cells of the first column, as many as there is room for.
func (v *View) expertNames(g expertGrid, nets []routing) {
	if g.kinds == 0 {
		return
	}
	every := max(int(math.Ceil(math.Max(11, v.finest()+1)/g.cell)), 1)
	for row := range g.layers {
		at := g.cellBox(0, row)
		for i, class := range g.classes[row] {
			if i%every != 0 {
				continue
			}
			name := v.fitting([]string{nets[0].gets.Classes[class]}, g.gutter-6, small)
			v.pen.text(name, at.x-6, at.y+g.cell*(float64(i)+0.5), small, soft, right)
		}
		bars := g.barBox(0, row)
		if g.column/float64(nets[0].gets.Experts) < leastNumber {
			continue // there is no room for numbers
		}
		for _, part := range []struct {
			name string
			y    float64
		}{{"router", bars.y + bars.h/2}, {"expert", bars.y + bars.h + expertName/2}} {
			v.pen.text(v.fitting([]string{part.name, ""}, g.gutter-6, small), bars.x-6, part.y, small, soft, right)
		}
	}
}
