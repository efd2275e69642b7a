package learnertest

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/optim"
)

func matrices(t *testing.T, f learner.Factory) {
	s := begin(t, f, setup(shape(), optim.AdamW))
	s.train(3)
	state := s.state()
	of := map[model.Quantity]model.Values{model.Weight: state.Weights, model.Moment1: state.M, model.Moment2: state.V}
	for q, v := range of {
		assert.True(t, same(v.Data, s.values(q).Data), "read one by one: %s", q)
		for i := range v.Data {
			v.Data[i] *= 1 + 0.001*float32(i%5)
		}
		s.write(q, v)
		assert.True(t, same(v.Data, s.values(q).Data), "written one by one: %s", q)
	}
	begun := setup(shape(), optim.AdamW)
	begun.State = learner.State{Steps: 3, Weights: state.Weights.Clone(), M: state.M.Clone(), V: state.V.Clone()}
	other := begin(t, f, begun)
	other.step = 3
	assert.Equal(t, s.train(2), other.train(2), "what is written is what is trained")
	sameState(t, s.state(), other.state(), "and afterwards")
}

// filled begins with zeros, and goes on as if it had begun with what is written.
func filled(t *testing.T, f learner.Factory) {
	for _, kind := range optim.Kinds {
		from := begin(t, f, setup(shape(), kind))
		from.train(2)
		state := from.state()
		lean := setup(shape(), kind)
		lean.State = learner.Empty(from.Table(), state.Steps)
		s := begin(t, f, lean)
		sameState(t, learner.Empty(from.Table(), state.Steps).Filled(), s.state(), "what is not there is zero")
		s.write(model.Weight, state.Weights)
		s.write(model.Moment1, state.M)
		s.write(model.Moment2, state.V)
		assert.Equal(t, from.train(2), s.train(2))
		sameState(t, from.state(), s.state(), "filled")
	}
}

func outside(t *testing.T, f learner.Factory) {
	s := begin(t, f, setup(shape(), optim.AdamW))
	before := s.state()
	up := s.Table().Find(model.Up, 1)
	size := s.Table().Tensors[up].Rows.Size * s.Table().Tensors[up].Cols.Size
	for _, c := range []struct {
		q                  model.Quantity
		tensor, expert, of int
	}{
		{-1, up, 0, size}, {model.Quantities, up, 0, size}, {model.Weight, -1, 0, size},
		{model.Weight, len(s.Table().Tensors), 0, size},
		{model.Weight, up, -1, size}, {model.Weight, up, 3, size}, {model.Weight, up, 0, size - 1},
		{model.Weight, up, 0, size + 1}, {model.Weight, up, 0, 0},
	} {
		assert.Error(t, s.Read(c.q, c.tensor, c.expert, make([]float32, c.of)), "%+v", c)
		assert.Error(t, s.Write(c.q, c.tensor, c.expert, make([]float32, c.of)), "%+v", c)
	}
	sameState(t, before, s.state(), "nothing is lost")
	s.train(1)
}

