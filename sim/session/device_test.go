package session

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/model/learner/learnertest"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// givenBack waits until the trainers of a session that was closed have ended, and their learners hold nothing. None was
// used after an error, or closed twice.
func givenBack(t *testing.T, d *learnertest.Device) {
	t.Helper()
	assert.Eventually(t, func() bool { return d.Resident() == 0 }, time.Minute, time.Millisecond,
		"memory of learners that is not given back")
	assert.Empty(t, d.Misuse())
}

// everything is an experiment of all that a run asks of a learner: copies, states, norm-adapted rates and a search.
func everything(kind optim.Kind, axis model.Axis) experiment.Experiment {
	treatments := []string{"sparkling", "copy", "small", "remapped", "scratch"}
	if axis == model.Inner {
		treatments = append(treatments, "norm-adapted") // it is defined there alone
	}
	e := trial.Of(axis, 60, 30, treatments...)
	e.Optimizer.Kind = kind
	return e
}

// A learner that answers late, and whose memory is not Go's, changes no bit of records and states: of a whole run, and
// of one that is saved on the way and goes on elsewhere.
func TestADeviceThatAnswersLateLeavesRecordsAndStatesAsTheyAre(t *testing.T) {
	for _, e := range []experiment.Experiment{
		everything(optim.AdamW, model.Inner), everything(optim.Muon, model.Joint),
		everything(optim.AdamW, model.Hidden),
	} {
		want := end(t, e)
		d := &learnertest.Device{}
		h := NewLocalHost(d)
		s, err := New(trial.Valid(e), h)
		require.NoError(t, err)
		settle(t, s, h, 35)
		half := saved(t, s, h)
		assert.Equal(t, d.Engine(), half.Engine)
		for i := range e.Arms {
			require.NoError(t, s.AskNetwork(i))
		}
		finish(t, s, h)
		got := saved(t, s, h)
		for i := range e.Arms {
			require.NotNil(t, s.Network(i))
		}
		s.Close()
		givenBack(t, d)
		assert.NotEmpty(t, got.Foreign("here"))

		here := cpu.Factory{}.Engine()
		half.Engine, got.Engine = here, here
		sameBytes(t, want, stateBytes(t, got), "the whole run")
		s, h = resumed(t, stateBytes(t, half)) // on the CPU
		finish(t, s, h)
		sameBytes(t, want, stateBytes(t, saved(t, s, h)), "from half-time on, elsewhere")
		s.Close()
	}
}

// failing has learners of which one fails once: at the count-th call of that name of all.
func failing(name string, count int32) *learnertest.Device {
	calls := &atomic.Int32{}
	return &learnertest.Device{Fail: func(c learnertest.Call) error {
		if c.Name == name && calls.Add(1) == count+1 {
			return errors.New("the device was lost")
		}
		return nil
	}}
}

// A learner may fail at any call, and late: its arm stops with a sentence, the others go on, and started again from the
// state that was saved last it ends as if nothing had been.
func TestAnArmWhoseLearnerFailsStopsAloneAndCanBeStartedAgain(t *testing.T) {
	e := everything(optim.AdamW, model.Inner)
	want := end(t, e)
	for name, counts := range map[string][]int32{
		"New": {0, 1, 3}, "Train": {0, 25, 70, 200}, "Loss": {0, 2, 20}, "NotFinite": {0, 5}, "Measure": {0, 50},
		"Measured": {0, 20},
		"Pairs":    {0, 30}, "BlockRates": {0, 10}, "Widen": {0, 2}, "Read": {0, 40, 400}, "State": {0, 2},
	} {
		for _, count := range counts {
			d := failing(name, count)
			h := NewLocalHost(d)
			s, err := New(trial.Valid(e), h)
			require.NoError(t, err)
			settle(t, s, h, 40)
			saved(t, s, h)
			for i := range e.Arms {
				_ = s.AskNetwork(i) // one that has failed has none
			}
			finish(t, s, h)

			failed := -1
			for i, a := range s.Arms() {
				switch a.State {
				case record.Failed:
					assert.Equal(t, -1, failed, "%s, call %d: one arm fails", name, count)
					failed = i
					assert.Regexp(t, `^`+e.Arms[i].Name+` stopped at step \d+: (the wide network .* failed at its `+
						`step \d+: )?the device was lost\.$`, a.Err)
				case record.Waiting:
					assert.Equal(t, record.Failed, s.Arms()[s.trunk].State,
						"%s, call %d: it waits for the one that has failed", name, count)
				default:
					assert.Equal(t, record.Finished, a.State)
				}
			}
			require.NotEqual(t, -1, failed, "%s, call %d: no arm has failed", name, count)
			require.NoError(t, s.Restart(failed))
			finish(t, s, h)
			got := saved(t, s, h)
			got.Engine = cpu.Factory{}.Engine()
			sameBytes(t, want, stateBytes(t, got), name+": started again, it ends as if nothing had been")
			s.Close()
			givenBack(t, d)
		}
	}
}

