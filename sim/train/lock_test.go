package train

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// trained is an arm at its last step, with its frames.
func trained(t testing.TB, e experiment.Experiment, arm int) (*Arm, []record.ArmFrame) {
	t.Helper()
	r := begun(t, e, arm)
	var frames []record.ArmFrame
	for r.step < r.end {
		frames = append(frames, step(t, r))
	}
	return r, frames
}

var widenedAxes = []model.Axis{model.Inner, model.Hidden, model.Joint}

// locked counts the pairs of a frame that are equal bit for bit in every quantity, and all.
func locked(f record.ArmFrame) (equal, all int) {
	for _, g := range f.Pairs {
		for i := range g.Orig {
			all++
			same := true
			for q := range g.Stats {
				same = same && g.Stats[q][i].State == record.Locked
			}
			if same {
				equal++
			}
		}
	}
	return equal, all
}

func TestTheLockHoldsExactlyWhereStatesAreSymmetricUnderAdamWAndMuon(t *testing.T) {
	symmetric, broken := []string{"copy", "drop", "copy-scaled", "naive"},
		[]string{"asymmetric", "asymmetric-scaled", "sparkling", "rewarm-all", "uneven", "uneven-random", "plus-minus"}
	for _, kind := range []optim.Kind{optim.AdamW, optim.Muon} {
		for _, axis := range widenedAxes {
			e := trial.Of(axis, 80, 10, slices.Concat(symmetric, broken[:4])...)
			e.Optimizer.Kind = kind
			rest := trial.Of(axis, 80, 10, broken[4:]...)
			rest.Optimizer.Kind = kind
			for _, e := range []experiment.Experiment{e, rest} {
				for i, a := range e.Arms {
					_, frames := trained(t, e, i)
					equal, all := locked(frames[len(frames)-1])
					require.NotZero(t, all)
					what := fmt.Sprintf("%s, %s, %s", a.Name, axis, kind)
					id, ok := experiment.TreatmentOf(a)
					require.True(t, ok)
					if slices.Contains(symmetric, id.ID) {
						assert.Equal(t, all, equal, what)
					} else {
						assert.Zero(t, equal, what)
					}
				}
			}
		}
	}
}

func TestCopiesOfCopiesArePairsToo(t *testing.T) {
	e := trial.Of(model.Inner, 60, 10, "copy", "copy")
	for i, second := range []widen.OptState{widen.Copy, widen.Asymmetric} {
		w := e.Arms[i].Widen[0]
		w.Step, w.OptState = 30, second
		e.Arms[i].Widen = append(e.Arms[i].Widen, w)
	}
	// the second stage's copies part in the second arm; those of the first stay locked
	for i, want := range []int{30, 10} {
		_, frames := trained(t, e, i)
		last := frames[len(frames)-1]
		require.Len(t, last.Pairs, e.Model.Experts)
		for _, g := range last.Pairs {
			require.Len(t, g.Orig, 10+20)
			assert.Equal(t, []int32{0, 10}, []int32{g.Orig[0], g.Copy[0]})
			assert.Equal(t, []int32{15, 35}, []int32{g.Orig[25], g.Copy[25]}, "a copy of a copy")
			for k := range g.Orig {
				assert.Equal(t, k < want, g.Stats[record.Weight][k].State == record.Locked, "pair %d of arm %d", k, i)
			}
		}
	}
}

// The pairs of both axes stay, whichever was widened first.
func TestStagesOnDifferentAxesKeepTheirPairs(t *testing.T) {
	for _, order := range [][2]model.Axis{{model.Inner, model.Hidden}, {model.Hidden, model.Inner},
		{model.Inner, model.Joint}} {
		e := trial.Of(order[0], 40, 10, "copy")
		w := e.Arms[0].Widen[0]
		w.Step, w.Axis = 20, order[1]
		e.Arms[0].Widen = append(e.Arms[0].Widen, w)
		_, frames := trained(t, e, 0)
		pairs := map[string]int{}
		for _, g := range frames[len(frames)-1].Pairs {
			pairs[g.Axis] = len(g.Orig)
		}
		want := map[string]int{"inner": 10, "hidden": 12}
		if order[1] == model.Joint {
			want["inner"] = 30
		}
		assert.Equal(t, want, pairs, order)
		equal, all := locked(frames[len(frames)-1])
		assert.Equal(t, all, equal, order)
	}
}

// largestNew is the largest absolute value at the new neurons of every expert.
func largestNew(v model.Values, old int) float32 {
	var most float32
	for i, x := range v.Table.Tensors {
		for e := range x.Experts {
			data, cols := v.Expert(i, e), x.Cols.Size
			for k, y := range data {
				if x.Rows.Axis == model.Inner && k/cols >= old || x.Cols.Axis == model.Inner && k%cols >= old {
					most = max(most, y, -y)
				}
			}
		}
	}
	return most
}

// silu(g)·u has no gradient at all where g and u are zero; with the gate copied the new neurons live.
func TestZeroCopyIsATrapWhereTheGateIsZeroToo(t *testing.T) {
	for _, kind := range []optim.Kind{optim.AdamW, optim.Muon} {
		for _, id := range []string{"sparkling", "drop"} {
			for init, dead := range map[widen.Init]bool{widen.ZeroCopyDead: true, widen.ZeroCopy: false} {
				e := trial.Of(model.Inner, 60, 10, id)
				e.Optimizer.Kind = kind
				e.Arms[0].Widen[0].Init = init
				r := begun(t, e, 0)
				for r.step < r.end {
					step(t, r)
					if r.stage > 0 {
						assert.Equal(t, dead, largestNew(values(t, r, record.Gradient), 10) == 0, "%s, %s, %s, step %d",
							init, id, kind, r.step)
					}
				}
			}
		}
	}
}
