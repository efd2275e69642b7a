package sim

import (
	"math"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// How often the probes run: every ProbeEvery steps, and every step for the first ProbeDense steps after a widening.
const (
	ProbeEvery = 10
	ProbeDense = 40
)

// maxPairs bounds what a probe reports of a group, so that a very wide network does not drown the picture: where there are more pairs,
// so many of them are measured, evenly spread.
const maxPairs = 64

// probePairs compares originals and copies of all widenings in weights, gradients and moments. A copy of a copy is paired with that copy.
func probePairs(c model.Config, pairs map[model.Axis][]widen.Pair, of [Quantities]model.Values) []PairGroup {
	var groups []PairGroup
	if inner := spread(pairs[model.Inner]); len(inner) > 0 {
		for l := range c.Layers {
			for e := range c.Experts {
				groups = append(groups, group(model.Inner, l, e, inner, of))
			}
		}
	}
	if hidden := spread(pairs[model.Hidden]); len(hidden) > 0 {
		groups = append(groups, group(model.Hidden, -1, -1, hidden, of))
	}
	return groups
}

func spread(pairs []widen.Pair) []widen.Pair {
	if len(pairs) <= maxPairs {
		return pairs
	}
	out := make([]widen.Pair, maxPairs)
	for i := range out {
		out[i] = pairs[i*len(pairs)/maxPairs]
	}
	return out
}

func group(axis model.Axis, layer, expert int, pairs []widen.Pair, of [Quantities]model.Values) PairGroup {
	g := PairGroup{Axis: string(axis), Layer: layer, Expert: expert}
	for _, p := range pairs {
		g.Orig, g.Copy = append(g.Orig, int32(p.Orig)), append(g.Copy, int32(p.Copy))
	}
	for q, v := range of {
		g.Stats[q] = make([]PairStat, len(pairs))
		for i, p := range pairs {
			g.Stats[q][i] = compare(v, axis, layer, expert, p)
		}
	}
	return g
}

// compare measures one pair. Its vectors are, on the inner axis, gate row, up row and down column of one expert; on the hidden
// axis the slice of every tensor with that axis but the gains.
func compare(v model.Values, axis model.Axis, layer, expert int, p widen.Pair) PairStat {
	var s sums
	for i, t := range v.Table.Tensors {
		if t.Kind == model.Gain || (layer >= 0 && t.Layer != layer) {
			continue
		}
		for e := range t.Experts {
			if expert >= 0 && t.Stacked() && e != expert {
				continue
			}
			data, cols := v.Expert(i, e), t.Cols.Size
			if t.Rows.Axis == axis {
				a, b := data[p.Orig*cols:(p.Orig+1)*cols], data[p.Copy*cols:(p.Copy+1)*cols]
				for j := range a {
					s.add(a[j], b[j])
				}
			}
			if t.Cols.Axis == axis {
				for r := 0; r < len(data); r += cols {
					s.add(data[r+p.Orig], data[r+p.Copy])
				}
			}
		}
	}
	return s.stat()
}

// sums gathers what cosine and distance need, in float64.
type sums struct{ aa, bb, ab, dd float64 }

func (s *sums) add(a, b float32) {
	x, y := float64(a), float64(b)
	s.aa += x * x
	s.bb += y * y
	s.ab += x * y
	s.dd += (x - y) * (x - y)
}

func (s *sums) stat() PairStat {
	nan := float32(math.NaN())
	st := PairStat{nan, nan}
	if s.aa > 0 && s.bb > 0 {
		st.Cos = float32(s.ab / math.Sqrt(s.aa*s.bb))
	}
	if s.aa+s.bb > 0 {
		st.Dist = float32(math.Sqrt(s.dd / ((s.aa + s.bb) / 2)))
	}
	return st
}
