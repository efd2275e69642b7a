package model_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/model"
)

// The age of an element is that of its younger coordinate, whatever was widened when.
func TestAgesAreThoseOfTheYoungerCoordinateAtEveryStage(t *testing.T) {
	type size struct{ inner, hidden int }
	for name, stages := range map[string][]size{
		"joint after inner":         {{4, 6}, {8, 6}, {12, 9}},
		"hidden after inner":        {{4, 6}, {8, 6}, {8, 12}},
		"inner after hidden":        {{4, 6}, {4, 9}, {6, 9}},
		"joint, inner, and joint":   {{4, 6}, {6, 8}, {12, 8}, {13, 9}},
		"four times the inner axis": {{2, 4}, {4, 4}, {8, 4}, {16, 4}, {32, 4}},
	} {
		c := model.Config{Vocab: 5, Layers: 2, Heads: 2, KVHeads: 1, HeadDim: 2, Experts: 3, TopK: 1}
		c.Inner, c.Hidden = stages[0].inner, stages[0].hidden
		g := model.NewGrowth(c)
		for _, s := range stages[1:] {
			c.Inner, c.Hidden = s.inner, s.hidden
			g = g.Widen(c)
		}
		table := model.NewTable(c)
		age := func(axis model.Axis, i int) int {
			for k, s := range stages {
				if axis == model.Inner && i < s.inner || axis == model.Hidden && i < s.hidden {
					return k
				}
			}
			return 0
		}
		got := make([]int, table.Size)
		for i := range got {
			got[i] = -1
		}
		for _, r := range g.Segments(table) {
			for i := r.From; i < r.To; i++ {
				got[i] = r.Stage
			}
		}
		byTensor := g
		byTensor.ByTensor = true
		runs := byTensor.Segments(table)
		for index, x := range table.Tensors {
			assert.Equal(t, index, x.Index)
			for i := range x.Len() {
				row, col := i/x.Cols.Size%x.Rows.Size, i%x.Cols.Size
				want := max(age(x.Rows.Axis, row), age(x.Cols.Axis, col))
				if got[x.Off+i] != want {
					t.Fatalf("%s: %s, row %d, column %d has age %d; it should be %d", name, x.Name(0), row, col,
						got[x.Off+i], want)
				}
				for len(runs) > 0 && runs[0].To <= x.Off+i {
					runs = runs[1:]
				}
				assert.Equal(t, index*g.Stages()+want, runs[0].Stage, "numbered by tensor")
			}
		}
	}
}

// A table that is wider than its growth says has coordinates of no stage, and is refused.
func TestAGrowthThatDoesNotFitIsRefused(t *testing.T) {
	c := model.Config{Vocab: 5, Layers: 1, Heads: 2, KVHeads: 1, HeadDim: 2, Experts: 3, TopK: 1, Inner: 4, Hidden: 6}
	g := model.NewGrowth(c)
	for _, wider := range []func(*model.Config){
		func(c *model.Config) { c.Inner = 8 }, func(c *model.Config) { c.Hidden = 12 },
	} {
		to := c
		wider(&to)
		assert.Panics(t, func() { g.Segments(model.NewTable(to)) })
		assert.NotEmpty(t, g.Widen(to).Segments(model.NewTable(to)))
	}
}
