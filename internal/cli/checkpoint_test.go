package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/fixture"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// hugging is config.json of a tied network, written by hand.
func hugging(c model.Config) string {
	return fmt.Sprintf(`{"model_type": "qwen3_moe", "norm_topk_prob": true, "tie_word_embeddings": true,
		"vocab_size": %d, "hidden_size": %d, "num_hidden_layers": %d, "num_attention_heads": %d,
		"num_key_value_heads": %d, "head_dim": %d, "num_experts": %d, "num_experts_per_tok": %d,
		"moe_intermediate_size": %d, "rms_norm_eps": %g, "rope_theta": %g, "router_aux_loss_coef": %g,
		"router_z_loss_coef": %g}`,
		c.Vocab, c.Hidden, c.Layers, c.Heads, c.KVHeads, c.HeadDim, c.Experts, c.TopK, c.Inner, c.NormEps, c.RopeBase,
		c.AuxLossCoef, c.ZLossCoef)
}

// hugged makes a folder of files of a set: new name by old name.
func hugged(t *testing.T, set string, files map[string]string) (dir string, ratio float64) {
	s := fixture.LossesOf(t, set)
	dir = t.TempDir()
	config := []byte(hugging(s.Config.Config(t)))
	require.NoError(t, os.WriteFile(filepath.Join(dir, checkpoint.ConfigName), config, 0o644))
	for to, from := range files {
		data, err := os.ReadFile(filepath.Join(set, from+".safetensors"))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, to), data, 0o644))
	}
	return dir, s.Ratio
}

func near(t *testing.T, what string, want, got []float32, tol float64) {
	t.Helper()
	require.Len(t, got, len(want), what)
	for i := range want {
		if d := math.Abs(float64(want[i]) - float64(got[i])); !(d <= tol) {
			t.Fatalf("%s: differs by %.3g at %d; allowed is %g", what, d, i, tol)
		}
	}
}

// batchOf is the fixture's batch; its other tensors are ignored.
func batchOf(set string) string { return filepath.Join(set, "batch.safetensors") }

// checkedAt runs the verb check and returns what it printed and wrote.
func checkedAt(t *testing.T, dir, batch string) (checked, fixture.File) {
	t.Helper()
	out := t.TempDir()
	code, text, err := run("check", "--model", dir, "--batch", batch, "--json", "--grads",
		filepath.Join(out, "grads.safetensors"))
	require.Zero(t, code, err)
	var c checked
	require.NoError(t, json.Unmarshal([]byte(text), &c))
	left, e := filepath.Glob(filepath.Join(out, ".*"))
	require.NoError(t, e)
	assert.Empty(t, left, "nothing half-written is left")
	return c, fixture.Load(t, out, "grads")
}

// A folder of the family gives the loss, the logits and the gradients that an independent implementation gave.
func TestCheckGivesTheNumbersOfAnIndependentImplementation(t *testing.T) {
	for _, set := range fixture.Sets(t, "../../model/testdata/fixtures") {
		t.Run(filepath.Base(set), func(t *testing.T) {
			dir, _ := hugged(t, set, map[string]string{"model.safetensors": "weights_init"})
			got, file := checkedAt(t, dir, batchOf(set))
			b, grads := fixture.Load(t, set, "batch"), fixture.Load(t, set, "grads")
			for name, x := range map[string]struct {
				got    number
				theirs string
			}{"ce_loss": {got.CELoss, "loss"}, "aux_loss": {got.Aux, "lb"}, "z_loss": {got.ZLoss, "z"},
				"objective": {got.Objective, "objective"}} {
				assert.InDelta(t, b.F32(t, x.theirs, nil)[0], float64(x.got), 1e-5, name)
				assert.Equal(t, fmt.Sprint(x.got), file.Meta[name])
			}
			near(t, "logits", b.F32(t, "logits", nil), file.F32(t, "logits", nil), 1e-5)
			require.Equal(t, grads.Len()+1, file.Len(), "one tensor a parameter, and the logits")
			folder, err := checkpoint.ReadFolder(context.Background(), dir)
			require.NoError(t, err)
			for _, slot := range checkpoint.Split(folder.Table) {
				name, shape := slot.Name, slot.Shape
				want, g := grads.F32(t, name, shape), file.F32(t, name, shape)
				var d, n float64
				for i := range want {
					d += math.Pow(float64(want[i])-float64(g[i]), 2)
					n += math.Pow(float64(want[i]), 2)
				}
				assert.LessOrEqual(t, math.Sqrt(d), 1e-4*math.Sqrt(n), name)
			}
			code, text, _ := run("check", "--model", dir, "--batch", batchOf(set))
			assert.Zero(t, code)
			assert.Contains(t, text, fmt.Sprintf("%.7f", got.Objective))
			assert.Contains(t, text, "tied head")
		})
	}
}

