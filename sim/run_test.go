package sim

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
	b.ReportMetric(r.cost*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}

func TestAnUpdateWithoutProbesAllocatesNothing(t *testing.T) {
	r := widened(t)
	r.text.Batch(1, 1, r.exp.Task.Seq, r.ids, r.labels)
	step := func() {
		r.net.Forward(r.ids)
		r.net.Backward(r.labels)
		r.sched.Rates(30, r.rates)
		r.opt.Step(r.net.Weights, r.net.Grads, r.rates)
	}
	step()
	assert.Zero(t, testing.AllocsPerRun(5, step))
}
