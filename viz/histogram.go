package viz

import (
	"fmt"
	"image/color"
	"math"

	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// distribution is how a quantity of one tensor lies in one network.
type distribution struct {
	of  *seen
	has *look.Histogram
}

// histograms draws how the numbers of every tensor lie, a row a kind of tensor and a column a layer, with a curve for
// every network.
func (v *View) histograms(b box) {
	in, q := b, v.chosen.quantity
	how := "each axis goes from the 1 % to the 99 % quantile"
	if v.chosen.fixed {
		how = "all axes are the same"
	}
	b = v.heading(b, "Inside: "+insideQuantities[q]+" of all layers", v.briefly("How many of a matrix's numbers lie "+
		"where, in every network; "+how+". The upright line is zero.", "How many numbers lie where."), "")
	b = v.chips(b, v.choicesOf(Inside))
	nets, why := v.lookInto(b.w, 0, v.insideQuestion())
	if why != "" {
		v.vacant(b, why)
		return
	}
	v.networkKey(&b, nets)
	rows, layers := v.tensorRows(nets)
	if len(rows) == 0 {
		v.vacant(b, "There is nothing to see in "+insideQuantities[q]+" of this network.")
		return
	}
	rows = rows[max(len(rows)-max(int(b.h/leastHistogram), 1), 0):]
	const names = 92.0
	tall := math.Min(b.h/float64(len(rows)), 92)
	wide := (b.w - names) / float64(len(layers))
	every := max(1, int(math.Ceil(70/wide))) // of so many layers one is drawn
	wide *= float64(every)
	for r, part := range rows {
		y := b.y + float64(r)*tall
		v.pen.text(v.fitting([]string{part.name}, names-8, small), b.x, y+tall/2, small, soft, left)
		for c, layer := range layers {
			if c%every != 0 {
				continue
			}
			x := b.x + names + float64(c/every)*wide
			if r == 0 && layer >= 0 {
				v.pen.text(fmt.Sprintf("layer %d", layer+1), x+(wide-14)/2, b.y-6, small, soft, center)
			}
			v.distributions(box{x, y + 4, wide - 14, tall - 10}, in, nets, part, layer)
		}
	}
}

// leastHistogram is the height of one at least: where there is no room for all, those of the experts stay.
const leastHistogram = 38.0

// networkKey names the networks that are looked into in a line, and takes its room.
func (v *View) networkKey(b *box, nets []seen) {
	x, y := b.x, b.y+6
	for k := range nets {
		n := &nets[k]
		if n.hue != style.Neutral {
			v.pen.mark(v.styles[n.arm], x+4, y, 4)
			x += headIndent
		}
		v.pen.text(n.name, x, y, body, n.hue, left)
		x += v.pen.width(n.name, body) + 20
	}
	b.y, b.h = b.y+36, b.h-36
}

// leastCount is how many numbers have a histogram that says anything: the gains of a norm have fewer.
const leastCount = 2 * look.Bins

// tensorRow is a kind of tensor.
type tensorRow struct {
	part int
	name string
}

// tensorRows are the kinds of tensors and the layers that networks have.
func (v *View) tensorRows(nets []seen) (rows []tensorRow, layers []int) {
	for k := range nets {
		if !nets[k].ok || nets[k].answer.Histograms == nil || rows != nil {
			continue
		}
		seen := map[int]bool{}
		most := 0
		for _, h := range nets[k].answer.Histograms.Tensors {
			most = max(most, h.Layer)
			if h.Count >= leastCount && !seen[int(h.Part)] {
				seen[int(h.Part)] = true
				rows = append(rows, tensorRow{int(h.Part), look.PartName(h.Part)})
			}
		}
		for i := range most + 1 {
			layers = append(layers, i)
		}
	}
	return rows, layers
}

// distributions draws the curves of one tensor in every network over each other; what belongs to no layer stands in the
// first column.
func (v *View) distributions(b, in box, nets []seen, part tensorRow, layer int) {
	var list []distribution
	from, to := float32(math.Inf(1)), float32(math.Inf(-1))
	for k := range nets {
		if !nets[k].ok || nets[k].answer.Histograms == nil {
			continue
		}
		for i := range nets[k].answer.Histograms.Tensors {
			h := &nets[k].answer.Histograms.Tensors[i]
			if int(h.Part) != part.part || h.Layer != layer && (h.Layer >= 0 || layer > 0) {
				continue
			}
			list = append(list, distribution{&nets[k], h})
			from, to = min(from, h.From), max(to, h.To)
		}
	}
	if len(list) == 0 || !(to > from) {
		return
	}
	base := b.y + b.h - 12
	v.pen.segment(point{b.x, base}, point{b.x + b.w, base}, 1, faint)
	a := axes{in: box{b.x, b.y, b.w, base - b.y}, x0: float64(from), x1: float64(to), y0: 0, y1: 1}
	if from < 0 && to > 0 {
		v.pen.segment(point{a.x(0), b.y}, point{a.x(0), base}, 1, rule)
	}
	size := math.Max(10, v.finest())
	v.pen.text(rounded(from), b.x, base+8, size, soft, left)
	v.pen.text(rounded(to), b.x+b.w, base+8, size, soft, right)
	for _, d := range list {
		v.pen.line(d.curve(a), 1.4, d.of.hue, v.dashOf(d.of))
	}
	if v.over(b) {
		v.exactHistogram(in, part, list)
	}
}

func (v *View) dashOf(n *seen) []float64 {
	if n.hue == style.Neutral {
		return nil
	}
	return v.styles[n.arm].Dash
}

// curve is the outline of a histogram, as high as the axes at its highest bin. Where there are few numbers neighbouring
// bins are taken together, so that chance does not draw most of it.
func (d distribution) curve(a axes) []point {
	bins, each := len(d.has.Bins), 1
	for each < 4 && d.has.Count*each < 24*bins {
		each++
	}
	sums := make([]float64, 0, bins)
	most := 1.0
	for i := 0; i+each <= bins; i += each {
		sum := 0.0
		for _, n := range d.has.Bins[i : i+each] {
			sum += float64(n)
		}
		sums, most = append(sums, sum), math.Max(most, sum)
	}
	wide := float64(d.has.To-d.has.From) / float64(bins) * float64(each)
	out := make([]point, len(sums))
	for i, sum := range sums {
		out[i] = point{a.x(float64(d.has.From) + (float64(i)+0.5)*wide), a.y(0.94 * sum / most)}
	}
	return out
}

// exactHistogram writes the numbers of one tensor in every network.
func (v *View) exactHistogram(b box, part tensorRow, list []distribution) {
	name := part.name
	if list[0].has.Layer >= 0 {
		name += fmt.Sprintf(" of layer %d", list[0].has.Layer+1)
	}
	lines := []line{{fmt.Sprintf("%s, %s numbers", name, record.Thousands(list[0].has.Count)), ink}}
	for _, d := range list {
		hue := color.RGBA(d.of.hue)
		h := d.has
		lines = append(lines, line{fmt.Sprintf("%s: RMS %s, from %s to %s; 98 %% from %s to %s", d.of.name,
			rounded(h.RMS), rounded(h.Min), rounded(h.Max), rounded(h.Low1), rounded(h.High99)), hue})
		if h.Zeros+h.NotFinite > 0 {
			lines = append(lines, line{fmt.Sprintf("%d are zero, %d are no number", h.Zeros, h.NotFinite), soft})
		}
	}
	v.tip(b, lines)
}
