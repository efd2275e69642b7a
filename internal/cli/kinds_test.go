package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/fixture"
)

// kinds holds one network of one layer in the forms that folders and batches come in. The right losses come from a
// forward pass in double precision that has nothing in common with this program.
const (
	kinds     = "testdata/kinds"
	rightLoss = 2.3923392
)

// kindBatch is the batch that most are tried with.
var kindBatch = filepath.Join(kinds, "batch.safetensors")

// kind is a folder of these weights and the plain config.json.
func kind(t *testing.T, weights string) string {
	t.Helper()
	dir := t.TempDir()
	for to, from := range map[string]string{"config.json": "config.json",
		"model.safetensors": weights + ".safetensors"} {
		data, err := os.ReadFile(filepath.Join(kinds, from))
		require.NoError(t, err)
		put(t, dir, to, data)
	}
	return dir
}

func put(t *testing.T, dir, name string, data []byte) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o644))
}

// tensorsOf are the tensors of a folder's weights, or of another file of it.
func tensorsOf(t *testing.T, dir, name string) []fixture.Tensor {
	t.Helper()
	return fixture.Tensors(t, filepath.Join(dir, name))
}

func rewrite(t *testing.T, dir, name string, all []fixture.Tensor) {
	t.Helper()
	put(t, dir, name, fixture.Encode(t, map[string]string{"format": "pt"}, all...))
}

func named(all []fixture.Tensor, name string) *fixture.Tensor {
	i := slices.IndexFunc(all, func(x fixture.Tensor) bool { return x.Name == name })
	if i < 0 {
		return nil
	}
	return &all[i]
}

// refused asks for one sentence that has the words, exit code 2, and nothing on stdout.
func refused(t *testing.T, words []string, args ...string) {
	t.Helper()
	code, text, err := run(args...)
	assert.Equal(t, codeBad, code)
	assert.Empty(t, text)
	for _, w := range words {
		assert.Contains(t, err, w)
	}
	assert.Equal(t, 1, strings.Count(err, "\n"), "one sentence: %q", err)
}

// widened runs the verb and returns the new folder, and what was said on stderr.
func widened(t *testing.T, dir string, more ...string) (out, said string) {
	t.Helper()
	out = filepath.Join(t.TempDir(), "wide")
	code, _, said := run(append([]string{"widen", "--quiet", "--model", dir, "--out", out}, more...)...)
	require.Zero(t, code, said)
	return out, said
}

const stackedUp, stackedDown = "model.layers.0.mlp.experts.gate_up_proj", "model.layers.0.mlp.experts.down_proj"

// unstacked is every tensor under the name that it has where experts lie one by one.
func unstacked(t *testing.T, all []fixture.Tensor) map[string][]byte {
	out := map[string][]byte{}
	for _, x := range all {
		if x.Name != stackedUp && x.Name != stackedDown {
			out[x.Name] = x.Data
			continue
		}
		parts := []string{"down_proj"}
		if x.Name == stackedUp {
			parts = []string{"gate_proj", "up_proj"}
		}
		size := len(x.Data) / x.Shape[0] / len(parts)
		for e := range x.Shape[0] {
			for i, p := range parts {
				name := strings.TrimSuffix(stackedDown, "down_proj") + string(rune('0'+e)) + "." + p + ".weight"
				out[name] = x.Data[(e*len(parts)+i)*size:][:size]
			}
		}
	}
	return out
}

// Stacked experts give the loss, the gradients and the widened network of split ones, bit for bit, and what is written
// is stacked too.
func TestStackedExpertsComputeWhatSplitOnesDo(t *testing.T) {
	split, stacked := kind(t, "split"), kind(t, "stacked")
	for _, dir := range []string{split, stacked} {
		all := tensorsOf(t, dir, "model.safetensors")
		rewrite(t, dir, "optimizer_m.safetensors", all)
		rewrite(t, dir, "optimizer_v.safetensors", all)
	}
	grads := map[string]string{}
	for _, dir := range []string{split, stacked} {
		grads[dir] = t.TempDir()
		code, text, err := run("check", "--quiet", "--json", "--model", dir, "--batch", kindBatch, "--grads",
			filepath.Join(grads[dir], "g"))
		require.Zero(t, code, err)
		var c checked
		require.NoError(t, json.Unmarshal([]byte(text), &c))
		assert.InDelta(t, rightLoss, float64(c.CELoss), 1e-6)
	}
	g := tensorsOf(t, grads[stacked], "g")
	assert.Equal(t, []int{2, 8, 8}, named(g, stackedUp).Shape)
	assert.Equal(t, []int{2, 8, 4}, named(g, stackedDown).Shape)
	assert.Equal(t, unstacked(t, tensorsOf(t, grads[split], "g")), unstacked(t, g))

	for _, axis := range []string{"inner", "hidden", "joint"} {
		for _, init := range []string{"copy-copy", "random-random"} {
			args := []string{"--axis", axis, "--init", init, "--optimizer-states", "copy-scaled"}
			want, _ := widened(t, split, args...)
			got, _ := widened(t, stacked, args...)
			for _, name := range []string{"model", "optimizer_m", "optimizer_v"} {
				w := tensorsOf(t, got, name+".safetensors")
				require.NotNil(t, named(w, stackedUp), "written in the layout that came in")
				assert.Equal(t, unstacked(t, tensorsOf(t, want, name+".safetensors")), unstacked(t, w), "%s %s %s",
					axis, init, name)
			}
			if init == "copy-copy" {
				c, _ := checkedAt(t, got, kindBatch)
				assert.InDelta(t, rightLoss, float64(c.CELoss), 1e-6, axis)
			}
		}
	}
}

