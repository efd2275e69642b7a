package ondisk_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/model/widen/ondisk"
)

// What a dry run says is what is written, to the byte.
func TestWhatIsForeseenIsWhatIsWritten(t *testing.T) {
	for _, untied := range []bool{false, true} {
		for _, axis := range []model.Axis{model.Inner, model.Hidden, model.Joint} {
			c := small
			c.Untied = untied
			in, _ := saved(t, c)
			spec := widen.Spec{Axis: axis, Factor: 1.5, Init: widen.CopyCopy, Scale: widen.RMS,
				NormWeights: widen.CopyNormWeights, OptState: widen.Asymmetric}
			f, err := ondisk.Foresee(in, spec)
			require.NoError(t, err)
			out := filepath.Join(t.TempDir(), "wide")
			r, err := ondisk.Widen(context.Background(), in, out, spec, 1, noProgress)
			require.NoError(t, err)
			assert.Equal(t, ondisk.Total(in), f.Read)
			assert.Equal(t, ondisk.Total(read(t, out)), f.Write, "%s, untied %t", axis, untied)
			assert.Equal(t, r.Config, f.Config)
			assert.Equal(t, r.HeadFactor, f.HeadFactor)
			assert.Positive(t, f.Memory)
		}
	}
}
