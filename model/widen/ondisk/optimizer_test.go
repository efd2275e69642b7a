package ondisk_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/checkpoint/torch"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/model/widen/ondisk"
)

// kind is how an optimizer's file calls its parameters.
type kind int

const (
	numbered  kind = iota // as Hugging Face's Trainer leaves them, in two groups: those that decay, and norm weights
	withNames             // the same, with param_names
	named                 // {name: {...}}
	wrapped               // {"state": {name: ...}}, of a network that was wrapped
)

// optimizerFile writes the states of a network as PyTorch would, and gives the names in the file's order.
func optimizerFile(t testing.TB, path string, k kind, dtype checkpoint.DType, states ...model.Values) []string {
	t.Helper()
	return optimizerOf(t, path, k, dtype, checkpoint.Split(states[0].Table), nil, states...)
}

// optimizerOf is [optimizerFile] of these parameters, of which steps has how often some were updated.
func optimizerOf(t testing.TB, path string, k kind, dtype checkpoint.DType, layout []checkpoint.StoredTensor,
	steps map[string]float32, states ...model.Values) []string {
	t.Helper()
	values, prefix := map[*torch.Tensor][]float32{}, ""
	if k == wrapped {
		prefix = "_orig_mod.module."
	}
	var groups [2][]string
	of := map[string]checkpoint.StoredTensor{}
	for _, s := range layout {
		of[s.Name] = s
		g := 0
		if len(s.Shape) == 1 {
			g = 1
		}
		groups[g] = append(groups[g], s.Name)
	}
	var names []string
	state, list, id := torch.NewDict(), &torch.List{}, int64(0)
	for _, group := range groups {
		params, own := &torch.List{}, &torch.List{}
		for _, name := range group {
			d := torch.NewDict()
			step := torch.NewTensor(checkpoint.F32, []int{})
			values[step] = []float32{7}
			if n, other := steps[name]; other {
				values[step][0] = n
			}
			d.Set("step", step)
			for i, key := range []string{"exp_avg", "exp_avg_sq"}[:len(states)] {
				x := torch.NewTensor(dtype, of[name].Shape)
				for _, m := range of[name].Matrices {
					values[x] = append(values[x], states[i].Expert(m.Tensor, m.Expert)...)
				}
				d.Set(key, x)
			}
			var key any = prefix + name
			if k < named {
				key = id
			}
			state.Set(key, d)
			params.Items, own.Items = append(params.Items, key), append(own.Items, any(name))
			names = append(names, name)
			id++
		}
		g := torch.NewDict()
		g.Set("lr", 0.001)
		g.Set("betas", torch.Tuple{0.9, 0.95})
		g.Set("params", params)
		if k == withNames {
			g.Set("param_names", own)
		}
		list.Items = append(list.Items, g)
	}
	root := torch.NewDict()
	root.Set("state", state)
	root.Set("param_groups", list)
	if k == named {
		root = state
	}
	require.NoError(t, torch.Write(path, root, func(x *torch.Tensor, w io.Writer) error {
		b := make([]byte, x.Bytes())
		checkpoint.Encode(b, values[x], x.DType)
		_, err := w.Write(b)
		return err
	}))
	return names
}

func statesOf(t testing.TB, path string, names []string) *torch.States {
	t.Helper()
	f, err := torch.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	s, err := f.Read(names)
	require.NoError(t, err)
	return s
}

