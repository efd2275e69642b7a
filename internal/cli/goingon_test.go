package cli

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/fixture"
	"github.com/sparkling-lab/sparkling/model/checkpoint/torch"
	"github.com/sparkling-lab/sparkling/model/widen/ondisk"
)

// widenedRecipe widens a folder and reads the recipe that is left.
func widenedRecipe(t *testing.T, dir string, more ...string) (r ondisk.Recipe, printed string) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "wide")
	code, printed, err := run(append([]string{"widen", "--model", dir, "--out", out, "--axis", "inner", "--quiet"},
		more...)...)
	require.Zero(t, code, err)
	data, fail := os.ReadFile(filepath.Join(out, ondisk.RecipeName))
	require.NoError(t, fail)
	require.NoError(t, json.Unmarshal(data, &r))
	return r, printed
}

// What flags say is in the recipe, else what Hugging Face's Trainer has left; what nobody said is null, and is asked
// for.
func TestARecipeKnowsWhatFlagsAndTheTrainerSay(t *testing.T) {
	set := filepath.Join("..", "..", "model", "testdata", "fixtures", "tiny_f32")
	dir, _ := hugged(t, set, map[string]string{"model.safetensors": "weights_step3"})
	r, printed := widenedRecipe(t, dir)
	assert.Nil(t, r.Rate)
	assert.Nil(t, r.StepsLeft)
	assert.Contains(t, printed, "--rate says it")
	assert.Contains(t, printed, "NewParameters(optimizer, model.named_parameters(), masks, recipe)")

	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	write("trainer_state.json", `{"global_step": 500, "max_steps": 2000, "log_history": []}`)
	d := torch.NewDict()
	d.Set("base_lrs", &torch.List{Items: []any{3e-4, 3e-4}})
	d.Set("last_epoch", int64(500))
	d.Set("_last_lr", &torch.List{Items: []any{2e-4, 2e-4}})
	require.NoError(t, torch.Write(filepath.Join(dir, "scheduler.pt"), d, func(*torch.Tensor, io.Writer) error {
		return nil
	}))
	r, printed = widenedRecipe(t, dir)
	base := 3e-4
	assert.Equal(t, []any{2e-4, base, base / 100, 500, 1500, 30, 1.3},
		[]any{*r.Rate, *r.PeakRate, *r.FinalRate, *r.StepsDone, *r.StepsLeft, *r.Tau, r.Rho})
	assert.NotContains(t, printed, "does not know")
	r, _ = widenedRecipe(t, dir, "--steps-left", "100", "--rate", "1e-4", "--final-rate", "1e-5", "--tau", "9")
	assert.Equal(t, []any{1e-4, 1e-5, 100, 9}, []any{*r.Rate, *r.FinalRate, *r.StepsLeft, *r.Tau})

	write("trainer_state.json", "no JSON")
	write("scheduler.pt", "no archive")
	r, _ = widenedRecipe(t, dir)
	assert.Nil(t, r.Rate, "what cannot be read says nothing")
	for want, args := range map[string][]string{
		"they must not rise": {"--rate", "1", "--peak-rate", "0.5"}, "steps-left is 0": {"--steps-left", "0"},
		"tau is -3": {"--tau=-3"},
		"rho is -1": {"--rho=-1"}, "schedule is": {"--schedule", "steps"},
	} {
		code, _, err := run(append([]string{"widen", "--model", dir, "--out", filepath.Join(dir, "w"), "--axis",
			"inner"}, args...)...)
		assert.NotZero(t, code)
		assert.Contains(t, err, want)
	}
}

// The masks are those of an independent implementation.
func TestNewParametersAreMarked(t *testing.T) {
	set := filepath.Join("..", "..", "model", "testdata", "fixtures", "tiny_f32")
	dir, _ := hugged(t, set, map[string]string{"model.safetensors": "weights_step3"})
	for _, axis := range []string{"inner", "hidden", "joint"} {
		out := filepath.Join(t.TempDir(), "wide")
		code, _, err := run("widen", "--model", dir, "--out", out, "--axis", axis, "--quiet")
		require.Zero(t, code, err)
		got, want := fixture.Load(t, out, "new_parameters"), fixture.Load(t, set, "widen_"+axis+"_newmask")
		for _, name := range want.Names() {
			require.Equal(t, want.Bools(t, name, nil), got.Bools(t, name+".new", nil), name)
		}
	}
}

// dict is a dict of one key.
func dict(key, value any) *torch.Dict {
	d := torch.NewDict()
	d.Set(key, value)
	return d
}

// numbered is an optimizer's file of one parameter with a state.
func numbered(state *torch.Dict) *torch.Dict {
	root := dict("state", dict(int64(0), state))
	root.Set("param_groups", &torch.List{Items: []any{dict("params", &torch.List{Items: []any{int64(0)}})}})
	return root
}

// An optimizer loads numbered states itself; of states under names, which it does not load so, no such line is said.
func TestTheLinesForGoingOnLoadOnlyWhatAnOptimizerLoads(t *testing.T) {
	const loads = "optimizer.load_state_dict("
	for _, c := range []struct {
		root  *torch.Dict
		names []string
		loads bool
	}{
		{numbered(dict("step", 3.0)), []string{"model.norm.weight"}, true},
		{dict("model.norm.weight", dict("step", 3.0)), nil, false},
	} {
		path := filepath.Join(t.TempDir(), "optimizer.pt")
		require.NoError(t, torch.Write(path, c.root, nil))
		f, err := torch.Open(path)
		require.NoError(t, err)
		defer f.Close()
		states, err := f.Read(c.names)
		require.NoError(t, err)
		var said strings.Builder
		goesOn(&said, "wide", &ondisk.Recipe{}, states)
		assert.Equal(t, c.loads, strings.Contains(said.String(), loads), said.String())
		assert.Contains(t, said.String(), "optimizer.pt")
	}
}
