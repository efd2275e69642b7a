package train

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
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
func asked(e experiment.Experiment, w model.Values) (loss float64, answers []record.Answer) {
	const seq = 11
	net, full := model.NewNet(compute.Reference{}, w, 1, seq),
		task.NewFacts(e.Task.Letters, e.Task.Table, e.Task.Answers).Full(e.Task.Seq)
	c := net.Config
	experts, weights := make([]int32, c.TopK), make([]float32, c.TopK)
	for row := range full.Rows {
		ids, labels := make([]int32, seq), make([]int32, seq)
		full.Fill(row, ids[:full.Seq], labels[:full.Seq])
		question, answer := ids[:3], labels[2]
		copy(ids[3:], []int32{0, 4, 4, 1, 0, 2, 3, 1})
		net.Forward(ids)
		logits := net.Logits()[(len(question)-1)*c.Vocab : len(question)*c.Vocab]
		sum, better := 0.0, 0
		for _, x := range logits {
			sum += math.Exp(float64(x) - float64(logits[answer]))
			if x > logits[answer] {
				better++
			}
		}
		loss += math.Log(sum) / float64(full.Rows)
		net.Chosen(c.Layers-1, len(question)-1, experts, weights)
		answers = append(answers, record.Answer{Sure: uint8(255/sum + 0.5), Right: better == 0,
			Expert: uint16(experts[0])})
	}
	return loss, answers
}

func TestAnswersAreThoseOfTheNetworkWhenItIsAskedInAnotherWay(t *testing.T) {
	e := factsExperiment(t, 9, 150)
	for arm := range e.Arms {
		r, last := begun(t, e, arm), record.ArmFrame{}
		for r.step < r.end {
			last = step(t, r)
		}
		loss, answers := asked(e, values(t, r, model.Weight))
		right, experts := 0, map[uint16]int{}
		for i, want := range answers {
			got := last.Answers[i]
			assert.InDelta(t, want.Sure, got.Sure, 1, "fact %d", i)
			assert.Equal(t, want.Right, got.Right, "fact %d", i)
			assert.Equal(t, want.Expert, got.Expert, "fact %d", i)
			experts[got.Expert]++
			if want.Right {
				right++
			}
		}
		assert.Equal(t, []int{81, 81, right}, []int{len(last.Answers), last.Asked, last.Right})
		assert.Greater(t, right, 9, "it has learnt something")
		assert.Greater(t, len(experts), 1, "and not all of it in one expert")
		assert.InDelta(t, loss, last.FullValLoss, 1e-5)
		assert.Equal(t, last.FullValLoss, last.ValLoss, "there is one validation set")
	}
}

func TestFactsAreCountedAtEvenStepsAndAtTheEnd(t *testing.T) {
	e := factsExperiment(t, 9, 90)
	require.Equal(t, 25, e.ValEvery())
	r := begun(t, e, 3)
	first, err := r.First()
	require.NoError(t, err)
	assert.Len(t, first.Answers, first.Asked)
	assert.Equal(t, 81, first.Asked)
	for r.step < r.end {
		f := step(t, r)
		counted := f.Step%25 == 0 || f.Step == 90
		assert.Equal(t, counted, f.Asked == 81, "step %d", f.Step)
		assert.Equal(t, counted, len(f.Answers) == 81, "step %d", f.Step)
		assert.Equal(t, counted, record.Finite(f.ValLoss), "step %d", f.Step)
	}
	assert.LessOrEqual(t, allocations(func() { _, _ = r.live() }), 3.0,
		"allocates only what the frame keeps: answers, what routers say, and what experts get")
}

func TestAnswersThatAreNoNumbersAreNotRight(t *testing.T) {
	nan := float32(math.NaN())
	var v reading
	v.count([]int{0, 1, 2}, []float32{nan, nan, 1, 1, 0, 2}, 2, []int32{0, 0, task.Ignored})
	assert.Equal(t, []int{1, 2}, []int{v.right, v.asked}, "the first of two that are as likely is the answer")
	assert.Equal(t, []uint8{0, 0, 128, 255}, []uint8{in255ths(nan), in255ths(0.001), in255ths(0.5), in255ths(1)})
}
