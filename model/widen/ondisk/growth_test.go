package ondisk_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/model/widen/ondisk"
)

// Whoever widens a checkpoint of a run by hand has a network whose new rows and columns are the youngest, and no
// position: the run never was there.
func TestACheckpointOfARunThatIsWidenedByHandKeepsItsStagesAndNoPosition(t *testing.T) {
	ctx := context.Background()
	f, _ := saved(t, small)
	g := model.Growth{Inner: []int{4, small.Inner}, Hidden: []int{small.Hidden, small.Hidden}}
	require.NoError(t, checkpoint.WriteGrowth(ctx, f.Dir, f.Table, g))
	for _, name := range []string{checkpoint.PositionName, checkpoint.SumsName, "tokenizer.json"} {
		require.NoError(t, os.WriteFile(filepath.Join(f.Dir, name), []byte("{}"), 0o644))
	}
	for _, axis := range []model.Axis{model.Inner, model.Hidden, model.Joint} {
		out := filepath.Join(t.TempDir(), "wide")
		r, err := ondisk.Widen(ctx, read(t, f.Dir), out, widen.Spec{Axis: axis, Factor: 1.5, Init: widen.CopyCopy,
			Scale: widen.RMS, OptState: widen.Asymmetric}, 1, noProgress)
		require.NoError(t, err)
		assert.ElementsMatch(t, []string{checkpoint.PositionName, checkpoint.SumsName}, r.LeftOut)
		wide := read(t, out)
		got, err := wide.Growth(ctx)
		require.NoError(t, err)
		assert.Equal(t, g.Widen(wide.Table.Config), got, axis)
		assert.FileExists(t, filepath.Join(out, "tokenizer.json"))
		assert.NoFileExists(t, filepath.Join(out, checkpoint.PositionName))
	}
	require.NoError(t, os.Remove(filepath.Join(f.Dir, checkpoint.GrowthName)))
	require.NoError(t, checkpoint.WriteGrowth(ctx, f.Dir, f.Table, model.Growth{Inner: []int{0, small.Inner},
		Hidden: []int{0, small.Hidden}}))
	_, err := ondisk.Widen(ctx, read(t, f.Dir), filepath.Join(t.TempDir(), "wide"), widen.Spec{Axis: model.Inner,
		Factor: 2, Init: widen.CopyCopy, Scale: widen.RMS, OptState: widen.Copy}, 1, noProgress)
	assert.ErrorContains(t, err, checkpoint.GrowthName+": no coordinate came with the network")
}