// The same numbers come from many files, and in BF16 those of the rounded weights.
func TestCheckReadsFoldersOfManyFiles(t *testing.T) {
	dir, batch := trained(t, true)
	whole, logits := checkedAt(t, dir, batch)
	folder, err := checkpoint.ReadFolder(context.Background(), dir)
	require.NoError(t, err)
	fixture.Reshard(t, folder, folder.Weights, 3, checkpoint.F32)
	parts, same := checkedAt(t, dir, batch)
	assert.Equal(t, whole, parts)
	assert.Equal(t, logits.F32(t, "logits", nil), same.F32(t, "logits", nil))

	dir, batch = trained(t, true)
	folder, err = checkpoint.ReadFolder(context.Background(), dir)
	require.NoError(t, err)
	weights, err := folder.Load(context.Background(), folder.Weights, func(int64) {})
	require.NoError(t, err)
	fixture.Reshard(t, folder, folder.Weights, 2, checkpoint.BF16)
	for i, x := range weights.Data {
		b := math.Float32bits(x)
		if b&0x1ffff == 0x8000 {
			b-- // the middle between two, the lower even: down
		}
		weights.Data[i] = math.Float32frombits((b + 0x8000) &^ 0xffff)
	}
	b, err := checkpoint.ReadBatch(context.Background(), batch, weights.Table.Config)
	require.NoError(t, err)
	net := model.NewNet(compute.NewCPU(), weights, b.Rows, b.Seq)
	net.Forward(b.IDs)
	_, rounded := checkedAt(t, dir, batch)
	assert.Equal(t, net.Logits(), rounded.F32(t, "logits", nil))
}

// The widened folder holds the weights and states that an independent implementation gave, and computes its logits; a
// head that needs a factor carries it.
func TestWidenGivesTheNumbersOfAnIndependentImplementation(t *testing.T) {
	variants := []struct {
		suffix, logits string
		flags          []string
	}{
		{"", "logits", nil}, {"_naive", "logits_naive", []string{"--scale", "none"}},
		{"_zerocopy", "logits_zerocopy", []string{"--init", "zero-copy"}},
		{"_uneven", "", []string{"--init", "uneven"}},
	}
	states := map[string]string{"asymmetric": "asym", "copy": "copy", "asymmetric-scaled": "asym_scaled"}
	for _, set := range fixture.Sets(t, "../../model/testdata/fixtures") {
		dir, ratio := hugged(t, set, map[string]string{
			"model.safetensors": "weights_step3", "optimizer_m.safetensors": "opt_m_step3",
			"optimizer_v.safetensors": "opt_v_step3",
		})
		for _, axis := range []string{"inner", "hidden", "joint"} {
			for _, x := range variants {
				name := "widen_" + axis + x.suffix
				if !fixture.Has(set, name) {
					continue
				}
				t.Run(filepath.Base(set)+"/"+name, func(t *testing.T) {
					for state, short := range states {
						out := filepath.Join(t.TempDir(), "wide")
						code, _, err := run(append([]string{"widen", "--model", dir, "--out", out, "--axis", axis,
							"--factor", fmt.Sprint(ratio), "--optimizer-states", state}, x.flags...)...)
						require.Zero(t, code, err)
						want := fixture.Load(t, set, name)
						same(t, want, fixture.Load(t, out, "model"), 1e-7)
						if x.suffix != "" {
							break
						}
						for _, q := range []string{"m", "v"} {
							same(t, fixture.Load(t, set, fmt.Sprintf("widen_%s_%s_%s", axis, q, short)),
								fixture.Load(t, out, "optimizer_"+q), 1e-8)
						}
						_, file := checkedAt(t, out, batchOf(set))
						near(t, "logits", fixture.Load(t, set, "widen_"+axis+"_out").F32(t, x.logits, nil),
							file.F32(t, "logits", nil), 1e-5)
					}
				})
			}
		}
	}
}

// same compares all tensors of a file with one of the verb's, which may have a head besides.
func same(t *testing.T, want, got fixture.File, tol float64) {
	t.Helper()
	names := want.Names()
	for _, name := range names {
		near(t, name, want.F32(t, name, nil), got.F32(t, name, nil), tol)
	}
	head := 0
	if mult, err := json.Number(want.Meta["logit_mult"]).Float64(); err == nil && mult != 1 {
		head = 1
		embed, lm := got.F32(t, "model.embed_tokens.weight", nil), got.F32(t, "lm_head.weight", nil)
		for i := range embed {
			require.Equal(t, float32(mult)*embed[i], lm[i], "lm_head.weight[%d]", i)
		}
	}
	if want.Meta["logit_mult"] != "" {
		require.Equal(t, len(names)+head, got.Len())
	}
}

