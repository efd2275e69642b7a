package cuda

import (
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/model/widen/pairs"
)

// What kernels/statistics.cu says of pairs.
const (
	pairSumsOf = 5            // numbers of a pair: Σa², Σb², Σab, Σ(a−b)², and how many elements differ in a bit
	pairRows   = 64           // that a block of pair_columns sums
	pairMost   = 64           // of a launch of pair_columns
	pairInts   = 2 * pairMost // room for originals and copies
)

var _ [pairMost - pairs.Most]struct{} // no group has more pairs than a launch

// pairPass is the tensors of a layer, or those of none, that have a matrix an expert, or those that have one matrix:
// what they have of a pair is summed on the device, matrix by matrix.
type pairPass struct {
	layer   int
	stacked bool
}

func pairPasses(t *model.Table) []pairPass {
	passes := []pairPass{{-1, false}}
	for l := range t.Config.Layers {
		passes = append(passes, pairPass{l, false}, pairPass{l, true})
	}
	return passes
}

// tensors are those of a pass that pairs of an axis have a part in, of those that are there, and how many parts that
// are a matrix.
func (p pairPass) tensors(t *model.Table, axis model.Axis, there func(tensor int) bool) (of []model.Tensor,
	parts int) {
	for _, x := range t.Tensors {
		if x.Layer == p.layer && x.Stacked() == p.stacked && !x.Vector() && there(x.Index) {
			if n := pairPartsOf(x, axis); n > 0 {
				of, parts = append(of, x), parts+n
			}
		}
	}
	return of, parts
}

// pairPartsOf is how many parts a matrix of a tensor has: one for rows, and one for as many columns as a block sums.
func pairPartsOf(x model.Tensor, axis model.Axis) (n int) {
	if x.Rows.Axis == axis {
		n++
	}
	if x.Cols.Axis == axis {
		n += partsOf(x.Rows.Size, pairRows)
	}
	return n
}

// pairParts and pairSums are how many numbers the largest pass leaves in parts, and in all.
func pairParts(t *model.Table) (n int) {
	for _, p := range pairPasses(t) {
		for _, axis := range []model.Axis{model.Inner, model.Hidden} {
			if of, parts := p.tensors(t, axis, func(int) bool { return true }); parts > 0 {
				n = max(n, of[0].Experts*parts*pairMost*pairSumsOf)
			}
		}
	}
	return n
}
func pairSums(t *model.Table) int { return t.Config.Experts * pairMost * pairSumsOf }

// compare is [learner.Learner.Pairs].
func (o *optimizer) compare(of map[model.Axis][]widen.Pair, flops float64) ([]pairs.Group, error) {
	groups := pairs.Select(of, o.values.table, flops)
	byAxis := map[model.Axis][]int{}
	for i, g := range groups {
		byAxis[model.Axis(g.Axis)] = append(byAxis[model.Axis(g.Axis)], i)
	}
	for axis, of := range byAxis {
		first := groups[of[0]] // all groups of an axis have the same pairs
		driver.Put(o.dev, o.pairs, first.Orig)
		driver.Put(o.dev, o.pairs.From(pairMost), first.Copy)
		for q := range model.Quantities {
			if err := o.compareAxis(groups, of, axis, q); err != nil {
				return nil, err
			}
		}
	}
	return groups, nil
}

// compareAxis sets the statistics of a quantity in the groups of an axis, which are those of that order.
func (o *optimizer) compareAxis(groups []pairs.Group, of []int, axis model.Axis, q model.Quantity) error {
	n, t := len(groups[of[0]].Orig), o.values.table
	sums := make([]pairs.Sums, len(of)*n)
	for _, p := range pairPasses(t) {
		tensors, parts := p.tensors(t, axis, func(i int) bool { return o.values.there(q, i) })
		if parts == 0 {
			continue
		}
		matrices := tensors[0].Experts
		o.pairParts(tensors, parts, axis, q, n)
		o.launch("pair_add", driver.Grid{partsOf(n*pairSumsOf, 64), matrices, 1}, 64, 0,
			o.dev.Args().Buf(o.sums, o.parts).Int(n*pairSumsOf, parts))
		got := make([]float64, matrices*n*pairSumsOf)
		if err := driver.Get(o.dev, got, o.sums); err != nil {
			return err
		}
		for e := range matrices {
			to := sums // on the hidden axis there is one group
			if axis == model.Inner {
				to = sums[(p.layer*t.Config.Experts+e)*n:]
			}
			for k := range n {
				addPair(&to[k], got[(e*n+k)*pairSumsOf:])
			}
		}
	}
	for i, at := range of {
		stats := make([]pairs.Stat, n)
		for k := range stats {
			stats[k] = sums[i*n+k].Stat()
		}
		groups[at].Stats[q] = stats
	}
	return nil
}

// addPair adds what the device summed of a pair.
func addPair(to *pairs.Sums, x []float64) {
	to.AA, to.BB, to.AB, to.DD = to.AA+x[0], to.BB+x[1], to.AB+x[2], to.DD+x[3]
	if x[4] != 0 {
		to.Differ = true
	}
}

// pairParts fills the parts of n pairs of all tensors of a pass.
func (o *optimizer) pairParts(tensors []model.Tensor, parts int, axis model.Axis, q model.Quantity, n int) {
	original, copies, at := o.pairs, o.pairs.From(pairMost), 0
	for _, x := range tensors {
		data, height, width := o.values.whole(q, x.Index), x.Rows.Size, x.Cols.Size
		if x.Rows.Axis == axis {
			o.launch("pair_rows", driver.Grid{n, x.Experts, 1}, 64, 0,
				o.dev.Args().Buf(o.parts, data, original, copies).Int(height, width, at, parts))
			at++
		}
		if x.Cols.Axis == axis {
			blocks := partsOf(height, pairRows)
			o.launch("pair_columns", driver.Grid{blocks, x.Experts, 1}, 256, 0,
				o.dev.Args().Buf(o.parts, data, original, copies).Int(n, height, width, at, parts))
			at += blocks
		}
	}
}
