package session

import (
	"bytes"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// settle lets a paused session go on until every arm that has begun is at a step, or at its end.
func settle(t testing.TB, s *Session, h *LocalHost, step int) {
	t.Helper()
	there := func(a record.ArmStatus) bool { return a.State != record.Running || a.Step >= min(step, a.End) }
	s.target = float64(step)
	for begin := time.Now(); ; h.Wait(100 * time.Millisecond) {
		require.Less(t, time.Since(begin), 10*time.Minute, "the run does not go on")
		s.Tick()
		if !slices.ContainsFunc(s.Arms(), func(a record.ArmStatus) bool { return !there(a) }) {
			return
		}
	}
}

// saved asks a session for its state and waits for it.
func saved(t testing.TB, s *Session, h *LocalHost) State {
	t.Helper()
	s.Save()
	for begin := time.Now(); ; h.Wait(100 * time.Millisecond) {
		require.Less(t, time.Since(begin), 10*time.Minute, "the state does not come")
		if st, ok := s.Saved(); ok {
			return st
		}
	}
}

func stateBytes(t testing.TB, st State) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, st.Encode(&b))
	return b.Bytes()
}

// resumed is a session of its own that goes on from what a file of the state would hold.
func resumed(t *testing.T, file []byte) (*Session, *LocalHost) {
	t.Helper()
	st, err := DecodeState(bytes.NewReader(file))
	require.NoError(t, err)
	sameBytes(t, file, stateBytes(t, st), "the state comes back")
	h := NewLocalHost(cpu.Factory{})
	s, err := Resume(st, h)
	require.NoError(t, err)
	return s, h
}

// end is the state of an undisturbed run at its end: its record, and every arm's network and optimizer.
func end(t *testing.T, e experiment.Experiment) []byte {
	t.Helper()
	h := NewLocalHost(cpu.Factory{})
	s, err := New(trial.Valid(e), h)
	require.NoError(t, err)
	defer s.Close()
	finish(t, s, h)
	return stateBytes(t, saved(t, s, h))
}

// stops are the steps at which a run is most easily put together wrongly: its begin, its end, and those around every
// widening.
func stops(e experiment.Experiment) []int {
	at := []int{0, 1, e.Steps - 1, e.Steps}
	for i, a := range e.Arms {
		at = append(at, e.End(i))
		for _, w := range a.Widen {
			at = append(at, max(w.Step-1, 0), w.Step, w.Step+1)
		}
	}
	slices.Sort(at)
	return slices.Compact(at)
}

// A run that is ended, and goes on from its file, again and again, gives the record and the networks of one that nobody
// disturbed.
func TestAResumedRunKeepsEveryBitOfEveryBuiltInExperiment(t *testing.T) {
	for i, b := range experiment.Builtins() {
		for k, kind := range optim.Kinds {
			if runtime.GOOS == "js" && k != i%2 {
				continue // where one core computes more slowly, every experiment has one of the two
			}
			t.Run(b.Name+" "+string(kind), func(t *testing.T) {
				t.Parallel()
				e := trial.Quick(b.Experiment, 24)
				e.Optimizer.Kind = kind
				h := NewLocalHost(cpu.Factory{})
				s, err := New(trial.Valid(e), h)
				require.NoError(t, err)
				for _, at := range stops(e) {
					settle(t, s, h, at)
					st := saved(t, s, h)
					assert.Equal(t, at >= e.Steps, st.Finished(), "at step %d", at)
					s.Close()
					s, h = resumed(t, stateBytes(t, st))
				}
				sameBytes(t, end(t, e), stateBytes(t, saved(t, s, h)), "resumed at every stop")
				s.Close()
			})
		}
	}
}

// States are saved while all arms train, each wherever it is; from every one the run goes on to the same bits.
func TestAStateSavedInFullSpeedKeepsEveryBit(t *testing.T) {
	e := trial.Of(model.Inner, 60, 20, "scratch", "small", "sparkling", "remapped", "norm-adapted", "equal-compute")
	e.Arms[2].Widen = append(e.Arms[2].Widen, e.Arms[2].Widen[0])
	e.Arms[2].Widen[1].Step, e.Arms[2].Widen[1].Factor, e.Arms[2].Widen[1].Axis = 40, 1.5, model.Joint
	want := end(t, e)
	h := NewLocalHost(cpu.Factory{})
	s, err := New(trial.Valid(e), h)
	require.NoError(t, err)
	defer s.Close()
	s.SetSpeed(Max)
	s.Play()
	var files [][]byte
	s.Save()
	for !s.Done() {
		h.Wait(time.Millisecond)
		s.Tick()
		if st, ok := s.Saved(); ok {
			files = append(files, stateBytes(t, st))
			s.Save()
		}
	}
	sameBytes(t, want, stateBytes(t, saved(t, s, h)), "saving changes nothing")
	require.NotEmpty(t, files)
	t.Logf("%d states", len(files))
	for k := 0; k < len(files); k += max(1, len(files)/8) {
		r, h := resumed(t, files[k])
		finish(t, r, h)
		sameBytes(t, want, stateBytes(t, saved(t, r, h)), "from a state on the way")
		r.Close()
	}
}