// In whatever way PyTorch names an optimizer's states, they become what those in safetensors files become, and stay
// under their names and numbers; an untied head's stand last in the embedding's group, where the widened network has
// it.
func TestStatesOfPyTorchAreWidenedAsOurs(t *testing.T) {
	for _, k := range []kind{numbered, withNames, named, wrapped} {
		for _, axis := range []model.Axis{model.Inner, model.Joint} {
			in, v := saved(t, small)
			path := filepath.Join(in.Dir, "optimizer.pt")
			names := optimizerFile(t, path, k, checkpoint.F32, v[1], v[2])
			if k > numbered {
				names = nil
			}
			out := filepath.Join(t.TempDir(), "wide")
			spec := widen.Spec{Axis: axis, Factor: 2, Init: widen.CopyCopy, Scale: widen.RMS,
				OptState: widen.AsymmetricScaled}
			s := statesOf(t, path, names)
			total, last := ondisk.Total(in)+s.Bytes(), int64(0)
			r, err := ondisk.WidenWith(t.Context(), in, out, spec, 1, ondisk.With{States: s},
				func(done int64) { last = done })
			require.NoError(t, err)
			assert.Equal(t, total, last, "the bar ends where it should")
			assert.Empty(t, r.LeftOut)
			want := loaded(t, read(t, out))[1:]
			if k == numbered {
				names = r.Optimizer
			}
			got := statesOf(t, filepath.Join(out, "optimizer.pt"), names)
			assert.Equal(t, r.Optimizer, got.Names())
			sameStates(t, got, want)
			head := slices.IndexFunc(got.Params, func(p *torch.Param) bool {
				return strings.HasSuffix(p.Name, "lm_head.weight")
			})
			switch {
			case axis == model.Inner:
				assert.Equal(t, -1, head)
			case k == named:
				assert.Equal(t, len(got.Params)-1, head)
			default:
				assert.Len(t, got.Params[head+1].Tensors()[1].Shape, 1, "the group of norm weights follows")
			}
			if k <= withNames {
				for id := range got.Params {
					assert.NotNil(t, got.Root().(*torch.Dict).Dict("state").Dict(int64(id)), id)
				}
			}
		}
	}
}

// sameStates compares an optimizer's file with states in memory, whatever layout it has.
func sameStates(t *testing.T, got *torch.States, want []model.Values) {
	t.Helper()
	stored, seen := checkpoint.StoredTensors(want[0].Table), 0
	for _, p := range got.Params {
		name := strings.TrimPrefix(p.Name, "_orig_mod.module.")
		require.Contains(t, stored, name)
		all := p.Tensors()
		require.Len(t, all, 3, name)
		require.Equal(t, []string{"step", "exp_avg", "exp_avg_sq"}, []string{all[0].Key, all[1].Key, all[2].Key})
		require.Equal(t, []float32{7}, elements(t, got.File, all[0].Tensor), "steps are counted on")
		for k, w := range want {
			var data []float32
			for _, m := range stored[name].Matrices {
				data = append(data, w.Expert(m.Tensor, m.Expert)...)
			}
			require.Equal(t, stored[name].Shape, all[1+k].Shape, name)
			require.Equal(t, data, elements(t, got.File, all[1+k].Tensor), name)
			seen += len(data)
		}
	}
	assert.Equal(t, 2*len(want[0].Data), seen, "every element has its states")
}

func elements(t testing.TB, f *torch.File, x *torch.Tensor) []float32 {
	t.Helper()
	r, err := f.Reader(x)
	require.NoError(t, err)
	defer r.Close()
	v := make([]float32, x.Len())
	require.NoError(t, r.Floats(context.Background(), v))
	return v
}

// States keep their type, and are rounded once.
func TestStatesOfPyTorchKeepTheirType(t *testing.T) {
	for _, dtype := range []checkpoint.DType{checkpoint.BF16, checkpoint.F16} {
		in, v := saved(t, small)
		path := filepath.Join(t.TempDir(), "states.bin") // it may lie elsewhere, under any name
		optimizerFile(t, path, named, dtype, v[1])
		out := filepath.Join(t.TempDir(), "wide")
		_, err := ondisk.WidenWith(t.Context(), in, out, widen.Spec{Axis: model.Inner, Factor: 1.5,
			Init: widen.CopyCopy, Scale: widen.RMS, OptState: widen.Copy}, 1,
			ondisk.With{States: statesOf(t, path, nil)}, noProgress)
		require.NoError(t, err)
		want := loaded(t, read(t, out))[1]
		got := statesOf(t, filepath.Join(out, "states.bin"), nil)
		for _, p := range got.Params {
			x := p.Tensors()[1]
			require.Equal(t, dtype, x.DType)
			want.Each(func(name string, shape []int, data []float32) {
				if name == p.Name {
					require.Equal(t, shape, x.Shape)
					require.InDeltaSlice(t, data, elements(t, got.File, x.Tensor), 2e-3)
				}
			})
		}
	}
}

