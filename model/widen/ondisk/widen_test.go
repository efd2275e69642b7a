package ondisk_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/fixture"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/model/widen/ondisk"
)

var small = model.Config{
	Vocab: 17, Hidden: 12, Layers: 2, Heads: 4, KVHeads: 2, HeadDim: 6, Experts: 4, TopK: 2, Inner: 10,
	NormEps: 1e-6, RopeBase: 10000, AuxLossCoef: 0.01, ZLossCoef: 0.001, InitStd: 0.1, LogitMult: 1,
}

// saved is a folder with a network of this shape and two states.
func saved(t testing.TB, c model.Config) (*checkpoint.Folder, [3]model.Values) {
	dir := filepath.Join(t.TempDir(), "small")
	v := [3]model.Values{model.Init(c, 1), model.Init(c, 2), model.Init(c, 3)}
	require.NoError(t, checkpoint.Save(context.Background(), dir, map[string]string{"steps": "7"}, v[0], v[1], v[2]))
	return read(t, dir), v
}

func read(t testing.TB, dir string) *checkpoint.Folder {
	t.Helper()
	f, err := checkpoint.ReadFolder(context.Background(), dir)
	require.NoError(t, err)
	return f
}

// loaded is every set of a folder.
func loaded(t testing.TB, f *checkpoint.Folder) (v []model.Values) {
	t.Helper()
	for _, s := range f.Sets() {
		x, err := f.Load(context.Background(), s, noProgress)
		require.NoError(t, err)
		v = append(v, x)
	}
	return v
}

func noProgress(int64) {}

// A folder widened on the disk holds the bits of the network widened in memory, for every pair, axis and treatment,
// with either head.
func TestWideningOnDiskIsWideningInMemory(t *testing.T) {
	for _, untied := range []bool{false, true} {
		c := small
		c.Untied = untied
		in, old := saved(t, c)
		for i, init := range widen.Inits {
			for _, axis := range []model.Axis{model.Inner, model.Hidden, model.Joint} {
				spec := widen.Spec{Axis: axis, Factor: 2, Init: init, Scale: widen.RMS,
					OptState: widen.OptStates[i%len(widen.OptStates)], NormWeights: widen.AllNormWeights[i%2]}
				if spec.Validate() != nil {
					spec.Scale = widen.Unscaled
				}
				plan, err := widen.New(spec, in.Table, 5)
				if err != nil {
					continue // the pair is not defined on this axis
				}
				out := filepath.Join(t.TempDir(), "wide")
				r, err := ondisk.Widen(context.Background(), in, out, spec, 5, noProgress)
				require.NoError(t, err)
				wide := read(t, out)
				assert.Equal(t, r.Config, wide.Table.Config)
				want := append([]model.Values{plan.Weights(old[0])}, plan.States(old[1], old[2])...)
				for k, got := range loaded(t, wide) {
					require.Equal(t, want[k].Data, got.Data[:len(want[k].Data)], "%s %s, set %d", axis, init, k)
				}
				mult := plan.To.Config.LogitMult
				assert.Equal(t, untied || mult != 1, wide.Table.Config.Untied,
					"%s %s: the head is untied where it needs a factor", axis, init)
				if mult != 1 {
					assert.Equal(t, mult, r.HeadFactor)
					head := loaded(t, wide)[0]
					for k, x := range head.Tensor(head.Table.Find(model.Head, -1)) {
						require.Equal(t, float32(mult)*want[0].Tensor(0)[k], x)
					}
				}
			}
		}
	}
}

// A tied head's state goes to the untied one as that of a fan-in matrix: scaled treatments scale it like the weight.
func TestUntiedHeadGetsTheEmbeddingsState(t *testing.T) {
	in, old := saved(t, small)
	for state, want := range map[widen.OptState][3]float32{ // of m: original and copy; of v: original
		widen.Drop: {0, 0, 0}, widen.Copy: {1, 1, 1}, widen.Asymmetric: {1, 0, 1},
		widen.AsymmetricScaled: {0.5, 0, 0.25}, widen.CopyScaled: {0.5, 0.5, 0.25},
	} {
		out := filepath.Join(t.TempDir(), "wide")
		_, err := ondisk.Widen(context.Background(), in, out, widen.Spec{Axis: model.Hidden, Factor: 2,
			Init: widen.CopyCopy, Scale: widen.RMS, OptState: state}, 1, noProgress)
		require.NoError(t, err)
		got := loaded(t, read(t, out))
		head := got[0].Table.Find(model.Head, -1)
		m, v, at := got[1].Tensor(head), got[2].Tensor(head), 3*small.Hidden+4
		wide := 3*2*small.Hidden + 4
		assert.Equal(t, want[0]*old[1].Tensor(0)[at], m[wide], state)
		assert.Equal(t, want[1]*old[1].Tensor(0)[at], m[wide+small.Hidden], state)
		assert.Equal(t, want[2]*old[2].Tensor(0)[at], v[wide], state)
	}
}

