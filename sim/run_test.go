package sim

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/compute"
)

// widened is an arm of the default experiment a few steps after its widening.
func widened(t testing.TB) *run {
	e := short(40)
	r, err := newRun(e, 3)
	require.NoError(t, err)
	for r.step < 25 {
		if w, ok := r.due(); ok {
			_, err := r.widen(w, nil)
			require.NoError(t, err)
		}
		r.update()
	}
	r.end = MaxSteps
	return r
}

// BenchmarkStep is one whole training update of the default experiment after Inner 2x.
func BenchmarkStep(b *testing.B) {
	r := widened(b)
	r.stage = 0 // no dense probes
	r.rates = r.rates[:2]
	for b.Loop() {
		r.update()
	}
	b.ReportMetric(r.cost.Update()*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}

func TestAnUpdateWithoutProbesAllocatesNothing(t *testing.T) {
	r := widened(t)
	for _, threads := range []int{1, 2} {
		r.eng.Use(threads)
		r.train()
		assert.Zero(t, testing.AllocsPerRun(5, func() { r.train() }), "on %d threads", threads)
	}
}

func TestAnArmOnSeveralThreadsGivesTheSameBits(t *testing.T) {
	one, two := widened(t), widened(t)
	two.eng = compute.NewTeam(3)
	two.eng.Use(3)
	two.adopt(two.net.Weights, two.opt.M, two.opt.V)
	for range 12 {
		a, b := one.update(), two.update()
		assertSame(t, []ArmFrame{a}, []ArmFrame{b})
	}
}
