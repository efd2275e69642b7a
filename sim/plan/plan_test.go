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
	for i, want := range []struct {
		active, total    int64
		scratch, widened float64
	}{
		// What is in every network: 24 layers with 1536 queries and 384 keys and values, 64 experts behind a router; the paper's own sums.
		{449_500_672, 50304*1024 + 24*(2*1536*1024+2*384*1024+64*1024+64*3*512*1024+2*1024+2*96) + 1024, 5.39e20, 0},
		{751_490_560, 50304*1024 + 24*(2*1536*1024+2*384*1024+64*1024+64*3*1024*1024+2*1024+2*96) + 1024, 9.02e20, 7.21e20},
		{898_996_736, 50304*2048 + 24*(2*1536*2048+2*384*2048+64*2048+64*3*512*2048+2*2048+2*96) + 2048, 10.79e20, 8.09e20},
		{1_502_976_512, 50304*2048 + 24*(2*1536*2048+2*384*2048+64*2048+64*3*1024*2048+2*2048+2*96) + 2048, 18.04e20, 11.71e20},
	} {
		r := rows[i]
		assert.Equal(t, want.active, r.Active, r.Name)
		assert.Equal(t, want.total, r.Total, r.Name)
		assert.InDelta(t, want.scratch, r.Scratch, 0.005e20, r.Name)
		assert.InDelta(t, want.widened, r.Widened, 0.005e20, r.Name)
		assert.Equal(t, 16*float64(r.Total), r.States)
		require.NotNil(t, r.Off)
		assert.InDelta(t, 0, r.Off.Active, 0.003, r.Name)
		assert.InDelta(t, 0, r.Off.Total, 0.0045, "%s: the paper rounds 4.98 B to 5 B", r.Name)
		assert.InDelta(t, 0, r.Off.Scratch, 0.003, r.Name)
		assert.InDelta(t, 0, r.Off.Widened, 0.003, r.Name)
		assert.InDelta(t, 0, r.Off.Saving, 0.003, r.Name)
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
	s.Factor = 1.0001
	_, err = Rows(s)
	assert.ErrorContains(t, err, "it must grow")
	s = Paper()
	s.Model.KVHeads = 3
	_, err = Rows(s)
	assert.ErrorContains(t, err, "heads")
}
