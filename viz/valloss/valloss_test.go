package valloss

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// run is a made-up record: a small phase of 100 steps, and two arms that fork there, of which the second jumps higher
// and comes down lower.
func run() *record.Record {
	e := experiment.Default().Rescale(200)
	e.Arms = e.Arms[1:3]
	r := &record.Record{Experiment: e, Tracks: make([][]record.ArmFrame, 2)}
	frame := func(arm, step int, loss float64) {
		r.Tracks[arm] = append(r.Tracks[arm], record.ArmFrame{Arm: arm, Step: step, FLOPs: float64(step),
			ValLoss: float32(loss), FullValLoss: float32(math.NaN())})
	}
	for step := 0; step <= 100; step += 10 {
		frame(0, step, 2+2/(1+float64(step)/10))
	}
	for step := 101; step <= 200; step += 9 {
		frame(0, step, 2.25)
		frame(1, step, 2)
	}
	r.Reports = []record.Report{{Arm: 0, Step: 100, ValLossBefore: 2.125, ValLossAfter: 2.5},
		{Arm: 1, Step: 100, ValLossBefore: 2.125, ValLossAfter: 3}}
	return r
}

func curves(r *record.Record, step int) [][]Reading {
	return [][]Reading{Curve(nil, r, 0, step), Curve(nil, r, 1, step)}
}

func TestCurveJumpsAtTheWideningToTheLossJustAfter(t *testing.T) {
	r := run()
	forked := Curve(nil, r, 1, 110)
	require.Len(t, forked, 4)
	assert.Equal(t, []Reading{
		{100, 100, 2.125, true, false}, {100, 100, 3, true, false}, {101, 101, 2, false, false},
		{110, 110, 2, false, false},
	}, forked, "an arm that forks begins with the loss just before, though it has no frame of that step")
	assert.Equal(t, Reading{100, 100, 2.5, true, false}, Curve(nil, r, 0, 100)[12],
		"the arm that ran the small phase has it after its own")
	assert.Empty(t, Curve(nil, r, 1, 99), "nothing is known of a widening to come")
	r.Reports[1].ValLossAfter = float32(math.Inf(1))
	assert.Len(t, Curve(nil, r, 1, 110), 3, "infinity has no place")
}

// What ends on the screen is the order of the verdict: both are of the full validation split.
func TestCurveOfAnArmThatHasEndedEndsWithTheFullValidationLoss(t *testing.T) {
	r := run()
	last := func(i int) *record.ArmFrame { return &r.Tracks[i][len(r.Tracks[i])-1] }
	last(0).FullValLoss, last(1).FullValLoss = 1.75, 1.875
	_, _, ended := Split(Curve(nil, r, 0, last(0).Step-1))
	assert.False(t, ended)
	windows, whole, ended := Split(Curve(nil, r, 0, 200))
	assert.True(t, ended)
	assert.Equal(t, Reading{Step: last(0).Step, FLOPs: last(0).FLOPs, Loss: 1.75, Full: true}, whole)
	assert.Equal(t, 2.25, windows[len(windows)-1].Loss)
	low, _, _ := Range(curves(r, 200), From(r.Experiment, 200))
	assert.Equal(t, 1.75, low, "it is in the picture")
	gap, ok := FullDiff(r, 1, 0, 200)
	assert.True(t, ok)
	assert.Equal(t, 0.125, gap)
	_, ok = FullDiff(r, 1, 0, 150)
	assert.False(t, ok)
	last(0).FullValLoss = float32(math.NaN())
	_, ok = FullDiff(r, 1, 0, 200)
	assert.False(t, ok, "the other has not ended")
}

func TestEveryStageJumps(t *testing.T) {
	r := run()
	r.Reports = append(r.Reports, record.Report{Arm: 1, Step: 155, ValLossBefore: 2, ValLossAfter: 2.75})
	var jumps []float64
	for _, x := range Curve(nil, r, 1, 200) {
		if x.Widened {
			jumps = append(jumps, x.Loss)
		}
	}
	assert.Equal(t, []float64{2.125, 3, 2, 2.75}, jumps)
}

func TestRangeHoldsTheJumpsAndLetsTheBeginningGo(t *testing.T) {
	r := run()
	low, high, ok := Range(curves(r, 200), From(r.Experiment, 200))
	require.True(t, ok)
	assert.Equal(t, 2.0, low)
	assert.Equal(t, 3.0, high, "the highest jump")
	r.Reports = nil
	_, high, _ = Range(curves(r, 200), From(r.Experiment, 200))
	assert.InDelta(t, 2+2.0/6, high, 1e-6, "the loss half-way to the widening")
	_, high, _ = Range(curves(r, 20), From(r.Experiment, 20))
	assert.Equal(t, 4.0, high, "the first tenth of a run is shown whole")
	_, _, ok = Range(curves(r, -1), 0)
	assert.False(t, ok)
}

func TestRangeNeverJumpsAndStaysAfterTheWidening(t *testing.T) {
	for _, b := range experiment.Builtins() {
		e, last := b.Experiment, 0.0
		for step := range e.Steps + 1 {
			from := From(e, step)
			assert.True(t, last <= from && from <= last+2, "%s: %v after %v", b.Name, from, last)
			last = from
		}
		assert.LessOrEqual(t, last, float64(e.Fork())/2, b.Name)
		assert.Equal(t, last, From(e, e.Fork()), b.Name)
	}
	// Between readings the top slides: it is what the loss was in between.
	r := run()
	before := math.Inf(1)
	for from := 0.0; from <= 50; from++ {
		_, high, _ := Range(curves(r, 90), from)
		assert.LessOrEqual(t, high, before)
		assert.True(t, from == 0 || before-high < 0.11, "%v", from)
		before = high
	}
}

func TestArmsDifferWhereTheyWidenAtOtherSteps(t *testing.T) {
	assert.False(t, Differ(experiment.Default()))
	stages, err := experiment.Named("stages")
	require.NoError(t, err)
	assert.True(t, Differ(stages))
	small := experiment.Default()
	small.Arms = small.Arms[:1]
	assert.False(t, Differ(small), "no arm is widened")
}
