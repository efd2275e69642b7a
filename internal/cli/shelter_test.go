package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// caches gives the program and its children an empty cache folder, and returns where runs without a folder keep their
// states.
func caches(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"XDG_CACHE_HOME", "HOME", "LocalAppData"} {
		t.Setenv(name, dir)
	}
	dir, err := os.UserCacheDir()
	require.NoError(t, err)
	return filepath.Join(dir, "sparkling", "runs")
}

// sheltered are the states that are kept there.
func sheltered(t *testing.T, runs string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(runs, "*", stateName))
	require.NoError(t, err)
	return paths
}

// killed begins a run without a folder, and kills it when it has kept a state newer than what is there; none is left
// where it ended before.
func killed(t *testing.T, runs, document string) (state string) {
	t.Helper()
	was := map[string][]byte{}
	for _, path := range sheltered(t, runs) {
		was[path], _ = os.ReadFile(path)
	}
	c := program(t, "run", "--every", "10ms", "--quiet", document)
	ended := make(chan struct{})
	require.NoError(t, c.Start())
	go func() { defer close(ended); _ = c.Wait() }()
	await(t, "the state is not kept", func() bool {
		select {
		case <-ended:
			return true
		default:
		}
		for _, path := range sheltered(t, runs) {
			if now, err := os.ReadFile(path); err == nil && !bytes.Equal(now, was[path]) {
				state = path
				return true
			}
		}
		return false
	})
	_ = c.Process.Kill()
	<-ended
	return state
}

// Whatever ends a run that was given no folder, the same command goes on to the table of an undisturbed run; then
// nothing is left, and the run after it trains.
func TestARunWithoutAFolderGoesOn(t *testing.T) {
	runs, document := caches(t), long(t)
	_, table := undisturbed(t, document)
	require.NotEmpty(t, killed(t, runs, document), "it ended before it could be killed")
	killed(t, runs, document)
	code, out, err := run("run", "--quiet", document)
	require.Zero(t, code, err)
	assert.Equal(t, table, out)
	assert.Regexp(t, `(?m)^Going on from step \d+ of 400, where .* was left\.$`, err)
	gone := func() {
		t.Helper()
		entries, err := os.ReadDir(runs)
		require.NoError(t, err)
		assert.Empty(t, entries, "what is left of a run that has ended")
	}
	gone()

	code, out, err = run("run", "--quiet", document)
	require.Zero(t, code, err)
	assert.Equal(t, table, out)
	assert.NotContains(t, err, "Going on")
	gone()
}

// broken is what nothing can be written to.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

// A table that could not be printed is printed by the same command, which does not train again.
func TestATableThatCouldNotBePrintedIsNotLost(t *testing.T) {
	runs, document := caches(t), file(t, nil)
	_, table := undisturbed(t, document)
	var said bytes.Buffer
	assert.Equal(t, codeBad, Main([]string{"run", "--quiet", document}, broken{}, &said))
	assert.Contains(t, said.String(), syscall.ENOSPC.Error())
	require.Len(t, sheltered(t, runs), 1)
	code, out, err := run("run", "--quiet", document)
	require.Zero(t, code, err)
	assert.Equal(t, table, out)
	assert.Contains(t, err, "nothing is trained again")
	assert.Empty(t, sheltered(t, runs))
}

// With --out the run that was stopped without it is taken along, by a folder that holds nothing yet.
func TestAFolderTakesAlongTheRunThatWasStoppedWithoutIt(t *testing.T) {
	runs, document := caches(t), long(t)
	want, table := undisturbed(t, document)
	require.NotEmpty(t, killed(t, runs, document), "it ended before it could be killed")

	busy := filepath.Join(t.TempDir(), "busy")
	require.NoError(t, os.Mkdir(busy, 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(busy, stateName), []byte("mine"), 0o666))
	code, _, err := run("run", "--quiet", "--out", busy, document)
	require.Zero(t, code, err)
	assert.NotContains(t, err, "Going on")
	assert.Len(t, sheltered(t, runs), 1, "a folder that holds something takes nothing")

	dir := filepath.Join(t.TempDir(), "out")
	code, out, err := run("run", "--quiet", "--out", dir, document)
	require.Zero(t, code, err)
	assert.Equal(t, table, out)
	assert.Regexp(t, `^.*out takes along the run that was stopped without --out\.\nGoing on from step \d+ of 400`, err)
	sameRun(t, want, left(t, dir))
	assert.Empty(t, sheltered(t, runs))
}

// What cannot be read counts as missing; while one run keeps its state the same one beside it keeps none, and says so;
// so does a run where there is no place.
func TestWhatARunWithoutAFolderLeavesIsSaidBefore(t *testing.T) {
	runs, document := caches(t), file(t, nil)
	data, err := os.ReadFile(document)
	require.NoError(t, err)
	doc, err := experiment.Parse(data)
	require.NoError(t, err)
	exp := doc.Experiment()
	dir, err := shelterDir(exp)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(dir, 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(dir, stateName), []byte("no state"), 0o666))
	code, table, said := run("run", "--quiet", document)
	require.Zero(t, code, said)
	assert.Contains(t, said, "counts as missing")
	assert.Contains(t, said, "If it is stopped before, the same command goes on.")
	assert.Empty(t, sheltered(t, runs))

	cannot := func(why string) {
		t.Helper()
		code, out, said := run("run", "--quiet", document)
		require.Zero(t, code, said)
		assert.Equal(t, table, out)
		assert.Contains(t, said, "Nothing but the table will be left of this run, and it cannot go on once it "+
			"is stopped (")
		assert.Contains(t, said, why)
	}
	to, err := durable.Take(dir, runKind)
	require.NoError(t, err)
	cannot("another run of this program is writing")
	to.Release()
	require.NoError(t, os.RemoveAll(filepath.Dir(runs)))
	require.NoError(t, os.WriteFile(filepath.Dir(runs), nil, 0o666))
	cannot("cannot be written")
	for _, name := range []string{"XDG_CACHE_HOME", "HOME", "LocalAppData"} {
		t.Setenv(name, "")
	}
	if runtime.GOOS != "windows" {
		cannot("defined")
	}
}

// Only so many are kept: the oldest go, but none that runs, and nothing of anybody else's.
func TestTheStatesOfOldRunsAreForgotten(t *testing.T) {
	runs := t.TempDir()
	for i := range mostSheltered + 4 {
		dir := filepath.Join(runs, fmt.Sprint(i))
		require.NoError(t, os.Mkdir(dir, 0o777))
		require.NoError(t, os.WriteFile(filepath.Join(dir, stateName), nil, 0o666))
		then := time.Now().Add(time.Duration(i-100) * time.Hour)
		require.NoError(t, os.Chtimes(filepath.Join(dir, stateName), then, then))
	}
	require.NoError(t, os.WriteFile(filepath.Join(runs, "1", "mine"), nil, 0o666))
	running, err := durable.Take(filepath.Join(runs, "2"), runKind)
	require.NoError(t, err)
	defer running.Release()
	forget(runs, "0")
	assert.FileExists(t, filepath.Join(runs, "0", stateName), "that of the run that begins")
	assert.NoFileExists(t, filepath.Join(runs, "1", stateName))
	assert.FileExists(t, filepath.Join(runs, "1", "mine"))
	assert.FileExists(t, filepath.Join(runs, "2", stateName), "it runs")
	assert.NoDirExists(t, filepath.Join(runs, "3"))
	assert.NoDirExists(t, filepath.Join(runs, "4"))
	assert.Len(t, sheltered(t, runs), mostSheltered+1)
}