// trained is a checkpoint of ours after a few updates, with a tied or an untied head.
func trained(t *testing.T, untied bool) (dir, batch string) {
	c := model.Config{
		Vocab: 23, Hidden: 16, Layers: 2, Heads: 4, KVHeads: 2, HeadDim: 6, Experts: 4, TopK: 2, Inner: 10,
		NormEps: 1e-6, RopeBase: 10000, AuxLossCoef: 0.01, ZLossCoef: 0.001, InitStd: 0.1, LogitMult: 1, Untied: untied,
	}
	set := t.TempDir()
	const rows, seq = 3, 8
	w := model.Init(c, 1)
	net := model.NewNet(compute.NewCPU(), w, rows, seq)
	opt := optim.New(optim.Config{Kind: optim.AdamW, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, WeightDecay: 0.1},
		compute.NewCPU(), model.NewGrowth(c), model.NewValues(w.Table), model.NewValues(w.Table), 0)
	ids, labels := make([]int32, rows*seq), make([]int32, rows*seq)
	for i := range ids {
		ids[i], labels[i] = int32(i*i%c.Vocab), int32((i*i+i)%c.Vocab)
	}
	for range 5 {
		net.Forward(ids)
		net.Backward(labels)
		opt.Step(net.Weights, net.Grads, []float64{0.01})
	}
	dir, batch = filepath.Join(set, "small"), filepath.Join(set, "batch.safetensors")
	require.NoError(t, checkpoint.Save(context.Background(), dir, map[string]string{"steps": "5"}, w, opt.M, opt.V))
	require.NoError(t, checkpoint.Batch{Rows: rows, Seq: seq, IDs: ids, Labels: labels}.Write(batch))
	return dir, batch
}

// The round trip: what the network computes is unchanged by copy-copy at 2x on every axis, with either head, twice in a
// row, and by the checkpoint that comes out.
func TestCopiedTwofoldACheckpointComputesTheSame(t *testing.T) {
	for _, untied := range []bool{false, true} {
		dir, batch := trained(t, untied)
		before, logits := checkedAt(t, dir, batch)
		assert.Equal(t, untied, before.Untied)
		for _, axis := range []string{"inner", "hidden", "joint"} {
			from := dir
			for stage := range 2 {
				out := filepath.Join(t.TempDir(), "wide")
				code, text, err := run("widen", "--model", from, "--out", out, "--axis", axis)
				require.Zero(t, code, err)
				assert.Contains(t, text, "optimizer_m, optimizer_v")
				after, wide := checkedAt(t, out, batch)
				near(t, fmt.Sprintf("logits, %s, stage %d", axis, stage), logits.F32(t, "logits", nil),
					wide.F32(t, "logits", nil), 1e-5)
				assert.InDelta(t, float64(before.CELoss), float64(after.CELoss), 1e-5)
				assert.Greater(t, after.Params, before.Params)
				assert.Equal(t, untied || axis != "inner", after.Untied, "a tied head that needs a factor is untied")
				assert.Equal(t, after.Untied && !untied && stage == 0, strings.Contains(text, "lm_head.weight"))
				from = out
			}
		}
	}
}

// What run leaves is a checkpoint: check gives the loss of its arm's text, and widen goes on from a network that was
// widened before.
func TestRunLeavesCheckpointsThatCanBeCheckedAndWidened(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	document := file(t, func(e *experiment.Experiment) {
		for i := range e.Arms {
			for k := range e.Arms[i].Widen {
				e.Arms[i].Widen[k].Axis = model.Joint
			}
		}
	})
	code, _, err := run("run", "--out", out, "--checkpoints", document)
	require.Zero(t, code, err)
	arms := filepath.Join(out, "arms")
	entries, e := os.ReadDir(arms)
	require.NoError(t, e)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	assert.Equal(t, []string{"1-small", "2-copy", "3-asymmetric-reset", "4-sparkling", "batch.safetensors"}, names)
	batch := filepath.Join(arms, "batch.safetensors")
	small, _ := checkedAt(t, filepath.Join(arms, "1-small"), batch)
	assert.False(t, small.Untied)
	copied, logits := checkedAt(t, filepath.Join(arms, "2-copy"), batch)
	assert.True(t, copied.Untied, "its tied head has a factor by now")
	assert.Greater(t, copied.Params, small.Params)
	assert.Less(t, float64(copied.CELoss), math.Log(float64(task.Symbols)), "it has learnt something")
	wide := filepath.Join(out, "wide")
	code, text, err := run("widen", "--model", filepath.Join(arms, "2-copy"), "--out", wide, "--axis", "joint",
		"--optimizer-states", "copy")
	require.Zero(t, code, err)
	assert.Contains(t, text, "optimizer_m, optimizer_v")
	again, more := checkedAt(t, wide, batch)
	near(t, "logits", logits.F32(t, "logits", nil), more.F32(t, "logits", nil), 1e-5)
	assert.InDelta(t, float64(copied.CELoss), float64(again.CELoss), 1e-5)

	code, _, err = run("run", "--checkpoints", document)
	assert.Equal(t, codeBad, code)
	assert.Contains(t, err, "--out")
}

