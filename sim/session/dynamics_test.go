package session

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/train"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// The rate goes on from the first step at which a wide network, trained from scratch on the same batches, has the
// smoothed loss of the widening.
func TestARemappedRateGoesOnFromTheLossMatchedPoint(t *testing.T) {
	e := trial.Of(model.Joint, 400, 200, "small", "remapped", "scratch")
	r := runAll(t, e)
	report, ok := r.Report(1)
	require.True(t, ok)

	mean := func(track []record.ArmFrame, step int) float64 {
		var sum, weight float64 // an exponential mean over about 50 updates, without the bias of its start
		for _, f := range track {
			if f.Step > 0 && f.Step <= step {
				sum, weight = sum*0.98+float64(f.TrainLoss), weight*0.98+1
			}
		}
		return sum / weight
	}
	target := mean(r.Tracks[0], 200)
	place := 1
	for mean(r.Tracks[2], place) > target {
		place++
	}
	assert.InDelta(t, place, report.RemappedStep, 1, "losses of frames are rounded")
	assert.Less(t, report.RemappedStep, 200, "the wide network learns faster")
	assert.InEpsilon(t, float64(report.RemappedStep)*report.StepFLOPsAfter, report.SearchFLOPs, 1e-12)
	t.Logf("loss %.3f at step 200 of the small network, at %d of the wide one", target, report.RemappedStep)

	sched := optim.NewSchedule(e.Optimizer, e.Steps)
	sched.WidenRemapped(200, report.RemappedStep)
	for _, f := range r.Tracks[1] {
		assert.InDelta(t, sched.Base(f.Step-1), float64(f.LROld), 1e-8, "step %d", f.Step)
		assert.Equal(t, f.LROld, f.LRNew)
	}
	last := r.Tracks[1][len(r.Tracks[1])-1]
	assert.InEpsilon(t, 200*report.StepFLOPsBefore+200*report.StepFLOPsAfter, last.FLOPs, 1e-12,
		"the search is told apart from the arm's own updates")
}

// What keeps an arm from its next update is told as long as it does.
func TestASessionTellsOfASearchWhileItLasts(t *testing.T) {
	h := NewLocalHost(cpu.Factory{})
	s, err := New(trial.Valid(trial.Of(model.Inner, 60, 30, "remapped")), h)
	require.NoError(t, err)
	defer s.Close()
	const doing = "training a wide network from scratch to find where its loss is 3.000: step 7"
	s.deliver(0, train.Message{Kind: train.KindDoing, Text: doing}.Encode())
	assert.Equal(t, doing, s.Arms()[0].Doing)
	assert.Contains(t, s.Describe(), "remapped rate is training a wide network from scratch")
	finish(t, s, h)
	assert.Empty(t, s.Arms()[0].Doing)
}
