package cli

import (
	"context"
	"encoding/json"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/fixture"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
)

// families is where a script in PyTorch left tiny networks of every family, and what they compute.
const families = "testdata/families"

// computed is what a family's network gave in PyTorch.
type computed struct {
	Folder    string
	Config    map[string]any // besides what the folder's has
	Loss      float64
	Gradients map[string][2]float64 // the norm of each, and its product with sin(0), sin(1), …
	logits    []float32
}

// computedBy lists the cases by name.
func computedBy(t *testing.T) map[string]computed {
	var all map[string]computed
	fixture.JSON(t, families, "cases.json", &all)
	logits := fixture.Load(t, families, "logits")
	for name, c := range all {
		c.logits = logits.F32(t, name, nil)
		all[name] = c
	}
	return all
}

// familyFolder is a family's folder with its weights from another file of it, and more keys in its config.json.
func familyFolder(t *testing.T, family, weights string, more map[string]any) string {
	t.Helper()
	dir := t.TempDir()
	text, err := os.ReadFile(filepath.Join(families, family, checkpoint.ConfigName))
	require.NoError(t, err)
	var config map[string]any
	require.NoError(t, json.Unmarshal(text, &config))
	maps.Copy(config, more)
	text, err = json.Marshal(config)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, checkpoint.ConfigName), text, 0o644))
	data, err := os.ReadFile(filepath.Join(families, family, weights))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "model.safetensors"), data, 0o644))
	return dir
}

// widenedTo is the folder that the verb widen made.
func widenedTo(t *testing.T, dir string, flags ...string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "wide")
	code, _, err := run(append([]string{"widen", "--model", dir, "--out", out, "--quiet"}, flags...)...)
	require.Zero(t, code, err)
	return out
}

// What check and widen were found to differ by at most, from float64, and from each other: single precision.
const tolFamily = 2e-5

// Of every family check gives the loss, the logits and the gradients that PyTorch gave, under the family's own names;
// and what widen makes of it at 2x, on every axis, computes the same.
func TestEveryFamilyIsComputedAndKeptAtTwiceTheWidth(t *testing.T) {
	for name, c := range computedBy(t) {
		t.Run(name, func(t *testing.T) {
			dir, batch := familyFolder(t, c.Folder, "model.safetensors", c.Config), batchOf(families)
			got, file := checkedAt(t, dir, batch)
			assert.InDelta(t, c.Loss, float64(got.CELoss), tolFamily)
			near(t, "logits", c.logits, file.F32(t, "logits", nil), tolFamily)
			require.Equal(t, len(c.Gradients)+1, file.Len(), "a gradient a tensor, and the logits")
			for tensor, want := range c.Gradients {
				var squares, wave float64
				for i, g := range file.F32(t, tensor, nil) {
					squares += float64(g) * float64(g)
					wave += float64(g) * math.Sin(float64(i))
				}
				assert.InDelta(t, want[0], math.Sqrt(squares), 1e-4*want[0]+1e-7, tensor)
				assert.InDelta(t, want[1], wave, 1e-4*want[0]+1e-7, tensor)
			}
			for _, axis := range []string{"inner", "hidden", "joint"} {
				wide, file := checkedAt(t, widenedTo(t, dir, "--axis", axis), batch)
				assert.Greater(t, wide.Params, got.Params)
				near(t, "logits of twice the width, "+axis, c.logits, file.F32(t, "logits", nil), tolFamily)
			}
		})
	}
}

