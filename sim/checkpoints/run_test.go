package checkpoints

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// run is the plainest long run: updates on random tokens, and widenings when they are due.
type run struct {
	t      testing.TB
	e      experiment.Experiment
	learn  learner.Learner
	growth model.Growth
	sched  *optim.Schedule
	at     Position
	rates  []float64
}

// history is a run without a network that has come to a position, and the shape it has there.
func history(t testing.TB, e experiment.Experiment, at Position) (*run, *model.Table) {
	t.Helper()
	r := &run{t: t, e: e, at: at, sched: optim.NewSchedule(e.Optimizer, e.Steps), growth: model.NewGrowth(e.Start(0))}
	table := model.NewTable(e.Start(0))
	r.at.Experiment, r.at.Widenings, r.at.Places = e, 0, []int{}
	for k := range at.Widenings {
		plan := r.plan(table)
		r.grow(plan, at.Places[k])
		table = plan.To
	}
	return r, table
}

func (r *run) plan(from *model.Table) *widen.Plan {
	p, err := widen.New(r.e.Arms[0].Widen[r.at.Widenings].Spec, from, r.e.Seed^uint64(r.at.Widenings+1)<<32)
	require.NoError(r.t, err)
	return p
}

func (r *run) grow(p *widen.Plan, place int) {
	w := r.e.Arms[0].Widen[r.at.Widenings]
	r.growth = r.growth.Widen(p.To.Config)
	switch w.Dynamics.Kind {
	case optim.Remapped:
		r.sched.WidenRemapped(w.Step, place)
	case optim.NormAdapted:
		r.growth.ByTensor = true
		fallthrough
	default:
		r.sched.Widen(w.Step, w.Rewarm)
	}
	r.at.Places = append(r.at.Places, place)
	r.at.Widenings++
}

func (r *run) adopt(s learner.State) *run {
	l, err := cpu.Factory{}.New(learner.Setup{Optimizer: r.e.Optimizer, Batch: r.e.Task.Batch, Seq: r.e.Task.Seq,
		Growth: r.growth, State: s})
	require.NoError(r.t, err)
	r.learn = l
	return r
}

// begun is a run at step 0.
func begun(t testing.TB, e experiment.Experiment) *run {
	r, table := history(t, e, Position{})
	return r.adopt(learner.State{Weights: model.Init(table.Config, e.Seed), M: model.NewValues(table),
		V: model.NewValues(table)})
}

// resumed is the run of a checkpoint.
func resumed(t testing.TB, e experiment.Experiment, c *Checkpoint) *run {
	t.Helper()
	r, table := history(t, e, c.Position)
	s, err := load(c, e, table, r.growth)
	require.NoError(t, err)
	samePosition(t, r.at, c.Position)
	return r.adopt(s)
}

// sink is a state that matrices are written into.
type sink struct{ learner.State }

func (s sink) Table() *model.Table { return s.Weights.Table }

func (s sink) Write(q model.Quantity, tensor, expert int, from []float32) error {
	copy(map[model.Quantity]model.Values{model.Weight: s.Weights, model.Moment1: s.M,
		model.Moment2: s.V}[q].Expert(tensor, expert), from)
	return nil
}

// load is the state that a checkpoint holds, of a network of that shape and growth.
func load(c *Checkpoint, e experiment.Experiment, t *model.Table, g model.Growth) (learner.State, error) {
	s := sink{learner.Empty(t, c.Step).Filled()}
	return s.State, c.Load(context.Background(), trial.Valid(e), s, g)
}

// due reports whether a widening waits.
func (r *run) due() bool {
	return r.at.Widenings < len(r.e.Arms[0].Widen) && r.e.Arms[0].Widen[r.at.Widenings].Step == r.at.Step
}

// widen widens in memory. What a search would find is made up.
func (r *run) widen() {
	p, place := r.plan(r.learn.Table()), 0
	if r.e.Arms[0].Widen[r.at.Widenings].Dynamics.Kind == optim.Remapped {
		place = 2
	}
	r.grow(p, place)
	require.NoError(r.t, r.learn.Widen(p, r.growth))
}

