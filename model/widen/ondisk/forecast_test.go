package ondisk_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/model/widen/ondisk"
)

// tensors is how many bytes the tensors of all files of a folder take.
func tensors(t *testing.T, dir string) (n int64) {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "*.safetensors"))
	require.NoError(t, err)
	for _, path := range all {
		f, err := checkpoint.Open(path)
		require.NoError(t, err)
		for _, e := range f.Entries {
			n += e.Bytes()
		}
		require.NoError(t, f.Close())
	}
	return n
}

// What a dry run says is what is written, to the byte, with the masks of new parameters and in whatever layout; of a
// folder that was widened before too.
func TestWhatIsForeseenIsWhatIsWritten(t *testing.T) {
	recipe, err := ondisk.NewRecipe(ondisk.Recipe{Schedule: "cosine", Rho: 1.3})
	require.NoError(t, err)
	for _, untied := range []bool{false, true} {
		for _, axis := range []model.Axis{model.Inner, model.Hidden, model.Joint} {
			c := small
			c.Untied = untied
			in, _ := saved(t, c)
			spec := widen.Spec{Axis: axis, Factor: 1.5, Init: widen.CopyCopy, Scale: widen.RMS,
				NormWeights: widen.CopyNormWeights, OptState: widen.Asymmetric}
			for _, with := range []ondisk.With{{}, {Recipe: &recipe}, {Layout: "stacked", Recipe: &recipe}, {}} {
				f, err := ondisk.Foresee(t.Context(), in, spec, with)
				require.NoError(t, err)
				out := filepath.Join(t.TempDir(), "wide")
				r, err := ondisk.WidenWith(t.Context(), in, out, spec, 1, with, noProgress)
				require.NoError(t, err)
				assert.Equal(t, ondisk.Total(in), f.Read)
				assert.Equal(t, tensors(t, out), f.Write, "%s, untied %t, %v", axis, untied, with)
				assert.Equal(t, r.Config, f.Config)
				assert.Equal(t, r.HeadFactor, f.HeadFactor)
				assert.Positive(t, f.Memory)
				in, spec.Factor = read(t, out), 2
			}
		}
	}
}
