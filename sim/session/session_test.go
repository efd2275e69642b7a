package session

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/train"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// finish runs a session to its end at the highest speed.
func finish(t *testing.T, s *Session, h *LocalHost) *record.Record {
	t.Helper()
	s.SetSpeed(Max)
	s.Play()
	for begin := time.Now(); !s.Done(); {
		require.Less(t, time.Since(begin), 10*time.Minute, "the run does not end")
		h.Wait(100 * time.Millisecond)
		s.Tick()
	}
	return s.Record()
}

func runAll(t *testing.T, e experiment.Experiment) *record.Record {
	t.Helper()
	h := NewLocalHost(cpu.Factory{})
	s, err := New(trial.Valid(e), h)
	require.NoError(t, err)
	defer s.Close()
	r := finish(t, s, h)
	for _, a := range s.Arms() {
		require.Equal(t, record.Finished, a.State, a.Err)
	}
	return r
}

func encode(t *testing.T, r *record.Record) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, r.Encode(&b))
	return b.Bytes()
}

func TestSameSeedGivesTheSameBits(t *testing.T) {
	first := encode(t, runAll(t, trial.Short(60)))
	sameBytes(t, first, encode(t, runAll(t, trial.Short(60))), "twice in a row")

	h := NewLocalHost(cpu.Factory{})
	s, err := New(trial.Valid(trial.Short(60)), h)
	require.NoError(t, err)
	defer s.Close()
	for range 7 {
		s.StepOnce()
		h.Wait(time.Second)
	}
	require.NoError(t, s.Reset())
	sameBytes(t, first, encode(t, finish(t, s, h)), "after stepping and a reset")
	require.NoError(t, s.Reset())
	sameBytes(t, first, encode(t, finish(t, s, h)), "after a reset at the end")

	other := trial.Short(60)
	other.Seed = 2
	assert.False(t, bytes.Equal(first, encode(t, runAll(t, other))), "another seed")
}

func TestAForkedArmEqualsTheSameArmTrainedAlone(t *testing.T) {
	e := trial.Short(60)
	together := runAll(t, e)
	for i := 1; i < len(e.Arms); i++ {
		alone := e.Clone()
		alone.Arms = alone.Arms[i : i+1]
		track := runAll(t, alone).Tracks[0]
		for k := range track {
			track[k].Arm = i
		}
		assertSame(t, track[len(track)-len(together.Tracks[i]):], together.Tracks[i])
	}
}

// assertSame compares tracks bit by bit, not-a-numbers included.
func assertSame(t *testing.T, want, got []record.ArmFrame) {
	t.Helper()
	code := func(f []record.ArmFrame) []byte { return train.Message{Kind: train.KindFrames, Frames: f}.Encode() }
	assert.True(t, bytes.Equal(code(want), code(got)), "the tracks differ")
}

func TestTheLockIsExactOnEveryAxis(t *testing.T) {
	for _, axis := range []model.Axis{model.Inner, model.Hidden, model.Joint} {
		for _, width := range []struct{ hidden, inner int }{{16, 16}, {12, 10}} {
			e := trial.Short(520)
			e.Task.Batch, e.Task.Seq = 2, 16
			e.Model.Hidden, e.Model.Inner = width.hidden, width.inner
			e.Model.Layers = 1
			arms := []experiment.Arm{{Name: "Small"}}
			for _, id := range []string{"copy", "drop", "asymmetric"} {
				a := trial.Arms(trial.Twice(20), id)[0]
				a.Widen[0].Axis = axis
				arms = append(arms, a)
			}
			e.Arms = arms
			r := runAll(t, e)
			for arm, locked := range map[int]bool{1: true, 2: true, 3: false} {
				name := e.Arms[arm].Name
				f := r.At(e.Steps).Arms[arm]
				require.NotEmpty(t, f.Pairs)
				for _, q := range []record.Quantity{record.Weight, record.Gradient, record.Moment1, record.Moment2} {
					s := f.Summary(q)
					if locked {
						assert.Equal(t, s.Pairs, s.In[record.Locked], "%s on axis %s at %v: quantity %d", name,
							axis, width, q)
					} else {
						assert.Zero(t, s.In[record.Locked], "%s on axis %s at %v: quantity %d", name, axis, width, q)
					}
				}
			}
		}
	}
}

