package ondisk_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/model/widen/ondisk"
)

// By a recipe old and new parameters have the rates that they would have had in the run itself (Eq. 25–28).
func TestARecipeGivesTheRatesOfTheRun(t *testing.T) {
	const total, at, peak, final, rho, tau = 200, 60, 0.01, 0.0001, 1.3, 7
	s := optim.NewSchedule(optim.Config{LR: peak, MinLRRatio: final / peak}, total)
	s.Widen(at, optim.Rewarm{Scope: optim.RewarmNew, Rho: rho, Steps: tau})
	now, highest, last, left, updates := s.Base(at), peak, final, total-at, tau
	r, err := ondisk.NewRecipe(ondisk.Recipe{Rate: &now, PeakRate: &highest, FinalRate: &last, StepsLeft: &left,
		Rho: rho, Tau: &updates, Schedule: "cosine"})
	require.NoError(t, err)
	for step := range left + 1 {
		var want [2]float64
		s.Rates(at+step, want[:])
		old, fresh := r.Rates(step)
		require.InDeltaSlice(t, want[:], []float64{old, fresh}, 1e-12, "update %d", step)
	}
	r.Schedule = "linear"
	old, _ := r.Rates(left / 2)
	assert.InDelta(t, (now+final)/2, old, 1e-12)
	r.Schedule = "constant"
	old, _ = r.Rates(left)
	assert.Equal(t, now, old)
}

// Where a tensor stacks all experts its mask does too, and its rows are those of the gate and the up matrix.
func TestStackedExpertsAreMarkedAsTheyLie(t *testing.T) {
	c := small
	g := model.NewGrowth(c)
	c.Inner, c.Hidden = 2*c.Inner, 2*c.Hidden
	table := model.NewTable(c)
	s := checkpoint.StoredTensors(table)["model.layers.1.mlp.experts.gate_up_proj"]
	dir := t.TempDir()
	require.NoError(t, checkpoint.WriteNewParameters(t.Context(), dir, []checkpoint.StoredTensor{s}, table, g.Widen(c)))
	f, err := checkpoint.Open(dir + "/" + checkpoint.NewParametersName)
	require.NoError(t, err)
	defer f.Close()
	var shapes [][]int
	for _, e := range f.Entries {
		shapes = append(shapes, e.Shape)
	}
	assert.Equal(t, [][]int{{2 * c.Inner}, {c.Hidden}, {c.Experts, 2 * c.Inner, c.Hidden}}, shapes)
	for k, e := range []string{"rows", "cols"} {
		assert.Equal(t, s.Name+"."+e, f.Entries[k].Name)
	}
}

// A folder that is widened again remembers which parameters came first.
func TestGrowthGoesOnInAFolder(t *testing.T) {
	in, _ := saved(t, small)
	dir := in.Dir
	for k := range 2 {
		out := t.TempDir() + "/wide"
		_, err := ondisk.WidenWith(t.Context(), read(t, dir), out, widen.Spec{Axis: model.Joint, Factor: 1.5,
			Init: widen.CopyCopy, Scale: widen.RMS, OptState: widen.Copy}, 1,
			ondisk.With{Recipe: &ondisk.Recipe{}}, noProgress)
		require.NoError(t, err)
		g, err := read(t, out).Growth(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 2+k, g.Stages())
		assert.Equal(t, small.Inner, g.Inner[0])
		dir = out
	}
}
