package optim

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
)

func TestEveryElementHasTheRateOfItsGrowthStageInItsSegment(t *testing.T) {
	c := model.Config{Vocab: 11, Hidden: 9, Layers: 2, Heads: 2, KVHeads: 1, HeadDim: 4, Experts: 3, TopK: 2, Inner: 7}
	once, twice := c, c
	once.Inner = 900
	twice.Inner, twice.Hidden = 900, 20
	g := model.NewGrowth(c).Widen(once).Widen(twice)
	table := model.NewTable(twice)
	runs := g.Segments(table)
	parts := chunks(runs)
	assert.Less(t, len(parts), len(runs)/10, "short runs are joined")

	byStage, buf := []float64{1, 2, 3}, make([]float32, short+enough)
	got, end := make([]float32, 0, table.Size), 0
	for _, s := range parts {
		require.Equal(t, end, s.from, "no gap, no overlap")
		end = s.to
		rates := s.rates(buf, byStage)
		for i := range s.to - s.from {
			got = append(got, rates[i%len(rates)])
		}
	}
	require.Len(t, got, table.Size)
	for _, r := range runs {
		for i := r.From; i < r.To; i++ {
			require.Equal(t, float32(byStage[r.Stage]), got[i], "element %d", i)
		}
	}
}
