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
	var groups []Group
	table := of[model.Weight].Table
	flops *= share
	if len(pairs[model.Inner]) > 0 && len(pairs[model.Hidden]) > 0 {
		flops /= 2
	}
	if inner := evenly(pairs[model.Inner], affordable(table, model.Inner, flops)); len(inner) > 0 {
		for l := range table.Config.Layers {
			for e := range table.Config.Experts {
				groups = append(groups, group(model.Inner, l, e, inner, of))
			}
		}
	}
	if hidden := evenly(pairs[model.Hidden], affordable(table, model.Hidden, flops)); len(hidden) > 0 {
		groups = append(groups, group(model.Hidden, -1, -1, hidden, of))
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

func group(axis model.Axis, layer, expert int, pairs []widen.Pair, of [model.Quantities]model.Values) Group {
	g := Group{Axis: string(axis), Layer: layer, Expert: expert}
	for _, p := range pairs {
		g.Orig, g.Copy = append(g.Orig, int32(p.Orig)), append(g.Copy, int32(p.Copy))
	}
	all := make([]sums, len(pairs))
	for q, v := range of {
		clear(all)
		add(all, v, axis, layer, expert, pairs)
		g.Stats[q] = make([]Stat, len(pairs))
		for i := range all {
			g.Stats[q][i] = all[i].stat()
		}
	}
	return g
}

// add adds what pairs have to their sums. Their vectors are, on the inner axis, gate row, up row and down column of one
// expert; on the hidden axis the slice of every tensor with that axis but the gains.
func add(all []sums, v model.Values, axis model.Axis, layer, expert int, pairs []widen.Pair) {
	for i, t := range v.Table.Tensors {
		if t.Vector() || (layer >= 0 && t.Layer != layer) {
			continue
		}
		for e := range t.Experts {
			if expert >= 0 && t.Stacked() && e != expert {
				continue
			}
			data, rows, cols := v.Expert(i, e), t.Rows.Size, t.Cols.Size
			for k, p := range pairs {
				if t.Rows.Axis == axis {
					all[k].add(data[p.Orig*cols:], data[p.Copy*cols:], cols, 1)
				}
				if t.Cols.Axis == axis {
					all[k].add(data[p.Orig:], data[p.Copy:], rows, cols)
				}
			}
		}
	}
}

// sums gathers what cosine and distance need, in float64: no square of a float32 is too small or too large for it, and
// so dd is 0 exactly where all elements are equal as numbers. signs is not, where the bits differ even so: in the sign
// of a zero.
type sums struct {
	aa, bb, ab, dd float64
	signs          uint32
}

// add adds n elements of two vectors, which lie step apart, in two halves that do not wait for each other's sums.
func (s *sums) add(a, b []float32, n, step int) {
	last := (n-1)*step + 1
	a, b = a[:last], b[:last]
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
	*s = sums{s.aa + (aa + aa1), s.bb + (bb + bb1), s.ab + (ab + ab1), s.dd + (dd + dd1), s.signs}
	if s.dd == 0 {
		for i := 0; i < len(a); i += step {
			s.signs |= math.Float32bits(a[i]) ^ math.Float32bits(b[i])
		}
	}
}

func (s *sums) stat() Stat {
	nan := float32(math.NaN())
	st := Stat{nan, nan, Apart}
	switch {
	case !model.Finite(s.aa + s.bb):
		st.State = Diverged
		return st
	case s.dd == 0 && s.signs == 0:
		st.State = Locked
	case s.aa == 0 || s.bb == 0:
		st.State = OneZero
	}
	if s.aa > 0 && s.bb > 0 {
		st.Cos = s.cosine()
	}
	if s.aa+s.bb > 0 {
		st.Dist = s.distance()
	}
	return st
}

// cosine is the pair cosine a·b / sqrt(a·a · b·b). It is asked for where both point somewhere.
func (s *sums) cosine() float32 { return float32(s.ab / math.Sqrt(s.aa*s.bb)) }

// distance is the relative distance ‖a − b‖ / sqrt((‖a‖² + ‖b‖²) / 2). It is asked for where one of the two is not
// zero.
func (s *sums) distance() float32 { return float32(math.Sqrt(s.dd / ((s.aa + s.bb) / 2))) }
