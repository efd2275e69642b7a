package plan

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/optim"
)

// The paper's configuration (Table 4) gives the paper's Table 2, to what its rounding allows.
func TestThePapersSetupGivesThePapersTable(t *testing.T) {
	rows, err := Rows(Paper())
	require.NoError(t, err)
	require.Len(t, rows, 4)
	for i, want := range []struct {
		active, total    int64
		scratch, widened float64
	}{
		// What is in every network: 24 layers with 1536 queries and 384 keys and values, 64 experts behind a router;
		// the paper's own sums.
		{449_500_672, 50304*1024 + 24*(2*1536*1024+2*384*1024+64*1024+64*3*512*1024+2*1024+2*96) + 1024, 5.39e20, 0},
		{751_490_560, 50304*1024 + 24*(2*1536*1024+2*384*1024+64*1024+64*3*1024*1024+2*1024+2*96) + 1024,
			9.02e20, 7.21e20},
		{898_996_736, 50304*2048 + 24*(2*1536*2048+2*384*2048+64*2048+64*3*512*2048+2*2048+2*96) + 2048,
			10.79e20, 8.09e20},
		{1_502_976_512, 50304*2048 + 24*(2*1536*2048+2*384*2048+64*2048+64*3*1024*2048+2*2048+2*96) + 2048,
			18.04e20, 11.71e20},
	} {
		r := rows[i]
		assert.Equal(t, want.active, r.Active, r.Name)
		assert.Equal(t, want.total, r.Total, r.Name)
		assert.InDelta(t, want.scratch, r.Scratch, 0.005e20, r.Name)
		assert.InDelta(t, want.widened, r.Widened, 0.005e20, r.Name)
		assert.Equal(t, 16*float64(r.Total), r.TrainingState)
		require.NotNil(t, r.Deviation)
		assert.InDelta(t, 0, r.Deviation.Active, 0.003, r.Name)
		assert.True(t, Agrees(r.Deviation.Total, r.Rounding.Total), "%s: 4.98 B is printed as 5 B", r.Name)
		assert.InDelta(t, 0, r.Deviation.Scratch, 0.003, r.Name)
		assert.InDelta(t, 0, r.Deviation.Widened, 0.003, r.Name)
		assert.InDelta(t, 0, r.Deviation.Saving, 0.003, r.Name)
	}
}

// What the paper prints for operations follows from what it prints for parameters.
func TestThePapersOperationsAreThoseOfItsRoundedParameters(t *testing.T) {
	for axis, p := range table2 {
		half, tokens := p.digits.Scratch/2*1.000001, Paper().Tokens
		assert.InDelta(t, p.values.Scratch, 6*p.values.Active*tokens, p.digits.Scratch, axis)
		if p.values.Widened > 0 {
			assert.InDelta(t, p.values.Widened, (table2[""].values.Scratch+p.values.Scratch)/2, half, axis)
			assert.InDelta(t, p.values.Saving, 1-p.values.Widened/p.values.Scratch, p.digits.Saving/2, axis)
		}
	}
}

func TestADifferenceIsJudgedByTheDigitsThatArePrinted(t *testing.T) {
	rows, err := Rows(Paper())
	require.NoError(t, err)
	inner := rows[1]
	assert.InDelta(t, -0.0041, inner.Deviation.Total, 1e-4)
	assert.InDelta(t, 0.1, inner.Rounding.Total, 1e-9, "5 B is any number from 4.5 to 5.5")
	assert.InDelta(t, 0.005e20/9.01e20, inner.Rounding.Scratch, 1e-9)
	for _, x := range []struct {
		off, open float64
		agrees    bool
	}{{0.002, 0, true}, {-0.004, 0.001, false}, {-0.004, 0.1, true}, {0.2, 0.1, false}} {
		assert.Equal(t, x.agrees, Agrees(x.off, x.open), "%v", x)
	}
}

