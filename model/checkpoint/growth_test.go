package checkpoint

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/nlpodyssey/safetensors"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
)

// aged is a folder with the stages of a network.
func aged(t testing.TB, c model.Config, g model.Growth) *Folder {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "net")
	require.NoError(t, Save(context.Background(), dir, nil, model.Init(c, 1)))
	f, err := ReadFolder(context.Background(), dir)
	require.NoError(t, err)
	require.NoError(t, WriteGrowth(context.Background(), dir, f.Table, g))
	return f
}

func stagedShape() model.Config {
	return model.Config{Vocab: 5, Hidden: 6, Layers: 1, Heads: 2, KVHeads: 1, HeadDim: 2, Experts: 2, TopK: 1, Inner: 8,
		NormEps: 1e-6, RopeBase: 10000, InitStd: 0.1, LogitMult: 1}
}

// What is written of a network's growth is what is read, and what another program reads of it says of each element what
// the growth says.
func TestTheGrowthOfANetworkIsReadAsItWasWritten(t *testing.T) {
	for _, g := range []model.Growth{
		{Inner: []int{8}, Hidden: []int{6}},
		{Inner: []int{3, 8}, Hidden: []int{6, 6}},
		{Inner: []int{3, 5, 8, 8}, Hidden: []int{2, 2, 4, 6}},
	} {
		f := aged(t, stagedShape(), g)
		got, err := f.Growth(context.Background())
		require.NoError(t, err)
		assert.Equal(t, g, got)
		data, err := os.ReadFile(filepath.Join(f.Dir, GrowthName))
		require.NoError(t, err)
		file, err := safetensors.Deserialize(data)
		require.NoError(t, err)
		stages := func(name string) []byte {
			v, ok := file.Tensor(name)
			require.True(t, ok, name)
			return v.Data()
		}
		for _, s := range g.Segments(f.Table) {
			for at := s.From; at < s.To; at++ {
				x, e, row, col := place(f.Table, at)
				rows, stage := stages(x.Name(e)+".rows"), byte(0)
				if len(x.Shape()) == 1 {
					stage = rows[col]
				} else {
					stage = max(rows[row], stages(x.Name(e) + ".cols")[col])
				}
				require.Equal(t, s.Stage, int(stage), "%s[%d, %d]", x.Name(e), row, col)
			}
		}
	}
}

// place is the element of the arena at an offset.
func place(t *model.Table, at int) (x model.Tensor, expert, row, col int) {
	for _, x = range t.Tensors {
		if n := at - x.Off; n < x.Len() {
			size := x.Rows.Size * x.Cols.Size
			return x, n / size, n % size / x.Cols.Size, n % x.Cols.Size
		}
	}
	panic("no tensor holds it")
}

// Stages that cannot be are refused by name; a file of that name that is somebody else's is none.
func TestStagesThatCannotBeAreRefused(t *testing.T) {
	ctx, c := context.Background(), stagedShape()
	f := aged(t, c, model.Growth{Inner: []int{3, 8}, Hidden: []int{6, 6}})
	path := filepath.Join(f.Dir, GrowthName)
	good, err := os.ReadFile(path)
	require.NoError(t, err)
	file, err := Open(path)
	require.NoError(t, err)
	require.NoError(t, file.Close())
	gate := f.Table.Tensors[f.Table.Find(model.Gate, 0)].Name(1)
	for says, change := range map[string]struct {
		name  string
		stage byte
	}{
		"is not as old as other rows and columns on the inner axis": {gate + ".rows", 1},
		"that side of the matrix does not grow":                     {"model.embed_tokens.weight.rows", 1},
		"younger coordinates before older ones":                     {"model.embed_tokens.weight.cols", 1},
	} {
		e, ok := file.Find(change.name)
		require.True(t, ok)
		bad := append([]byte(nil), good...)
		bad[file.data+e.from] = change.stage
		require.NoError(t, os.WriteFile(path, bad, 0o644))
		_, err := f.Growth(ctx)
		assert.ErrorContains(t, err, says)
		assert.ErrorContains(t, err, change.name)
	}
	for says, g := range map[string]model.Growth{
		"no coordinate came with the network":     {Inner: []int{0, 8}, Hidden: []int{6, 6}},
		"no coordinate came with widening 1 of 2": {Inner: []int{3, 3, 8}, Hidden: []int{6, 6, 6}},
		"asks for U8 of shape [8]":                {},
		"is of no matrix of the network":          {},
		"input_layernorm.weight.rows is missing":  {},
	} {
		require.NoError(t, os.Remove(path))
		table := f.Table
		switch says {
		case "asks for U8 of shape [8]":
			wide := c
			wide.Inner, g = 9, model.Growth{Inner: []int{9}, Hidden: []int{6}}
			table = model.NewTable(wide)
		case "is of no matrix of the network":
			more := c
			more.Untied, g = true, model.Growth{Inner: []int{8}, Hidden: []int{6}}
			table = model.NewTable(more)
		case "input_layernorm.weight.rows is missing":
			table, g = &model.Table{Config: c, Tensors: f.Table.Tensors[:1]}, model.NewGrowth(c)
		}
		require.NoError(t, WriteGrowth(ctx, f.Dir, table, g))
		_, err := f.Growth(ctx)
		assert.ErrorContains(t, err, says)
	}
	g := model.Growth{Inner: make([]int, 257), Hidden: make([]int, 257)}
	assert.ErrorContains(t, WriteGrowth(ctx, t.TempDir(), f.Table, g),
		"255 widenings apart, and the network has had 256")
	require.NoError(t, os.Remove(path))
	_, err = f.Growth(ctx)
	assert.ErrorIs(t, err, ErrNoGrowth)
	w, err := Create(path, Header{Entries: []Entry{{Name: "x", DType: F32, Shape: []int{1}}}})
	require.NoError(t, err)
	require.NoError(t, w.Write(ctx, []float32{1}))
	require.NoError(t, w.Close())
	_, err = f.Growth(ctx)
	assert.ErrorIs(t, err, ErrNoGrowth, "it is somebody else's")
}
