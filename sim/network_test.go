package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
)

// The network that an arm hands out is the one that it has trained: it has the loss on the held-out part that the record says.
func TestNetworkOfAnArmIsTheOneItTrained(t *testing.T) {
	e := short(20)
	e.Task.Batch, e.Task.Seq = 2, 32
	h := NewLocalHost()
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
		r, err := newRun(e, i)
		require.NoError(t, err)
		r.net = model.NewNet(r.eng, n.Weights, e.Task.Batch, e.Task.Seq)
		whole, ok := rec.Final(i)
		require.True(t, ok)
		assert.Equal(t, whole, float32(r.evaluate(r.text.AllHeld(e.Task.Seq), nil)), a.Name)
		assert.NotZero(t, n.M.Data[0])
		assert.Positive(t, n.V.Data[0])
	}
}

// A network in a message is read where its shape fits what follows, and allocates nothing before.
func TestNetworkOfAMessageIsChecked(t *testing.T) {
	e := short(4)
	r, err := newRun(e, 0)
	require.NoError(t, err)
	data := Message{Kind: KindNetwork, Network: r.network()}.Encode()
	m, err := DecodeMessage(data)
	require.NoError(t, err)
	assert.Equal(t, r.net.Weights.Data, m.Network.Weights.Data)
	_, err = DecodeMessage(data[:len(data)-4])
	assert.Error(t, err)
	big := r.network()
	c := e.Model
	c.Vocab, c.Layers, c.Hidden = 1<<20, model.MaxLayers, model.MaxWidth
	big.Weights.Table = &model.Table{Config: c}
	_, err = DecodeMessage(Message{Kind: KindNetwork, Network: big}.Encode())
	assert.ErrorContains(t, err, "ends too early")
}
