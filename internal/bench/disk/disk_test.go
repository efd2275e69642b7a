package disk

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
)

func TestWideningIsTimedBesideACopyOfTheSameFolder(t *testing.T) {
	for _, axis := range []model.Axis{model.Inner, model.Joint} {
		r, err := Measure(context.Background(), 2, Network(true), axis)
		require.NoError(t, err)
		assert.Len(t, r.Widen, 2)
		assert.Len(t, r.Copy, 2)
		assert.Positive(t, r.Ratio())
		assert.Greater(t, r.Wider, r.Bytes)
		assert.Positive(t, r.Largest)
	}
}
