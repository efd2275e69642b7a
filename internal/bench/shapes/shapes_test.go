package shapes_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/internal/bench/shapes"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
)

func TestOperandsFitTheProduct(t *testing.T) {
	for _, p := range append(append(shapes.Main(), shapes.Large()...), shapes.Odd()...) {
		dst, a, b := p.Operands()
		m, k, n := a.Rows, a.Cols, b.Cols
		if p.Form == compute.TN {
			m, k = a.Cols, a.Rows
		}
		if p.Form == compute.NT {
			n = b.Rows
		}
		assert.Equal(t, []int{p.M, p.N, p.K}, []int{m, n, k}, p.Name())
		assert.Equal(t, []int{p.M, p.N}, []int{dst.Rows, dst.Cols}, p.Name())
	}
}

// The model counts causal attention as half of the full products.
func TestAStepCostsWhatTheModelCounts(t *testing.T) {
	c := model.Config{
		Vocab: 47, Hidden: 32, Inner: 32, Layers: 2, Heads: 4, KVHeads: 2, HeadDim: 8, Experts: 4, TopK: 2,
	}
	const batch, seq = 8, 64
	var sum float64
	for _, p := range shapes.Step(c, batch, seq) {
		sum += p.FLOPs()
	}
	attention := 6 * 2 * float64(seq*seq*c.HeadDim*batch*c.Heads*c.Layers)
	assert.Equal(t, model.Count(c, batch, seq).FLOPs, sum-attention/2)
}
