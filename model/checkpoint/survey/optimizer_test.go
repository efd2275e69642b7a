package survey_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/checkpoint/survey"
	"github.com/sparkling-lab/sparkling/model/checkpoint/torch"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/model/widen/ondisk"
)

// saved writes moments as torch.save would, under their parameters' names.
func saved(t *testing.T, path string, moments ...model.Values) {
	t.Helper()
	root, from := torch.NewDict(), map[*torch.Tensor][]float32{}
	for _, s := range checkpoint.Split(moments[0].Table) {
		state := torch.NewDict()
		for i, key := range []string{"exp_avg", "exp_avg_sq"} {
			x := torch.NewTensor(checkpoint.F32, s.Shape)
			from[x] = moments[i].Expert(s.Matrices[0].Tensor, s.Matrices[0].Expert)
			state.Set(key, x)
		}
		state.Set("step", int64(3))
		root.Set(s.Name, state)
	}
	require.NoError(t, torch.Write(path, root, func(x *torch.Tensor, w io.Writer) error {
		b := make([]byte, x.Bytes())
		checkpoint.Encode(b, from[x], x.DType)
		_, err := w.Write(b)
		return err
	}))
}

// The same moments say the same, whether they lie in files of safetensors or in one of PyTorch's.
func TestStatesOfPyTorchSayWhatThoseOfSafetensorsSay(t *testing.T) {
	for _, treatment := range []widen.OptState{widen.Asymmetric, widen.Copy} {
		dir := t.TempDir()
		from, to := filepath.Join(dir, "small"), filepath.Join(dir, "wide")
		require.NoError(t, checkpoint.Save(context.Background(), from, nil, model.Init(small, 1), model.Init(small, 2),
			model.Init(small, 3)))
		folder, err := checkpoint.ReadFolder(context.Background(), from)
		require.NoError(t, err)
		_, err = ondisk.Widen(context.Background(), folder, to, widen.Spec{Axis: model.Inner, Factor: 2,
			Init: widen.CopyCopy, Scale: widen.RMS, NormWeights: widen.CopyNormWeights, OptState: treatment}, 1,
			noProgress)
		require.NoError(t, err)
		want := surveyed(t, to)
		folder, err = checkpoint.ReadFolder(context.Background(), to)
		require.NoError(t, err)
		var moments []model.Values
		for _, set := range folder.States {
			v, err := folder.Load(context.Background(), set, noProgress)
			require.NoError(t, err)
			moments = append(moments, v)
			require.NoError(t, os.Remove(filepath.Join(to, set.Name+".safetensors")))
		}
		saved(t, filepath.Join(to, "optimizer.pt"), moments...)

		folder, err = checkpoint.ReadFolder(context.Background(), to)
		require.NoError(t, err)
		require.Empty(t, folder.States)
		file, err := torch.Open(filepath.Join(to, "optimizer.pt"))
		require.NoError(t, err)
		defer file.Close()
		states, err := file.Read(nil)
		require.NoError(t, err)
		var read int64
		got, err := survey.Of(context.Background(), folder, states, func(done int64) { read = done })
		require.NoError(t, err)
		assert.Equal(t, ondisk.Total(folder)+states.Bytes(), read)
		require.Len(t, got.States, 2)
		for i, kind := range []string{"exp_avg", "exp_avg_sq"} {
			assert.Equal(t, kind, got.States[i].Name)
			assert.InDelta(t, want.States[i].Norm, got.States[i].Norm, 1e-9)
			assert.Equal(t, want.States[i].Zero, got.States[i].Zero)
		}
		assert.Equal(t, want.Hidden, got.Hidden)
		assert.Equal(t, want.Inner, got.Inner)
		assert.Equal(t, treatment == widen.Copy, got.Inner[0].Locked > 0)
	}
}
