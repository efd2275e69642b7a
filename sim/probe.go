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

// Bounds on the pairs that a probe reports of a group, so that a very wide network does not drown the picture; and how many it keeps
// where more would cost too much. Where there are more pairs, those are evenly spread.
const (
	maxPairs  = 64
	fewPairs  = 32
	pairFLOPs = 100  // one compared element takes about as long as so many FLOPs of a matrix product
	pairShare = 0.05 // of the training, at most
	pairRate  = 0.17 // probes a step, about: every tenth, and every one for a while after a widening
)

// affordable is how many pairs of a group may be measured: as many as cost pairShare of an update of that many FLOPs. It follows from
// shapes alone, never from a clock, so that a run gives the same record everywhere.
func affordable(t *model.Table, axis model.Axis, flops float64) int {
	elements := 0 // of one pair of every group
	for _, x := range t.Tensors {
		if x.Kind == model.Gain {
			continue
		}
		if x.Rows.Axis == axis {
			elements += x.Experts * x.Cols.Size
		}
		if x.Cols.Axis == axis {
			elements += x.Experts * x.Rows.Size
		}
	}
	return min(maxPairs, max(fewPairs, int(pairShare*flops/(pairRate*pairFLOPs*float64(Quantities)*float64(max(elements, 1))))))
}

// probePairs compares originals and copies of all widenings in weights, gradients and moments. A copy of a copy is paired with that copy.
// flops is what an update costs.
func probePairs(pairs map[model.Axis][]widen.Pair, of [Quantities]model.Values, flops float64) []PairGroup {
	var groups []PairGroup
	table := of[Weight].Table
	if inner := spread(pairs[model.Inner], affordable(table, model.Inner, flops)); len(inner) > 0 {
		for l := range table.Config.Layers {
			for e := range table.Config.Experts {
				groups = append(groups, group(model.Inner, l, e, inner, of))
			}
		}
	}
	if hidden := spread(pairs[model.Hidden], affordable(table, model.Hidden, flops)); len(hidden) > 0 {
		groups = append(groups, group(model.Hidden, -1, -1, hidden, of))
	}
	return groups
}

// spread picks n pairs.
func spread(pairs []widen.Pair, n int) []widen.Pair {
	if len(pairs) <= n {
		return pairs
	}
	out := make([]widen.Pair, n)
	for i := range out {
		out[i] = pairs[i*len(pairs)/n]
	}
	return out
}

func group(axis model.Axis, layer, expert int, pairs []widen.Pair, of [Quantities]model.Values) PairGroup {
	g := PairGroup{Axis: string(axis), Layer: layer, Expert: expert}
	for _, p := range pairs {
		g.Orig, g.Copy = append(g.Orig, int32(p.Orig)), append(g.Copy, int32(p.Copy))
	}
	all := make([]sums, len(pairs))
	for q, v := range of {
		clear(all)
		compare(all, v, axis, layer, expert, pairs)
		g.Stats[q] = make([]PairStat, len(pairs))
		for i := range all {
			g.Stats[q][i] = all[i].stat()
		}
	}
	return g
}

// compare adds what pairs have to their sums. Their vectors are, on the inner axis, gate row, up row and down column of one expert; on the
// hidden axis the slice of every tensor with that axis but the gains. Matrices are read in the order in which they lie.
func compare(all []sums, v model.Values, axis model.Axis, layer, expert int, pairs []widen.Pair) {
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
				for k, p := range pairs {
					all[k].rows(data[p.Orig*cols:(p.Orig+1)*cols], data[p.Copy*cols:(p.Copy+1)*cols])
				}
			}
			if t.Cols.Axis == axis {
				for ; len(data) > 0; data = data[cols:] {
					for k, p := range pairs {
						all[k].add(data[p.Orig], data[p.Copy])
					}
				}
			}
		}
	}
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

// rows adds two rows, in two halves that do not wait for each other's sums.
func (s *sums) rows(a, b []float32) {
	var odd sums
	even := *s
	i := 0
	for ; i+2 <= len(a); i += 2 {
		even.add(a[i], b[i])
		odd.add(a[i+1], b[i+1])
	}
	if i < len(a) {
		even.add(a[i], b[i])
	}
	*s = sums{even.aa + odd.aa, even.bb + odd.bb, even.ab + odd.ab, even.dd + odd.dd}
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
