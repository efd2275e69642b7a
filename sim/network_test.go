package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// The network that an arm hands out is the one that it has trained: it has the loss on the held-out part that the record says.
func TestNetworkOfAnArmIsTheOneItTrained(t *testing.T) {
	e := trial.Short(20)
	e.Task.Batch, e.Task.Seq = 2, 32
	h := NewLocalHost(cpu.Factory{})
	s, err := NewSession(e, h)
	require.NoError(t, err)
	defer s.Close()
	assert.Error(t, s.AskNetwork(3), "an arm that waits for the fork has none")
	assert.Error(t, s.AskNetwork(99))
	rec := finish(t, s, h)
	for i := range e.Arms {
		require.NoError(t, s.AskNetwork(i))
	}
	for i, a := range e.Arms {
		for begin := time.Now(); s.Network(i) == nil; h.Wait(time.Second) {
			require.Less(t, time.Since(begin), time.Minute)
		}
		n := s.Network(i)
		assert.Equal(t, 20, n.Step)
		assert.Equal(t, s.Arms()[i].Params, model.Count(n.Weights.Table.Config, 1, 1).Total)
		r := begun(t, e, i)
		r.growth = model.NewGrowth(n.Weights.Table.Config)
		require.NoError(t, r.adopt(learner.State{Weights: n.Weights, M: n.M, V: n.V}))
		whole, ok := rec.Final(i)
		require.True(t, ok)
		again, err := r.evaluate(r.text.AllHeld(e.Task.Seq), nil)
		require.NoError(t, err)
		assert.Equal(t, whole, float32(again), a.Name)
		assert.NotZero(t, n.M.Data[0])
		assert.Positive(t, n.V.Data[0])
	}
}

// A network in a message is read where its shape fits what follows, and allocates nothing before.
func TestNetworkOfAMessageIsChecked(t *testing.T) {
	e := trial.Short(4)
	r := begun(t, e, 0)
	n, err := r.network()
	require.NoError(t, err)
	data := Message{Kind: KindNetwork, Network: n}.Encode()
	m, err := DecodeMessage(data)
	require.NoError(t, err)
	assert.Equal(t, values(t, r, Weight).Data, m.Network.Weights.Data)
	_, err = DecodeMessage(data[:len(data)-4])
	assert.Error(t, err)
	big := n
	c := e.Model
	c.Vocab, c.Layers, c.Hidden = 1<<20, model.MaxLayers, model.MaxWidth
	big.Weights.Table = &model.Table{Config: c}
	_, err = DecodeMessage(Message{Kind: KindNetwork, Network: big}.Encode())
	assert.ErrorContains(t, err, "ends too early")
}