// What cannot be done gets one sentence, exit code 2, and leaves nothing.
func TestCheckpointVerbsSayWhatIsWrong(t *testing.T) {
	dir, batch := trained(t, false)
	root := t.TempDir()
	out := filepath.Join(root, "out")
	widen := func(more ...string) []string { return append([]string{"widen", "--model", dir, "--out", out}, more...) }
	other := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(other, "config.json"), []byte(`{"model_type": "gemma3"}`), 0o644))
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"no folder":      {[]string{"check", "--model", root, "--batch", batch}, "config.json"},
		"another family": {[]string{"check", "--model", other, "--batch", batch}, `model_type is "gemma3"`},
		"no batch":       {[]string{"check", "--model", dir, "--batch", root}, "it is a folder"},
		"no place to write": {[]string{"check", "--model", dir, "--batch", batch, "--grads",
			filepath.Join(root, "no", "x")}, "no such file"},
		"no axis":           {widen(), "--axis"},
		"another axis":      {widen("--axis", "depth"), `axis is "depth"`},
		"another pair":      {widen("--axis", "inner", "--init", "copy"), `init is "copy"`},
		"another treatment": {widen("--axis", "inner", "--optimizer-states", "keep"), `optimizer_states is "keep"`},
		"no factor":         {widen("--axis", "inner", "--factor", "1"), "factor is 1"},
		"something there": {[]string{"widen", "--model", dir, "--out", dir, "--axis", "inner"},
			"nothing is overwritten"},
		"widen a batch": {[]string{"widen", "--model", batch, "--out", out, "--axis", "inner"}, "config.json"},
	} {
		t.Run(name, func(t *testing.T) {
			code, text, err := run(c.args...)
			assert.Equal(t, codeBad, code)
			assert.Empty(t, text)
			assert.Contains(t, err, c.says)
			assert.Equal(t, 1, strings.Count(err, "\n"), "one sentence: %q", err)
			left, e := os.ReadDir(root)
			require.NoError(t, e)
			assert.Empty(t, left)
		})
	}
}

// Sizes come from files: what no machine can hold is refused before it is asked for.
func TestBatchThatNoMachineCanHoldIsRefused(t *testing.T) {
	dir, _ := trained(t, false)
	long := filepath.Join(t.TempDir(), "long.safetensors")
	require.NoError(t, checkpoint.NewBatch(1, 1<<19).Write(long))
	code, _, err := run("check", "--model", dir, "--batch", long)
	assert.Equal(t, codeBad, code)
	assert.Contains(t, err, "a batch of 1 x 524288 tokens would take about")
}

func TestInterruptedCheckpointVerbsLeaveNothing(t *testing.T) {
	dir, batch := trained(t, false)
	root := t.TempDir()
	ctx, stop := context.WithCancel(context.Background())
	stop()
	var said bytes.Buffer
	e := &env{ctx: ctx, out: &said, err: &said}
	for _, err := range []error{
		widenVerb{Model: dir, Out: filepath.Join(root, "out"), Axis: "inner", Factor: 2, Init: "copy-copy",
			Scale: "rms", States: "copy", recipeFlags: recipeFlags{Schedule: "cosine", Rho: 1.3}}.Run(e),
		checkVerb{Model: dir, Batch: batch, Grads: filepath.Join(root, "grads")}.Run(e),
	} {
		assert.True(t, errors.Is(err, errInterrupted), "%v", err)
	}
	left, err := os.ReadDir(root)
	require.NoError(t, err)
	assert.Empty(t, left)
	assert.Contains(t, said.String(), "nothing was written")
}