// What could be another network's, or be misread, is refused by name, and nothing is written.
func TestStatesThatDoNotFitAreRefused(t *testing.T) {
	in, v := saved(t, small)
	path := filepath.Join(t.TempDir(), "optimizer.pt")
	names := optimizerFile(t, path, numbered, checkpoint.F32, v[1], v[2])
	f, err := torch.Open(path)
	require.NoError(t, err)
	defer f.Close()
	_, err = f.Read(nil)
	assert.ErrorContains(t, err, "--names FILE")
	_, err = f.Read(names[1:])
	assert.ErrorContains(t, err, "parameters, and there are")
	_, err = f.Read(append([]string{names[1]}, names[1:]...))
	assert.ErrorContains(t, err, "two parameters are called")

	wrong := slices.Clone(names)
	wrong[0], wrong[len(wrong)-1] = wrong[len(wrong)-1], wrong[0]
	strange := slices.Clone(names)
	strange[3] = "model.layers.9.what"
	for want, names := range map[string][]string{"may be in another order": wrong, "does not have": strange} {
		out := filepath.Join(t.TempDir(), "wide")
		_, err := ondisk.WidenWith(t.Context(), in, out, widen.Spec{Axis: model.Inner, Factor: 2, Init: widen.CopyCopy,
			Scale: widen.RMS, OptState: widen.Copy}, 1, ondisk.With{States: statesOf(t, path, names)}, noProgress)
		assert.ErrorContains(t, err, want)
		assert.NoDirExists(t, out)
	}
}

// Of an optimizer's file of any size only the largest tensor is held, whether states keep their layout or are put
// together or taken apart.
func TestMemoryOfAnOptimizersFileIsThatOfOneTensor(t *testing.T) {
	c := small
	c.Hidden, c.Inner, c.Experts, c.Vocab = 96, 96, 48, 200
	dir := filepath.Join(t.TempDir(), "small")
	w := model.Init(c, 1)
	require.NoError(t, checkpoint.Save(context.Background(), dir, nil, w))
	for _, layouts := range [][2]checkpoint.Layout{{checkpoint.Apart, ""}, {checkpoint.Apart, checkpoint.Stacked},
		{checkpoint.Stacked, checkpoint.Apart}} {
		f := read(t, dir)
		path := filepath.Join(t.TempDir(), "optimizer.pt")
		optimizerOf(t, path, withNames, checkpoint.F32, in(t, f, layouts[0]), nil, w, w)
		size, err := os.Stat(path)
		require.NoError(t, err)
		s := statesOf(t, path, nil)
		var m runtime.MemStats
		held := func() uint64 {
			runtime.GC()
			runtime.ReadMemStats(&m)
			return m.HeapAlloc
		}
		before, most, calls := held(), uint64(0), 0
		_, err = ondisk.WidenWith(t.Context(), f, filepath.Join(t.TempDir(), "wide"), widen.Spec{Axis: model.Inner,
			Factor: 2, Init: widen.CopyCopy, Scale: widen.RMS, OptState: widen.Copy}, 1,
			ondisk.With{States: s, Layout: layouts[1]}, func(int64) {
				if calls++; calls%64 == 0 {
					most = max(most, held())
				}
			})
		require.NoError(t, err)
		const fixed = 3 << 20 // names, buffers, the list of entries
		assert.Greater(t, size.Size(), int64(5*fixed))
		assert.Less(t, most-min(before, most), uint64(fixed), "%d bytes are widened, %v", size.Size(), layouts)
	}
}
