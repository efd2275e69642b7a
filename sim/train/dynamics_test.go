package train

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

func TestTheEMAOfTheLossIsAMeanWithoutTheBiasOfItsStart(t *testing.T) {
	var s ema
	assert.True(t, math.IsNaN(s.mean()))
	for range 10 {
		s.add(3)
	}
	assert.InDelta(t, 3, s.mean(), 1e-12)
	for range 50 {
		s.add(2)
	}
	old := math.Pow(0.98, 50) * (1 - math.Pow(0.98, 10)) / (1 - math.Pow(0.98, 60)) // what is left of the first ten
	assert.InDelta(t, 2+old, s.mean(), 1e-12)
}

func TestASearchIsDoneInSlicesAndSaysWhatItDoes(t *testing.T) {
	e := trial.Of(model.Inner, 60, 30, "remapped")
	tr := NewTrainer(cpu.Factory{})
	tr.Handle(Message{Kind: KindStart, Document: e.JSON()}.Encode())
	tr.Handle(Message{Kind: KindRun, Step: 60}.Encode())
	slices, doing, widenedAt := 0, "", -1
	var frames []record.ArmFrame
	for more := true; more; slices++ {
		var out [][]byte
		tr.sent = time.Time{} // nothing waits for company
		if out, more = tr.Work(0); slices > 10_000 {
			require.FailNow(t, "the search does not end")
		}
		for _, data := range out {
			m, err := DecodeMessage(data)
			require.NoError(t, err)
			switch m.Kind {
			case KindDoing:
				doing = m.Text
				assert.Equal(t, 30, m.Step)
			case KindWidened:
				widenedAt = slices
			case KindFrames:
				frames = append(frames, m.Frames...)
			}
		}
	}
	assert.Regexp(t, `^training a wide network from scratch to find where its loss is \d\.\d{3}: step \d+$`, doing)
	assert.Greater(t, widenedAt, 31, "one update of the search is the most that a slice does")
	assert.Len(t, frames, 60)
	_, at := trained(t, e, 0)
	assertSame(t, at, frames)
}

func TestFasterDecayReachesTheEndEarly(t *testing.T) {
	e := trial.Of(model.Inner, 120, 40, "faster-25", "faster-50")
	for i, end := range []int{40 + 60, 40 + 40} {
		_, frames := trained(t, e, i)
		final := float32(e.Optimizer.LR * e.Optimizer.MinLRRatio)
		assert.Greater(t, frames[end-1].LROld, final)
		for _, f := range frames[end:] {
			assert.Equal(t, final, f.LROld)
		}
		assert.Equal(t, widen.Uneven, e.Arms[i].Widen[0].Init)
	}
}

func TestNormAdaptedRatesAreRenewedEveryStep(t *testing.T) {
	e := trial.Of(model.Inner, 60, 30, "norm-adapted")
	r := begun(t, e, 0)
	for r.step < 30 {
		step(t, r)
	}
	w, _ := r.due()
	report, err := r.widen(w, nil, nil)
	require.NoError(t, err)
	assert.Less(t, report.LogitError, float32(1e-5), "random neurons in pairs that cancel")
	seen := map[float32]bool{}
	for r.step < 60 {
		before := values(t, r, record.Weight)
		f := step(t, r)
		seen[f.LRNew/f.LROld] = true
		for i, x := range before.Table.Tensors {
			rate := r.blockRates[2*i+1]
			if x.Rows.Axis == model.Inner || x.Cols.Axis == model.Inner {
				assert.InEpsilon(t, float64(f.LROld)*ratio(before, x, 10), rate, 1e-5, "%s, step %d", x.Name(0), r.step)
			} else {
				assert.InEpsilon(t, float64(f.LROld), rate, 1e-6)
			}
		}
	}
	assert.Greater(t, len(seen), 20, "it changes")
	r.end = experiment.MaxSteps
	r.learn.Measure(false)
	assert.Zero(t, allocations(func() { _, _, _ = r.train() }), "without allocations")
}

// ratio is RMS(new block)/RMS(old block) of a tensor whose first old neurons are old.
func ratio(v model.Values, x model.Tensor, old int) float64 {
	var sum, n [2]float64
	for i, y := range v.Tensor(x.Index) {
		at, k := i/x.Cols.Size%x.Rows.Size, 0
		if x.Cols.Axis == model.Inner {
			at = i % x.Cols.Size
		}
		if at >= old {
			k = 1
		}
		sum[k] += float64(y) * float64(y)
		n[k]++
	}
	return math.Sqrt(sum[1] / n[1] * n[0] / sum[0])
}