// What is stacked otherwise, only in part, or twice is refused by name.
func TestExpertsStackedOtherwiseAreNamed(t *testing.T) {
	for name, c := range map[string]struct {
		change func(all []fixture.Tensor) []fixture.Tensor
		says   []string
	}{
		"inputs before outputs": {func(all []fixture.Tensor) []fixture.Tensor {
			named(all, stackedDown).Shape = []int{2, 4, 8}
			return all
		}, []string{stackedDown, "the other way round", "[2 8 4]"}},
		"one of two": {func(all []fixture.Tensor) []fixture.Tensor {
			return slices.DeleteFunc(all, func(x fixture.Tensor) bool { return x.Name == stackedDown })
		}, []string{stackedDown, "missing"}},
		"stacked and split": {func(all []fixture.Tensor) []fixture.Tensor {
			return append(all, fixture.Floats("model.layers.0.mlp.experts.1.down_proj.weight", []int{8, 4},
				make([]float32, 32)...))
		}, []string{"experts.1.down_proj.weight", stackedDown}},
		"by an unknown program": {func(all []fixture.Tensor) []fixture.Tensor {
			named(all, stackedDown).Name = "model.layers.0.mlp.grouped_mlp.down_proj.weight"
			return all
		}, []string{"grouped_mlp.down_proj.weight", "experts.gate_up_proj"}},
		"with gates and ups apart": {func(all []fixture.Tensor) []fixture.Tensor {
			named(all, stackedUp).Name = "model.layers.0.mlp.experts.up_proj"
			return all
		}, []string{"mlp.experts.up_proj", "experts.gate_up_proj"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := kind(t, "stacked")
			rewrite(t, dir, "model.safetensors", c.change(tensorsOf(t, dir, "model.safetensors")))
			refused(t, c.says, "check", "--model", dir, "--batch", kindBatch)
		})
	}
	// some experts stacked and the others not is no trouble, nor are some that are both, and equal
	mixed := kind(t, "stacked")
	all := tensorsOf(t, mixed, "model.safetensors")
	parts := unstacked(t, all)
	all = slices.DeleteFunc(all, func(x fixture.Tensor) bool { return x.Name == stackedDown })
	for _, e := range []string{"0", "1"} {
		name := "model.layers.0.mlp.experts." + e + ".down_proj.weight"
		all = append(all, fixture.Tensor{Name: name, DType: "F32", Shape: []int{8, 4}, Data: parts[name]})
	}
	const twice = "model.layers.0.mlp.experts.1.up_proj.weight"
	all = append(all, fixture.Tensor{Name: twice, DType: "F32", Shape: []int{4, 8}, Data: parts[twice]})
	rewrite(t, mixed, "model.safetensors", all)
	c, _ := checkedAt(t, mixed, kindBatch)
	assert.InDelta(t, rightLoss, float64(c.CELoss), 1e-6)
	wide, _ := widened(t, mixed, "--axis", "joint")
	c, _ = checkedAt(t, wide, kindBatch)
	assert.InDelta(t, rightLoss, float64(c.CELoss), 1e-6)
}

