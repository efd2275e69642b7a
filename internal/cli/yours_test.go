package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/fixture"
	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/checkpoint/torch"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen/ondisk"
)

// trainer3 trains the network of a set in PyTorch for its three updates, with two groups of parameters as Hugging
// Face's Trainer makes them, and leaves the optimizer's states as it does.
const trainer3 = `
import json, sys, torch
sys.path.insert(0, sys.argv[1])
from network import Network, read, write
model, batch = Network.load("small"), read("batch.safetensors")
flat = lambda p: p.dim() == 1
optimizer = torch.optim.AdamW([{"params": [p for p in model.parameters() if not flat(p)]},
                               {"params": [p for p in model.parameters() if flat(p)]}],
                              betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1)
for rate in json.loads(sys.argv[2]):
    for g in optimizer.param_groups:
        g["lr"] = rate
    _, objective = model(batch["input_ids"].long(), batch["labels"].long())
    optimizer.zero_grad()
    objective.backward()
    optimizer.step()
write("small/model.safetensors", dict(model.named_parameters()))
torch.save(optimizer.state_dict(), "small/optimizer.pt")
`

// The page of one's own checkpoint tells the truth: its commands go on in PyTorch from a network that PyTorch has
// trained, and what comes of it is what comes of it here. The weights after three updates are within 1e-4 also of those
// that an independent implementation has, and the losses of ten within 1e-3 of ours.
func TestYourCheckpointGoesOnWider(t *testing.T) {
	python := testneed.PyTorch(t)
	root, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	example := filepath.Join(root, "examples", "pytorch")
	set := filepath.Join(root, "model", "testdata", "fixtures", "tiny_f32")
	small, _ := hugged(t, set, map[string]string{"model.safetensors": "weights_init"})
	t.Chdir(t.TempDir())
	require.NoError(t, os.CopyFS("small", os.DirFS(small)))
	batch, err := os.ReadFile(batchOf(set))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile("batch.safetensors", batch, 0o644))
	py := func(args ...string) string {
		t.Helper()
		var errors bytes.Buffer
		c := exec.Command(python, args...)
		c.Stderr = &errors
		out, err := c.Output()
		require.NoError(t, err, errors.String())
		return string(out)
	}
	page, err := os.ReadFile(filepath.Join(root, "docs", "yours.md"))
	require.NoError(t, err)
	code := regexp.MustCompile("(?s)```python\n(.*?)```").FindSubmatch(page)
	require.NotNil(t, code, "the page has the three lines that write the names")
	require.Equal(t, 3, bytes.Count(code[1], []byte("\n")))
	rates, err := json.Marshal(fixture.LossesOf(t, set).LR)
	require.NoError(t, err)
	py("-B", "-c", trainer3+string(code[1]), example, string(rates))
	sameAs(t, fixture.Load(t, set, "weights_step3"), "small/model.safetensors", "the first three updates")

	var printed, inspected string
	commands := regexp.MustCompile(`(?m)^    ((?:sparkling|python3) .*)$`).FindAllSubmatch(
		bytes.ReplaceAll(page, []byte("\\\n"), nil), -1)
	require.Len(t, commands, 5)
	for _, c := range commands {
		words := strings.Fields(string(c[1]))
		if words[0] == "python3" {
			printed = py(append([]string{"-B", filepath.Join(root, words[1])}, words[2:]...)...)
			continue
		}
		code, out, err := run(words[1:]...)
		require.Zero(t, code, "%s: %s", c[1], err)
		if words[1] == "inspect" {
			inspected = out
		}
	}
	assert.Regexp(t, `(?s)exp_avg: norm .*exp_avg_sq: norm .*Hidden axis: .*will\s+part`, inspected)
	_, losses := goOn(t, "wide", 10, 1e-8)
	for i, line := range strings.Split(strings.TrimSpace(printed), "\n") {
		var p struct{ Loss float64 }
		require.NoError(t, json.Unmarshal([]byte(line), &p))
		assert.InDelta(t, losses[i], p.Loss, 1e-3, "update %d", i)
	}
	require.Len(t, losses, 10)
	assert.Less(t, losses[9], losses[0]-0.3)

	ours, _ := goOn(t, "wide", 3, 1e-8)
	py("-B", filepath.Join(example, "go_on.py"), "--model", "wide", "--batch", "batch.safetensors", "--steps", "3",
		"--out", "after3.safetensors")
	after := opened(t, "after3.safetensors")
	ours.Each(func(name string, shape []int, data []float32) {
		near(t, name, data, after(name, len(data)), 1e-4)
	})

	// states in safetensors files, and an axis that leaves the head tied, of which the set has what must come out
	dir, _ := hugged(t, set, map[string]string{"model.safetensors": "weights_step3",
		"optimizer_m.safetensors": "opt_m_step3", "optimizer_v.safetensors": "opt_v_step3"})
	exit, _, text := run("widen", "--model", dir, "--out", "inner", "--axis", "inner", "--rate", "0.01", "--schedule",
		"constant", "--steps-done", "3", "--steps-left", "40", "--rho", "1.3", "--tau", "2", "--quiet")
	require.Zero(t, exit, text)
	py("-B", filepath.Join(example, "go_on.py"), "--model", "inner", "--batch", "batch.safetensors", "--steps", "3",
		"--out", "inner3.safetensors")
	sameAs(t, fixture.Load(t, set, "widen_inner_step3"), "inner3.safetensors", "three updates after the widening")
}

