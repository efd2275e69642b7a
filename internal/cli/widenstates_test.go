package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/fixture"
)

// A file of states that cannot be read is no reason to lose them silently: it is refused, with what to do.
func TestStatesThatCannotBeReadAreRefused(t *testing.T) {
	set := fixture.Sets(t, filepath.Join("..", "..", "model", "testdata", "fixtures"))[0]
	dir, _ := hugged(t, set, map[string]string{"model.safetensors": "weights_step3"})
	out := filepath.Join(t.TempDir(), "wide")
	args := []string{"widen", "--model", dir, "--out", out, "--axis", "inner", "--quiet"}
	names := filepath.Join(dir, "names.json")
	refused := func(want string, more ...string) {
		t.Helper()
		code, _, err := run(append(args, more...)...)
		assert.NotZero(t, code)
		assert.Contains(t, err, want)
		assert.NoDirExists(t, out)
	}
	require.NoError(t, os.WriteFile(names, []byte(`["a"]`), 0o644))
	refused("there is no optimizer.pt", "--names", names)
	require.NoError(t, os.WriteFile(names, []byte(`{"a": 1}`), 0o644))
	refused("not a JSON list of names", "--names", names)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "global_step9"), 0o755))
	refused("ds_to_universal")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "optimizer.pt"), []byte("\x80\x02}q\x00."), 0o644))
	refused("before 1.6")
	refused("--optimizer none widens the weights alone")
	code, _, err := run(append(args, "--optimizer", "none")...)
	require.Zero(t, code, err)
	assert.NoFileExists(t, filepath.Join(out, "optimizer.pt"))
}
