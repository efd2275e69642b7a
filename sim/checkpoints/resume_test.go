package checkpoints

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// kinds are experiments of every axis, optimizer, head and treatment that has a state of its own.
func kinds() map[string]experiment.Experiment {
	all := map[string]experiment.Experiment{}
	for _, axis := range []model.Axis{model.Inner, model.Hidden, model.Joint} {
		for i, treatment := range []string{"sparkling", "copy-scaled", "norm-adapted", "remapped", "uneven-random"} {
			if treatment == "norm-adapted" && axis != model.Inner {
				continue
			}
			e := tiny(axis, treatment)
			e.Optimizer.Kind = optim.Kinds[i%2]
			if e = twice(e); axis == model.Hidden {
				e.Model.LogitMult = 1.7
			}
			if e.Model.Untied = i == 1; e.Model.Untied {
				e.Model.LogitMult = 1
			}
			all[fmt.Sprintf("%s, %s", axis, treatment)] = e
		}
	}
	return all
}

// A run that goes on from any of its checkpoints has the bits of one that nobody interrupted: before a widening that is
// due, right after it, and between two.
func TestARunGoesOnFromACheckpointToTheBitsOfAnUndisturbedOne(t *testing.T) {
	for name, e := range kinds() {
		want := begun(t, e).to(10)
		k := keeper(t, 1)
		r := begun(t, e).to(3)
		r.save(k)
		for _, step := range []int{4, 4, 6, 7, 7, 9} {
			if r = resumed(t, e, latest(t, k)); r.at.Step == step {
				require.True(t, r.due())
				r.widen()
			}
			r.to(step).save(k)
		}
		sameRun(t, want, resumed(t, e, latest(t, k)).to(10), name)
	}
}

// folder is the content of every file below a folder.
func folder(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		if e.IsDir() {
			for name, text := range folder(t, filepath.Join(dir, e.Name())) {
				files[e.Name()+"/"+name] = text
			}
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		files[e.Name()] = string(data)
	}
	delete(files, ".sparkling-lock")
	return files
}

// Saved, let go of, widened on the disk and loaded, a run has the bits of one that is widened in memory, and leaves the
// same checkpoint to the byte.
func TestARunThatIsWidenedOnTheDiskHasTheBitsOfOneWidenedInMemory(t *testing.T) {
	for name, e := range kinds() {
		want := begun(t, e).to(4)
		k, memory := keeper(t, 1), keeper(t, 1)
		r := begun(t, e).to(4)
		for _, next := range []int{7, 10} {
			want.widen()
			r = onDisk(t, r, k)
			assert.Equal(t, folder(t, want.save(memory)), folder(t, latest(t, k).Dir), name)
			sameRun(t, want.to(next), r.to(next), name)
		}
	}
}

// onDisk is the run after the widening that is due, widened on the disk.
func onDisk(t testing.TB, r *run, k *Keeper) *run {
	t.Helper()
	r.save(k)
	require.NoError(t, r.learn.Close())
	c := latest(t, k)
	wide, table := history(t, r.e, c.Position)
	plan, place := wide.plan(table), 0
	if r.e.Arms[0].Widen[wide.at.Widenings].Dynamics.Kind == optim.Remapped {
		place = 2
	}
	wide.grow(plan, place)
	now, err := k.Widen(context.Background(), c, plan, wide.growth, wide.at)
	require.NoError(t, err)
	require.Equal(t, "step-"+fmt.Sprintf("%08d", c.Step)+"-wide", filepath.Base(now.Dir))
	return resumed(t, r.e, now)
}

// values are a network in memory.
type values [3]model.Values

func (v values) Table() *model.Table { return v[0].Table }

func (v values) Read(q model.Quantity, tensor, expert int, into []float32) error {
	k := map[model.Quantity]int{model.Weight: 0, model.Moment1: 1, model.Moment2: 2}[q]
	copy(into, v[k].Expert(tensor, expert))
	return nil
}

// Every pair, axis, treatment of states and choice of norm weights, with either head, leaves on the disk what it leaves
// in memory.
func TestEveryWideningIsTheSameOnTheDiskAsInMemory(t *testing.T) {
	n := 0
	for _, untied := range []bool{false, true} {
		for i, init := range widen.Inits {
			for j, axis := range []model.Axis{model.Inner, model.Hidden, model.Joint} {
				e := tiny(axis, "sparkling")
				e.Model.Untied = untied
				s := &e.Arms[0].Widen[0].Spec
				s.Init, s.OptState = init, widen.OptStates[(i+j)%len(widen.OptStates)]
				s.NormWeights = widen.AllNormWeights[(i+j)%2]
				if s.Validate() != nil {
					s.Scale = widen.Unscaled
				}
				if s.Validate() != nil {
					continue // the pair is not defined on this axis
				}
				n++
				c := e.Start(0)
				v := values{model.Init(c, 1), model.Init(c, 2), model.Init(c, 3)}
				r, table := history(t, e, Position{Step: 4})
				k := keeper(t, 2)
				_, err := k.Save(context.Background(), v, r.growth, r.at)
				require.NoError(t, err)
				plan := r.plan(table)
				r.grow(plan, 0)
				wide, err := k.Widen(context.Background(), latest(t, k), plan, r.growth, r.at)
				require.NoError(t, err)
				got, err := load(wide, e, plan.To, r.growth)
				require.NoError(t, err)
				states := plan.States(v[1], v[2])
				want := learner.State{Steps: 4, Weights: plan.Weights(v[0]), M: states[0], V: states[1]}
				require.Equal(t, want.Weights.Data, got.Weights.Data, "%s, %s", init, axis)
				require.Equal(t, want.M.Data, got.M.Data, "%s, %s", init, axis)
				require.Equal(t, want.V.Data, got.V.Data, "%s, %s", init, axis)
			}
		}
	}
	assert.Greater(t, n, 40)
}
