package learnertest

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/optim"
)

func inside(t *testing.T, f learner.Factory) {
	s := begin(t, f, setup(shape(), optim.AdamW))
	s.train(10)
	c := s.Table().Config
	s.data(1000)
	a := &learner.Answers{}
	for i := range s.ids {
		a.Positions = append(a.Positions, i)
	}
	_, err := s.Loss(s.ids, s.labels, seq, a)
	require.NoError(t, err)
	w := s.values(model.Weight)
	var out []float32 // of the layer before
	for l := range c.Layers {
		var seen [learner.Insides][]float32
		for what := range learner.Insides {
			x, err := learner.Inspect(s.Learner, what, l)
			var declined learner.Declined
			if errors.As(err, &declined) {
				assert.Equal(t, what, declined.What)
				assert.Contains(t, err.Error(), what.String(), "it declines by name")
				continue
			}
			require.NoError(t, err)
			seen[what] = x
		}
		in, mid := seen[learner.ResidualIn], seen[learner.ResidualMid]
		if out != nil && in != nil {
			assert.True(t, same(out, in), "what leaves layer %d enters layer %d", l-1, l)
		}
		if l == 0 && in != nil {
			for i, id := range s.ids {
				near(t, w.Tensor(0)[int(id)*c.Hidden:][:c.Hidden], in[i*c.Hidden:][:c.Hidden],
					"the first layer gets the embeddings")
			}
		}
		out = seen[learner.ResidualOut]
		if probs := seen[learner.AttentionProbs]; probs != nil {
			attends(t, probs, c.Heads)
		}
		if hidden := seen[learner.ExpertHidden]; hidden != nil && mid != nil && out != nil {
			near(t, out, throughExperts(w, l, mid, hidden, a), "the experts' neurons give what the layer adds")
		}
	}
	s.train(1)
}

// attends checks causal attention of every head.
func attends(t *testing.T, probs []float32, heads int) {
	t.Helper()
	require.Len(t, probs, batch*heads*seq*seq)
	for i := 0; i < len(probs); i += seq {
		query, sum := i/seq%seq, 0.0
		for key, p := range probs[i : i+seq] {
			sum += float64(p)
			if key > query {
				assert.Zero(t, p, "no query sees what comes after it")
			}
		}
		assert.InDelta(t, 1, sum, 1e-4)
	}
}

// throughExperts is mid + Σ over the chosen experts of mix · down · hidden.
func throughExperts(w model.Values, layer int, mid, hidden []float32, a *learner.Answers) []float32 {
	c := w.Table.Config
	out := append([]float32(nil), mid...)
	for i := range a.Positions {
		for j := range c.TopK {
			at := (layer*len(a.Positions)+i)*c.TopK + j
			down := w.Expert(w.Table.Find(model.Down, layer), int(a.Experts[at]))
			h := hidden[(i*c.TopK+j)*c.Inner:][:c.Inner]
			for r := range c.Hidden {
				for k, x := range h {
					out[i*c.Hidden+r] += a.RouterWeights[at] * down[r*c.Inner+k] * x
				}
			}
		}
	}
	return out
}

// near compares with what an engine of less precision may give.
func near(t *testing.T, want, got []float32, what string) {
	t.Helper()
	require.Len(t, got, len(want), what)
	var diff, size float64
	for i := range want {
		d := float64(want[i]) - float64(got[i])
		diff, size = diff+d*d, size+float64(want[i])*float64(want[i])
	}
	assert.LessOrEqual(t, math.Sqrt(diff), 0.01*math.Sqrt(size), what)
}
