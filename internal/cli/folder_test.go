package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/record"
)

// contents are the files of a folder.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		out[e.Name()] = string(data)
	}
	return out
}

// A folder that holds something else is left as it is, before anything is trained.
func TestRunOverwritesNothingButTheSameExperiment(t *testing.T) {
	dir, document := filepath.Join(t.TempDir(), "out"), file(t, nil)
	code, _, err := run("run", "--out", dir, document)
	require.Zero(t, code, err)
	assert.Empty(t, err)
	assert.FileExists(t, filepath.Join(dir, stateName))
	before := contents(t, dir)

	code, out, err := run("run", "lock", "--out", dir)
	assert.Equal(t, codeBad, code)
	assert.Empty(t, out, "nothing was run")
	assert.Contains(t, err, "holds the run of another experiment (default, seed 1, 30 steps); nothing is overwritten; "+
		"--resume goes on with it")
	code, _, _ = run("run", document, "--seed", "2", "--out", dir)
	assert.Equal(t, codeBad, code, "another seed is another run")
	other := filepath.Join(t.TempDir(), "other")
	code, _, err = run("run", document, "--seed", "2", "--out", other)
	require.Zero(t, code, err)
	code, _, err = run("figures", filepath.Join(other, recordName), "--out", dir)
	assert.Equal(t, codeBad, code)
	assert.Contains(t, err, "nothing is overwritten", "nor are another run's figures")
	assert.Equal(t, before, contents(t, dir))

	code, _, err = run("run", "--out", dir, document)
	require.Zero(t, code, err)
	assert.Contains(t, err, "holds this run to its end; nothing is trained again")
	assert.Equal(t, before, contents(t, dir))

	for _, name := range []string{"numbers.csv", "answers.csv", "loss.png", "experiment.json"} {
		own := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(own, name), []byte("mine"), 0o644))
		code, _, err = run("run", "--out", own, document)
		assert.Equal(t, codeBad, code)
		assert.Contains(t, err, name+" already")
		assert.Equal(t, map[string]string{name: "mine"}, contents(t, own))
	}
	damaged := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(damaged, recordName), []byte("SPKL"), 0o644))
	code, _, err = run("run", "--out", damaged, document)
	assert.Equal(t, codeBad, code)
	assert.Contains(t, err, "nothing is overwritten")
}

// A run that was interrupted early does not replace one that went further.
func TestRunThatWentFurtherIsKept(t *testing.T) {
	dir, document := filepath.Join(t.TempDir(), "out"), file(t, nil)
	code, _, err := run("run", "--out", dir, document)
	require.Zero(t, code, err)
	before := contents(t, dir)
	f, e := os.Open(filepath.Join(dir, recordName))
	require.NoError(t, e)
	defer f.Close()
	r, e := record.Decode(f)
	require.NoError(t, e)
	var said bytes.Buffer
	to, e := claim(&env{err: &said}, dir)
	require.NoError(t, e)
	defer to.Release()
	r.Tracks[0] = r.Tracks[0][:10]
	for i := range r.Tracks[1:] {
		r.Tracks[i+1] = nil
	}
	require.NoError(t, to.keep(&env{err: &said}, r))
	assert.Contains(t, said.String(), "keeps the earlier record of this run, which went further, to step 30")
	to.Release()
	assert.Equal(t, before, contents(t, dir))
}

func TestCheckOverwritesNothingButItsOwnGradients(t *testing.T) {
	dir, batch := trained(t, false)
	weights, e := os.ReadFile(filepath.Join(dir, "model.safetensors"))
	require.NoError(t, e)
	text := filepath.Join(t.TempDir(), "notes")
	require.NoError(t, os.WriteFile(text, []byte("mine"), 0o644))
	for _, target := range []string{filepath.Join(dir, "model.safetensors"), filepath.Join(dir, "grads.safetensors"),
		batch, text} {
		code, out, err := run("check", "--model", dir, "--batch", batch, "--grads", target)
		assert.Equal(t, codeBad, code)
		assert.Empty(t, out)
		assert.Contains(t, err, target)
	}
	same, e := os.ReadFile(filepath.Join(dir, "model.safetensors"))
	require.NoError(t, e)
	assert.True(t, bytes.Equal(weights, same))
	grads := filepath.Join(t.TempDir(), "grads.safetensors")
	for range 2 {
		code, _, err := run("check", "--model", dir, "--batch", batch, "--grads", grads)
		assert.Zero(t, code, err)
	}
}
