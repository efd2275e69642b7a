package pairs

import (
	"math"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// Bounds on the pairs that are compared of a group: Most, so that a very wide network does not drown the picture; and
// few, which are kept where more would cost too much: fewer would show little, and updates so short are soon over.
// Where there are more, those are evenly spaced.
const (
	Most         = 64
	few          = 32
	elementFLOPs = 100  // one compared element takes about as long as so many FLOPs of a matrix product
	share        = 0.05 // of the training, at most
	rate         = 0.17 // comparisons a step, about: every tenth, and every one for a while after a widening
)

// affordable is how many pairs of a group may be measured: as many as cost so many FLOPs an update. It follows from
// shapes alone, never from a clock, so that a run gives the same record everywhere.
func affordable(t *model.Table, axis model.Axis, flops float64) int {
	elements := 0 // of one pair of every group
	for _, x := range t.Tensors {
		if x.Vector() {
			continue
		}
		if x.Rows.Axis == axis {
			elements += x.Experts * x.Cols.Size
		}
		if x.Cols.Axis == axis {
			elements += x.Experts * x.Rows.Size
		}
	}
	return min(Most, max(few, int(flops/(rate*elementFLOPs*float64(model.Quantities)*float64(max(elements, 1))))))
}

// Compare compares originals and copies of all widenings in weights, gradients and moments. A copy of a copy is paired
// with that copy. flops is what the network computes in an update; all axes share what may be spent.
func Compare(pairs map[model.Axis][]widen.Pair, of [model.Quantities]model.Values, flops float64) []Group {
	groups := Select(pairs, of[model.Weight].Table, flops)
	for i := range groups {
		groups[i].measure(of)
	}
	return groups
}

// Select is the groups of [Compare] without their statistics: for each layer and expert one of the inner axis, which
// all have the same pairs, and one of the hidden axis. Whoever has the numbers elsewhere compares those pairs.
func Select(pairs map[model.Axis][]widen.Pair, table *model.Table, flops float64) []Group {
	var groups []Group
	flops *= share
	if len(pairs[model.Inner]) > 0 && len(pairs[model.Hidden]) > 0 {
		flops /= 2
	}
	if inner := evenly(pairs[model.Inner], affordable(table, model.Inner, flops)); len(inner) > 0 {
		for l := range table.Config.Layers {
			for e := range table.Config.Experts {
				groups = append(groups, group(model.Inner, l, e, inner))
			}
		}
	}
	if hidden := evenly(pairs[model.Hidden], affordable(table, model.Hidden, flops)); len(hidden) > 0 {
		groups = append(groups, group(model.Hidden, -1, -1, hidden))
	}
	return groups
}

// evenly picks n pairs.
func evenly(pairs []widen.Pair, n int) []widen.Pair {
	if len(pairs) <= n {
		return pairs
	}
	out := make([]widen.Pair, n)
	for i := range out {
		out[i] = pairs[i*len(pairs)/n]
	}
	return out
}

func group(axis model.Axis, layer, expert int, pairs []widen.Pair) Group {
	g := Group{Axis: string(axis), Layer: layer, Expert: expert}
	for _, p := range pairs {
		g.Orig, g.Copy = append(g.Orig, int32(p.Orig)), append(g.Copy, int32(p.Copy))
	}
	return g
}

// Holds reports whether the pairs of a group have a part in expert e of a tensor. Their vectors are, on the inner axis,
// gate row, up row and down column of one expert; on the hidden axis the slice of every tensor with that axis but the
// gains.
func (g *Group) Holds(t model.Tensor, e int) bool {
	axis := model.Axis(g.Axis)
	return !t.Vector() && (t.Rows.Axis == axis || t.Cols.Axis == axis) && (g.Layer < 0 || t.Layer == g.Layer) &&
		(g.Expert < 0 || !t.Stacked() || e == g.Expert)
}

// measure sets the statistics of a group.
func (g *Group) measure(of [model.Quantities]model.Values) {
	all := make([]Sums, len(g.Orig))
	for q, v := range of {
		clear(all)
		g.add(all, v)
		g.Stats[q] = make([]Stat, len(all))
		for i := range all {
			g.Stats[q][i] = all[i].Stat()
		}
	}
}

// add adds what pairs have to their sums.
func (g *Group) add(all []Sums, v model.Values) {
	for i, t := range v.Table.Tensors {
		for e := range t.Experts {
			if !g.Holds(t, e) {
				continue
			}
			data, rows, cols := v.Expert(i, e), t.Rows.Size, t.Cols.Size
			for k := range all {
				a, b := int(g.Orig[k]), int(g.Copy[k])
				if string(t.Rows.Axis) == g.Axis {
					all[k].add(data[a*cols:], data[b*cols:], cols, 1)
				}
				if string(t.Cols.Axis) == g.Axis {
					all[k].add(data[a:], data[b:], rows, cols)
				}
			}
		}
	}
}

// Sums gathers what cosine and distance of a pair (a, b) need: Σa², Σb², Σab and Σ(a−b)², in float64: no square of a
// float32 is too small or too large for it. Differ says whether any bits do: DD is 0 too where only the signs of zeros
// differ.
type Sums struct {
	AA, BB, AB, DD float64
	Differ         bool
}

// add adds n elements of two vectors, which lie step apart. Of a locked pair it sums once.
func (s *Sums) add(a, b []float32, n, step int) {
	last := (n-1)*step + 1
	a, b = a[:last], b[:last]
	if same(a, b, step) {
		aa := squares(a, step)
		s.AA, s.BB, s.AB = s.AA+aa, s.BB+aa, s.AB+aa
		return
	}
	s.Differ = true
	// in two halves that do not wait for each other's sums
	var aa, bb, ab, dd, aa1, bb1, ab1, dd1 float64
	i := 0
	for ; i+step < len(a); i += 2 * step {
		x, y, x1, y1 := float64(a[i]), float64(b[i]), float64(a[i+step]), float64(b[i+step])
		aa, bb, ab, dd = aa+x*x, bb+y*y, ab+x*y, dd+(x-y)*(x-y)
		aa1, bb1, ab1, dd1 = aa1+x1*x1, bb1+y1*y1, ab1+x1*y1, dd1+(x1-y1)*(x1-y1)
	}
	if i < len(a) {
		x, y := float64(a[i]), float64(b[i])
		aa, bb, ab, dd = aa+x*x, bb+y*y, ab+x*y, dd+(x-y)*(x-y)
	}
	s.AA, s.BB, s.AB, s.DD = s.AA+(aa+aa1), s.BB+(bb+bb1), s.AB+(ab+ab1), s.DD+(dd+dd1)
}

// same reports whether all elements have the same bits.
func same(a, b []float32, step int) bool {
	b = b[:len(a)]
	for i := 0; i < len(a); i += step {
		if math.Float32bits(a[i]) != math.Float32bits(b[i]) {
			return false
		}
	}
	return true
}

// squares sums as [Sums.add] does, to the same bits.
func squares(a []float32, step int) float64 {
	var aa, aa1 float64
	i := 0
	for ; i+step < len(a); i += 2 * step {
		x, x1 := float64(a[i]), float64(a[i+step])
		aa, aa1 = aa+x*x, aa1+x1*x1
	}
	if i < len(a) {
		x := float64(a[i])
		aa += x * x
	}
	return aa + aa1
}

// Stat is what the sums say of the pair.
func (s *Sums) Stat() Stat {
	nan := float32(math.NaN())
	st := Stat{nan, nan, Apart}
	switch {
	case !model.Finite(s.AA + s.BB):
		st.State = Diverged
		return st
	case !s.Differ:
		st.State = Locked
	case s.AA == 0 || s.BB == 0:
		st.State = OneZero
	}
	if s.AA > 0 && s.BB > 0 {
		st.Cos = s.cosine()
	}
	if s.AA+s.BB > 0 {
		st.Dist = s.distance()
	}
	return st
}

// cosine is the pair cosine a·b / sqrt(a·a · b·b). It is asked for where both point somewhere.
func (s *Sums) cosine() float32 { return float32(s.AB / math.Sqrt(s.AA*s.BB)) }

// distance is the relative distance ‖a − b‖ / sqrt((‖a‖² + ‖b‖²) / 2). It is asked for where one of the two is not
// zero.
func (s *Sums) distance() float32 { return float32(math.Sqrt(s.DD / ((s.AA + s.BB) / 2))) }