// to trains up to a step, before the widening that may be due there.
func (r *run) to(step int) *run {
	for r.at.Step < step {
		if r.due() {
			r.widen()
		}
		n, rng := r.e.Task.Batch*r.e.Task.Seq, rand.New(rand.NewPCG(r.e.Seed, uint64(r.at.Step)))
		ids, labels := make([]int32, n), make([]int32, n)
		for i := range ids {
			ids[i], labels[i] = rng.Int32N(int32(r.e.Vocab())), rng.Int32N(int32(r.e.Vocab()))
		}
		r.rates = make([]float64, r.growth.Stages())
		r.sched.Rates(r.at.Step, r.rates)
		rates := r.rates
		if r.growth.ByTensor {
			adapted := make([]bool, len(r.rates))
			for k := range adapted[1:] {
				adapted[k+1] = r.e.Arms[0].Widen[k].Dynamics.Kind == optim.NormAdapted
			}
			rates = make([]float64, len(r.rates)*len(r.learn.Table().Tensors))
			_, err := r.learn.BlockRates(rates, r.rates, adapted)
			require.NoError(r.t, err)
		}
		u, err := r.learn.Train(ids, labels, rates)
		require.NoError(r.t, err)
		r.at.Step++
		r.at.FLOPs += 0.1
		r.at.LossSum, r.at.LossWeight = r.at.LossSum*0.98+u.CE, r.at.LossWeight*0.98+1
	}
	return r
}

func (r *run) save(k *Keeper) string {
	dir, err := k.Save(context.Background(), r.learn, r.growth, r.at)
	require.NoError(r.t, err)
	return dir
}

// state is all numbers of a run.
func (r *run) state() learner.State {
	s, err := r.learn.State()
	require.NoError(r.t, err)
	return s
}

// samePosition requires of two positions that they are the same.
func samePosition(t testing.TB, want, got Position) {
	t.Helper()
	a, err := want.encode()
	require.NoError(t, err)
	b, err := got.encode()
	require.NoError(t, err)
	require.Equal(t, string(a), string(b))
}

// sameRun requires of two runs the same bits.
func sameRun(t testing.TB, want, got *run, of string) {
	t.Helper()
	a, b := want.state(), got.state()
	samePosition(t, want.at, got.at)
	require.Equal(t, a.Steps, b.Steps, of)
	require.Equal(t, a.Weights.Table.Config, b.Weights.Table.Config, of)
	for k, v := range []model.Values{a.Weights, a.M, a.V} {
		require.Equal(t, v.Data, []model.Values{b.Weights, b.M, b.V}[k].Data, "%s: set %d", of, k)
	}
}

// tiny is an experiment of one arm over a few updates, widened at step 4.
func tiny(axis model.Axis, treatment string) experiment.Experiment {
	e := trial.Of(axis, 12, 4, treatment)
	e.Model.Layers, e.Model.Experts, e.Model.Hidden, e.Model.Inner = 1, 3, 8, 6
	e.Model.Heads, e.Model.KVHeads, e.Model.HeadDim, e.Model.TopK = 2, 1, 4, 2
	e.Task.Batch, e.Task.Seq = 1, 16
	return e
}

// twice is an experiment with a second widening at step 7.
func twice(e experiment.Experiment) experiment.Experiment {
	w := e.Arms[0].Widen[0]
	w.Step = 7
	e.Arms[0].Widen = append(e.Arms[0].Widen, w)
	return e
}

func keeper(t testing.TB, keep int) *Keeper {
	t.Helper()
	k, err := Open(t.TempDir(), keep, nil)
	require.NoError(t, err)
	t.Cleanup(k.Close)
	return k
}

func latest(t testing.TB, k *Keeper) *Checkpoint {
	t.Helper()
	c, passed, err := k.Latest(context.Background())
	require.NoError(t, err)
	require.Empty(t, passed)
	require.NotNil(t, c)
	return c
}
