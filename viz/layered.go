package viz

import (
	"math"
	"slices"

	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// layered is a layer of one network as its tiles show it: their numbers in the order of the picture, a row of tiles'
// cells after the other, and as an image.
type layered struct {
	of            layerKey
	experts, each int            // tiles of an expert, some of which may be of no neuron
	wide, high    int            // cells of a tile
	coupled       []int          // by expert: so many of its tiles, the first ones, are originals beside copies
	slots         []int          // (experts, each) the neuron of each tile, or −1
	values        []float32      // (experts, each, high, wide)
	high99        float32        // of so many of a hundred numbers the size is at most this
	activations   []look.Neurons // where they were answered
	picture       heat
}

// layerKey tells two of them apart.
type layerKey struct {
	question look.Question
	number   int // of the answer
	step     int
	pairs    *record.PairGroup // the first group of those by which tiles lie beside each other
}

// layeredOf is the layer that a network answered with; nil where it did not answer.
func (v *View) layeredOf(n *seen, layer int) *layered {
	if !n.ok || n.answer.Layer == nil {
		return nil
	}
	key := layerKey{question: n.answer.Question, number: n.answer.Number, step: n.answer.Step}
	f, ok := v.rec.PairsAt(n.arm, v.at())
	if ok && len(f.Pairs) > 0 {
		key.pairs = &f.Pairs[0]
	}
	l := v.layers[n.arm]
	if l == nil {
		l = &layered{}
		v.layers[n.arm] = l
	}
	l.activations = nil
	if a, ok := v.look(n.arm, look.OneLayer(layer, look.Activations)); ok && a.Layer != nil {
		l.activations = a.Layer.Experts
	}
	if l.of == key {
		return l
	}
	l.of = key
	l.arrange(n.answer.Layer, n.answer.Question.Quantity == look.Activations, layer, f.Pairs)
	return l
}

// arrange puts the numbers of a layer in the order of its tiles. Where they are not those of experts there are none.
func (l *layered) arrange(a *look.LayerValues, activations bool, layer int, pairs []record.PairGroup) {
	l.values, l.slots, l.coupled, l.high99 = l.values[:0], l.slots[:0], l.coupled[:0], 0
	l.experts, l.each, l.wide, l.high = 0, 0, 1, 1
	if activations {
		l.experts = len(a.Experts)
		inner := 0
		for _, x := range a.Experts {
			inner = max(inner, len(x.Mean))
		}
		l.order(inner, layer, pairs)
		for i, n := range l.slots {
			x := float32(0)
			if mean := a.Experts[i/l.each].Mean; n >= 0 && n < len(mean) {
				x = mean[n]
			}
			l.values = append(l.values, x)
		}
	} else if parts, ok := partsOf(a); ok {
		inner := parts[0][0].Rows
		l.experts, l.wide, l.high = len(parts[0]), parts[0][0].Cols, len(look.Parts)
		l.order(inner, layer, pairs)
		for i, n := range l.slots {
			gate, up, down := parts[0][i/l.each], parts[1][i/l.each], parts[2][i/l.each]
			if n < 0 {
				l.values = append(l.values, make([]float32, l.high*l.wide)...)
				continue
			}
			l.values = append(l.values, gate.Values[n*l.wide:(n+1)*l.wide]...)
			l.values = append(l.values, up.Values[n*l.wide:(n+1)*l.wide]...)
			for c := range l.wide {
				l.values = append(l.values, down.Values[c*inner+n])
			}
		}
	}
	l.high99 = sizeOf(l.values, 0.99)
}

// partsOf are the matrices of which neurons consist, by part and expert, if they fit each other.
func partsOf(a *look.LayerValues) (out [len(look.Parts)][]look.Matrix, ok bool) {
	for k, p := range look.Parts {
		out[k] = make([]look.Matrix, 0, len(a.Matrices)/len(look.Parts))
		for _, m := range a.Matrices {
			if m.Part == p {
				out[k] = append(out[k], m)
			}
		}
	}
	gate := out[0]
	if len(gate) == 0 || len(out[1]) != len(gate) || len(out[2]) != len(gate) {
		return out, false
	}
	inner, hidden := gate[0].Rows, gate[0].Cols
	for k := range out {
		for _, m := range out[k] {
			rows, cols := m.Rows, m.Cols
			if k == len(look.Parts)-1 {
				rows, cols = cols, rows // of down a neuron is a column
			}
			if rows != inner || cols != hidden || len(m.Values) != inner*hidden {
				return out, false
			}
		}
	}
	return out, true
}

// order gives every neuron its tile: originals beside their copies, and then what has none.
func (l *layered) order(inner, layer int, pairs []record.PairGroup) {
	l.each = inner
	rows := make([][]int, 0, l.experts)
	for e := range l.experts {
		row := make([]int, 0, inner)
		for _, g := range pairs {
			if g.Layer != layer || g.Expert != e {
				continue
			}
			for i := range g.Orig {
				if o, c := int(g.Orig[i]), int(g.Copy[i]); o < inner && c < inner {
					row = append(row, o, c)
				}
			}
		}
		l.coupled = append(l.coupled, len(row))
		for n := range inner {
			if !slices.Contains(row, n) {
				row = append(row, n)
			}
		}
		rows = append(rows, row)
		l.each = max(l.each, len(row))
	}
	for _, row := range rows {
		for len(row) < l.each {
			row = append(row, -1)
		}
		l.slots = append(l.slots, row...)
	}
}

// paired reports whether there are originals beside their copies.
func (l *layered) paired() bool {
	return slices.ContainsFunc(l.coupled, func(n int) bool { return n > 0 })
}

// row is one row of a tile's numbers.
func (l *layered) row(expert, slot, k int) []float32 {
	at := ((expert*l.each+slot)*l.high + k) * l.wide
	return l.values[at : at+l.wide]
}

// same reports whether two tiles have the same bits.
func (l *layered) same(expert, slot, other int) bool {
	for k := range l.high {
		a, b := l.row(expert, slot, k), l.row(expert, other, k)
		for i := range a {
			if !look.Same(a[i], b[i]) {
				return false
			}
		}
	}
	return true
}

// neuron is the number of a tile's neuron; −1 where it has none.
func (l *layered) neuron(s tileAt) int {
	if l == nil || !s.on || s.expert >= l.experts || s.slot >= l.each {
		return -1
	}
	return l.slots[s.expert*l.each+s.slot]
}

// paint brings the image of the tiles up to date.
func (l *layered) paint(most float32) {
	if !l.picture.shows(painted{l.of, most}, l.wide, max(l.experts*l.each*l.high, 1)) {
		return
	}
	for i, x := range l.values {
		if l.slots[i/(l.wide*l.high)] < 0 {
			l.picture.blank(i)
		} else {
			l.picture.set(i, x, most)
		}
	}
	l.picture.write()
}

type painted struct {
	of   layerKey
	most float32
}

// sizeOf is the size below which a share of the finite numbers lie.
func sizeOf(values []float32, share float64) float32 {
	sizes := make([]float32, 0, len(values))
	for _, x := range values {
		if record.Finite(x) {
			sizes = append(sizes, max(x, -x))
		}
	}
	if len(sizes) == 0 {
		return 0
	}
	slices.Sort(sizes)
	return sizes[min(int(share*float64(len(sizes))), len(sizes)-1)]
}

// rounded125 is the next of 1, 1.5, 2, 3, 5 and 7 times a power of ten, so that a scale does not move with every
// number.
func rounded125(x float32) float32 {
	if !(x > 0) || !record.Finite(x) {
		return 1
	}
	p := math.Pow(10, math.Floor(math.Log10(float64(x))))
	for _, m := range []float64{1, 1.5, 2, 3, 5, 7, 10} {
		if m*p >= float64(x)*(1-1e-6) {
			return float32(m * p)
		}
	}
	return float32(10 * p)
}

// ranged is where the scale of a quantity ends: as it follows from what is seen, or as it was when it was fixed.
func (v *View) ranged(high99 float32) float32 {
	q := v.chosen.quantity
	if !v.chosen.fixed {
		v.held = [len(insideQuantities)]float32{}
		return rounded125(high99)
	}
	if v.held[q] == 0 {
		v.held[q] = rounded125(high99)
	}
	return v.held[q]
}
