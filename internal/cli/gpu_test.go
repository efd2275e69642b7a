//go:build linux && amd64

package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cuda/emulated"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/trial"
)

// The driver is found by its name where the system looks for libraries.
func TestGPUTriesTheDriverOfTheMachine(t *testing.T) {
	cache := os.Getenv("XDG_CACHE_HOME")
	os.Unsetenv("XDG_CACHE_HOME") // where the emulated driver is compiled already
	lib := emulated.Build(t).Path()
	t.Setenv("XDG_CACHE_HOME", cache)
	path := filepath.Join(t.TempDir(), "found.json")
	c := program(t, "gpu", "--tiny", "--only", "positions", "--json", path)
	c.Env = append(c.Env, "LD_LIBRARY_PATH="+filepath.Dir(lib))
	out, err := c.CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Regexp(t, `^emulated GPU, compute capability [\d.]+, .*\n(  .*\n)+positions +passed`, string(out))
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var r trial.Report
	require.NoError(t, json.Unmarshal(data, &r))
	assert.True(t, r.Passed)
	require.Len(t, r.Parts, 1)
	assert.Equal(t, trial.Passed, r.Parts[0].Outcome)

	again := program(t, "gpu", "--json", path)
	out, err = again.CombinedOutput()
	require.Error(t, err)
	assert.Contains(t, string(out), "is there already; nothing is overwritten")
}

func TestAGPUThatFailsLosesOnlyThePartThatFailed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "found.json")
	t.Setenv("EMU_FAIL", "cuLaunchKernel:100:700") // positions have fewer
	c, said, lines := begun(t, "--only", "check,positions", "--json", path)
	out, _ := io.ReadAll(lines)
	_ = c.Wait()
	assert.Equal(t, codeBad, c.ProcessState.ExitCode())
	assert.Equal(t, "sparkling: the GPU did not pass: check (failed)\n", said.String())
	assert.Regexp(t, `(?s)check +failed, .*started again\.\nemulated GPU, .*positions +passed, `, string(out))
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var r trial.Report
	require.NoError(t, json.Unmarshal(data, &r))
	require.Len(t, r.Parts, 2)
	assert.Equal(t, trial.Failed, r.Parts[0].Outcome)
	assert.Equal(t, trial.Passed, r.Parts[1].Outcome)
}

func TestGPUWithoutADriverEndsWithOneSentence(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "libcuda.so.1"), []byte("no library"), 0o644))
	c := program(t, "gpu")
	c.Env = append(c.Env, "LD_LIBRARY_PATH="+dir)
	out, err := c.CombinedOutput()
	require.Error(t, err)
	assert.Equal(t, codeBad, c.ProcessState.ExitCode())
	assert.Regexp(t, `^sparkling: the CUDA driver cannot be loaded: [^\n]+\n$`, string(out))
}

// begun is the program as it tries an emulated device, and what it says.
func begun(t *testing.T, args ...string) (c *exec.Cmd, said *bytes.Buffer, lines *bufio.Reader) {
	t.Helper()
	cache := os.Getenv("XDG_CACHE_HOME")
	os.Unsetenv("XDG_CACHE_HOME")
	lib := emulated.Build(t)
	t.Setenv("XDG_CACHE_HOME", cache)
	c, said = program(t, append([]string{"gpu", "--tiny"}, args...)...), &bytes.Buffer{}
	c.Env, c.Stderr = append(c.Env, lib.Env()), said
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	lines = bufio.NewReader(out)
	_, err = lines.ReadString('\n')
	require.NoError(t, err, "the card")
	return c, said, lines
}

func TestAnInterruptedTrialSaysWhereItsReportIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "found.json")
	c, said, lines := begun(t, "--only", "check,lock", "--json", path)
	require.NoError(t, c.Process.Signal(os.Interrupt))
	_, _ = io.Copy(io.Discard, lines)
	_ = c.Wait()
	assert.Equal(t, 130, c.ProcessState.ExitCode())
	assert.Equal(t, "Interrupted; what was found before is in "+path+".\n", said.String())
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Contains(t, string(data), `"passed": false`)
}

// As where a lease ends early.
func TestATrialThatIsKilledHasWrittenWhatItFound(t *testing.T) {
	path := filepath.Join(t.TempDir(), "found.json")
	c, _, lines := begun(t, "--only", "check", "--json", path)
	for range 2 { // rows, of which the first is written before the second is shown
		_, err := lines.ReadString('\n')
		require.NoError(t, err)
	}
	require.NoError(t, c.Process.Kill())
	_ = c.Wait()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var r trial.Report
	require.NoError(t, json.Unmarshal(data, &r))
	assert.Equal(t, "emulated GPU", r.Card.Name)
	assert.False(t, r.Passed)
	require.Len(t, r.Parts, 1)
	assert.Equal(t, trial.Interrupted, r.Parts[0].Outcome)
	assert.NotEmpty(t, r.Parts[0].Rows)
}
