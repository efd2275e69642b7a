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
	experts, each int // tiles of an expert, some of which may be of no neuron
	wide, high    int // cells of a tile
	paired        bool
	slots         []int     // (experts, each) the neuron of each tile, or −1
	values        []float32 // (experts, each, high, wide)
	high99        float32   // of so many of a hundred numbers the size is at most this
	activations   []look.Neurons
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
	if l.of == key && l.values != nil {
		return l
	}
	l.of = key
	l.arrange(n.answer.Layer, n.answer.Question.Quantity == look.Activations, layer, f.Pairs)
	return l
}

// arrange puts the numbers of a layer in the order of its tiles.
func (l *layered) arrange(a *look.LayerValues, activations bool, layer int, pairs []record.PairGroup) {
	l.experts, l.wide, l.high, l.activations = len(a.Experts), 1, 1, a.Experts
	inner := 0
	for _, x := range a.Experts {
		inner = max(inner, len(x.Mean))
	}
	if !activations {
		l.high = len(look.Parts)
	}
	var parts [len(look.Parts)][]look.Matrix // by expert
	for k, p := range look.Parts {
		for _, m := range a.Matrices {
			if m.Part == p {
				parts[k] = append(parts[k], m)
			}
		}
	}
	if !activations && len(parts[0]) > 0 {
		l.wide = parts[0][0].Cols
	}
	l.order(inner, layer, pairs)
	l.values = slices.Grow(l.values[:0], l.experts*l.each*l.high*l.wide)
	for e := range l.experts {
		for s := range l.each {
			n := l.slots[e*l.each+s]
			for k := range l.high {
				for c := range l.wide {
					x := float32(0)
					switch {
					case n < 0:
					case activations:
						x = a.Experts[e].Mean[n]
					case parts[k][e].Cols == l.wide && k < len(look.Parts)-1:
						x = parts[k][e].Values[n*l.wide+c]
					default: // of down, the column
						x = parts[k][e].Values[c*parts[k][e].Cols+n]
					}
					l.values = append(l.values, x)
				}
			}
		}
	}
	l.high99 = sizeOf(l.values, 0.99)
}

// order gives every neuron its tile: originals beside their copies, and then what has none.
func (l *layered) order(inner, layer int, pairs []record.PairGroup) {
	l.slots, l.each, l.paired = l.slots[:0], inner, false
	var rows [][]int
	for e := range l.experts {
		var row []int
		for _, g := range pairs {
			if g.Layer != layer || g.Expert != e {
				continue
			}
			for i := range g.Orig {
				if o, c := int(g.Orig[i]), int(g.Copy[i]); o < inner && c < inner {
					row, l.paired = append(row, o, c), true
				}
			}
		}
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
			if math.Float32bits(a[i]) != math.Float32bits(b[i]) {
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