// What is stored twice and equal is read and stays so; what differs is refused by name.
func TestWhatIsStoredTwiceIsReadWhereItIsEqual(t *testing.T) {
	const head, embed, freq = "lm_head.weight", "model.embed_tokens.weight",
		"model.layers.0.self_attn.rotary_emb.inv_freq"
	dir := kind(t, "tied-head")
	all := tensorsOf(t, dir, "model.safetensors")
	all = append(all, fixture.Floats(freq, []int{2}, 1, 0.01),
		fixture.Floats("model.rotary_emb.inv_freq", []int{2}, 1, 0.0099999998),
		fixture.Tensor{Name: "model.layers.0.self_attn._extra_state", DType: "U8", Shape: []int{0}})
	slices.Reverse(all) // the head before the embedding
	rewrite(t, dir, "model.safetensors", all)
	rewrite(t, dir, "optimizer_m.safetensors", tensorsOf(t, kind(t, "tied-head"), "model.safetensors"))
	before, file := checkedAt(t, dir, kindBatch)
	assert.InDelta(t, rightLoss, float64(before.CELoss), 1e-6)
	assert.False(t, before.Untied)
	assert.NotContains(t, file.Names(), head, "the gradient is that of both uses")

	plain := kind(t, "split")
	rewrite(t, plain, "optimizer_m.safetensors", tensorsOf(t, plain, "model.safetensors"))
	for _, axis := range []string{"inner", "hidden", "joint"} {
		args := []string{"--axis", axis, "--init", "random-copy", "--optimizer-states", "copy-scaled"}
		got, _ := widened(t, dir, args...)
		want, _ := widened(t, plain, args...)
		for _, name := range []string{"model.safetensors", "optimizer_m.safetensors"} {
			w, g := tensorsOf(t, want, name), tensorsOf(t, got, name)
			if axis == "inner" {
				assert.Equal(t, named(g, embed).Data, named(g, head).Data, "still tied, still equal")
			}
			for _, x := range w {
				assert.Equal(t, x.Data, named(g, x.Name).Data, "%s %s", axis, x.Name)
			}
			if name == "model.safetensors" {
				assert.Equal(t, named(all, freq).Data, named(g, freq).Data)
			}
		}
		c, _ := checkedAt(t, got, kindBatch)
		again, _ := checkedAt(t, want, kindBatch)
		assert.Equal(t, again, c)
		assert.Equal(t, axis != "inner", c.Untied)
	}

	for name, c := range map[string]struct {
		file   string
		change func(all []fixture.Tensor) []fixture.Tensor
		says   []string
	}{
		"another head": {"model.safetensors", func(all []fixture.Tensor) []fixture.Tensor {
			named(all, head).Data[4*(3*8+5)] ^= 1
			return all
		}, []string{head, "[3, 5]", "tie_word_embeddings"}},
		"a head of another shape": {"model.safetensors", func(all []fixture.Tensor) []fixture.Tensor {
			x := named(all, head)
			x.Shape = []int{8, 11}
			return all
		}, []string{head, "[8 11]"}},
		"other frequencies": {"model.safetensors", func(all []fixture.Tensor) []fixture.Tensor {
			*named(all, freq) = fixture.Floats(freq, []int{2}, 1, 0.00125)
			return all
		}, []string{freq, "0.00125", "rope_theta"}},
		"frequencies of another head": {"model.safetensors", func(all []fixture.Tensor) []fixture.Tensor {
			*named(all, freq) = fixture.Floats(freq, []int{1}, 1)
			return all
		}, []string{freq, "[1]"}},
		"a state that is full": {"model.safetensors", func(all []fixture.Tensor) []fixture.Tensor {
			return append(all, fixture.Tensor{Name: "x._extra_state", DType: "U8", Shape: []int{1}, Data: []byte{1}})
		}, []string{"x._extra_state"}},
		"another state of the head": {"optimizer_m.safetensors", func(all []fixture.Tensor) []fixture.Tensor {
			named(all, head).Data[0] ^= 1
			return all
		}, []string{"optimizer_m.safetensors", head, "[0, 0]"}},
	} {
		t.Run(name, func(t *testing.T) {
			bad := t.TempDir()
			require.NoError(t, os.CopyFS(bad, os.DirFS(dir)))
			rewrite(t, bad, c.file, c.change(tensorsOf(t, bad, c.file)))
			refused(t, c.says, "check", "--model", bad, "--batch", kindBatch)
			refused(t, c.says, "widen", "--model", bad, "--out", filepath.Join(t.TempDir(), "wide"), "--axis", "inner")
		})
	}
}

