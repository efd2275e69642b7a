package slowmotion

import (
	"math"
	"slices"

	"github.com/sparkling-lab/sparkling/sim/look"
)

// Moves is the weight of an update that shows best what it does: the one whose moves in the two halves differ most, and
// where none do, or there is one half, the one that moves most. Where an update breaks the neuron, it is the first that
// has a gradient that is no number, for one such makes all others none, or else the first that is none afterwards.
func Moves(u *look.Update) (w Weight) {
	if w, ok := firstBroken(u); ok {
		return w
	}
	least := [2]float64{-1, -1}
	for r := range u.Sides[0].Rows {
		a := &u.Sides[0].Rows[r]
		for i := range a.Before {
			x := float64(a.After[i]) - float64(a.Before[i])
			by := [2]float64{0, math.Abs(x)}
			if len(u.Sides) > 1 {
				b := &u.Sides[1].Rows[r]
				by[0] = math.Abs(x - (float64(b.After[i]) - float64(b.Before[i])))
			}
			if by[0] > least[0] || by[0] == least[0] && by[1] > least[1] {
				least, w = by, Weight{r, i}
			}
		}
	}
	return w
}

// firstBroken is the first weight of the first half that an update breaks; false where it breaks none.
func firstBroken(u *look.Update) (Weight, bool) {
	rows := &u.Sides[0].Rows
	for r := range rows {
		if i := slices.IndexFunc(rows[r].Gradient, lost); i >= 0 {
			return Weight{r, i}, true
		}
	}
	for r := range rows {
		if i := slices.IndexFunc(rows[r].After, lost); i >= 0 {
			return Weight{r, i}, true
		}
	}
	return Weight{}, false
}

// lost reports whether a number is none, or infinite.
func lost(x float32) bool { return x-x != 0 }

// Breaks is the first stage of an update with a number that is none, for the weight that [Moves] finds; the first of
// all where there is none.
func Breaks(u *look.Update) int {
	broken := func(l Line) bool { return slices.ContainsFunc(l.Values, lost) }
	return max(0, slices.IndexFunc(Tell(u, Moves(u), false).Stages, func(s Stage) bool {
		return slices.ContainsFunc(s.Lines, broken)
	}))
}
