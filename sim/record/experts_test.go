package record_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// routed is what a frame says of one layer of four experts, two a symbol, and of a text: of each kind of character how
// many go to which.
func routed(t *testing.T, gets ...[]int32) record.Experts {
	t.Helper()
	e := experiment.Default()
	e.Model.Layers, e.Model.Experts, e.Model.TopK = 1, 4, 2
	r := &record.Record{Experiment: e}
	require.Len(t, e.Task.Classes(), 6)
	f := record.ArmFrame{Router: []float32{0.1, 0.2, 0.3, 0.4}, Gets: make([]int32, 24)}
	for class, to := range gets {
		for expert, n := range to {
			f.Gets[expert*6+class] = n
		}
	}
	return r.ExpertsOf(&f)
}

func TestWhatExpertsGetAddsUp(t *testing.T) {
	x := routed(t, []int32{30, 30, 0, 0}, []int32{0, 5, 10, 5}, nil, nil, []int32{20, 0, 10, 10})
	assert.Equal(t, []int{30, 10, 0, 20}, []int{x.Of(0), x.Of(1), x.Of(2), x.Of(4)})
	assert.Equal(t, 60, x.Read())
	assert.InDelta(t, 50.0/60, x.Load(0, 0), 1e-12)
	assert.InDelta(t, 0.5, x.Share(0, 1, 1), 1e-12)
	assert.True(t, math.IsNaN(x.Share(0, 1, 2)), "there were none of them")
	assert.InDelta(t, 0.3, x.Router(0, 2), 1e-6)
	assert.Equal(t, 0.5, x.Even())
	f, ok := x.Finding()
	require.True(t, ok)
	assert.Equal(t, record.Finding{Layer: 0, Expert: 2, Class: 1}, f)
	few := routed(t, []int32{40, 30, 10, 0}, []int32{6, 6, 6, 6}, []int32{0, 0, 1, 1})
	other, ok := few.Finding()
	require.True(t, ok)
	assert.Equal(t, record.Finding{Layer: 0, Expert: 3, Class: 1}, other, "of so few as one nothing is said")
	assert.Equal(t, "expert 3 of layer 1 gets 100 % of consonants, and 33 % of all symbols", x.Says(f))
}

func TestSpecializationIsNoneWhereAllGetTheSameMixAndOneWhereTheKindSaysAll(t *testing.T) {
	even := routed(t, []int32{10, 10, 10, 10}, []int32{3, 3, 3, 3}, []int32{1, 1, 1, 1})
	assert.InDelta(t, 0, even.Specialization(0), 1e-12)
	_, ok := even.Finding()
	assert.False(t, ok, "nothing sets experts apart")
	uneven := routed(t, []int32{20, 20, 0, 0}, []int32{6, 6, 0, 0})
	assert.InDelta(t, 0, uneven.Specialization(0), 1e-12, "a load that is uneven alike tells nothing")
	whole := routed(t, []int32{20, 20, 0, 0}, []int32{0, 0, 20, 20})
	assert.InDelta(t, 1, whole.Specialization(0), 1e-12)
	rare := routed(t, []int32{60, 60, 0, 0}, []int32{0, 0, 5, 5})
	assert.InDelta(t, 1, rare.Specialization(0), 1e-12, "no more can be told than there is to be told of kinds")
	half := routed(t, []int32{30, 10, 10, 30}, []int32{10, 30, 30, 10})
	// log 2 − H(3/4), over log 2
	want := 1 + (0.75*math.Log(0.75)+0.25*math.Log(0.25))/math.Ln2
	assert.InDelta(t, want, half.Specialization(0), 1e-12)
}

func TestExpertsOfWhichNothingWasMeasuredHaveNoNumbers(t *testing.T) {
	e := experiment.Default()
	r := &record.Record{Experiment: e}
	x := r.ExpertsOf(&record.ArmFrame{})
	assert.False(t, x.Told())
	for _, n := range []float64{x.Router(1, 2), x.Load(1, 2), x.Share(1, 2, 3), x.Specialization(1)} {
		assert.True(t, math.IsNaN(n))
	}
	_, ok := x.Finding()
	assert.False(t, ok)
	e.Model.TopK = e.Model.Experts
	r.Experiment = e
	gets := make([]int32, e.Model.Layers*e.Model.Experts*6)
	for i := range gets {
		gets[i] = 7
	}
	x = r.ExpertsOf(&record.ArmFrame{Gets: gets})
	assert.True(t, math.IsNaN(x.Specialization(0)), "where every expert gets everything nothing is divided")
}

func TestAShareIsAllOrNoneOnlyWhereItIs(t *testing.T) {
	for want, share := range map[string]float64{"0 %": 0, "less than 1 %": 0.001, "1 %": 0.006, "50 %": 0.5,
		"99 %": 0.994, "over 99 %": 0.999, "100 %": 1, "no number": math.NaN()} {
		assert.Equal(t, want, record.Percent(share))
	}
}

func TestWhatExpertsGetIsThatOfTheNewestCountAndBeforeTheForkTheTrunks(t *testing.T) {
	r := factsRun(t)
	e := r.Experiment
	for arm := range e.Arms {
		for step := range e.Steps + 1 {
			f, ok := r.ExpertsAt(arm, step)
			require.True(t, ok)
			a, ok := r.AnswersAt(arm, step)
			require.True(t, ok)
			require.Equal(t, []int{a.Arm, a.Step}, []int{f.Arm, f.Step}, "it is counted with the answers")
			x := r.ExpertsOf(&f)
			require.Equal(t, 81, x.Read())
			for layer := range x.Layers {
				router, load := 0.0, 0.0
				for expert := range x.Experts {
					router, load = router+x.Router(layer, expert), load+x.Load(layer, expert)
				}
				require.InDelta(t, 1, router, 1e-5)
				require.InDelta(t, float64(x.TopK), load, 1e-9)
			}
		}
		loads, before := r.Loads(arm, e.Steps), 0
		for _, f := range loads {
			require.Greater(t, f.Step, before)
			require.Len(t, f.ExpertLoad, 8)
			before = f.Step
		}
		assert.Equal(t, e.Steps, before)
		assert.Less(t, loads[0].Step, e.Fork()+1, "the small phase is everybody's")
	}
	assert.Equal(t, [][]int{{0, 1, 2, 3}}, r.Networks(e.Fork()))
	assert.Equal(t, [][]int{{0}, {1}, {2}, {3}}, r.Networks(e.Steps))
}
