//go:build !js

package torch_test

import (
	"io"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/fixture"
	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/checkpoint/torch"
)

// save makes what PyTorch's own optimizers save, and load compares what was written here, read with weights_only=True.
const save = `
import sys, torch
from torch import nn
torch.manual_seed(0)
net = nn.ParameterDict({"w": nn.Parameter(torch.randn(3, 4)), "b": nn.Parameter(torch.randn(4))})
groups = [{"params": [net["w"]], "weight_decay": 0.1}, {"params": [net["b"]], "weight_decay": 0.0}]
adam = torch.optim.AdamW(groups, lr=1e-3)
for _ in range(3):
    net["w"].grad, net["b"].grad = torch.randn(3, 4), torch.randn(4)
    adam.step()
torch.save(adam.state_dict(), sys.argv[1])
torch.save({k: {n: t.bfloat16() for n, t in s.items()} for k, s in zip("wb", adam.state.values())}, sys.argv[2])
torch.save(adam.state_dict(), sys.argv[3], _use_new_zipfile_serialization=False)
`

const load = fixture.Restricted + `
import sys
def same(x, y):
    if torch.is_tensor(x):
        return x.dtype == y.dtype and x.shape == y.shape and bool((x == y).all())
    if isinstance(x, dict):
        return list(x) == list(y) and all(same(x[k], y[k]) for k in x)
    if isinstance(x, (list, tuple)):
        return type(x) == type(y) and len(x) == len(y) and all(map(same, x, y))
    return type(x) == type(y) and x == y
for a, b in zip(sys.argv[2::2], sys.argv[3::2]):
    a, b = torch.load(a), torch.load(b, weights_only=True)
    assert same(a, b), (a, b)
torch.save(torch.load(sys.argv[1], map_location="cpu"), sys.argv[1] + "2")
`

// Files of PyTorch's are read, and written so that PyTorch reads the same.
func TestPyTorchReadsWhatItWroteAndWasWrittenAgain(t *testing.T) {
	python := testneed.PyTorch(t)
	dir := t.TempDir()
	numbered, named, old := filepath.Join(dir, "a.pt"), filepath.Join(dir, "b.pt"), filepath.Join(dir, "old.pt")
	run := func(args ...string) {
		out, err := exec.Command(python, append([]string{"-I", "-c"}, args...)...).CombinedOutput()
		require.NoError(t, err, string(out))
	}
	run(save, numbered, named, old)
	for _, path := range []string{numbered, named} {
		f := opened(t, path)
		again := path + "2"
		sources := map[*torch.Tensor]*torch.Tensor{}
		root := cloned(f.Root, sources)
		require.NoError(t, torch.Write(again, root, func(x *torch.Tensor, w io.Writer) error {
			r, err := f.Reader(sources[x])
			require.NoError(t, err)
			defer r.Close()
			return r.Copy(t.Context(), w)
		}))
	}
	run(load, old, numbered, numbered+"2", named, named+"2")
	_, err := torch.Open(old)
	assert.ErrorContains(t, err, "before 1.6")
	s, err := opened(t, old+"2").Read([]string{"w", "b"})
	require.NoError(t, err, "one that was saved anew")
	assert.Len(t, s.Params, 2)
	s, err = opened(t, numbered).Read([]string{"w", "b"})
	require.NoError(t, err)
	assert.Equal(t, []string{"w", "b"}, s.Names())
	assert.Equal(t, []int{3, 4}, s.Params[0].State.Get("exp_avg").(*torch.Tensor).Shape)
	s, err = opened(t, named).Read(nil)
	require.NoError(t, err)
	assert.Equal(t, checkpoint.BF16, s.Params[1].State.Get("exp_avg_sq").(*torch.Tensor).DType)
}

// cloned is a tree with tensors of its own, and where the elements of each come from.
func cloned(x any, sources map[*torch.Tensor]*torch.Tensor) any {
	switch x := x.(type) {
	case *torch.Dict:
		d := torch.NewDict()
		d.Ordered = x.Ordered
		for _, key := range x.Keys {
			d.Set(key, cloned(x.Get(key), sources))
		}
		return d
	case *torch.List:
		l := &torch.List{}
		for _, item := range x.Items {
			l.Items = append(l.Items, cloned(item, sources))
		}
		return l
	case *torch.Tensor:
		now := torch.NewTensor(x.DType, x.Shape)
		sources[now] = x
		return now
	}
	return x
}