// Every stage is counted where it happens: for two stages this is done by hand.
func TestStagesAreCountedOneByOne(t *testing.T) {
	s := Paper()
	s.Schedules = []Schedule{{{model.Inner, 0.25, 2}, {model.Inner, 0.5, 2}}, {{model.Inner, 0.5, 4}},
		{{model.Inner, 0.25, 2}, {model.Hidden, 0.5, 1.5}}}
	rows, err := Rows(s)
	require.NoError(t, err)
	two, err := Rows(Paper())
	require.NoError(t, err)
	assert.Equal(t, []string{"small", "inner 2x, 2x", "inner 4x", "inner 2x, hidden 1.5x"},
		[]string{rows[0].Name, rows[1].Name, rows[2].Name, rows[3].Name})
	assert.Equal(t, rows[2].Active, rows[1].Active)
	assert.InDelta(t, 1, (0.25*two[0].Scratch+0.25*two[1].Scratch+0.5*rows[1].Scratch)/rows[1].Widened, 1e-12)
	assert.InDelta(t, 1,
		(0.25*two[0].ScratchExact+0.25*two[1].ScratchExact+0.5*rows[1].ScratchExact)/rows[1].WidenedExact, 1e-12)
	assert.Less(t, rows[2].Widened, rows[1].Widened, "the stage between costs something")
	assert.Empty(t, rows[3].Axis)
	assert.Nil(t, rows[1].Published)
	many := Schedule{{model.Joint, 0, 1.25}, {model.Joint, 0.1, 1.25}, {model.Joint, 0.2, 1.25}, {model.Inner, 0.3, 2},
		{model.Inner, 0.4, 3}}
	assert.Equal(t, "joint 1.25x (3 times), inner 2x, 3x", many.String())
	s.Schedules[0][1].At = 0.1
	_, err = Rows(s)
	assert.ErrorContains(t, err, "a later widening is not earlier")
}

func TestAnotherSetupIsNotComparedWithThePaper(t *testing.T) {
	s := Paper()
	s.Schedules = Schedule{{At: 0.5, Factor: 1.5}}.OnEveryAxis()
	rows, err := Rows(s)
	require.NoError(t, err)
	assert.Nil(t, rows[1].Published)
	assert.Less(t, rows[0].Active, rows[1].Active)
	s.Schedules = Schedule{{At: 1, Factor: 2}}.OnEveryAxis()
	_, err = Rows(s)
	assert.ErrorContains(t, err, "at is 1")
	s = Paper()
	s.Schedules = Schedule{{At: 0.5, Factor: 1.0001}}.OnEveryAxis()
	_, err = Rows(s)
	assert.ErrorContains(t, err, "it must grow")
	s = Paper()
	s.Model.KVHeads = 3
	_, err = Rows(s)
	assert.ErrorContains(t, err, "heads")
}

// What the optimizer computes is counted for every update, whatever its batch: with Muon, larger batches spread it over
// more tokens.
func TestTheOptimizersProductsAreSpreadOverTheTokensOfAnUpdate(t *testing.T) {
	s := Paper()
	adam, err := Rows(s)
	require.NoError(t, err)
	s.Optimizer = optim.Muon
	muon, err := Rows(s)
	require.NoError(t, err)
	s.Batch *= 2
	half, err := Rows(s)
	require.NoError(t, err)
	for i := range adam {
		more, less := muon[i].ScratchExact-adam[i].ScratchExact, half[i].ScratchExact-adam[i].ScratchExact
		want := s.Optimizer.Cost(s.Model, 1, 1).Optimizer * s.Tokens / float64(Paper().Batch*s.Seq)
		if i == 0 {
			assert.InEpsilon(t, want, more, 1e-9)
		}
		assert.InEpsilon(t, more, 2*less, 1e-9, adam[i].Name)
		assert.Equal(t, adam[i].Scratch, muon[i].Scratch, "6ND knows no optimizer")
		assert.Nil(t, muon[i].Published, "the paper's table is of AdamW")
	}
	s.Optimizer = "sgd"
	_, err = Rows(s)
	assert.ErrorContains(t, err, "allowed are adamw and muon")
	s.Optimizer, s.Batch = optim.Muon, 0
	_, err = Rows(s)
	assert.ErrorContains(t, err, "batch is 0")
}
