package pretrain_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/internal/durable/cut"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/sim/checkpoints"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/pretrain"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

const every = 8

// document is one arm that is widened twice, whose updates are several batches.
func document(kind optim.Kind) experiment.Experiment {
	e := trial.Of(model.Inner, 40, 12, "sparkling")
	w := e.Arms[0].Widen[0]
	w.Step, w.Axis = 24, model.Hidden
	e.Arms[0].Widen = append(e.Arms[0].Widen, w)
	e.Task.Accumulate, e.Optimizer.Clip, e.Optimizer.Kind = 2, 0.5, kind
	return e
}

// setup is a run in a folder.
func setup(t *testing.T, dir string, e experiment.Experiment) pretrain.Setup {
	t.Helper()
	k, err := checkpoints.Open(filepath.Join(dir, "checkpoints"), 2, nil)
	require.NoError(t, err)
	t.Cleanup(k.Close)
	s := pretrain.Setup{
		Document: trial.Valid(e), Make: cpu.Factory{}, Threads: 2, Spacing: pretrain.SpacingOf(e, 0),
		Keeper: k, Every: every, Scratch: filepath.Join(dir, "widening"), Tell: func(pretrain.Event) {},
		Write: func(r *record.Record) error {
			return durable.WriteFile(filepath.Join(dir, "record"), r.Encode)
		},
	}
	if f, err := os.Open(filepath.Join(dir, "record")); err == nil {
		defer f.Close()
		s.Earlier, err = record.Decode(f)
		require.NoError(t, err)
	}
	return s
}

// again is a run in a folder that is begun by another program.
func again(t *testing.T, dir string, e experiment.Experiment, change func(*pretrain.Setup)) (pretrain.Result, error) {
	t.Helper()
	s := setup(t, dir, e)
	defer s.Keeper.Close()
	if change != nil {
		change(&s)
	}
	return pretrain.Run(context.Background(), s)
}

// files are those of the last checkpoint and the record.
func files(t *testing.T, dir string, but ...string) map[string]string {
	t.Helper()
	out := filesAt(t, dir, 40)
	for _, name := range but {
		delete(out, name)
	}
	return out
}

// filesAt are those of the checkpoint of a step and the record.
func filesAt(t *testing.T, dir string, step int) map[string]string {
	t.Helper()
	out := map[string]string{}
	at := filepath.Join(dir, "checkpoints", fmt.Sprintf("step-%08d", step))
	list, err := os.ReadDir(at)
	require.NoError(t, err)
	for _, f := range list {
		data, err := os.ReadFile(filepath.Join(at, f.Name()))
		require.NoError(t, err)
		out[f.Name()] = string(data)
	}
	data, err := os.ReadFile(filepath.Join(dir, "record"))
	require.NoError(t, err)
	out["record"] = string(data)
	return out
}

func same(t *testing.T, want, got map[string]string) {
	t.Helper()
	require.Len(t, got, len(want))
	for name := range want {
		assert.True(t, want[name] == got[name], "%s is not the same", name)
	}
}

func TestAWideningOnTheDiskLeavesTheSameBits(t *testing.T) {
	for _, kind := range optim.Kinds {
		here, there := t.TempDir(), t.TempDir()
		_, err := again(t, here, document(kind), nil)
		require.NoError(t, err)
		widened := 0
		got, err := again(t, there, document(kind), func(s *pretrain.Setup) {
			s.Fits = func(bytes float64) bool { assert.Positive(t, bytes); return false }
			s.Tell = func(e pretrain.Event) {
				if e.Kind == pretrain.Widened {
					widened++
					assert.True(t, e.OnDisk)
					_, err := os.Stat(s.Scratch)
					assert.ErrorIs(t, err, os.ErrNotExist, "what is wide lies there only until it is read")
				}
			}
		})
		require.NoError(t, err)
		assert.Equal(t, 2, widened)
		assert.Equal(t, record.Finished, got.Status.State)
		same(t, files(t, here, "record"), files(t, there, "record")) // which says what there was no place to measure
	}
}

// errStopped stands for whatever ends a program.
var errStopped = errors.New("stopped")

// stoppedAt is a run that ends as soon as an event came so often, without a word.
func stoppedAt(t *testing.T, dir string, e experiment.Experiment, kind pretrain.Kind, n int) (gone bool) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			require.Equal(t, errStopped, r)
			gone = true
		}
	}()
	_, err := again(t, dir, e, func(s *pretrain.Setup) {
		s.Tell = func(v pretrain.Event) {
			if v.Kind == kind {
				if n--; n < 0 {
					panic(errStopped)
				}
			}
		}
	})
	require.NoError(t, err)
	return false
}

