package optim

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// widened is a network whose inner axis grew twice: 2, 4, 6 neurons; what came with stage k holds the value of its
// stage.
func widened(value [3]float32) (model.Growth, model.Values) {
	c := model.Config{Vocab: 5, Hidden: 4, Layers: 1, Heads: 2, KVHeads: 1, HeadDim: 2, Experts: 2, TopK: 1, Inner: 2}
	g := model.NewGrowth(c)
	for range 2 {
		c.Inner += 2
		g = g.Widen(c)
	}
	v := model.NewValues(model.NewTable(c))
	for _, r := range g.Segments(v.Table) {
		for i := r.From; i < r.To; i++ {
			v.Data[i] = value[r.Stage]
		}
	}
	return g, v
}

func TestNormAdaptedRatesFollowTheNormsOfTheBlocks(t *testing.T) {
	g, v := widened([3]float32{2, 3, 5})
	eng := compute.NewCPU()
	b := NewBlockRates(g, v.Table, []bool{false, true, true})
	into, byStage := make([]float64, 3*len(v.Table.Tensors)), []float64{0.1, 0.2, 0.4}
	b.Fill(eng, into, byStage, v)
	for i, x := range v.Table.Tensors {
		got := into[3*i : 3*i+3]
		if x.Rows.Axis != model.Inner && x.Cols.Axis != model.Inner {
			assert.Equal(t, byStage, got, "%s has no new block", x.Name(0))
			continue
		}
		assert.Equal(t, 0.1, got[0])
		assert.InDelta(t, 0.2*3/2, got[1], 1e-12, x.Name(0))
		assert.InEpsilon(t, 0.4*5/2.5495097567963922, got[2], 1e-6,
			"%s: against sqrt((4 + 9)/2), all that was there before", x.Name(0))
	}
	assert.InEpsilon(t, 0.4*5/2.5495097567963922, b.Mean, 1e-6)
	assert.Zero(t, testing.AllocsPerRun(3, func() { b.Fill(eng, into, byStage, v) }))

	_, zero := widened([3]float32{2, 0, 0})
	b.Fill(eng, into, byStage, zero)
	up := 3 * v.Table.Find(model.Up, 0)
	assert.Equal(t, byStage, into[up:up+3], "a block of zeros has no norm to follow")
	b = NewBlockRates(g, v.Table, []bool{false, true, false})
	b.Fill(eng, into, byStage, v)
	assert.InDelta(t, 0.3, into[up+1], 1e-12)
	assert.Equal(t, 0.4, into[up+2], "an age that does not ask for it")
}

// The optimizer takes rates by tensor and growth stage where the growth numbers its stages so; equal rates then give
// the same bits as rates by growth stage.
func TestRatesByTensorReachTheirBlocks(t *testing.T) {
	for _, kind := range []Kind{AdamW, Muon} {
		g, v := widened([3]float32{2, 3, 5})
		c := Config{Kind: kind, Beta1: 0.9, Beta2: 0.99, Eps: 1e-8, WeightDecay: 0.1, Momentum: 0.95}
		grads := v.Clone()
		for i := range grads.Data {
			grads.Data[i] = float32(i%7) - 3
		}
		step := func(g model.Growth, rates []float64) model.Values {
			p := v.Clone()
			New(c, compute.NewCPU(), g, model.NewValues(v.Table), model.NewValues(v.Table), 0).Step(p, grads, rates)
			return p
		}
		byStage := []float64{0.1, 0.2, 0.4}
		var byTensor []float64
		for range v.Table.Tensors {
			byTensor = append(byTensor, byStage...)
		}
		apart := g
		apart.ByTensor = true
		require.Equal(t, step(g, byStage).Data, step(apart, byTensor).Data)
		down := v.Table.Find(model.Down, 0)
		byTensor[3*down+2] = 0
		p, q := step(g, byStage), step(apart, byTensor)
		for i, x := range v.Table.Tensors {
			if i != down {
				assert.Equal(t, p.Tensor(i), q.Tensor(i), x.Name(0))
			}
		}
		for _, r := range g.TensorSegments(v.Table.Tensors[down]) {
			want := p
			if r.Stage == 2 {
				want = v // at rate 0 nothing moves
			}
			assert.Equal(t, want.Data[r.From:r.To], q.Data[r.From:r.To], "age %d", r.Stage)
		}
	}
}
