package train

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/model/learner/learnertest"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// mute makes learners of the CPU whose losses are no numbers from a count on, and which never say that anything is not
// finite.
type mute struct {
	cpu.Factory
	train, loss int
}

func (f mute) New(s learner.Setup) (learner.Learner, error) {
	l, err := f.Factory.New(s)
	return &muteLearner{l, f}, err
}

type muteLearner struct {
	learner.Learner
	left mute
}

func (l *muteLearner) Train(ids, labels []int32, rates []float64) (learner.Update, error) {
	u, err := l.Learner.Train(ids, labels, rates)
	if l.left.train--; l.left.train < 0 {
		u.CE = math.NaN()
	}
	return u, err
}

func (l *muteLearner) Loss(ids, labels []int32, seq int, a *learner.Answers) (float64, error) {
	loss, err := l.Learner.Loss(ids, labels, seq, a)
	if l.left.loss--; l.left.loss < 0 {
		loss = math.NaN()
	}
	return loss, err
}

func (l *muteLearner) NotFinite(float64) (string, error) { return "", nil }

// What is no number ends an arm, also where the learner does not say so: it is never a loss among others.
func TestALossThatIsNoNumberEndsAnArmWhateverItsLearnerSays(t *testing.T) {
	const many = math.MaxInt32
	for name, f := range map[string]mute{"of training": {train: 3, loss: many}, "of validation": {train: many}} {
		e := trial.Of(model.Inner, 60, 30, "sparkling")
		r, err := New(trial.Valid(e), 0, f)
		require.NoError(t, err, name)
		for r.nonFinite == "" {
			require.Less(t, r.step, e.Steps/2, name)
			frame := step(t, r)
			assert.Equal(t, r.nonFinite, frame.NotFinite, name)
		}
		assert.Equal(t, "a loss", r.nonFinite, name)
		r.Close()
	}
}

// A learner that has failed is of no use, but to be closed: whatever messages its trainer still gets.
func TestALearnerThatHasFailedIsOnlyClosed(t *testing.T) {
	for _, call := range []string{"New", "Loss", "Train", "Widen", "Read", "State"} {
		failed := false
		d := &learnertest.Device{Fail: func(c learnertest.Call) error {
			if failed = failed || c.Name == call; c.Name == call {
				return errors.New("the device was lost")
			}
			return nil
		}}
		e := trial.Of(model.Inner, 20, 10, "sparkling")
		tr := NewTrainer(d)
		for range 2 {
			for _, m := range []Message{
				{Kind: KindStart, Document: e.JSON()}, {Kind: KindRun, Step: 5}, {Kind: KindSave}, {Kind: KindAsk},
				{Kind: KindRun, Step: e.Steps},
			} {
				tr.Handle(m.Encode())
				tr.Threads(1)
				tr.Work(time.Hour)
			}
		}
		tr.Close()
		assert.True(t, failed, call)
		assert.Empty(t, d.Misuse(), call)
		assert.Zero(t, d.Resident(), call)
	}
}
