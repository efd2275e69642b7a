package train

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// widened is an arm of the default experiment a few steps after its widening.
func widened(t testing.TB) *Arm {
	e := trial.Short(40)
	r := begun(t, e, 3)
	for r.step < 25 {
		step(t, r)
	}
	r.end = experiment.MaxSteps
	return r
}

// BenchmarkStep is one whole training update of the default experiment after Inner 2x.
func BenchmarkStep(b *testing.B) {
	r := widened(b)
	r.stage = 0 // no dense probes
	r.rates = r.rates[:2]
	for b.Loop() {
		step(b, r)
	}
	b.ReportMetric(r.cost.Update()*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}

func TestAnUpdateWithoutProbesAllocatesNothing(t *testing.T) {
	r := widened(t)
	for _, threads := range []int{1, 2} {
		r.learn.Threads(threads)
		step(t, r)
		r.learn.Measure(false)
		assert.Zero(t, allocations(func() { _, _, _ = r.train() }), "on %d threads", threads)
	}
}

// allocations is how many f makes, over a few calls: the least of some tries, for the runtime and what earlier tests
// have left behind allocate too, at times of their own.
func allocations(f func()) float64 {
	least := math.Inf(1)
	for try := 0; try < 5 && least > 0; try++ {
		least = min(least, testing.AllocsPerRun(5, f))
	}
	return least
}

func TestAnArmOnSeveralThreadsGivesTheSameBits(t *testing.T) {
	one, two := widened(t), widened(t)
	state, err := two.learn.State()
	require.NoError(t, err)
	two.learn = cpu.New(learner.Setup{
		Optimizer: two.exp.Optimizer, Batch: two.exp.Task.Batch, Seq: two.exp.Task.Seq, Growth: two.growth,
		State: state,
	}, 3)
	two.learn.Threads(3)
	for range 12 {
		a, b := step(t, one), step(t, two)
		assertSame(t, []record.ArmFrame{a}, []record.ArmFrame{b})
	}
}

// A document that says so is trained with activations that are computed again, to the same frames and states, its
// widening among them.
func TestAnArmThatRecomputesGivesTheSameBits(t *testing.T) {
	e := trial.Of(model.Joint, 12, 6, "sparkling")
	e.Model.Layers = 3
	all := begun(t, e, 0)
	e.Recompute = true
	some := begun(t, e, 0)
	for range 12 {
		a, b := step(t, all), step(t, some)
		assertSame(t, []record.ArmFrame{a}, []record.ArmFrame{b})
	}
	want, err := all.learn.State()
	require.NoError(t, err)
	got, err := some.learn.State()
	require.NoError(t, err)
	assert.Equal(t, 1, some.stage)
	assert.Equal(t, want, got)
}