// Files keep their names, their tensors' order and their type; the index says where all is and how large; other files
// come along.
func TestFolderKeepsItsLayout(t *testing.T) {
	f, _ := saved(t, small)
	fixture.Reshard(t, f, f.Weights, 3, checkpoint.BF16)
	fixture.Reshard(t, f, f.States[0], 2, checkpoint.F32)
	for name, text := range map[string]string{"tokenizer.json": "{}", "generation_config.json": "{ }",
		"pytorch_model.bin": "old", "old.safetensors": "old", ".gitattributes": "x"} {
		require.NoError(t, os.WriteFile(filepath.Join(f.Dir, name), []byte(text), 0o644))
	}
	require.NoError(t, os.Mkdir(filepath.Join(f.Dir, "logs"), 0o755))
	in, out := read(t, f.Dir), filepath.Join(f.Dir, "wide") // the old folder may be where the new one is wanted
	var seen []int64
	r, err := ondisk.Widen(context.Background(), in, out,
		widen.Spec{Axis: model.Joint, Factor: 1.5, Init: widen.CopyCopy, Scale: widen.RMS, OptState: widen.Copy}, 1,
		func(done int64) { seen = append(seen, done) })
	require.NoError(t, err)
	assert.True(t, slices.IsSorted(seen))
	assert.Equal(t, ondisk.Total(in), seen[len(seen)-1], "the bar ends where it should")
	assert.ElementsMatch(t, []string{"pytorch_model.bin", "old.safetensors", "logs"}, r.LeftOut)

	wide := read(t, out)
	for k, set := range in.Sets() {
		now := wide.Sets()[k]
		require.Len(t, now.Files, len(set.Files))
		var bytes, parameters int64
		for i, file := range now.Files {
			assert.Equal(t, set.Files[i].Name, file.Name)
			assert.Equal(t, set.Files[i].Meta, file.Meta)
			var names []string
			for _, e := range file.Entries {
				bytes, parameters = bytes+e.Bytes(), parameters+int64(e.Len())
				assert.Equal(t, set.Files[i].Entries[0].DType, e.DType)
				if e.Name != "lm_head.weight" {
					names = append(names, e.Name)
				}
			}
			var old []string
			for _, e := range set.Files[i].Entries {
				old = append(old, e.Name)
			}
			assert.Equal(t, old, names)
		}
		if set.Index == nil {
			continue
		}
		text, err := os.ReadFile(filepath.Join(out, set.IndexName()))
		require.NoError(t, err)
		var index struct {
			Metadata  map[string]any    `json:"metadata"`
			WeightMap map[string]string `json:"weight_map"`
		}
		require.NoError(t, json.Unmarshal(text, &index))
		assert.Equal(t, map[string]any{"total_size": float64(bytes), "total_parameters": float64(parameters),
			"by": "hand"}, index.Metadata)
		assert.Equal(t, index.WeightMap["model.embed_tokens.weight"], index.WeightMap["lm_head.weight"])
	}
	for name, there := range map[string]bool{"tokenizer.json": true, "generation_config.json": true,
		".gitattributes": true, "pytorch_model.bin": false, "old.safetensors": false, "logs": false} {
		_, err := os.Stat(filepath.Join(out, name))
		assert.Equal(t, there, err == nil, name)
	}
}

// Experts that are stacked, over many files and in BF16, are those that lie one by one, and stay stacked.
func TestStackedExpertsAreWidenedAsSplitOnes(t *testing.T) {
	ctx := context.Background()
	split, v := saved(t, small)
	stored := checkpoint.StoredTensors(split.Table)
	var layout []checkpoint.StoredTensor
	for _, s := range checkpoint.Split(split.Table) {
		x := split.Table.Tensors[s.Matrices[0].Tensor]
		stack := "model.layers." + string(rune('0'+max(x.Layer, 0))) + ".mlp.experts."
		switch {
		case !x.Stacked():
			layout = append(layout, s)
		case s.Matrices[0].Expert == 0 && x.Part == model.Gate:
			layout = append(layout, stored[stack+"gate_up_proj"])
		case s.Matrices[0].Expert == 0 && x.Part == model.Down:
			layout = append(layout, stored[stack+"down_proj"])
		}
	}
	dir := filepath.Join(t.TempDir(), "stacked")
	require.NoError(t, os.CopyFS(dir, os.DirFS(split.Dir)))
	for k, name := range []string{"model", "optimizer_m", "optimizer_v"} {
		require.NoError(t, os.Remove(filepath.Join(dir, name+".safetensors")))
		require.NoError(t, checkpoint.WriteFile(ctx, filepath.Join(dir, name+".safetensors"), nil, layout, v[k]))
	}
	stacked := read(t, dir)
	assert.Equal(t, layout, stacked.Layout())
	for _, f := range []*checkpoint.Folder{split, stacked} {
		fixture.Reshard(t, f, f.Weights, 3, checkpoint.BF16)
		fixture.Reshard(t, f, f.States[1], 2, checkpoint.F32)
	}
	split, stacked = read(t, split.Dir), read(t, dir)
	assert.Equal(t, loaded(t, split), loaded(t, stacked))
	for _, axis := range []model.Axis{model.Inner, model.Hidden, model.Joint} {
		spec := widen.Spec{Axis: axis, Factor: 1.5, Init: widen.RandomCopy, Scale: widen.RMS,
			OptState: widen.CopyScaled}
		var got [2][]model.Values
		for i, in := range []*checkpoint.Folder{split, stacked} {
			out := filepath.Join(t.TempDir(), "wide")
			_, err := ondisk.Widen(ctx, in, out, spec, 3, noProgress)
			require.NoError(t, err)
			wide := read(t, out)
			got[i] = loaded(t, wide)
			for k, s := range wide.Sets() {
				for j, f := range s.Files {
					assert.Equal(t, in.Sets()[k].Files[j].Name, f.Name)
				}
			}
			if in == stacked {
				assert.Len(t, wide.Layout(), len(layout)+len(wide.Table.Tensors)-len(in.Table.Tensors),
					"a head may be new")
			}
		}
		assert.Equal(t, got[0], got[1], axis)
	}
}