// Wherever a NaN or an infinity is, the tensor is named, JSON stays JSON, tables have a word, and the exit code is that
// of a run that diverged.
func TestTheFirstTensorThatHoldsNoNumberIsNamed(t *testing.T) {
	for _, weights := range []string{"split", "stacked"} {
		for _, x := range tensorsOf(t, kind(t, weights), "model.safetensors") {
			for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(-1))} {
				dir := kind(t, weights)
				all := tensorsOf(t, dir, "model.safetensors")
				copy(named(all, x.Name).Data, fixture.Floats("", nil, bad).Data)
				rewrite(t, dir, "model.safetensors", all)
				got, said := notANumber(t, dir)
				assert.Equal(t, x.Name, got["not_finite"])
				assert.Contains(t, said, x.Name+" is not finite")
				_, said = widened(t, dir, "--axis", "joint")
				assert.Contains(t, said, x.Name+" in model.safetensors")
			}
		}
	}
	got, _ := notANumber(t, kind(t, "nan"))
	assert.Equal(t, "model.norm.weight", got["not_finite"])
	dir := kind(t, "split")
	rewrite(t, dir, "optimizer_m.safetensors", tensorsOf(t, kind(t, "nan"), "model.safetensors"))
	c, _ := checkedAt(t, dir, kindBatch)
	assert.Empty(t, c.NotFinite, "states are not checked")
	_, said := widened(t, dir, "--axis", "inner")
	assert.Contains(t, said, "model.norm.weight in optimizer_m.safetensors")

	// finite weights, of which something comes that is not
	const gate = "model.layers.0.mlp.gate.weight"
	for what, large := range map[string]map[string]float32{
		"a logit": {"model.embed_tokens.weight": 1e15, "model.norm.weight": 1e30}, "a loss": {gate: 3e38},
	} {
		dir = kind(t, "split")
		all := tensorsOf(t, dir, "model.safetensors")
		for name, size := range large {
			x := named(all, name)
			*x = fixture.Floats(name, x.Shape, slices.Repeat([]float32{size}, len(x.Data)/4)...)
		}
		rewrite(t, dir, "model.safetensors", all)
		got, _ := notANumber(t, dir)
		assert.Equal(t, what, got["not_finite"])
	}
}

// notANumber runs check on a network whose result is none, or may be, and returns its JSON and what it said. With
// --json and without, it is the same.
func notANumber(t *testing.T, dir string) (got map[string]any, said string) {
	t.Helper()
	code, text, said := run("check", "--quiet", "--json", "--model", dir, "--batch", kindBatch)
	require.NoError(t, json.Unmarshal([]byte(text), &got))
	again, table, same := run("check", "--quiet", "--model", dir, "--batch", kindBatch)
	assert.Equal(t, code, again)
	assert.Equal(t, said, same)
	assert.Contains(t, got, "ce_loss")
	assert.Equal(t, got["objective"] == nil, strings.Contains(table, diverged), table)
	if got["objective"] == nil {
		assert.Equal(t, codeBad, code)
	}
	assert.Equal(t, code == 0, strings.HasPrefix(said, "Warning: "), said)
	return got, said
}

// A warning names what widen copies from outside the folder; links within it, and those that the weights are behind,
// are as files.
func TestFilesThatLinksLeadToOutsideTheFolderAreNamed(t *testing.T) {
	blobs, dir := kind(t, "split"), t.TempDir()
	put(t, blobs, "secret", []byte("x"))
	put(t, dir, "tokenizer.json", []byte("{}"))
	for name, to := range map[string]string{
		"config.json":       filepath.Join(blobs, "config.json"),
		"model.safetensors": filepath.Join(blobs, "model.safetensors"),
		"notes.txt":         filepath.Join(blobs, "secret"), "vocab.json": "tokenizer.json",
		"broken": filepath.Join(blobs, "gone"),
	} {
		require.NoError(t, os.Symlink(to, filepath.Join(dir, name)))
	}
	linked := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(dir, linked))
	for _, from := range []string{dir, linked} {
		out, said := widened(t, from, "--axis", "inner")
		assert.Contains(t, said, "lead to files outside it, which were copied: notes.txt.\n")
		assert.Contains(t, said, "Not copied: broken.\n")
		assert.FileExists(t, filepath.Join(out, "notes.txt"))
		assert.FileExists(t, filepath.Join(out, "vocab.json"))
	}
}

// Whoever stops the verbs while what is stored twice is compared hears that nothing was written, and no error of a
// program.
func TestComparingCanBeInterrupted(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	var said bytes.Buffer
	dir := kind(t, "tied-head")
	for _, err := range []error{
		checkVerb{Model: dir, Batch: kindBatch}.Run(&env{ctx: ctx, out: &said, err: &said}),
		widenVerb{Model: dir, Out: filepath.Join(t.TempDir(), "wide"), Axis: "inner", Factor: 2, Init: "copy-copy",
			Scale: "rms", States: "copy", recipeFlags: recipeFlags{Schedule: "cosine", Rho: 1.3},
		}.Run(&env{ctx: ctx, out: &said, err: &said}),
	} {
		assert.ErrorIs(t, err, errInterrupted)
	}
}
