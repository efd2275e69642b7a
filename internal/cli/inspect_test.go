package cli

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/fixture"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
)

// deep is a folder of a network with more layers than one screen shows, and one optimizer state.
func deep(t *testing.T) string {
	c := model.Config{Vocab: 31, Hidden: 16, Layers: 14, Heads: 2, KVHeads: 1, HeadDim: 8, Experts: 4, TopK: 2,
		Inner: 6, NormEps: 1e-6, RopeBase: 10000, AuxLossCoef: 0.01, ZLossCoef: 0.001, InitStd: 0.1, LogitMult: 1}
	dir := filepath.Join(t.TempDir(), "deep")
	require.NoError(t, checkpoint.Save(context.Background(), dir, nil, model.Init(c, 1), model.Init(c, 2)))
	return dir
}

// What inspect prints of a network, before it is widened and after, is what testdata says, on one screen.
func TestInspectSaysOnOneScreenWhatAFolderHolds(t *testing.T) {
	dir := deep(t)
	wide := filepath.Join(filepath.Dir(dir), "wide")
	code, _, err := run("widen", "--model", dir, "--out", wide, "--axis", "joint")
	require.Zero(t, code, err)
	for _, name := range []string{"deep", "wide"} {
		code, out, err := run("inspect", filepath.Join(filepath.Dir(dir), name))
		require.Zero(t, code, err)
		want, e := os.ReadFile(filepath.Join("testdata", "inspect-"+name+".txt"))
		require.NoError(t, e)
		assert.Equal(t, string(want), out)
	}
}

func TestInspectMeasuresLoadOnABatchThatIsGiven(t *testing.T) {
	set := fixture.Sets(t, "../../model/testdata/fixtures")[0]
	dir, _ := hugged(t, set, map[string]string{"model.safetensors": "weights_step3"})
	code, out, err := run("inspect", dir, "--batch", batchOf(set), "--json")
	require.Zero(t, code, err)
	var r inspected
	require.NoError(t, json.Unmarshal([]byte(out), &r))
	code, out, err = run("check", "--model", dir, "--batch", batchOf(set), "--json")
	require.Zero(t, code, err)
	var c checked
	require.NoError(t, json.Unmarshal([]byte(out), &c))
	assert.Equal(t, "qwen3_moe", r.Family)
	assert.Equal(t, c.Params, r.Parameters)
	assert.Equal(t, c.ExpertLoad, r.Experts.Load)
	assert.Equal(t, c.Router, r.Experts.Router)
	assert.Equal(t, "the batch given", r.Experts.Batch)
	assert.Empty(t, r.States)
}

// Where a folder has no states nothing is said of whether they are equal.
func TestInspectSaysNothingOfStatesThatAreNotThere(t *testing.T) {
	dir := deep(t)
	for _, states := range []bool{true, false} {
		if !states {
			require.NoError(t, os.Remove(filepath.Join(dir, "optimizer_m.safetensors")))
		}
		code, out, err := run("inspect", dir, "--json")
		require.Zero(t, code, err)
		var r struct {
			Hidden map[string]int
			Inner  []map[string]int
		}
		require.NoError(t, json.Unmarshal([]byte(out), &r))
		for _, x := range append(r.Inner, r.Hidden) {
			_, there := x["copies_with_equal_states"]
			assert.Equal(t, states, there)
		}
	}
}

func TestInspectSaysInOneSentenceThatAFolderIsBad(t *testing.T) {
	dir := deep(t)
	path := filepath.Join(dir, "model.safetensors")
	data, e := os.ReadFile(path)
	require.NoError(t, e)
	require.NoError(t, os.WriteFile(path, data[:len(data)-8], 0o644))
	code, out, err := run("inspect", dir)
	assert.Equal(t, codeBad, code)
	assert.Empty(t, out)
	assert.Contains(t, err, "it was cut short, and 8 bytes are missing")
	assert.NotContains(t, err[:len(err)-1], "\n")
}

// A file of states that cannot be read keeps nobody from the rest, unless it was asked for.
func TestInspectSaysWhyStatesWereNotRead(t *testing.T) {
	dir := deep(t)
	path := filepath.Join(dir, "optimizer.pt")
	require.NoError(t, os.WriteFile(path, []byte("\x80\x02}q\x00."), 0o644))
	for _, c := range []struct {
		flags []string
		code  int
		says  bool
	}{{nil, 0, true}, {[]string{"--optimizer=none"}, 0, false}, {[]string{"--optimizer", path}, 2, true}} {
		code, out, err := run(append([]string{"inspect", dir}, c.flags...)...)
		assert.Equal(t, c.code, code, err)
		assert.Equal(t, c.says, strings.Contains(out+err, "PyTorch before 1.6"), out+err)
		assert.Equal(t, c.code == 0, strings.Contains(out, "optimizer_m: norm"), "what can be read is")
	}
}
