package checkpoint

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Weights that lie there as one file and again as those of an index are read where both say the same, and refused where
// they do not: which of them a program takes is its own choice.
func TestWeightsThatAreThereTwiceMustBeTheSame(t *testing.T) {
	v := network(t)
	all, data := tensors(v, F32)
	twice := func(change func(dir string)) error {
		dir := folder(t)
		writeShards(t, dir, "model", 3, all, data)
		writeFile(t, filepath.Join(dir, "model.safetensors"), all, data)
		change(dir)
		f, err := ReadFolder(context.Background(), dir)
		if err == nil {
			got, err := f.Load(context.Background(), f.Weights, noProgress)
			require.NoError(t, err)
			assert.Equal(t, v.Data, got.Data)
		}
		return err
	}
	const second = "model-00002-of-00003.safetensors"
	part := all[len(all)/3 : 2*len(all)/3]
	assert.NoError(t, twice(func(string) {}))
	assert.NoError(t, twice(func(dir string) { require.NoError(t, os.Remove(filepath.Join(dir, second))) }),
		"an index of files that are gone")
	assert.NoError(t, twice(func(dir string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "model"+indexSuffix),
			[]byte(`{"weight_map":{"model.norm.weight":"model.safetensors"}}`), 0o644))
	}), "an index of the one file")

	err := twice(func(dir string) {
		other := map[string][]float32{}
		for name, x := range data {
			other[name] = x
		}
		other[part[1].Name] = slices.Clone(data[part[1].Name])
		other[part[1].Name][2]++
		writeFile(t, filepath.Join(dir, second), part, other)
	})
	assert.ErrorContains(t, err, "model.safetensors.index.json lists other files")
	assert.ErrorContains(t, err, part[1].Name+" in model.safetensors and "+part[1].Name+" in "+second)
	err = twice(func(dir string) {
		narrow := slices.Clone(part)
		narrow[0].Shape = []int{1, 2}
		writeFile(t, filepath.Join(dir, second), narrow, data)
	})
	assert.ErrorContains(t, err, part[0].Name+" in "+second+" has shape [1 2]")
}
