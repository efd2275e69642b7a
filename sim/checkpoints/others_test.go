package checkpoints

import (
	"context"
	"encoding/json"
	"errors"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// Other programs read a checkpoint as any folder of the family, and what they compute of it is what the run computes,
// also of a head that is tied and has a factor on its logits, which they do not know.
func TestOtherProgramsComputeOfACheckpointWhatTheRunComputes(t *testing.T) {
	e := tiny(model.Hidden, "sparkling")
	k := keeper(t, 1)
	r := begun(t, e).to(6)
	require.NotEqual(t, 1.0, r.learn.Table().Config.LogitMult)
	f, err := checkpoint.ReadFolder(context.Background(), r.save(k))
	require.NoError(t, err)
	require.True(t, f.Table.Config.Untied)
	w, err := f.Load(context.Background(), f.Weights, func(int64) {})
	require.NoError(t, err)
	ids := []int32{1, 5, 2, 9, 3, 3, 7, 0}
	logits := func(w model.Values) []float32 {
		net := model.NewNet(compute.Reference{}, w, 1, len(ids))
		net.Forward(ids)
		return net.Logits()
	}
	assert.InDeltaSlice(t, logits(r.state().Weights), logits(w), 1e-5)
}

// script is all that a program in PyTorch needs to find the new parameters of a checkpoint, without a library for its
// files: of every tensor, how many elements came at each growth stage.
const script = `
import json, sys, torch
def read(path):
    data = bytearray(open(path, "rb").read())
    n = int.from_bytes(data[:8], "little")
    head = json.loads(data[8:8 + n])
    del head["__metadata__"]
    types = {"F32": torch.float32, "U8": torch.uint8}
    return {name: torch.frombuffer(data[8 + n:][slice(*t["data_offsets"])], dtype=types[t["dtype"]]).view(t["shape"])
            for name, t in head.items()}
where = sys.argv[1] + "/"
weights, stages = read(where + "model.safetensors"), read(where + "growth_stages.safetensors")
m, v = read(where + "optimizer_m.safetensors"), read(where + "optimizer_v.safetensors")
out = {}
for name, w in weights.items():
    assert m[name].shape == v[name].shape == w.shape
    age = stages[name + ".rows"]
    if w.dim() == 2:
        age = torch.maximum(age[:, None], stages[name + ".cols"][None, :])
    assert age.shape == w.shape
    out[name] = torch.bincount(age.flatten().long(), minlength=3).tolist()
print(json.dumps({"step": json.load(open(where + "position.json"))["step"], "stages": out}))
`

// A plain script in PyTorch finds the weights, both states, the step, and of every element at which widening it came.
func TestPyTorchFindsTheNewParametersOfACheckpoint(t *testing.T) {
	python := testneed.PyTorch(t)
	e := twice(tiny(model.Joint, "sparkling"))
	k := keeper(t, 1)
	r := begun(t, e).to(9)
	out, err := exec.Command(python, "-c", script, r.save(k)).Output()
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) {
		t.Fatal(string(failed.Stderr))
	}
	require.NoError(t, err)
	var got struct {
		Step   int
		Stages map[string][3]int
	}
	require.NoError(t, json.Unmarshal(out, &got))
	assert.Equal(t, 9, got.Step)
	table := r.learn.Table()
	for _, x := range table.Tensors {
		var want [3]int
		for _, s := range r.growth.TensorSegments(x) {
			want[s.Stage] += s.To - s.From
		}
		var sum [3]int
		for i := range x.Experts {
			for k, n := range got.Stages[x.Name(i)] {
				sum[k] += n
			}
		}
		assert.Equal(t, want, sum, x.Name(0))
	}
	assert.Len(t, got.Stages, len(checkpoint.Split(table))+1, "the head stands apart, with its factor")
}