// The wide network of a search has a learner of its own: where that fails, the arm's sentence says so.
func TestASearchWhoseLearnerFailsSaysWhoseItWas(t *testing.T) {
	e := trial.Of(model.Inner, 60, 30, "remapped")
	want := end(t, e)
	// those of the small phase and of the arm come first
	for name, count := range map[string]int32{"New": 2, "Train": 33} {
		d := failing(name, count)
		h := NewLocalHost(d)
		s, err := New(trial.Valid(e), h)
		require.NoError(t, err)
		finish(t, s, h)
		require.Equal(t, record.Failed, s.Arms()[0].State, name)
		assert.Regexp(t, `^`+e.Arms[0].Name+` stopped at step 30: the wide network that is trained from scratch, `+
			`to find where its loss is \d\.\d{3}, failed at its step \d+: the device was lost\.$`, s.Arms()[0].Err)
		require.NoError(t, s.Restart(0))
		finish(t, s, h)
		got := saved(t, s, h)
		got.Engine = cpu.Factory{}.Engine()
		sameBytes(t, want, stateBytes(t, got), name)
		s.Close()
		givenBack(t, d)
	}
}

// A learner may also panic, at the worst of moments, and what was started again may fail again.
func TestALearnerThatPanicsOrFailsAgainLosesNothing(t *testing.T) {
	e := everything(optim.AdamW, model.Inner)
	want := end(t, e)
	for _, c := range []struct {
		name        string
		from, times int32
		panics      bool
	}{
		{"New", 4, 1, true}, {"Train", 31, 1, true}, {"Widen", 1, 1, true}, {"Read", 1, 1, true}, {"Close", 1, 1, true},
		{"New", 3, 2, false}, {"Train", 30, 3, false}, {"Loss", 30, 2, false}, {"Read", 0, 2, false},
	} {
		calls := &atomic.Int32{}
		d := &learnertest.Device{Fail: func(call learnertest.Call) error {
			if call.Name != c.name {
				return nil
			}
			if n := calls.Add(1) - 1; n < c.from || n >= c.from+c.times {
				return nil
			}
			if c.panics {
				panic("the device was lost")
			}
			return errors.New("the device was lost")
		}}
		h := NewLocalHost(d)
		s, err := New(trial.Valid(e), h)
		require.NoError(t, err)
		settle(t, s, h, 40)
		saved(t, s, h)
		finish(t, s, h)
		for range c.times {
			for i, a := range s.Arms() {
				if a.State == record.Failed {
					assert.Contains(t, a.Err, "the device was lost")
					require.NoError(t, s.Restart(i))
				}
			}
			finish(t, s, h)
		}
		got := saved(t, s, h)
		got.Engine = cpu.Factory{}.Engine()
		sameBytes(t, want, stateBytes(t, got), c.name)
		s.Close()
		givenBack(t, d)
	}
}
