package ondisk_test

import (
	"fmt"
	"io/fs"
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

// A disk that has too little room is seen before anything is written, and said with what is needed and what is free;
// one that does not say how much it has is tried.
func TestADiskWithoutRoomIsSeenBeforeAnythingIsWritten(t *testing.T) {
	f, v := saved(t, small)
	path := filepath.Join(f.Dir, "optimizer.pt")
	optimizerFile(t, path, withNames, checkpoint.F32, v[1], v[2])
	require.NoError(t, os.WriteFile(filepath.Join(f.Dir, "tokenizer.json"), make([]byte, 5<<20), 0o644))
	root := t.TempDir()
	out := filepath.Join(root, "deep", "wide")
	with := func() ondisk.With { return ondisk.With{States: statesOf(t, path, nil)} }
	would, err := ondisk.Foresee(t.Context(), f, joint, with())
	require.NoError(t, err)
	var left int64
	ok := true
	ondisk.SetFree(t, func(string) (int64, bool) { return left, ok })
	left = would.Disk - 1
	_, err = ondisk.WidenWith(t.Context(), f, out, joint, 1, with(), noProgress)
	assert.EqualError(t, err, fmt.Sprintf("%s would take %.1f MB, and its disk has %.1f MB left; nothing was written",
		out, float64(would.Disk)/1e6, float64(left)/1e6))
	assert.Equal(t, err, ondisk.CheckDisk(out, would), "a dry run says the same")
	entries, err := os.ReadDir(root)
	require.NoError(t, err)
	assert.Empty(t, entries)

	left = would.Disk
	_, err = ondisk.WidenWith(t.Context(), f, out, joint, 1, with(), noProgress)
	require.NoError(t, err)
	took := int64(0)
	require.NoError(t, filepath.WalkDir(out, func(path string, d fs.DirEntry, err error) error {
		if info, fail := d.Info(); fail == nil && !d.IsDir() {
			took += info.Size()
		}
		return err
	}))
	assert.LessOrEqual(t, took, would.Disk, "it is enough")
	assert.Greater(t, took, would.Write+5<<20)

	left, ok = 0, false
	_, err = ondisk.WidenWith(t.Context(), f, filepath.Join(filepath.Dir(out), "other"), joint, 1, with(), noProgress)
	assert.NoError(t, err)
}

// A widening that was killed leaves what it wrote, and its room is free for the next one to the same place.
func TestTheRoomOfAWideningThatWasKilledIsFreeForTheNext(t *testing.T) {
	f, _ := saved(t, small)
	would, err := ondisk.Foresee(t.Context(), f, joint, ondisk.With{})
	require.NoError(t, err)
	out := filepath.Join(t.TempDir(), "wide")
	killed := filepath.Join(out, ".sparkling-tmp-0123456789abcdef")
	require.NoError(t, os.MkdirAll(killed, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(killed, "model.safetensors"), make([]byte, 1000), 0o644))
	ondisk.SetFree(t, func(string) (int64, bool) {
		if _, err := os.Stat(killed); err == nil {
			return would.Disk - 1000, true
		}
		return would.Disk, true
	})
	assert.NoError(t, ondisk.CheckDisk(out, would), "a dry run, which removes nothing, counts it as room")
	_, err = ondisk.WidenWith(t.Context(), f, out, joint, 1, ondisk.With{}, noProgress)
	require.NoError(t, err)
	assert.FileExists(t, filepath.Join(out, checkpoint.ConfigName))
}

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
