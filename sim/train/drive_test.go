package train

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// beside is a place in memory.
type beside struct{ left learner.State }

func (b *beside) Leave(r *Arm) (err error) {
	b.left, err = r.Learner().State()
	return err
}

func (b *beside) Return(_ *Arm, p *widen.Plan, begin func() (learner.Learner, error)) error {
	into, err := begin()
	if err != nil {
		return err
	}
	s := p.States(b.left.M, b.left.V)
	return give(into, learner.State{Weights: p.Weights(b.left.Weights), M: s[0], V: s[1]})
}

// give writes a state into a learner.
func give(into learner.Learner, s learner.State) error {
	for i, x := range into.Table().Tensors {
		for e := range x.Experts {
			for q, v := range map[model.Quantity]model.Values{model.Weight: s.Weights, model.Moment1: s.M,
				model.Moment2: s.V} {
				if err := into.Write(q, i, e, v.Expert(i, e)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// alone is one arm that is widened twice, once at a rate that a search finds.
func alone() experiment.Experiment {
	e := trial.Of(model.Inner, 40, 12, "sparkling")
	w := e.Arms[0].Widen[0]
	w.Step, w.Axis = 20, model.Hidden
	w.Rewarm.Scope, w.Dynamics.Kind = optim.RewarmNone, optim.Remapped
	e.Arms[0].Widen = append(e.Arms[0].Widen, w)
	return e
}

// driven drives an arm to a step.
func driven(t *testing.T, r *Arm, to int, aside Aside) (frames []record.ArmFrame, reports []record.Report) {
	t.Helper()
	for r.Step() < to {
		if r.Due() {
			p, ok, err := r.Widen(aside, func(string) bool { return true })
			require.NoError(t, err)
			require.True(t, ok)
			reports = append(reports, p)
		}
		f, err := r.Update()
		require.NoError(t, err)
		frames = append(frames, f)
	}
	return frames, reports
}

func TestAWideningAsideGivesTheSameBits(t *testing.T) {
	e := alone()
	here, there := begun(t, e, 0), begun(t, e, 0)
	frames, reports := driven(t, here, 30, nil)
	others, told := driven(t, there, 30, &beside{})
	assertSame(t, frames, others)
	for i := range told {
		assert.Nil(t, told[i].RMSUnscaled, "there is no place for a second network")
		told[i].RMSUnscaled = reports[i].RMSUnscaled
	}
	assert.Equal(t, reports, told)
	assert.Equal(t, snapshot(t, here), snapshot(t, there))
}

func TestAnArmGoesOnFromItsProgress(t *testing.T) {
	e := alone()
	for _, at := range []int{0, 7, 12, 13, 20, 25} {
		whole := begun(t, e, 0)
		driven(t, whole, at, nil)
		state, err := whole.Learner().State()
		require.NoError(t, err)
		again, err := Resume(trial.Valid(e), 0, cpu.Factory{}, whole.Progress(),
			func(into learner.Learner, g model.Growth) error {
				assert.Equal(t, whole.Learner().Table().Config, into.Table().Config)
				assert.Equal(t, whole.Growth(), g)
				return give(into, state)
			})
		require.NoError(t, err)
		frames, reports := driven(t, whole, 30, nil)
		others, told := driven(t, again, 30, nil)
		assertSame(t, frames, others)
		assert.Equal(t, reports, told)
		assert.Equal(t, snapshot(t, whole), snapshot(t, again))
	}
	for _, p := range []Progress{{Step: -1}, {Step: 41}, {Widenings: 3, Places: make([]int, 3)}, {Widenings: 1}} {
		_, err := Resume(trial.Valid(e), 0, cpu.Factory{}, p, nil)
		assert.ErrorContains(t, err, "is never at step")
	}
}

func TestASearchThatIsStoppedLeavesTheArmAsItWas(t *testing.T) {
	r := begun(t, alone(), 0)
	driven(t, r, 20, nil)
	before, asked := snapshot(t, r), 0
	_, ok, err := r.Widen(nil, func(string) bool { asked++; return asked < 3 })
	require.NoError(t, err)
	assert.False(t, ok)
	assert.Equal(t, before, snapshot(t, r))
}

func TestTheSpacingOfProbesChangesNoBit(t *testing.T) {
	e := alone()
	usual, rare := begun(t, e, 0), begun(t, e, 0)
	rare.Space(15, 30, 40)
	driven(t, usual, 30, nil)
	frames, _ := driven(t, rare, 30, nil)
	assert.Equal(t, snapshot(t, usual), snapshot(t, rare))
	for _, f := range frames[:12] {
		assert.Empty(t, f.RMS, "step %d", f.Step)
	}
	assert.NotEmpty(t, frames[14].RMS)
	assert.True(t, frames[19].ValLoss != frames[19].ValLoss, "none was measured")
	assert.False(t, frames[29].ValLoss != frames[29].ValLoss)
}