// Names that are not the folder's, as those of a network that is wrapped, are no reason to train new elements as old
// ones.
func TestNewElementsWithoutAParameterAreRefused(t *testing.T) {
	python := testneed.PyTorch(t)
	out, err := exec.Command(python, "-B", "-c", `
import sys, torch
sys.path.insert(0, sys.argv[1])
from go_on import NewParameters
p = torch.nn.Parameter(torch.zeros(2))
NewParameters(torch.optim.SGD([p], 1.0), [("a", p)], {"a": torch.tensor([False, True]), "b": torch.tensor([False])}, {})
NewParameters(torch.optim.SGD([p], 1.0), [("module.a", p)], {"a": torch.tensor([False, True])}, {})
`, filepath.Join("..", "..", "examples", "pytorch")).CombinedOutput()
	assert.Error(t, err)
	assert.Contains(t, string(out), "line 7")
	assert.Contains(t, string(out), "a has new elements, and no parameter has that name")
}

// opened reads tensors of a safetensors file.
func opened(t *testing.T, path string) func(name string, n int) []float32 {
	t.Helper()
	f, err := checkpoint.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	return func(name string, n int) []float32 {
		e, ok := f.Find(name)
		require.True(t, ok, name)
		x := make([]float32, n)
		require.Equal(t, n, e.Len(), name)
		require.NoError(t, f.Floats(t.Context(), x, e))
		return x
	}
}

// sameAs compares all tensors of a file with those of a set.
func sameAs(t *testing.T, want fixture.File, path, what string) {
	t.Helper()
	f, err := checkpoint.Open(path)
	require.NoError(t, err)
	defer f.Close()
	for _, e := range f.Entries {
		x := make([]float32, e.Len())
		require.NoError(t, f.Floats(t.Context(), x, e))
		near(t, what+": "+e.Name, want.F32(t, e.Name, e.Shape), x, 1e-4)
	}
}

// goOn trains a widened folder here, by its recipe, and gives the weights and the losses before each update.
func goOn(t *testing.T, dir string, steps int, eps float64) (model.Values, []float64) {
	t.Helper()
	folder, err := checkpoint.ReadFolder(t.Context(), dir)
	require.NoError(t, err)
	weights, err := folder.Load(t.Context(), folder.Weights, func(int64) {})
	require.NoError(t, err)
	growth, err := folder.Growth(t.Context())
	require.NoError(t, err)
	b, err := checkpoint.ReadBatch(t.Context(), "batch.safetensors", folder.Table.Config)
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(dir, ondisk.RecipeName))
	require.NoError(t, err)
	var r ondisk.Recipe
	require.NoError(t, json.Unmarshal(text, &r))
	m, v := statesIn(t, dir, folder.Table)
	net := model.NewNet(compute.NewCPU(), weights, b.Rows, b.Seq)
	o := optim.New(optim.Config{Kind: optim.AdamW, Beta1: 0.9, Beta2: 0.95, Eps: eps, WeightDecay: 0.1},
		compute.NewCPU(), growth, m, v, *r.StepsDone)
	var losses []float64
	for step := range steps {
		net.Forward(b.IDs)
		losses = append(losses, net.Backward(b.Labels).CE)
		old, fresh := r.Rates(step)
		o.Step(net.Weights, net.Grads, []float64{old, fresh})
	}
	return net.Weights, losses
}

// statesIn are the moments of a folder's optimizer.pt.
func statesIn(t *testing.T, dir string, table *model.Table) (m, v model.Values) {
	t.Helper()
	names, err := readNames(filepath.Join(dir, ondisk.NamesName))
	require.NoError(t, err)
	return moments(t, filepath.Join(dir, "optimizer.pt"), names, table)
}

// moments are those of a file, with the names of its parameters where it has none.
func moments(t *testing.T, path string, names []string, table *model.Table) (m, v model.Values) {
	t.Helper()
	f, err := torch.Open(path)
	require.NoError(t, err)
	defer f.Close()
	states, err := f.Read(names)
	require.NoError(t, err)
	m, v = model.NewValues(table), model.NewValues(table)
	stored := checkpoint.StoredTensors(table)
	for _, p := range states.Params {
		at := stored[p.Name].Matrices[0]
		for _, x := range p.Tensors() {
			if x.Power > 0 {
				r, err := f.Reader(x.Tensor)
				require.NoError(t, err)
				into := []model.Values{m, v}[x.Power-1].Expert(at.Tensor, at.Expert)
				require.NoError(t, r.Floats(t.Context(), into))
				r.Close()
			}
		}
	}
	return m, v
}
