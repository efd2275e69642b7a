//go:build linux && amd64

package cuda_test

import (
	"fmt"
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/fixture"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cuda"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// The tolerances that the conventions allow against an independent float32 implementation.
const (
	tolLogit  = 1e-5 // absolute, also loss terms
	tolGrad   = 1e-4 // ‖Δ‖/‖g‖ of a tensor
	tolWeight = 1e-4 // absolute, after steps; and ‖Δ‖/‖w‖ of a tensor, see sameTensors
	tolState  = 1e-3 // ‖Δ‖/‖state‖ of a tensor, after steps
)

// stored is what a file of a set holds of every parameter.
func stored(t *testing.T, set, name string, table *model.Table) model.Values {
	return fixture.Load(t, set, name).Values(t, table)
}

// sameTensors requires ‖Δ‖/‖want‖ ≤ tol tensor by tensor.
func sameTensors(t *testing.T, want, got model.Values, tol float64, what string) {
	t.Helper()
	for i, x := range want.Table.Tensors {
		var d, n float64
		for k, y := range want.Tensor(i) {
			d += math.Pow(float64(y)-float64(got.Tensor(i)[k]), 2)
			n += math.Pow(float64(y), 2)
		}
		assert.LessOrEqual(t, math.Sqrt(d), tol*math.Sqrt(n), "%s: %s", what, x.Name(0))
	}
}

// The device computes what an independent implementation computes: logits, losses, gradients, updates of both
// optimizers, widenings, and what comes after them.
func TestFixtures(t *testing.T) {
	for _, set := range fixture.Sets(t, "../../testdata/fixtures") {
		t.Run(filepath.Base(set), func(t *testing.T) {
			f, _ := open(t, cuda.Float32)
			s := fixture.LossesOf(t, set)
			c := s.Config.Config(t)
			table := model.NewTable(c)
			file := fixture.Load(t, set, "batch")
			ids, shape := file.Ints(t, "input_ids")
			labels, _ := file.Ints(t, "labels")
			begin := learner.Setup{
				Optimizer: s.Optimizer(), Batch: shape[0], Seq: shape[1], Growth: model.NewGrowth(c),
				State: learner.State{Weights: stored(t, set, "weights_init", table), M: model.NewValues(table),
					V: model.NewValues(table)},
			}
			l, err := f.New(begin)
			require.NoError(t, err)
			defer func() { require.NoError(t, l.Close()) }()

			a := &learner.Answers{}
			for i := range ids {
				a.Positions = append(a.Positions, i)
			}
			_, err = l.Loss(ids, labels, shape[1], a)
			require.NoError(t, err)
			assert.InDeltaSlice(t, file.F32(t, "logits", nil), a.Logits, tolLogit)
			for i, rate := range s.LR {
				u, err := l.Train(ids, labels, []float64{rate})
				require.NoError(t, err)
				assert.InDelta(t, s.CE[i], u.CE, tolLogit, "loss of step %d", i)
				if i == 0 {
					for name, got := range map[string]float64{"loss": u.CE, "lb": u.Aux, "z": u.ZLoss,
						"objective": u.Objective} {
						assert.InDelta(t, file.F32(t, name, nil)[0], got, tolLogit, name)
					}
					sameTensors(t, stored(t, set, "grads", table), read(t, l, model.Gradient), tolGrad, "gradients")
				}
			}
			state, err := l.State()
			require.NoError(t, err)
			sameTensors(t, stored(t, set, "weights_step3", table), state.Weights, tolWeight, "weights after updates")
			sameTensors(t, stored(t, set, "opt_m_step3", table), state.M, tolState, "first moments")
			sameTensors(t, stored(t, set, "opt_v_step3", table), state.V, tolState, "second moments")
			for axis := range s.Widened {
				t.Run(string(axis), func(t *testing.T) { widened(t, f, set, s, axis, begin, ids, labels) })
			}
		})
	}
}

// widened goes on from a widening of a set, with the states of originals kept and those of copies emptied.
func widened(t *testing.T, f *cuda.Factory, set string, s fixture.Losses, axis model.Axis, begin learner.Setup,
	ids, labels []int32) {
	table, w := model.NewTable(s.Config.Config(t)), s.Widened[axis]
	begin.State = learner.State{Steps: len(s.LR), Weights: stored(t, set, "weights_step3", table),
		M: stored(t, set, "opt_m_step3", table), V: stored(t, set, "opt_v_step3", table)}
	l, err := f.New(begin)
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	plan, err := widen.New(widen.Spec{Axis: axis, Factor: s.Ratio, Init: widen.CopyCopy, Scale: widen.RMS,
		OptState: widen.Asymmetric}, table, 1)
	require.NoError(t, err)
	require.NoError(t, l.Widen(plan, begin.Growth.Widen(plan.To.Config)))
	name := fmt.Sprintf("widen_%s", axis)
	sameTensors(t, stored(t, set, name, plan.To), read(t, l, model.Weight), 1e-6, "widened weights")
	sameTensors(t, stored(t, set, name+"_m_asym", plan.To), read(t, l, model.Moment1), 1e-6, "first moments")
	sameTensors(t, stored(t, set, name+"_v_asym", plan.To), read(t, l, model.Moment2), 1e-6, "second moments")
	for i := range w.LROld {
		u, err := l.Train(ids, labels, []float64{w.LROld[i], w.LRNew[i]})
		require.NoError(t, err)
		assert.InDelta(t, w.CE[i], u.CE, tolLogit, "loss of step %d after the widening", i)
	}
	sameTensors(t, stored(t, set, name+"_step3", plan.To), read(t, l, model.Weight), tolWeight, "weights after updates")
}

// read is all of a quantity, matrix by matrix.
func read(t *testing.T, l learner.Learner, q model.Quantity) model.Values {
	t.Helper()
	v := model.NewValues(l.Table())
	for i, x := range v.Table.Tensors {
		for e := range x.Experts {
			require.NoError(t, l.Read(q, i, e, v.Expert(i, e)))
		}
	}
	return v
}