// Experts are read in every layout and stay in it, or get the one that is asked for; the network is the same, to the
// bit.
func TestExpertsKeepTheirLayoutOrGetAnother(t *testing.T) {
	cases, batch := computedBy(t), batchOf(families)
	for family, files := range map[string][]string{"qwen3_moe": {"model", "stacked", "mlx"},
		"mixtral": {"model", "stacked"}} {
		var first map[string]bool
		for _, file := range files {
			dir := familyFolder(t, family, file+".safetensors", nil)
			_, grads := checkedAt(t, dir, batch)
			near(t, file, cases[family].logits, grads.F32(t, "logits", nil), tolFamily)
			same := widenedTo(t, dir, "--axis", "inner")
			assert.Equal(t, namesIn(t, dir), namesIn(t, same), "%s, %s", family, file)
			for _, layout := range checkpoint.Layouts {
				wide := widenedTo(t, dir, "--axis", "inner", "--layout", string(layout))
				_, grads := checkedAt(t, wide, batch)
				near(t, file+" to "+string(layout), cases[family].logits, grads.F32(t, "logits", nil), tolFamily)
				if layout == checkpoint.Apart {
					names := namesIn(t, wide)
					if first == nil {
						first = names
					}
					assert.Equal(t, first, names, "%s, %s", family, file)
				}
				if string(layout) == file {
					assert.Equal(t, namesIn(t, dir), namesIn(t, wide), "%s, %s", family, file)
				}
			}
		}
	}
	out := filepath.Join(t.TempDir(), "wide")
	dir := familyFolder(t, "llama", "model.safetensors", nil)
	code, _, err := run("widen", "--model", dir, "--out", out, "--axis", "inner", "--layout", "stacked")
	assert.NotZero(t, code)
	assert.Contains(t, err, `layout "stacked" is none of llama; allowed are apart`)
	assert.NoDirExists(t, out)
}

// namesIn are the names of a folder's weights.
func namesIn(t *testing.T, dir string) map[string]bool {
	t.Helper()
	f, err := checkpoint.ReadFolder(context.Background(), dir)
	require.NoError(t, err)
	all := map[string]bool{}
	for _, shard := range f.Weights.Files {
		for _, e := range shard.Entries {
			all[e.Name] = true
		}
	}
	return all
}

// What a program put before every name is read and kept.
func TestPrefixesOfNamesAreKept(t *testing.T) {
	ctx, c := context.Background(), computedBy(t)["qwen2"]
	for _, prefix := range []string{"_orig_mod.", "module.", "module._orig_mod."} {
		dir := familyFolder(t, "qwen2", "model.safetensors", nil)
		path := filepath.Join(dir, "model.safetensors")
		from, err := checkpoint.Open(path)
		require.NoError(t, err)
		h := checkpoint.Header{Meta: from.Meta, Entries: slices.Clone(from.Entries)}
		for i := range h.Entries {
			h.Entries[i].Name = prefix + h.Entries[i].Name
		}
		to, err := checkpoint.Create(filepath.Join(dir, "new"), h)
		require.NoError(t, err)
		for _, e := range from.Entries {
			require.NoError(t, to.Copy(ctx, from, e))
		}
		require.NoError(t, to.Close())
		require.NoError(t, from.Close())
		require.NoError(t, os.Rename(filepath.Join(dir, "new"), path))

		wide := widenedTo(t, dir, "--axis", "joint")
		_, grads := checkedAt(t, wide, batchOf(families))
		near(t, prefix, c.logits, grads.F32(t, "logits", nil), tolFamily)
		names := namesIn(t, wide)
		assert.True(t, names[prefix+"lm_head.weight"], "the head that carries the factor has the prefix too")
		for name := range names {
			assert.Contains(t, name, prefix)
		}
	}
}

// A rotary embedding that is scaled dynamically is computed where it is not scaled, and refused beyond.
func TestDynamicScalingIsRefusedWhereItDependsOnTheLength(t *testing.T) {
	dir := familyFolder(t, "llama", "model.safetensors", map[string]any{"max_position_embeddings": 8,
		"rope_scaling": map[string]any{"type": "dynamic", "factor": 4}})
	code, _, err := run("check", "--model", dir, "--batch", batchOf(families))
	assert.NotZero(t, code)
	assert.Contains(t, err, "a sequence of the batch has 9 tokens; allowed are 8")
}
