package checkpoints

import (
	"context"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/durable/cut"
)

// next saves the second checkpoint of a folder that is to keep one.
func next(dir string) error {
	k, err := Open(dir, 1, nil)
	if err != nil {
		return err
	}
	defer k.Close()
	v, g, p := at(2)
	_, err = k.Save(context.Background(), v, g, p)
	return err
}

func prepared(t *testing.T) func(dir string) {
	return func(dir string) {
		k, err := Open(dir, 1, nil)
		require.NoError(t, err)
		defer k.Close()
		saveAt(t, k, 1)
	}
}

// Whenever the power is cut there is a whole checkpoint: the old one, or the new one, and in the end the new one.
func TestAWholeCheckpointIsThereWheneverThePowerIsCut(t *testing.T) {
	steps := map[int]int{}
	cut.Power(t, prepared(t), next, func(dir, when string) {
		c, _, err := Latest(context.Background(), dir)
		require.NoError(t, err, when)
		require.NotNil(t, c, when)
		steps[c.Step]++
		if strings.Contains(when, cut.AfterTheEnd) {
			assert.Equal(t, 2, c.Step, when)
		}
	})
	assert.Positive(t, steps[1])
	assert.Positive(t, steps[2])
}

// A disk that fills at any point is told in one sentence, and the checkpoint before is as it was.
func TestAFullDiskTakesNoCheckpoint(t *testing.T) {
	full := 0
	cut.Full(t, prepared(t), next, func(dir string, err error) {
		c, passed, e := Latest(context.Background(), dir)
		require.NoError(t, e)
		assert.Empty(t, passed)
		if err == nil {
			assert.Equal(t, 2, c.Step)
			return
		}
		full++
		assert.ErrorIs(t, err, syscall.ENOSPC)
		assert.ErrorContains(t, err, "cannot be written: no space left on device")
		assert.NotContains(t, err.Error(), ".sparkling")
		assert.Equal(t, 1, c.Step)
		entries, e := os.ReadDir(dir)
		require.NoError(t, e)
		assert.Len(t, entries, 1, "nothing of the new one is left")
	})
	assert.Greater(t, full, 10)
}
