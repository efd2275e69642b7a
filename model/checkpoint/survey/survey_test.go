package survey_test

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/checkpoint/survey"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/model/widen/ondisk"
)

var small = model.Config{
	Vocab: 17, Hidden: 12, Layers: 2, Heads: 4, KVHeads: 2, HeadDim: 6, Experts: 4, TopK: 2, Inner: 10,
	NormEps: 1e-6, RopeBase: 10000, AuxLossCoef: 0.01, ZLossCoef: 0.001, InitStd: 0.1, LogitMult: 1,
}

func noProgress(int64) {}

func surveyed(t *testing.T, dir string) survey.Survey {
	t.Helper()
	folder, err := checkpoint.ReadFolder(context.Background(), dir)
	require.NoError(t, err)
	var read int64
	s, err := survey.Of(context.Background(), folder, nil, func(done int64) { read = done })
	require.NoError(t, err)
	assert.Equal(t, ondisk.Total(folder), read)
	return s
}

// A network that was widened by copying is found out, on the axis that was widened and on no other, whatever became of
// its optimizer states; and one that never was is not accused.
func TestCopiesAreFoundBitForBit(t *testing.T) {
	dir := t.TempDir()
	from := filepath.Join(dir, "small")
	values := []model.Values{model.Init(small, 1), model.Init(small, 2), model.Init(small, 3)}
	require.NoError(t, checkpoint.Save(context.Background(), from, nil, values[0], values[1], values[2]))
	fresh := surveyed(t, from)
	assert.Equal(t, survey.Copies{Coordinates: 12}, fresh.Hidden)
	assert.Equal(t, []survey.Copies{{Coordinates: 40}, {Coordinates: 40}}, fresh.Inner)

	for _, c := range []struct {
		axis         model.Axis
		factor       float64
		init         widen.Init
		states       widen.OptState
		hidden, each survey.Copies
	}{
		{model.Inner, 2, widen.CopyCopy, widen.Copy, survey.Copies{Coordinates: 12},
			survey.Copies{Coordinates: 80, Equal: 40, Locked: 40, Out: 40, Apart: 10}},
		{model.Hidden, 2, widen.CopyCopy, widen.Asymmetric,
			survey.Copies{Coordinates: 24, Equal: 12, Out: 12, Apart: 12}, survey.Copies{Coordinates: 40}},
		{model.Joint, 1.5, widen.CopyCopy, widen.Drop,
			survey.Copies{Coordinates: 18, Equal: 6, Locked: 6, Out: 6, Apart: 12},
			survey.Copies{Coordinates: 60, Equal: 20, Locked: 20, Out: 20, Apart: 10}},
		{model.Inner, 2, widen.Uneven, widen.Copy, survey.Copies{Coordinates: 12},
			survey.Copies{Coordinates: 80, Out: 40}},
		{model.Joint, 2, widen.RandomRandom, widen.Copy, survey.Copies{Coordinates: 24},
			survey.Copies{Coordinates: 80}},
	} {
		folder, err := checkpoint.ReadFolder(context.Background(), from)
		require.NoError(t, err)
		to := filepath.Join(t.TempDir(), "wide")
		_, err = ondisk.Widen(context.Background(), folder, to, widen.Spec{Axis: c.axis, Factor: c.factor,
			Init: c.init, Scale: widen.RMS, NormWeights: widen.CopyNormWeights, OptState: c.states}, 1, noProgress)
		require.NoError(t, err)
		s := surveyed(t, to)
		assert.Equal(t, c.hidden, s.Hidden, "%+v", c)
		assert.Equal(t, []survey.Copies{c.each, c.each}, s.Inner, "%+v", c)
	}
}

func TestSizesAreThoseOfTheNumbers(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "small")
	v, m := model.Init(small, 1), model.NewValues(model.NewTable(small))
	m.Data[7], m.Data[8] = 3, 4
	v.Expert(v.Table.Find(model.Up, 1), 2)[5] = float32(math.Inf(1))
	require.NoError(t, checkpoint.Save(context.Background(), dir, nil, v, m))
	s := surveyed(t, dir)
	sum := 0.0
	for _, x := range v.Tensor(0) {
		sum += float64(x) * float64(x)
	}
	assert.InDelta(t, math.Sqrt(sum/float64(17*12)), s.RMS[0], 1e-12)
	assert.Equal(t, []survey.State{{Name: "optimizer_m", Norm: 5, Zero: 1 - 2/float64(v.Table.Size)}}, s.States)
	assert.Equal(t, "model.layers.1.mlp.experts.2.up_proj.weight in model.safetensors", s.NotFinite)
}
