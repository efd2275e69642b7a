package figure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/record"
)

// quantities are what originals and copies are compared in, as titles call them.
var quantities = []struct {
	of   record.Quantity
	name string
}{
	{record.Weight, "Weights"}, {record.Gradient, "Gradients"}, {record.Moment1, "First moments"},
	{record.Moment2, "Second moments"},
}

// drawCosine is the mean cosine of originals and their copies, in weights, gradients and moments.
func drawCosine(rs runs) (Figure, bool) {
	return pairs("cosine", "Pairs come apart, or do not", rs.seeds()+" Mean cosine over all pairs of an "+
		"original and its copy, or the new one beside it. Exactly 1 is the lock. Curves begin at the widening.",
		compared(rs, "cosine", func(s record.Summary) float64 { return s.Cos }))
}

// drawDistance is the mean relative distance of originals and their copies, in weights, gradients and moments.
func drawDistance(rs runs) (Figure, bool) {
	return pairs("distance", "How far pairs are apart", rs.seeds()+" Mean over all pairs of the distance of the "+
		"two, over the root of the mean of their squared lengths. Exactly 0 is the lock. "+
		"Curves begin at the widening.", compared(rs, "distance", func(s record.Summary) float64 { return s.Dist }))
}

// compared are curves of a mean over all pairs, a set for each quantity that was measured.
func compared(rs runs, unit string, mean func(record.Summary) float64) (sets []Lines) {
	for _, q := range quantities {
		l := rs.lines(q.name, unit, 3, frames(func(f record.ArmFrame) (float64, bool) {
			s := f.Summary(q.of)
			return mean(s), s.Pairs > 0 && s.In[record.Diverged] == 0
		}))
		if measured(l) {
			sets = append(sets, l)
		}
	}
	return sets
}

// drawLayers are the cosines of weights and of gradients, layer by layer: the first layers and the last. It is false
// where no neurons are paired.
func drawLayers(rs runs) (Figure, bool) {
	var sets []Lines
	n := rs[0].Experiment.Model.Layers
	for _, layer := range shown(n) {
		for _, q := range quantities[:2] {
			l := rs.lines(fmt.Sprintf("Layer %d, %s", layer+1, strings.ToLower(q.name)), "cosine", 3,
				frames(func(f record.ArmFrame) (float64, bool) {
					part := record.ArmFrame{Pairs: slices.DeleteFunc(slices.Clone(f.Pairs),
						func(g record.PairGroup) bool { return g.Layer != layer })}
					s := part.Summary(q.of)
					return s.Cos, s.Pairs > 0 && s.In[record.Diverged] == 0
				}))
			if measured(l) {
				sets = append(sets, l)
			}
		}
	}
	return pairs("layers", "Pairs, layer by layer", rs.seeds()+" Mean cosine over the pairs of neurons of a "+
		"layer. Exactly 1 is the lock. Curves begin at the widening.", sets)
}

// shown are the layers that a figure has room for: the first ones and the last.
func shown(layers int) (out []int) {
	n := min(layers, mostLayers)
	for l := range n {
		if l >= (n+1)/2 {
			l += layers - n
		}
		out = append(out, l)
	}
	return out
}

// measured reports whether any curve has a point.
func measured(l Lines) bool {
	return slices.ContainsFunc(l.Series, func(s Series) bool { return s.points() > 0 })
}

// pairs is a figure of pairs.
func pairs(name, title, caption string, sets []Lines) (Figure, bool) {
	if len(sets) == 0 {
		return Figure{}, false
	}
	return Curves(name, title, caption, sets...)
}
