package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/schollz/progressbar/v3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A dry run says what the widening then does, and leaves nothing, not even a folder.
func TestADryRunSaysWhatAWideningDoesAndLeavesNothing(t *testing.T) {
	dir := deep(t)
	out := filepath.Join(t.TempDir(), "new", "wide")
	args := []string{"widen", "--model", dir, "--out", out, "--axis", "joint", "--json"}
	ask := func(args ...string) (r wideningOnDisk) {
		t.Helper()
		code, text, err := run(args...)
		require.Zero(t, code, err)
		require.NoError(t, json.Unmarshal([]byte(text), &r))
		return r
	}
	would := ask(append(args, "--dry-run")...)
	left, e := os.ReadDir(filepath.Dir(filepath.Dir(out)))
	require.NoError(t, e)
	assert.Empty(t, left)
	assert.True(t, would.DryRun)
	assert.Positive(t, would.Seconds)
	assert.Positive(t, would.CopyRate.Bytes)
	assert.InDelta(t, 0.37, float64(would.Saves.Saving), 0.1, "half of a run at about a quarter of the size")
	code, text, err := run("widen", "--model", dir, "--out", out, "--axis", "joint", "--dry-run")
	require.Zero(t, code, err)
	assert.Contains(t, text, "wide would be: hidden 32, inner 12, ")
	assert.Contains(t, text, "Nothing was written.")

	did := ask(args...)
	assert.Positive(t, did.Seconds)
	assert.Equal(t, []string{"optimizer_m"}, did.States)
	assert.Equal(t, "asymmetric", did.Treatment)
	would.DryRun, would.Seconds, would.Saves, would.CopyRate = false, did.Seconds, nil, nil
	assert.Equal(t, would, did)
}

// A bar of bytes says how many of how many are done, how many a second, and how long the rest takes.
func TestABarOfBytesSaysWhatIsLeft(t *testing.T) {
	var b bytes.Buffer
	bar := progressbar.NewOptions64(4<<20, append([]progressbar.Option{progressbar.OptionSetWriter(&b),
		progressbar.OptionSetWidth(4)}, inBytes...)...)
	require.NoError(t, bar.Set64(1<<20))
	assert.Regexp(t, `1\.0/4\.2 MB, [0-9.]+ [kMGT]?B/s\) \[[0-9a-z]+:[0-9a-z]+\]`, b.String())
}
