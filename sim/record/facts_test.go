package record_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

func TestTheRecordOfFactsComesBackWithItsCounts(t *testing.T) {
	e, err := experiment.Named("facts")
	require.NoError(t, err)
	e = e.Rescale(60)
	e.Task.Letters, e.Task.Batch = 9, 4
	r := ran(t, e)
	got, err := record.Decode(bytes.NewReader(encode(t, r)))
	require.NoError(t, err)
	for arm := range r.Tracks {
		want, ok := r.MeasureAt(arm, 60)
		require.True(t, ok)
		m, ok := got.MeasureAt(arm, 60)
		require.True(t, ok)
		assert.Equal(t, want, m)
	}
	last := len(r.Tracks[0]) - 1
	for _, wrong := range [][2]int{{82, 81}, {-1, 81}, {1, -1}} {
		r.Tracks[0][last].Right, r.Tracks[0][last].Asked = wrong[0], wrong[1]
		_, err := record.Decode(bytes.NewReader(encode(t, r)))
		assert.ErrorContains(t, err, "answers right", "%v", wrong)
	}
}
