package session

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/task"
	"github.com/sparkling-lab/sparkling/sim/train"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// The network that an arm hands out is the one that it has trained: it has the loss on the validation split that the
// record says.
func TestNetworkOfAnArmIsTheOneItTrained(t *testing.T) {
	e := trial.Short(20)
	e.Task.Batch, e.Task.Seq = 2, 32
	h := NewLocalHost(cpu.Factory{})
	s, err := New(trial.Valid(e), h)
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
		whole, ok := rec.FinalValLoss(i)
		require.True(t, ok)
		assert.Equal(t, whole, float32(wholeLoss(t, e, n)), a.Name)
		assert.NotZero(t, n.M.Data[0])
		assert.Positive(t, n.V.Data[0])
	}
}

// wholeLoss is the mean loss of a network on the windows of the full validation split.
func wholeLoss(t *testing.T, e experiment.Experiment, n *train.Network) (sum float64) {
	t.Helper()
	l, err := cpu.Factory{}.New(learner.Setup{
		Optimizer: e.Optimizer, Batch: e.Task.Batch, Seq: e.Task.Seq, Growth: model.NewGrowth(n.Weights.Table.Config),
		State: learner.State{Weights: n.Weights.Clone(), M: n.M.Clone(), V: n.V.Clone()},
	})
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	learnt, err := task.New(e.Task)
	require.NoError(t, err)
	full, seq := learnt.Full(e.Task.Seq), e.Task.Seq
	ids, labels := make([]int32, e.Task.Batch*seq), make([]int32, e.Task.Batch*seq)
	for at := 0; at < full.Rows; at += e.Task.Batch {
		count := min(e.Task.Batch, full.Rows-at)
		for i := range labels {
			labels[i] = task.Ignored
		}
		for i := range count {
			full.Fill(at+i, ids[i*seq:(i+1)*seq], labels[i*seq:(i+1)*seq])
		}
		loss, err := l.Loss(ids, labels, seq, nil)
		require.NoError(t, err)
		sum += loss * float64(count)
	}
	return sum / float64(full.Rows)
}
