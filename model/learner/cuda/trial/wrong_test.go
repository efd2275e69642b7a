//go:build linux && amd64 && goexperiment.simd

package trial

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/model/learner/cuda"
)

// wrong is an engine that computes what the CPU does, but for what change makes of it: of what is read, which learner
// it was, and of the loss.
type wrong struct {
	learner.Factory
	read  func(learner int, q model.Quantity, x []float32)
	loss  func(ce float64) float64
	count int
}

func (w *wrong) New(s learner.Setup) (learner.Learner, error) {
	l, err := w.Factory.New(s)
	w.count++
	return &wrongLearner{l, w, w.count - 1}, err
}

type wrongLearner struct {
	learner.Learner
	of    *wrong
	which int
}

func (l *wrongLearner) Read(q model.Quantity, tensor, expert int, into []float32) error {
	err := l.Learner.Read(q, tensor, expert, into)
	if l.of.read != nil {
		l.of.read(l.which, q, into)
	}
	return err
}

func (l *wrongLearner) Train(ids, labels []int32, rates []float64) (learner.Update, error) {
	u, err := l.Learner.Train(ids, labels, rates)
	if l.of.loss != nil {
		u.CE = l.of.loss(u.CE)
	}
	return u, err
}

// trying is a trial of such an engine, in float32; bf16 is the CPU's own.
func trying(w *wrong) *trial {
	w.Factory = cpu.Factory{}
	return &trial{Options: Options{Sizes: Tiny()},
		engines: [2]learner.Factory{cuda.Float32: w, cuda.BF16: cpu.Factory{}}}
}

func TestADeviceThatComputesSomethingElseDoesNotPass(t *testing.T) {
	require.NoError(t, trying(&wrong{}).check(t.Context(), &Part{}), "what is right passes")
	for _, more := range []float32{0.1, float32(math.NaN())} {
		once := 0
		err := trying(&wrong{read: func(_ int, q model.Quantity, x []float32) {
			if once++; q == model.Gradient && once == 3 { // what is read later is right
				x[0] += more
			}
		}}).check(t.Context(), &Part{})
		assert.ErrorContains(t, err, "float32, adamw: the device is further from the CPU than allowed")
	}
	for _, loss := range []func(float64) float64{
		func(ce float64) float64 { return ce * 1.001 }, func(float64) float64 { return math.NaN() },
	} {
		err := trying(&wrong{loss: loss}).check(t.Context(), &Part{})
		assert.ErrorContains(t, err, "float32, adamw: the device is further from the CPU than allowed: losses")
	}
}

func TestCopiesThatPartAndRunsThatDifferDoNotPass(t *testing.T) {
	require.NoError(t, trying(&wrong{}).lock(t.Context(), &Part{}), "what is right passes")
	lastBit := func(x *float32) { *x = math.Float32frombits(math.Float32bits(*x) ^ 1) }
	err := trying(&wrong{read: func(_ int, q model.Quantity, x []float32) {
		if q == model.Weight {
			lastBit(&x[0])
		}
	}}).lock(t.Context(), &Part{})
	assert.ErrorContains(t, err, "numbers of copies are not their originals' bits")
	err = trying(&wrong{read: func(learner int, q model.Quantity, x []float32) {
		if learner == 3 && q == model.Weight { // the one that is not looked into for copies
			lastBit(&x[0])
		}
	}}).lock(t.Context(), &Part{})
	assert.EqualError(t, err, "float32: the same run gave other bits the second time")
}