// What stopped stays stopped, says the same, and can be started again.
func TestAnArmThatFailedKeepsItsWordsWhenTheRunIsResumed(t *testing.T) {
	e := trial.Short(60)
	s, h := bereft(t, e, assert.AnError)
	defer s.Close()
	finish(t, s, h)
	file := stateBytes(t, saved(t, s, h))
	r, local := resumed(t, file)
	defer r.Close()
	assert.True(t, r.Done())
	assert.Equal(t, s.Arms(), r.Arms())
	assert.Equal(t, e.Steps, r.Record().Last(), "nothing waits for it")
	require.NoError(t, r.Restart(3))
	finish(t, r, local)
	sameBytes(t, end(t, e), stateBytes(t, saved(t, r, local)), "as if nothing had been")
}

// After a restart, a fork that was moved, and a trunk that is one of several, states still fit.
func TestAStateAfterWidenNowKeepsWhatWasDone(t *testing.T) {
	e := trial.Of(model.Inner, 60, 30, "sparkling", "equal-compute", "small")
	h := NewLocalHost(cpu.Factory{})
	s, err := New(trial.Valid(e), h)
	require.NoError(t, err)
	settle(t, s, h, 12)
	saved(t, s, h)
	require.NoError(t, s.WidenNow())
	file := stateBytes(t, saved(t, s, h))
	moved := s.Experiment()
	s.Close()
	r, h := resumed(t, file)
	defer r.Close()
	assert.Equal(t, moved, r.Experiment())
	finish(t, r, h)
	sameBytes(t, end(t, moved), stateBytes(t, saved(t, r, h)), "resumed after the fork was moved")
}

func TestADamagedStateIsRefused(t *testing.T) {
	e := trial.Of(model.Inner, 12, 6, "small", "sparkling", "remapped")
	h := NewLocalHost(cpu.Factory{})
	s, err := New(trial.Valid(e), h)
	require.NoError(t, err)
	defer s.Close()
	settle(t, s, h, 8)
	file := stateBytes(t, saved(t, s, h))
	for n := 0; n < len(file); n += 1 + len(file)/200 {
		_, err := DecodeState(bytes.NewReader(file[:n]))
		assert.Error(t, err, "cut to %d bytes", n)
		bad := bytes.Clone(file)
		bad[n] ^= 4
		_, err = DecodeState(bytes.NewReader(bad))
		assert.Error(t, err, "one bit of byte %d", n)
	}
	_, err = DecodeState(bytes.NewReader(append(bytes.Clone(file), 0)))
	assert.ErrorContains(t, err, "damaged", "it goes on")
}

// A record that goes to the end says how the arms were doing as their session did.
func TestARecordThatHasEndedSaysHowItsArmsAre(t *testing.T) {
	wild := trial.Of(model.Joint, 40, 20, "small", "sparkling", "equal-compute")
	wild.Optimizer.LR, wild.Optimizer.WeightDecay = 10, 1
	for _, e := range []experiment.Experiment{trial.Of(model.Joint, 40, 20, "small", "sparkling", "equal-compute"),
		wild} {
		h := NewLocalHost(cpu.Factory{})
		s, err := New(trial.Valid(e), h)
		require.NoError(t, err)
		settle(t, s, h, 30)
		_, ok := s.Record().Ended()
		assert.Equal(t, s.Done(), ok)
		finish(t, s, h)
		arms, ok := s.Record().Ended()
		require.True(t, ok)
		assert.Equal(t, s.Arms(), arms)
		s.Close()
	}
}

// A state that another machine has made says so.
func TestAStateOfAnotherMachineSaysSo(t *testing.T) {
	here := cpu.Factory{}.Engine()
	assert.Empty(t, State{Engine: here}.Foreign(here))
	assert.Contains(t, State{Engine: "abacus"}.Foreign(here), `"abacus"`)
}

// testdata/version1.state is the run of a document of version 1 at step 15, between its first widenings and its last.
func TestAStateWhoseDocumentIsOfVersion1GoesOnToTheSameBits(t *testing.T) {
	data, err := os.ReadFile("testdata/version1.state")
	require.NoError(t, err)
	st, err := DecodeState(bytes.NewReader(data))
	require.NoError(t, err)
	assert.Equal(t, experiment.Version, st.Record.Experiment.Version)
	h := NewLocalHost(cpu.Factory{})
	s, err := Resume(st, h)
	require.NoError(t, err)
	defer s.Close()
	r := finish(t, s, h)
	require.True(t, saved(t, s, h).Finished())
	if st.Foreign(cpu.Factory{}.Engine()) == "" {
		want, err := DecodeState(bytes.NewReader(end(t, st.Record.Experiment)))
		require.NoError(t, err)
		got := saved(t, s, h)
		// of the widening that it had behind it, it does not say what it would have done unscaled
		for k := range got.Record.Reports {
			if got.Record.Reports[k].RMSUnscaled == nil {
				want.Record.Reports[k].RMSUnscaled = nil
			}
		}
		for arm, track := range got.Record.Tracks { // nor, of what it had measured, what it had right and experts got
			for k := range track {
				if track[k].Router == nil {
					want.Record.Tracks[arm][k].Router, want.Record.Tracks[arm][k].Gets = nil, nil
				}
				if track[k].Asked == 0 {
					want.Record.Tracks[arm][k].Right, want.Record.Tracks[arm][k].Asked = 0, 0
				}
			}
		}
		sameBytes(t, stateBytes(t, want), stateBytes(t, got), "as if nothing had been")
	} else {
		assert.Equal(t, st.Record.Experiment.Steps, r.Last(), "on another kind of processor it goes on all the same")
	}
}
