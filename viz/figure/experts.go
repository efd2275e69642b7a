package figure

import (
	"fmt"
	"image/color"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// Measures of the figure of experts.
const (
	expertsWide = vg.Length(196) // of a network
	layerName   = vg.Length(14)  // height of the name of a layer
	bandsTall   = vg.Length(56)
	routersTall = vg.Length(22)
	numbersTall = vg.Length(12) // of experts
	partSpace   = vg.Length(4)
	layerSpace  = vg.Length(12)
	kindTall    = vg.Length(14) // of a class of symbols,
	lowKind     = vg.Length(5)  // and where they are many
	leastNumber = vg.Length(9)  // width of an expert that has a number
	mostLayers  = 4
	headTall    = vg.Length(18) // of the name of a network
)

// Experts is, for every network in the end, what each of its experts gets: the course of its load, which share of each
// class of symbols, and its mean probability in the router. It is false where there is but one expert, or none of this
// was measured.
func drawExperts(r *record.Record) (Figure, bool) {
	step := r.Last()
	if r.Experiment.Model.Experts < 2 {
		return Figure{}, false
	}
	f := Figure{Name: "experts", Title: "What each expert gets"}
	styles, names := style.Of(r.Experiment), names(r.Experiment)
	var all []*routed
	for _, arms := range r.Networks(step) {
		frame, ok := r.ExpertsAt(arms[0], step)
		if !ok {
			continue
		}
		x := r.ExpertsOf(&frame)
		if !x.Told() {
			continue
		}
		n := &routed{gets: &x, loads: r.Loads(arms[0], step), step: step, style: style.Style{Hue: style.Neutral},
			name: "One network still, shared by all"}
		if len(arms) == 1 {
			n.style, n.name = styles[arms[0]], names[arms[0]]
		}
		_, n.lost = r.Diverged(arms[0], step)
		all = append(all, n)
	}
	if len(all) == 0 {
		return Figure{}, false
	}
	x := all[0].gets
	f.Caption = fmt.Sprintf("Seed %d, step %d. Bands: the load of each expert, over time. Table: what share of %s it "+
		"gets, in %%; blue is more than the even %s, orange is less. Bars: its probability in the router; line: even.",
		r.Experiment.Seed, step, r.Experiment.Task.Words().Classes, record.Percent(x.Even()))
	if x.Sorted() {
		f.Caption += " Rows: in the order of the experts that get most."
	}
	for _, n := range all {
		n.layers = shown(x.Layers)
		n.kind = kindTall
		if x.Sorted() {
			n.kind = lowKind
		}
		n.order = all[len(all)-1].gets
	}
	gutter := tickText.Width("expert") + 6
	for _, class := range x.Kinds(0) {
		gutter = max(gutter, tickText.Width(x.Classes[class])+6)
	}
	all[0].gutter = gutter
	f.lay = func(r room) layout {
		to := layout{names: gutter, width: max(gutter+vg.Length(len(all))*(expertsWide+2*margin), 420) + 2*margin,
			height: vg.Length(len(all[0].layers))*all[0].tall() + 106}
		few := false
		if !r.page() {
			to.width = r.width
			each := (r.width-2*margin-gutter)/vg.Length(len(all)) - 2*margin
			for _, n := range all {
				few = few || labelText.Width(n.name)+13 > each
			}
			if few {
				to.key = networks(all)
			}
		}
		layers, first := all[0].layers, *all[0]
		if !r.page() {
			around := 2*margin + headTall + r.heading(f) + vg.Length(len(to.key))*keyRow
			room := r.tall(0, math.MaxInt32) - around
			if n := int(room / first.tall()); n < len(layers) {
				layers = layers[len(layers)-max(n, 1):] // those that are nearest to the answer
				rest := f.noting(layout{note: fewer(layers, x.Layers)})
				around, room = around+r.heading(rest)-r.heading(f), room-r.heading(rest)+r.heading(f)
			}
			if short := first.tall() - room; short > 0 {
				first.kind = max(first.kind-short/vg.Length(len(first.order.Kinds(0))), 2)
			}
			to.height = vg.Length(len(layers))*first.tall() + around
		}
		to.note = fewer(layers, x.Layers)
		for _, n := range all {
			n := *n
			n.layers, n.kind = layers, first.kind
			if few {
				n.name = ""
			}
			to.panels = append(to.panels, panel{plot: blank(&n)})
		}
		return to
	}
	return f, true
}

// fewer says which layers are drawn, where these are not all.
func fewer(layers []int, of int) string {
	if len(layers) == of {
		return ""
	}
	var drawn []string
	for _, l := range layers {
		drawn = append(drawn, strconv.Itoa(l+1))
	}
	if len(drawn) == 1 {
		return fmt.Sprintf("Of %d layers only layer %s has room here.", of, drawn[0])
	}
	last := len(drawn) - 1
	return fmt.Sprintf("Of %d layers only %s and %s have room here.", of, strings.Join(drawn[:last], ", "), drawn[last])
}

// networks is a key of them.
func networks(all []*routed) (key []sample) {
	for _, n := range all {
		key = append(key, sample{name: n.name, Style: n.style, spot: true})
	}
	return key
}

// routed is what is drawn of one network.
type routed struct {
	gets, order *record.Experts // order is of the network whose classes stand in order
	loads       []*record.ArmFrame
	step        int
	layers      []int // that are drawn
	kind        vg.Length
	gutter      vg.Length // for the names of classes
	style       style.Style
	name        string
	lost        bool
}

// tall is the height of a layer.
func (n *routed) tall() vg.Length {
	return layerName + bandsTall + 2*partSpace + n.kind*vg.Length(len(n.order.Kinds(0))) + routersTall + numbersTall +
		layerSpace
}

// Plot implements plot.Plotter.
func (n *routed) Plot(c draw.Canvas, _ *plot.Plot) {
	at := vg.Point{X: c.Min.X + n.gutter, Y: c.Max.Y}
	words := labelText
	words.Color = hue(n.style)
	x := at.X
	if n.style.Marker != "" {
		c.DrawGlyph(draw.GlyphStyle{Color: words.Color, Radius: 3.6, Shape: marker{n.style.Marker}},
			vg.Point{X: x + 4, Y: at.Y - 6})
		x += 13
	}
	name := n.name
	if n.lost {
		name, words.Color = name+": "+record.Diverged.String(), wrong
	}
	c.FillText(words, vg.Point{X: x, Y: at.Y}, name)
	at.Y -= headTall
	for _, layer := range n.layers {
		n.layer(c, at, c.Max.X-at.X, layer)
		at.Y -= n.tall()
	}
}

// layer draws a layer from its upper left corner on.
func (n *routed) layer(c draw.Canvas, at vg.Point, wide vg.Length, layer int) {
	if n.gutter > 0 {
		name := fmt.Sprintf("Layer %d", layer+1)
		if len(n.layers) < n.gets.Layers {
			name += fmt.Sprintf(" of %d", n.gets.Layers)
		}
		c.FillText(tickText, at, name)
	}
	at.Y -= layerName
	n.bands(c, at, wide, layer)
	at.Y -= bandsTall + partSpace
	w := wide / vg.Length(n.gets.Experts)
	kinds, beside := n.order.Kinds(layer), tickText
	beside.XAlign = draw.XRight
	for _, class := range kinds {
		if n.gutter > 0 && n.kind == kindTall {
			c.FillText(beside, vg.Point{X: at.X - 6, Y: at.Y - 1.5}, n.gets.Classes[class])
		}
		for expert := range n.gets.Experts {
			n.cell(c, vg.Point{X: at.X + w*vg.Length(expert), Y: at.Y}, w, layer, expert, class)
		}
		at.Y -= n.kind
	}
	at.Y -= partSpace
	middle := tickText
	middle.XAlign = draw.XCenter
	for expert := range n.gets.Experts {
		x := at.X + w*vg.Length(expert)
		if p := n.gets.Router(layer, expert); record.Finite(p) {
			tall := routersTall * vg.Length(math.Min(p*float64(n.gets.Experts)/2, 1))
			fill(c, style.Band(expert), x, at.Y-routersTall+tall, 0.97*w, tall)
		} else {
			none := middle
			none.Color = wrong
			c.FillText(none, vg.Point{X: x + w/2, Y: at.Y - routersTall/3}, "×")
		}
		if w >= leastNumber {
			c.FillText(middle, vg.Point{X: x + w/2, Y: at.Y - routersTall - 1}, strconv.Itoa(expert+1))
		}
	}
	c.StrokeLine2(draw.LineStyle{Color: soft, Width: 0.8, Dashes: []vg.Length{2, 3}}, at.X, at.Y-routersTall/2,
		at.X+wide, at.Y-routersTall/2)
	if n.gutter > 0 {
		c.FillText(beside, vg.Point{X: at.X - 6, Y: at.Y - 6}, "router")
	}
	if n.gutter > 0 && w >= leastNumber {
		c.FillText(beside, vg.Point{X: at.X - 6, Y: at.Y - routersTall - 1}, "expert")
	}
}

// cell draws which share of a class an expert gets.
func (n *routed) cell(c draw.Canvas, at vg.Point, w vg.Length, layer, expert, class int) {
	share, excess := n.gets.Share(layer, expert, class), n.gets.Excess(layer, expert, class)
	full := vg.Length(0.97)
	if n.kind < kindTall {
		full = 1
	}
	if !record.Finite(share) {
		return
	}
	fill(c, style.Diverging(float32(excess)), at.X, at.Y, 0.97*w, full*n.kind)
	if n.kind < kindTall || w < 22 {
		return
	}
	words := tickText
	words.XAlign, words.Color = draw.XCenter, ink
	if math.Abs(excess) > 0.8 {
		words.Color = paper
	}
	c.FillText(words, vg.Point{X: at.X + w/2, Y: at.Y - 1.5}, strconv.FormatFloat(100*share, 'f', 0, 64))
}

// bands draws the course of the load, one expert upon the other.
func (n *routed) bands(c draw.Canvas, at vg.Point, wide vg.Length, layer int) {
	x := func(i int) vg.Length {
		if i == 0 {
			return at.X
		}
		return at.X + wide*vg.Length(n.loads[i].Step)/vg.Length(max(n.step, 1))
	}
	low := make([]float64, len(n.loads))
	for expert := range n.gets.Experts {
		if len(n.loads) < 2 {
			return
		}
		var p vg.Path
		for i := range n.loads {
			to := vg.Point{X: x(i), Y: at.Y - bandsTall + bandsTall*vg.Length(low[i])}
			if i == 0 {
				p.Move(to)
			} else {
				p.Line(to)
			}
		}
		for i := len(n.loads) - 1; i >= 0; i-- {
			low[i] += float64(n.loads[i].ExpertLoad[layer*n.gets.Experts+expert])
			p.Line(vg.Point{X: x(i), Y: at.Y - bandsTall + bandsTall*vg.Length(low[i])})
		}
		p.Close()
		c.SetColor(style.Band(expert))
		c.Fill(p)
	}
}

// fill fills a rectangle from its upper left corner on.
func fill(c draw.Canvas, with color.Color, x, y, w, h vg.Length) {
	c.SetColor(with)
	c.Fill(vg.Rectangle{Min: vg.Point{X: x, Y: y - h}, Max: vg.Point{X: x + w, Y: y}}.Path())
}
