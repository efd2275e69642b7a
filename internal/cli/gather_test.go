package cli

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
)

// distribute saves the states of a folder as a distributed checkpoint, beside a network and what is no tensor. Debian's
// Python 3.11 refuses a default that PyTorch 1.13 has there, and is told another.
const distribute = `
import dataclasses, json, runpy, sys
if sys.version_info >= (3, 11):
    whole = dataclasses._get_field
    def lenient(cls, name, kind, keywords):
        f = getattr(cls, name, None)
        if isinstance(f, dataclasses.Field) and type(f.default).__name__ == "TensorProperties":
            f.default, f.default_factory = dataclasses.MISSING, type(f.default)
        return whole(cls, name, kind, keywords)
    dataclasses._get_field = lenient
import torch
try:
    import torch.distributed.checkpoint as distributed
except ModuleNotFoundError:
    import torch.distributed._shard.checkpoint as distributed
example, dir = sys.argv[1:3]
sys.path.insert(0, example)
from network import read
m, v, all = read(dir + "/optimizer_m.safetensors"), read(dir + "/optimizer_v.safetensors"), {}
for name in m:
    all["optimizer.state." + name + ".exp_avg"] = m[name]
    all["optimizer.state." + name + ".exp_avg_sq"] = v[name]
    all["optimizer.state." + name + ".step"] = torch.tensor(3.0) if "norm" in name else 3
    all["model." + name] = m[name]
all["optimizer.param_groups"] = [{"lr": 0.01}]
distributed.save_state_dict(all, distributed.FileSystemWriter("parts"), no_dist=True)
sys.argv = ["gather.py", "parts", "optimizer.pt"]
runpy.run_path(example + "/gather.py", run_name="__main__")
`

// A distributed checkpoint of PyTorch's is refused with what gathers it, and what the example gathers of it is widened
// as the same states in safetensors files are.
func TestDistributedStatesAreGatheredAndWidened(t *testing.T) {
	python := testneed.PyTorch(t)
	root, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	dir, _ := hugged(t, filepath.Join(root, "model", "testdata", "fixtures", "tiny_f32"), map[string]string{
		"model.safetensors": "weights_step3", "optimizer_m.safetensors": "opt_m_step3",
		"optimizer_v.safetensors": "opt_v_step3"})
	t.Chdir(t.TempDir())
	out, err := exec.Command(python, "-B", "-c", distribute, filepath.Join(root, "examples", "pytorch"),
		dir).CombinedOutput()
	require.NoError(t, err, string(out))
	code, _, text := run("widen", "--model", dir, "--out", "wide", "--axis", "inner", "--optimizer", "parts", "--quiet")
	assert.NotZero(t, code)
	assert.Contains(t, text, "gather.py FOLDER")
	code, _, text = run("widen", "--model", dir, "--out", "wide", "--axis", "inner", "--optimizer", "optimizer.pt",
		"--quiet")
	require.Zero(t, code, text)
	folder, err := checkpoint.ReadFolder(t.Context(), "wide")
	require.NoError(t, err)
	m, v := moments(t, filepath.Join("wide", "optimizer.pt"), nil, folder.Table)
	for k, got := range []model.Values{m, v} {
		want, err := folder.Load(t.Context(), folder.States[k], func(int64) {})
		require.NoError(t, err)
		assert.Equal(t, want.Data, got.Data)
	}
}