func TestARunThatIsEndedAgainAndAgainLeavesWhatAnUndisturbedOneLeaves(t *testing.T) {
	e := document(optim.AdamW)
	whole, torn := t.TempDir(), t.TempDir()
	_, err := again(t, whole, e, nil)
	require.NoError(t, err)
	for _, end := range []struct {
		kind pretrain.Kind
		n    int
	}{{pretrain.Trained, 3}, {pretrain.Trained, 9}, {pretrain.Widened, 0}, {pretrain.Kept, 0}, {pretrain.Trained, 11},
		{pretrain.Widened, 0}, {pretrain.Kept, 1}} {
		assert.True(t, stoppedAt(t, torn, e, end.kind, end.n), "%+v", end)
	}
	got, err := again(t, torn, e, nil)
	require.NoError(t, err)
	assert.Equal(t, 40, got.Kept)
	same(t, files(t, whole), files(t, torn))
}

// To recompute changes no bit, so a run that turns out too large goes on with it, and leaves what one leaves that had
// it from the beginning.
func TestARunGoesOnWithOrWithoutRecomputation(t *testing.T) {
	e := document(optim.AdamW)
	frugal, whole := e.Clone(), t.TempDir()
	frugal.Recompute = true
	_, err := again(t, whole, frugal, nil)
	require.NoError(t, err)
	dir := t.TempDir()
	assert.True(t, stoppedAt(t, dir, frugal, pretrain.Trained, 9))
	assert.True(t, stoppedAt(t, dir, e, pretrain.Trained, 17))
	_, err = again(t, dir, frugal, nil)
	require.NoError(t, err)
	same(t, files(t, whole), files(t, dir))
}

func TestWhoIsAskedToEndKeepsTheStepReached(t *testing.T) {
	e := document(optim.AdamW)
	whole, torn := t.TempDir(), t.TempDir()
	_, err := again(t, whole, e, nil)
	require.NoError(t, err)
	for _, at := range []int{5, 12, 24, 39} {
		ctx, stop := context.WithCancel(context.Background())
		s := setup(t, torn, e)
		s.Tell = func(v pretrain.Event) {
			if v.Kind == pretrain.Trained && v.Step == at {
				stop()
			}
		}
		got, err := pretrain.Run(ctx, s)
		s.Keeper.Close()
		require.NoError(t, err)
		assert.True(t, got.Interrupted)
		assert.Equal(t, at, got.Kept)
		assert.Equal(t, record.Running, got.Status.State)
	}
	_, err = again(t, torn, e, nil)
	require.NoError(t, err)
	same(t, files(t, whole), files(t, torn))
}

func TestAFullDiskEndsNoTraining(t *testing.T) {
	e := document(optim.AdamW)
	whole := t.TempDir()
	_, err := again(t, whole, e, nil)
	require.NoError(t, err)
	for _, room := range []int{40, 60, 97} {
		dir := t.TempDir()
		var said []string
		s := setup(t, dir, e)
		s.Tell = func(v pretrain.Event) {
			if v.Kind == pretrain.Unkept {
				said = append(said, v.Saying)
			}
		}
		var got pretrain.Result
		cut.Space(room, func() { got, err = pretrain.Run(context.Background(), s) })
		s.Keeper.Close()
		require.ErrorContains(t, err, "cannot be written: no space left on device")
		assert.NotEmpty(t, said)
		assert.NotContains(t, err.Error(), "\n")
		assert.Equal(t, 40, got.Status.Step, "it is trained to its end")
		assert.Less(t, got.Kept, 40)
		_, err = again(t, dir, e, nil)
		require.NoError(t, err)
		same(t, files(t, whole), files(t, dir))
	}
}

func TestADivergedRunKeepsTheLastCheckpointBefore(t *testing.T) {
	e := document(optim.AdamW)
	dir := t.TempDir()
	e.Optimizer.LR, e.Optimizer.Clip, e.Optimizer.WeightDecay = 10, 0, 10
	e.Optimizer.Warmup = 0.9
	got, err := again(t, dir, e, nil)
	require.ErrorContains(t, err, "training diverged")
	assert.NotContains(t, err.Error(), "\n")
	assert.Equal(t, record.Failed, got.Status.State)
	f, lost := got.Record.Diverged(0, 40)
	require.True(t, lost)
	assert.Equal(t, f.Step, got.Status.Step)
	_, err = again(t, dir, e, nil)
	require.ErrorContains(t, err, "training diverged", "the same once more")
}

func TestAnotherRunIsNotGoneOnWith(t *testing.T) {
	e := document(optim.AdamW)
	dir := t.TempDir()
	_, err := again(t, dir, e, func(s *pretrain.Setup) { s.Data = "train 1:2" })
	require.NoError(t, err)
	_, err = again(t, dir, e, func(s *pretrain.Setup) { s.Data = "train 1:3" })
	assert.ErrorContains(t, err, `was trained on other data: "train 1:2", and here it is "train 1:3"`)
	e.Optimizer.LR /= 2
	_, err = again(t, dir, e, func(s *pretrain.Setup) { s.Data, s.Earlier = "train 1:2", nil })
	assert.ErrorContains(t, err, "optimizer.lr")
	e.Arms = append(e.Arms, e.Arms[0])
	_, err = again(t, t.TempDir(), e, nil)
	assert.ErrorContains(t, err, "the experiment has 2 arms")
}