func answers(t *testing.T, f learner.Factory) {
	s := begin(t, f, setup(shape(), optim.AdamW))
	s.train(20)
	c := s.Table().Config
	s.Measure(true)
	s.data(1000)
	all := &learner.Answers{}
	for i := range s.ids {
		all.Positions = append(all.Positions, i)
	}
	loss, err := s.Loss(s.ids, s.labels, seq, all)
	require.NoError(t, err)
	require.Len(t, all.Logits, len(all.Positions)*c.Vocab)
	require.Len(t, all.Experts, c.Layers*len(all.Positions)*c.TopK)
	require.Len(t, all.RouterWeights, len(all.Experts))

	sum, n := 0.0, 0
	p := make([]float32, c.Vocab)
	for i, label := range s.labels {
		all.Probabilities(i, p)
		total := 0.0
		for _, x := range p {
			total += float64(x)
		}
		assert.InDelta(t, 1, total, 1e-5)
		if label >= 0 {
			sum, n = sum-math.Log(float64(p[label])), n+1
		}
	}
	assert.InEpsilon(t, sum/float64(n), loss, 1e-4, "the loss is of these probabilities")

	_, load, err := s.Measured()
	require.NoError(t, err)
	got := make([]float32, len(load))
	for l := range c.Layers {
		for i := range all.Positions {
			from := (l*len(all.Positions) + i) * c.TopK
			chosen, mix := all.Experts[from:from+c.TopK], all.RouterWeights[from:from+c.TopK]
			assert.NotEqual(t, chosen[0], chosen[1])
			assert.GreaterOrEqual(t, mix[0], mix[1], "the larger weight first")
			assert.InDelta(t, 1, float64(mix[0]+mix[1]), 1e-5)
			for _, e := range chosen {
				got[l*c.Experts+int(e)] += 1 / float32(len(all.Positions)*c.TopK)
			}
		}
	}
	assert.InDeltaSlice(t, load, got, 1e-5, "experts that are chosen are experts with a load")

	routes(t, s, all)
	some := &learner.Answers{Positions: []int{17, 3, 3, len(s.ids) - 1}, Logits: make([]float32, 1000)}
	again, err := s.Loss(s.ids, s.labels, seq, some)
	require.NoError(t, err)
	assert.Equal(t, loss, again)
	require.Len(t, some.Logits, 4*c.Vocab)
	for i, at := range some.Positions {
		assert.True(t, same(all.Logits[at*c.Vocab:(at+1)*c.Vocab], some.Logits[i*c.Vocab:(i+1)*c.Vocab]),
			"place %d", at)
		for l := range c.Layers {
			whole, part := (l*len(all.Positions)+at)*c.TopK, (l*4+i)*c.TopK
			assert.Equal(t, all.Experts[whole:whole+c.TopK], some.Experts[part:part+c.TopK])
		}
	}
	// Seen in parts, they are the same.
	var seen []float32
	parts := &learner.Answers{Positions: slices.Repeat(all.Positions, 20), See: func(from int, logits []float32) {
		require.Equal(t, from*c.Vocab, len(seen))
		seen = append(seen, logits...)
	}}
	again, err = s.Loss(s.ids, s.labels, seq, parts)
	require.NoError(t, err)
	assert.Equal(t, loss, again)
	assert.True(t, same(slices.Repeat(all.Logits, 20), seen))
	assert.Less(t, len(parts.Logits), len(seen), "never are all of them there")
	// Cut into shorter rows, those that begin a long one say the same.
	const short = seq / 2
	cut := &learner.Answers{Positions: all.Positions}
	_, err = s.Loss(s.ids, s.labels, short, cut)
	require.NoError(t, err)
	for i := range cut.Positions {
		if i%seq < short {
			assert.InDeltaSlice(t, all.Logits[i*c.Vocab:(i+1)*c.Vocab], cut.Logits[i*c.Vocab:(i+1)*c.Vocab], 1e-4,
				"place %d", i)
		}
	}
}

// routes checks the mean probabilities of all experts: asked about one place alone, they are those of it, in which the
// chosen are the most probable and share what they have as their weights say.
func routes(t *testing.T, s *subject, all *learner.Answers) {
	c := s.Table().Config
	sum := make([]float64, c.Layers*c.Experts)
	for i := range all.Positions {
		one := &learner.Answers{Positions: all.Positions[i : i+1]}
		_, err := s.Loss(s.ids, s.labels, seq, one)
		require.NoError(t, err)
		require.Len(t, one.Router, len(sum))
		for l := range c.Layers {
			prob, total, most := one.Router[l*c.Experts:(l+1)*c.Experts], 0.0, float32(0)
			for _, e := range one.Experts[l*c.TopK : (l+1)*c.TopK] {
				most += prob[e]
			}
			for e, p := range prob {
				total, sum[l*c.Experts+e] = total+float64(p), sum[l*c.Experts+e]+float64(p)
				if !slices.Contains(one.Experts[l*c.TopK:(l+1)*c.TopK], int32(e)) {
					assert.LessOrEqual(t, p, prob[one.Experts[(l+1)*c.TopK-1]], "the most probable are chosen")
				}
			}
			assert.InDelta(t, 1, total, 1e-5)
			for j, e := range one.Experts[l*c.TopK : (l+1)*c.TopK] {
				assert.InDelta(t, prob[e]/most, one.RouterWeights[l*c.TopK+j], 1e-4)
			}
		}
	}
	for i := range sum {
		assert.InDelta(t, sum[i]/float64(len(all.Positions)), all.Router[i], 1e-5, "the mean over places")
	}
}