func TestCopyAtTwiceTheWidthKeepsTheFunction(t *testing.T) {
	for _, axis := range []model.Axis{model.Inner, model.Hidden, model.Joint} {
		e := trial.Short(40)
		e.Arms = e.Arms[:2]
		e.Arms[1].Widen[0].Axis = axis
		p, ok := runAll(t, e).Report(1)
		require.True(t, ok)
		assert.Less(t, p.LogitError, float32(1e-5), axis)
		assert.InDelta(t, p.ValLossBefore, p.ValLossAfter, 1e-6, axis)
		assert.Less(t, p.ParamsBefore, p.ParamsAfter)
		assert.Less(t, p.StepFLOPsBefore, p.StepFLOPsAfter)
		for i := range p.RMSBefore {
			assert.InEpsilon(t, p.RMSBefore[i].Ratio(), p.RMSAfter[i].Ratio(), 1e-4)
		}
	}
}

func TestWidenNowForksAtThePresentStep(t *testing.T) {
	h := NewLocalHost(cpu.Factory{})
	s, err := New(trial.Valid(trial.Short(60)), h)
	require.NoError(t, err)
	defer s.Close()
	for range 5 {
		s.StepOnce()
		h.Wait(time.Second)
	}
	present := s.furthest()
	require.NoError(t, s.WidenNow())
	at := s.Experiment().Fork()
	assert.Equal(t, present, at)
	r := finish(t, s, h)
	assert.Equal(t, at+1, r.Tracks[1][0].Step)
	assert.Error(t, s.WidenNow(), "a second time")
	sameBytes(t, encode(t, r), encode(t, runAll(t, s.Experiment())), "the document says what was run")
}

// fragile is a host whose trainers can be made to die.
type fragile struct {
	*LocalHost
	kill map[int]func(error)
}

func (f fragile) Start(arm int, deliver func([]byte), fail func(error)) (Port, error) {
	f.kill[arm] = fail
	return f.LocalHost.Start(arm, deliver, fail)
}

// bereft is a session whose last arm has died in mid-run.
func bereft(t *testing.T, e experiment.Experiment, why error) (*Session, *LocalHost) {
	t.Helper()
	h := fragile{NewLocalHost(cpu.Factory{}), map[int]func(error){}}
	s, err := New(trial.Valid(e), h)
	require.NoError(t, err)
	s.SetSpeed(Max)
	s.Play()
	for len(s.Record().Tracks[3]) < 5 {
		h.Wait(time.Second)
	}
	h.kill[3](why)
	return s, h.LocalHost
}

func TestADeadArmSaysSoTheOthersGoOnAndItCanBeStartedAgain(t *testing.T) {
	e := trial.Short(60)
	s, h := bereft(t, e, errors.New("its worker died"))
	defer s.Close()
	r := finish(t, s, h)
	a := s.Arms()[3]
	require.Equal(t, record.Failed, a.State)
	assert.Regexp(t, `^SPARKLING stopped at step \d+: its worker died\.$`, a.Err)
	assert.Equal(t, e.Steps, r.At(e.Steps).Arms[1].Step)
	assert.Equal(t, e.Steps, r.Last(), "nothing waits for it")
	require.NoError(t, s.Restart(3))
	sameBytes(t, encode(t, runAll(t, e)), encode(t, finish(t, s, h)),
		"started again, it ends as if nothing had been")
}

// sameBytes compares without printing a book when they differ.
func sameBytes(t *testing.T, want, got []byte, what string) {
	t.Helper()
	assert.True(t, bytes.Equal(want, got), what)
}

// Arms that are never widened have nothing to wait for.
func TestSeveralArmsThatAreNeverWidenedAllRun(t *testing.T) {
	e := trial.Short(30)
	e.Task.Batch, e.Task.Seq = 1, 8
	e.Arms = []experiment.Arm{{Name: "One"}, {Name: "Two"}, e.Arms[1]}
	r := runAll(t, e)
	own := func(f []record.ArmFrame) []record.ArmFrame { // as if it were the first arm's
		out := append([]record.ArmFrame(nil), f...)
		for k := range out {
			out[k].Arm = 0
		}
		return out
	}
	assertSame(t, r.Tracks[0][e.Fork()+1:], own(r.Tracks[1]))

	e.Arms = e.Arms[:2]
	require.Equal(t, e.Steps, e.Fork(), "no arm is widened at all")
	h := NewLocalHost(cpu.Factory{})
	s, err := New(trial.Valid(e), h)
	require.NoError(t, err)
	defer s.Close()
	r = finish(t, s, h)
	for i, a := range s.Arms() {
		assert.Equal(t, record.Finished, a.State, a.Name)
		_, ok := r.FinalValLoss(i)
		assert.True(t, ok, "%s has a full validation loss", a.Name)
	}
	assertSame(t, r.Tracks[0], own(r.Tracks[1]))
	st, ok := s.Saved()
	require.True(t, ok)
	again, err := Resume(st, h)
	require.NoError(t, err)
	defer again.Close()
	sameBytes(t, encode(t, r), encode(t, finish(t, again, h)), "resumed from where it began")
}
