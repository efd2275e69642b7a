package train

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// factsExperiment is the built-in experiment with a small table, over so many steps.
func factsExperiment(t testing.TB, letters, steps int) experiment.Experiment {
	t.Helper()
	e, err := experiment.Named("facts")
	require.NoError(t, err)
	e = e.Rescale(steps)
	e.Task.Letters, e.Task.Batch = letters, 4
	return e
}

// asked is what a network says of every fact, asked in another way than a run does: by the plain engine, one fact at a
// time, at the beginning of a row that goes on with anything.
func asked(e experiment.Experiment, w model.Values) (loss float64, right int) {
	const seq = 11
	net, full := model.NewNet(compute.Reference{}, w, 1, seq),
		task.NewFacts(e.Task.Letters, e.Task.Table, e.Task.Answers).Full(e.Task.Seq)
	for row := range full.Rows {
		ids, labels := make([]int32, seq), make([]int32, seq)
		full.Fill(row, ids[:full.Seq], labels[:full.Seq])
		question, answer := ids[:3], labels[2]
		copy(ids[3:], []int32{0, 4, 4, 1, 0, 2, 3, 1})
		net.Forward(ids)
		logits := net.Logits()[(len(question)-1)*net.Config.Vocab : len(question)*net.Config.Vocab]
		sum, better := 0.0, 0
		for _, x := range logits {
			sum += math.Exp(float64(x) - float64(logits[answer]))
			if x > logits[answer] {
				better++
			}
		}
		loss += math.Log(sum) / float64(full.Rows)
		if better == 0 {
			right++
		}
	}
	return loss, right
}

func TestFactsKnownAreThoseThatTheNetworkKnowsWhenItIsAskedInAnotherWay(t *testing.T) {
	e := factsExperiment(t, 9, 150)
	for arm := range e.Arms {
		r, last := begun(t, e, arm), record.ArmFrame{}
		for r.step < r.end {
			last = step(t, r)
		}
		loss, right := asked(e, values(t, r, model.Weight))
		assert.Equal(t, 81, last.Asked)
		assert.Equal(t, right, last.Right)
		assert.Greater(t, right, 9, "it has learnt something")
		assert.InDelta(t, loss, last.FullValLoss, 1e-5)
		assert.Equal(t, last.FullValLoss, last.ValLoss, "there is one validation set")
	}
}

func TestFactsAreCountedAtEvenStepsAndAtTheEnd(t *testing.T) {
	e := factsExperiment(t, 9, 100)
	require.Equal(t, 75, e.ValEvery())
	r := begun(t, e, 3)
	first, err := r.first()
	require.NoError(t, err)
	assert.Equal(t, 81, first.Asked)
	for r.step < r.end {
		f := step(t, r)
		counted := f.Step%75 == 0 || f.Step == 100
		assert.Equal(t, counted, f.Asked == 81, "step %d", f.Step)
		assert.Equal(t, counted, record.Finite(f.ValLoss), "step %d", f.Step)
	}
	live := r.task.Live(e.Task.Seq)
	assert.Zero(t, allocations(func() { _, _ = r.evaluate(live, nil) }), "without allocations")
}

func TestAnswersThatAreNoNumbersAreNotRight(t *testing.T) {
	nan := float32(math.NaN())
	var v reading
	v.count(&learner.Answers{Positions: []int{0, 1, 2}, Logits: []float32{nan, nan, 1, 1, 0, 2}},
		[]int32{0, 0, task.Ignored})
	assert.Equal(t, reading{right: 1, asked: 2}, v, "the first of two that are as likely is the answer")
}
