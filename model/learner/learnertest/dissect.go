package learnertest

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/optim"
)

// dissects checks an update that is taken apart, of a learner that offers it.
func dissects(t *testing.T, f learner.Factory) {
	s := begin(t, f, setup(shape(), optim.Muon))
	d, ok := s.Learner.(learner.Dissector)
	if !ok {
		_, err := learner.Inspect(s.Learner, learner.ExpertHidden, 0)
		assert.True(t, err == nil || errors.As(err, &learner.Declined{}))
		return
	}
	s.train(3)
	c := s.Table().Config
	for l := range c.Layers {
		s.data(s.step)
		p, err := d.Pass(s.ids, s.labels, l)
		require.NoError(t, err)
		grads := s.values(model.Gradient)
		for e := range c.Experts {
			sums := gradients(p, c, int32(e))
			for k, part := range []model.Part{model.Gate, model.Up, model.Down} {
				near(t, sums[k], grads.Expert(s.Table().Find(part, l), e), "a gradient is the sum over the tokens")
			}
		}
	}
	before := s.values(model.Weight)
	s.train(1)
	after := s.values(model.Weight)
	for i, x := range s.Table().Tensors {
		if x.Part != model.Up {
			continue
		}
		for e := range x.Experts {
			direction, err := d.Direction(i, e)
			require.NoError(t, err)
			moved, want := make([]float32, len(direction)), make([]float32, len(direction))
			scale := optim.MuonScale(x.Rows.Size, x.Cols.Size)
			for j, p := range before.Expert(i, e) {
				moved[j] = p - after.Expert(i, e)[j]
				want[j] = rate * (float32(optimizer(optim.Muon).WeightDecay)*p + scale*direction[j])
			}
			near(t, want, moved, "an update goes along its direction")
		}
	}
	direction, err := d.Direction(0, 0)
	require.NoError(t, err)
	assert.Nil(t, direction, "AdamW updates the embedding")
}

// gradients are those of an expert's gate and up (f, d) and down (d, f), from what it did for every token.
func gradients(p model.ExpertPass, c model.Config, expert int32) (sums [3][]float32) {
	d, f := c.Hidden, c.Inner
	for k := range sums {
		sums[k] = make([]float32, d*f)
	}
	for slot, e := range p.Experts {
		if e != expert {
			continue
		}
		in, out := p.In[slot/c.TopK*d:][:d], p.DOut[slot*d:][:d]
		for n := range f {
			for j := range d {
				sums[0][n*d+j] += p.DGate[slot*f+n] * in[j]
				sums[1][n*d+j] += p.DUp[slot*f+n] * in[j]
				sums[2][j*f+n] += p.Hidden[slot*f+n] * out[j]
			}
		}
	}
	return sums
}