// BF16 is widened in float32 and rounded once.
func TestBF16StaysBF16(t *testing.T) {
	f, _ := saved(t, small)
	fixture.Reshard(t, f, f.Weights, 2, checkpoint.BF16)
	in := read(t, f.Dir)
	old := loaded(t, in)
	spec := widen.Spec{Axis: model.Joint, Factor: 1.5, Init: widen.RandomRandom, Scale: widen.RMS, OptState: widen.Drop}
	plan, err := widen.New(spec, in.Table, 3)
	require.NoError(t, err)
	out := filepath.Join(t.TempDir(), "wide")
	_, err = ondisk.Widen(context.Background(), in, out, spec, 3, noProgress)
	require.NoError(t, err)
	got, want := loaded(t, read(t, out))[0], plan.Weights(old[0])
	for i, x := range want.Data {
		require.InDelta(t, x, got.Data[i], float64(max(x, -x))/256)
	}
	assert.NotEqual(t, want.Data, got.Data[:len(want.Data)])
}

// Memory is bounded by the largest tensor: while a network of 25 MB is widened, a small part of it is held at any time.
func TestMemoryIsBoundedByTheLargestTensor(t *testing.T) {
	c := small
	c.Hidden, c.Inner, c.Experts, c.Vocab = 128, 128, 64, 200
	dir := filepath.Join(t.TempDir(), "small")
	require.NoError(t, checkpoint.Save(context.Background(), dir, nil, model.Init(c, 1)))
	in, out := read(t, dir), filepath.Join(t.TempDir(), "wide")
	var m runtime.MemStats
	held := func() uint64 {
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, most, calls := held(), uint64(0), 0
	_, err := ondisk.Widen(context.Background(), in, out, widen.Spec{Axis: model.Joint, Factor: 2, Init: widen.CopyCopy,
		Scale: widen.RMS, OptState: widen.Copy}, 1, func(int64) {
		if calls++; calls%16 == 0 {
			most = max(most, held())
		}
	})
	require.NoError(t, err)
	const fixed = 3 << 19                         // headers, buffers, tables of names
	largest := uint64(4 * c.Vocab * c.Hidden * 3) // the embedding, before and after
	require.Greater(t, uint64(ondisk.Total(in)), 10*(largest+fixed))
	require.Greater(t, most, before)
	assert.Less(t, most-before, largest+fixed, "%d bytes are widened", ondisk.Total(in))
}

// Whatever ends the work early leaves nothing under the new name, nor beside it.
func TestNothingHalfWrittenIsLeft(t *testing.T) {
	in, _ := saved(t, small)
	root := t.TempDir()
	out := filepath.Join(root, "wide")
	spec := widen.Spec{Axis: model.Inner, Factor: 2, Init: widen.CopyCopy, Scale: widen.RMS, OptState: widen.Copy}
	ctx, stop := context.WithCancel(context.Background())
	_, err := ondisk.Widen(ctx, in, out, spec, 1, func(int64) {
		entries, err := os.ReadDir(out)
		require.NoError(t, err)
		for _, e := range entries {
			assert.True(t, strings.HasPrefix(e.Name(), ".sparkling-"), "%s is not finished", e.Name())
		}
		stop()
	})
	assert.ErrorIs(t, err, context.Canceled)
	entries, err := os.ReadDir(root)
	require.NoError(t, err)
	assert.Empty(t, entries)

	_, err = ondisk.Widen(context.Background(), in, in.Dir, spec, 1, noProgress)
	assert.ErrorContains(t, err, "nothing is overwritten")
	spec.Factor = 1.01
	_, err = ondisk.Widen(context.Background(), in, out, spec, 1, noProgress)
	assert.ErrorContains(t, err, "must grow")
	assert.NoDirExists(t, out)
}
