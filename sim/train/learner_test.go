package train

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// begun is an arm at step 0 whose learner is the CPU's.
func begun(t testing.TB, e experiment.Experiment, arm int) *Arm {
	t.Helper()
	r, err := New(trial.Valid(e), arm, cpu.Factory{})
	require.NoError(t, err)
	return r
}

// step is the frame of the next update, after the widening that is due, if any; the search that it asks for is made.
func step(t testing.TB, r *Arm) record.ArmFrame {
	t.Helper()
	if w, ok := r.due(); ok {
		s, err := r.search(w)
		require.NoError(t, err)
		for s != nil && !s.done() {
			require.NoError(t, s.train())
		}
		_, err = r.widen(w, s, nil)
		require.NoError(t, err)
	}
	f, err := r.Update()
	require.NoError(t, err)
	return f
}

// values are what the learner of a run has of a quantity.
func values(t testing.TB, r *Arm, q model.Quantity) model.Values {
	t.Helper()
	v := model.NewValues(r.learn.Table())
	for i, x := range v.Table.Tensors {
		for e := range x.Experts {
			require.NoError(t, r.learn.Read(q, i, e, v.Expert(i, e)))
		}
	}
	return v
}

// change writes f of every element of a tensor back to the learner of a run; at counts through all experts.
func change(t testing.TB, r *Arm, q model.Quantity, tensor int, f func(at int, x float32) float32) {
	t.Helper()
	v := values(t, r, q)
	all := v.Tensor(tensor)
	for i, x := range all {
		all[i] = f(i, x)
	}
	for e := range v.Table.Tensors[tensor].Experts {
		require.NoError(t, r.learn.Write(q, tensor, e, v.Expert(tensor, e)))
	}
}

// put writes one element of a tensor.
func put(t testing.TB, r *Arm, q model.Quantity, tensor, place int, y float32) {
	t.Helper()
	change(t, r, q, tensor, func(at int, x float32) float32 {
		if at == place {
			return y
		}
		return x
	})
}

// snapshot is the state of a run that no search keeps waiting.
func snapshot(t testing.TB, r *Arm) []byte {
	t.Helper()
	data, err := r.snapshot(nil)
	require.NoError(t, err)
	return data
}

// assertSame compares tracks bit by bit, not-a-numbers included.
func assertSame(t *testing.T, want, got []record.ArmFrame) {
	t.Helper()
	code := func(f []record.ArmFrame) []byte { return Message{Kind: KindFrames, Frames: f}.Encode() }
	assert.True(t, bytes.Equal(code(want), code(got)), "the tracks differ")
}

// sameBytes compares without printing a book when they differ.
func sameBytes(t *testing.T, want, got []byte, what string) {
	t.Helper()
	assert.True(t, bytes.Equal(want, got), what)
}
