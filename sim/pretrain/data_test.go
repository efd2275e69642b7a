package pretrain_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/sim/pretrain"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// torn is a text whose file fails after so many batches.
type torn struct {
	*task.Text
	left int
}

func (d *torn) Batch(seed uint64, step, seq int, ids, labels []int32) {
	d.left--
	d.Text.Batch(seed, step, seq, ids, labels)
}

func (*torn) Class([]int32, int) int { return 0 }

func (d *torn) Err() error {
	if d.left < 0 {
		return errors.New("b.bin cannot be read: it is shorter than it was")
	}
	return nil
}

func TestDataThatFailsInMidRunLosesNothing(t *testing.T) {
	e := document(optim.AdamW)
	e.Task = task.Spec{Kind: task.KindTokens, Symbols: task.Symbols, TrainFiles: []string{"a"},
		ValidationFiles: []string{"b"}, Seq: 16, Batch: 2, Accumulate: 2}
	defer task.Drop(e.Task)
	task.Keep(e.Task, &torn{task.Opticks(), 1000})
	whole, dir := t.TempDir(), t.TempDir()
	_, err := again(t, whole, e, nil)
	require.NoError(t, err)

	task.Keep(e.Task, &torn{task.Opticks(), 2*13 + 1})
	got, err := again(t, dir, e, nil)
	require.ErrorContains(t, err, "b.bin cannot be read")
	assert.Equal(t, 13, got.Kept, "the step before the batch that failed")
	task.Keep(e.Task, &torn{task.Opticks(), 1000})
	_, err = again(t, dir, e, nil)
	require.NoError(t, err)
	same(t, files(t, whole), files(t, dir))
}

// The network is given up while it is widened on the disk; who is asked to end then has the checkpoint of before.
func TestWhoIsAskedToEndWhileItWidensOnTheDiskGoesOnFromBefore(t *testing.T) {
	e := document(optim.AdamW)
	whole, dir := t.TempDir(), t.TempDir()
	_, err := again(t, whole, e, nil)
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	s := setup(t, dir, e)
	s.Fits = func(float64) bool { stop(); return false }
	got, err := pretrain.Run(ctx, s)
	s.Keeper.Close()
	require.NoError(t, err)
	assert.True(t, got.Interrupted)
	assert.Equal(t, 12, got.Kept)
	_, err = again(t, dir, e, nil)
	require.NoError(t, err)
	same(t, files(t, whole), files(t, dir))
}
