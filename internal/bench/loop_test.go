package bench

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/internal/bench/workload"
)

func TestTheUpdatesOfALongRunAndOthersAreMeasuredInTurns(t *testing.T) {
	calls := 0
	one := func() (float64, error) { calls++; return 1, nil }
	got, err := inTurns(context.Background(), workload.Small(), []measure.Run{one, one})
	require.NoError(t, err)
	assert.Positive(t, got.n)
	assert.Equal(t, 2*int(got.n), calls)
	assert.Equal(t, []float64{got.n, got.n}, got.others)
	assert.Positive(t, got.loop)
	assert.Positive(t, got.keeping, "a checkpoint was written")
	_, err = inTurns(context.Background(), workload.Small(), []measure.Run{func() (float64, error) {
		return 0, assert.AnError
	}})
	assert.ErrorIs(t, err, assert.AnError)
	ctx, stop := context.WithCancel(context.Background())
	stop()
	_, err = inTurns(ctx, workload.Small(), nil)
	assert.ErrorIs(t, err, context.Canceled)
}