// asks holds what a learner says of questions against what it says at the beginnings of sequences.
func asks(t *testing.T, f learner.Factory) {
	s := begin(t, f, setup(shape(), optim.AdamW))
	s.train(20)
	const length = 3
	c, all := s.Table().Config, 40
	ids, labels := make([]int32, 0, all*length), make([]int32, all)
	for i := range all {
		ids, labels[i] = append(ids, 4, int32(i/9), int32(i*i%13)), int32(i%13)
	}
	asked, whole, p := &learner.Answers{}, &learner.Answers{}, make([]float32, c.Vocab)
	for at, n := 0, 0; at < all; at += n {
		loss, err := s.Ask(ids[at*length:], labels[at:], length, asked)
		require.NoError(t, err)
		n = len(asked.Positions)
		require.Positive(t, n)
		require.Len(t, asked.Sure, n)
		require.Len(t, asked.Logits, n*c.Vocab)
		require.Len(t, asked.Experts, c.Layers*n*c.TopK)
		sum, router := 0.0, make([]float64, c.Layers*c.Experts)
		for i := range n {
			assert.Equal(t, i*length+length-1, asked.Positions[i])
			s.data(at + i) // what comes after a question does not matter, nor do other sequences
			copy(s.ids[seq:], ids[(at+i)*length:(at+i+1)*length])
			whole.Positions = []int{seq + length - 1}
			_, err := s.Loss(s.ids, s.labels, seq, whole)
			require.NoError(t, err)
			assert.InDeltaSlice(t, whole.Logits, asked.Logits[i*c.Vocab:(i+1)*c.Vocab], 1e-4)
			whole.Probabilities(0, p)
			assert.InDelta(t, p[labels[at+i]], asked.Sure[i], 1e-5)
			sum -= math.Log(float64(p[labels[at+i]]))
			for k, p := range whole.Router {
				router[k] += float64(p) / float64(n)
			}
			for l := range c.Layers {
				assert.Equal(t, whole.Experts[l*c.TopK], asked.Experts[(l*n+i)*c.TopK], "the largest weight")
			}
		}
		assert.InEpsilon(t, sum/float64(n), loss, 1e-4)
		assert.InDeltaSlice(t, router, asked.Router, 1e-4, "the mean over what is asked")
	}
}

func measured(t *testing.T, f learner.Factory) {
	s := begin(t, f, setup(shape(), optim.AdamW))
	s.train(3)
	s.Measure(true)
	embedding, d := s.values(model.Weight).Tensor(0), s.Table().Config.Hidden
	s.train(1)
	rms, load, err := s.Measured()
	require.NoError(t, err)
	c := s.Table().Config
	require.Len(t, rms, 2*c.Layers)
	require.Len(t, load, c.Layers*c.Experts)
	squares := 0.0
	for _, id := range s.ids {
		for _, x := range embedding[int(id)*d : (int(id)+1)*d] {
			squares += float64(x) * float64(x)
		}
	}
	assert.InEpsilon(t, math.Sqrt(squares/float64(len(s.ids)*d)), float64(rms[0].In), 0.01,
		"the first block gets the embeddings")
	for i, b := range rms {
		assert.Positive(t, b.In, "block %d", i)
		assert.Positive(t, b.Out, "block %d", i)
	}
	for l := range c.Layers {
		sum := 0.0
		for _, x := range load[l*c.Experts : (l+1)*c.Experts] {
			sum += float64(x)
		}
		assert.InDelta(t, 1, sum, 1e-5)
	}
}

func finite(t *testing.T, f learner.Factory) {
	healthy := begin(t, f, setup(shape(), optim.AdamW))
	healthy.train(2)
	name, err := healthy.NotFinite(1)
	require.NoError(t, err)
	assert.Empty(t, name)
	name, err = healthy.NotFinite(math.NaN())
	require.NoError(t, err)
	assert.NotEmpty(t, name, "a loss that is no number is named, if nothing else is")

	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		for _, q := range []model.Quantity{model.Weight, model.Moment1, model.Moment2} {
			s := begin(t, f, setup(shape(), optim.AdamW))
			s.train(2)
			up := s.Table().Find(model.Up, 1)
			matrix := make([]float32, s.Table().Tensors[up].Rows.Size*s.Table().Tensors[up].Cols.Size)
			require.NoError(t, s.Read(q, up, 2, matrix))
			matrix[7] = float32(bad)
			require.NoError(t, s.Write(q, up, 2, matrix))
			name, err := s.NotFinite(1)
			require.NoError(t, err)
			assert.Contains(t, name, s.Table().Tensors[up].Name(2), "%v in the %s", bad, q)
			if q == model.Weight {
				u, err := s.Train(s.ids, s.labels, s.rates)
				require.NoError(t, err, "that training diverges is no failure of the learner")
				assert.Equal(t, name, u.NotFinite)
			}
		}
	}
}
