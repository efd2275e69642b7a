package sim

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/widen"
)

func TestProbesMeasureFewerPairsWhereTheyWouldCostTooMuch(t *testing.T) {
	e := Default()
	c := e.start(1)
	c.Hidden, c.Inner = 2*c.Hidden, 2*c.Inner
	cost := func(c model.Config, batch, seq int) float64 { return model.Count(c, batch, seq).FLOPs * pairShare / 2 } // both axes
	for _, axis := range []model.Axis{model.Inner, model.Hidden} {
		table := model.NewTable(c)
		assert.GreaterOrEqual(t, affordable(table, axis, cost(c, 8, 64)), 32, "all pairs of the default experiment, axis %s", axis)
		wide := c
		wide.Hidden, wide.Inner, wide.Experts = 256, 256, 64
		table = model.NewTable(wide)
		assert.Equal(t, fewPairs, affordable(table, axis, cost(wide, 1, 16)), "many experts and few tokens, axis %s", axis)
		assert.Equal(t, maxPairs, affordable(table, axis, cost(wide, 64, 256)), "the same with many tokens, axis %s", axis)
	}
	pairs := make([]widen.Pair, 40)
	for i := range pairs {
		pairs[i] = widen.Pair{Orig: i, Copy: 40 + i}
	}
	some := spread(pairs, 16)
	assert.Len(t, some, 16)
	assert.Equal(t, 0, some[0].Orig)
	assert.Greater(t, some[15].Orig, 35, "spread evenly")
	assert.Equal(t, pairs, spread(pairs, 64))
}

func TestPairsAreComparedInAllTheirParts(t *testing.T) {
	a, b := []float32{1, -2, 3, 4, 0.5}, []float32{2, -2, 1, 0, 0.25}
	var want sums
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		want = sums{want.aa + x*x, want.bb + y*y, want.ab + x*y, want.dd + (x-y)*(x-y)}
	}
	var row, column, same sums
	row.add(a, b, 5, 1)
	assert.Equal(t, want, row, "whole numbers and halves: no sum is rounded")
	matrix := make([]float32, 15) // a and b are columns 0 and 2
	for i := range a {
		matrix[3*i], matrix[3*i+2] = a[i], b[i]
	}
	column.add(matrix, matrix[2:], 2, 3)
	column.add(matrix[6:], matrix[8:], 3, 3)
	assert.Equal(t, want, column)
	same.add(a, a, 5, 1)
	assert.Equal(t, PairStat{1, 0}, same.stat())
}
