package plan

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The paper's configuration gives the paper's Table 2, to what its rounding allows.
func TestThePapersSetupGivesThePapersTable(t *testing.T) {
	rows, err := Rows(Paper())
	require.NoError(t, err)
	require.Len(t, rows, 4)
	for i, want := range []struct{ active, total, scratch, widened float64 }{
		{449.50e6, 2.56e9, 5.39e20, 0}, {751.49e6, 4.976e9, 9.02e20, 7.21e20}, {899.00e6, 5.12e9, 10.79e20, 8.09e20}, {1502.98e6, 9.95e9, 18.04e20, 11.71e20},
	} {
		r := rows[i]
		assert.InEpsilon(t, want.active, float64(r.Active), 1e-5, r.Name)
		assert.InDelta(t, want.scratch, r.Scratch, 0.005e20, r.Name)
		assert.InDelta(t, want.widened, r.Widened, 0.005e20, r.Name)
		require.NotNil(t, r.Paper)
		assert.InEpsilon(t, r.Paper.Active, float64(r.Active), 0.003, r.Name)
		assert.InEpsilon(t, want.total, float64(r.Total), 0.003, r.Name)
		assert.InEpsilon(t, r.Paper.Scratch, r.Scratch, 0.003, r.Name)
		assert.InDelta(t, r.Paper.Saving, r.Saving, 0.003, r.Name)
		if r.Paper.Widened > 0 {
			assert.InEpsilon(t, r.Paper.Widened, r.Widened, 0.003, r.Name)
		}
		assert.Equal(t, 16*float64(r.Total), r.States)
	}
}

func TestAnotherSetupIsNotComparedWithThePaper(t *testing.T) {
	s := Paper()
	s.Factor = 1.5
	rows, err := Rows(s)
	require.NoError(t, err)
	assert.Nil(t, rows[1].Paper)
	assert.Less(t, rows[0].Active, rows[1].Active)
	s.At = 1
	_, err = Rows(s)
	assert.ErrorContains(t, err, "at is 1")
	s = Paper()
	s.Model.KVHeads = 3
	_, err = Rows(s)
	assert.ErrorContains(t, err, "heads")
}
