package ondisk_test

import (
	"bytes"
	"os"
	"path/filepath"
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

// joint widens both axes, so that the head is untied too.
var joint = widen.Spec{Axis: model.Joint, Factor: 2, Init: widen.CopyCopy, Scale: widen.RMS,
	OptState: widen.AsymmetricScaled}

// in is a network's parameters in a layout, in the order of its table.
func in(t testing.TB, f *checkpoint.Folder, layout checkpoint.Layout) []checkpoint.StoredTensor {
	t.Helper()
	all, err := f.Weights.Names.In(f.Table, layout)
	require.NoError(t, err)
	return all
}

// States are put together and taken apart with their weights: from every layout and in every kind of file they become,
// number by number, what they become beside weights that keep their layout.
func TestStatesFollowTheirWeightsIntoEveryLayout(t *testing.T) {
	for i, was := range checkpoint.Layouts {
		for k, becomes := range checkpoint.Layouts {
			f, v := saved(t, small)
			path, kind := filepath.Join(f.Dir, "optimizer.pt"), kind((3*i+k)%4)
			names := optimizerOf(t, path, kind, checkpoint.F32, in(t, f, was), nil, v[1], v[2])
			if kind > numbered {
				names = nil
			}
			s := statesOf(t, path, names)
			out, with := filepath.Join(t.TempDir(), "wide"), ondisk.With{Layout: becomes, States: s}
			would, err := ondisk.Foresee(t.Context(), f, joint, with)
			require.NoError(t, err)
			last := int64(0)
			r, err := ondisk.WidenWith(t.Context(), f, out, joint, 1, with, func(done int64) { last = done })
			require.NoError(t, err)
			assert.Equal(t, would.Read, last, "the bar ends where it should: %s, %s", was, becomes)
			if kind == numbered {
				names = r.Optimizer
			}
			got := statesOf(t, filepath.Join(out, "optimizer.pt"), names)
			assert.Equal(t, would.Write, tensors(t, out)+got.Bytes())
			assert.Equal(t, r.Optimizer, got.Names())
			sameStates(t, got, loaded(t, read(t, out))[1:])
			var there []string
			for _, x := range in(t, read(t, out), becomes) {
				there = append(there, x.Name)
			}
			for i, name := range r.Optimizer {
				r.Optimizer[i] = strings.TrimPrefix(name, "_orig_mod.module.")
			}
			assert.ElementsMatch(t, there, r.Optimizer)
		}
	}
}

// There and back the moments have the bits that they have where nothing was put together.
func TestMomentsComeBackFromAnotherLayoutToTheBit(t *testing.T) {
	widened := func(layouts ...checkpoint.Layout) *torch.States {
		f, v := saved(t, small)
		path := filepath.Join(f.Dir, "optimizer.pt")
		optimizerFile(t, path, withNames, checkpoint.BF16, v[1], v[2])
		for _, layout := range layouts {
			out := filepath.Join(t.TempDir(), "wide")
			_, err := ondisk.WidenWith(t.Context(), f, out, joint, 1, ondisk.With{Layout: layout,
				States: statesOf(t, path, nil)}, noProgress)
			require.NoError(t, err)
			f, path = read(t, out), filepath.Join(out, "optimizer.pt")
		}
		return statesOf(t, path, nil)
	}
	want := widened("", "")
	for _, between := range []checkpoint.Layout{checkpoint.Stacked, checkpoint.MLX} {
		got := widened(between, checkpoint.Apart)
		require.ElementsMatch(t, want.Names(), got.Names())
		for _, p := range got.Params {
			w := want.Params[slices.Index(want.Names(), p.Name)]
			for k, x := range p.Tensors() {
				require.Equal(t, elements(t, want.File, w.Tensors()[k].Tensor), elements(t, got.File, x.Tensor), p.Name)
			}
		}
	}
}

// What cannot be one parameter is not made one: it is named, nothing is written, and a dry run says the same.
func TestStatesThatCannotBeOneAreRefused(t *testing.T) {
	const expert, stack = "model.layers.1.mlp.experts.2.up_proj.weight", "model.layers.1.mlp.experts.gate_up_proj"
	change := func(t *testing.T, s *torch.States, name string, change func(state *torch.Dict)) {
		at := slices.Index(s.Names(), name)
		require.GreaterOrEqual(t, at, 0)
		change(s.Params[at].State)
	}
	for want, make := range map[string]func(t *testing.T, s *torch.States){
		"one has 3 states, and the other 2": func(t *testing.T, s *torch.States) {
			change(t, s, expert, func(d *torch.Dict) { *d = *without(d, "exp_avg_sq") })
		},
		"one has no exp_avg_sq": func(t *testing.T, s *torch.States) {
			change(t, s, expert, func(d *torch.Dict) {
				*d = *without(d, "exp_avg_sq")
				d.Set("max_exp_avg_sq", d.Get("exp_avg"))
			})
		},
		"one has states, and the other none": func(t *testing.T, s *torch.States) {
			s.Params[slices.Index(s.Names(), expert)].State = nil
		},
		"a tensor of one and none of the other": func(t *testing.T, s *torch.States) {
			change(t, s, expert, func(d *torch.Dict) { d.Set("step", int64(7)) })
		},
		"their exp_avg is F32 and BF16": func(t *testing.T, s *torch.States) {
			change(t, s, expert, func(d *torch.Dict) {
				d.Set("exp_avg", torch.NewTensor(checkpoint.BF16, d.Get("exp_avg").(*torch.Tensor).Shape))
			})
		},
		"they are in two groups": func(_ *testing.T, s *torch.States) {
			groups := s.Groups()
			at := slices.IndexFunc(groups[0], func(p *torch.Param) bool { return p.Name == expert })
			groups[1] = append(groups[1], groups[0][at])
			groups[0] = slices.Delete(slices.Clone(groups[0]), at, at+1)
			s.Arrange(groups)
		},
		"has no parameter " + expert: func(_ *testing.T, s *torch.States) {
			groups := s.Groups()
			groups[0] = slices.DeleteFunc(slices.Clone(groups[0]),
				func(p *torch.Param) bool { return p.Name == expert })
			s.Arrange(groups)
		},
		"their step is 7 and 9": nil,
	} {
		t.Run(want, func(t *testing.T) {
			f, v := saved(t, small)
			path := filepath.Join(f.Dir, "optimizer.pt")
			steps := map[string]float32{}
			if make == nil {
				steps[expert] = 9
			}
			optimizerOf(t, path, withNames, checkpoint.F32, checkpoint.Split(f.Table), steps, v[1], v[2])
			s := statesOf(t, path, nil)
			if make != nil {
				make(t, s)
			}
			with, out := ondisk.With{Layout: checkpoint.Stacked, States: s}, filepath.Join(t.TempDir(), "wide")
			_, did := ondisk.WidenWith(t.Context(), f, out, joint, 1, with, noProgress)
			for _, part := range []string{want, expert, stack, path, "leave --layout out"} {
				assert.ErrorContains(t, did, part)
			}
			_, would := ondisk.Foresee(t.Context(), f, joint, with)
			assert.Equal(t, did, would)
			assert.NoDirExists(t, out)
			with.Layout = ""
			_, err := ondisk.Foresee(t.Context(), f, joint, with)
			assert.NoError(t, err, "it is no reason where the layout stays")
		})
	}
}

// without is a dict but for a key.
func without(d *torch.Dict, key string) *torch.Dict {
	now := torch.NewDict()
	for _, k := range d.Keys {
		if k != key {
			now.Set(k, d.Get(k))
		}
	}
	return now
}

// A parameter keeps its place among the others of its group; experts and their router stand where the first of them
// stood. Counts that are plain numbers, of either kind, and parameters that no gradient has come to, go the same way.
func TestExpertsThatComeTogetherStandWhereTheFirstStood(t *testing.T) {
	f, v := saved(t, small)
	path := filepath.Join(f.Dir, "optimizer.pt")
	optimizerFile(t, path, withNames, checkpoint.F32, v[1], v[2])
	s := statesOf(t, path, nil)
	groups := s.Groups()
	slices.Reverse(groups[0])
	for i, p := range groups[0] {
		p.State.Set("step", []any{int64(5), 5.0}[i%2])
		if strings.Contains(p.Name, "layers.0.mlp") {
			p.State = nil
		}
	}
	s.Arrange(groups)
	out := filepath.Join(t.TempDir(), "wide")
	r, err := ondisk.WidenWith(t.Context(), f, out, joint, 1, ondisk.With{Layout: checkpoint.Stacked, States: s},
		noProgress)
	require.NoError(t, err)
	assert.Equal(t, []string{"model.layers.1.mlp.experts.gate_up_proj", "model.layers.1.mlp.experts.down_proj",
		"model.layers.1.mlp.gate.weight", "model.layers.1.self_attn.o_proj.weight"}, r.Optimizer[:4])
	got := statesOf(t, filepath.Join(out, "optimizer.pt"), nil)
	assert.EqualValues(t, 5, got.Params[0].State.Get("step"))
	at := slices.Index(r.Optimizer, "model.layers.0.mlp.experts.down_proj")
	assert.Nil(t, got.Params[at].State)
}

// A byte that changed in states which are taken apart is noticed, though no part of them reaches the archive's sum.
func TestDamagedStatesAreNoticedWhereTheyAreTakenApart(t *testing.T) {
	for _, becomes := range []checkpoint.Layout{checkpoint.Apart, checkpoint.MLX} {
		f, v := saved(t, small)
		path := filepath.Join(f.Dir, "optimizer.pt")
		optimizerOf(t, path, withNames, checkpoint.F32, in(t, f, checkpoint.Stacked), nil, v[1], v[2])
		spoil(t, path, v[1].Expert(f.Table.Find(model.Gate, 1), 2)[:8])
		out := filepath.Join(t.TempDir(), "wide")
		_, err := ondisk.WidenWith(t.Context(), f, out, joint, 1, ondisk.With{Layout: becomes,
			States: statesOf(t, path, nil)}, noProgress)
		assert.ErrorContains(t, err, "checksum")
		assert.NoDirExists(t, out)
	}
}

// spoil changes the first of some numbers in a file.
func spoil(t *testing.T, path string, numbers []float32) {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	b := make([]byte, 4*len(numbers))
	checkpoint.Encode(b, numbers, checkpoint.F32)
	at := bytes.Index(data, b)
	require.GreaterOrEqual(t, at, 0)
	data[at]++
	require.NoError(t, os.WriteFile(path, data, 0o644))
}
