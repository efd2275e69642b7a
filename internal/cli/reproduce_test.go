package cli

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/report"
	"github.com/sparkling-lab/sparkling/sim/reproduce"
)

// reported is every file of a report, by name.
func reported(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		if e.Type().IsRegular() {
			data, err := os.ReadFile(filepath.Join(dir, e.Name()))
			require.NoError(t, err)
			files[e.Name()] = string(data)
		}
	}
	return files
}

// The program itself is run and interrupted as soon as one run is finished; the same command then goes on, and writes
// what an undisturbed one writes.
func TestReproduceGoesOnWhereItWasInterrupted(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // an interrupt cannot be sent to a child there
	}
	dir := t.TempDir()
	command := func(out string) (*exec.Cmd, *bytes.Buffer) {
		c, b := program(t, "reproduce", "--quick", "--claim", "2", "--task", "text", "--out",
			filepath.Join(dir, out)), &bytes.Buffer{}
		c.Stdout, c.Stderr = b, b
		return c, b
	}
	c, out := command("cut")
	require.NoError(t, c.Start())
	runs := filepath.Join(dir, "cut", "runs", "*.json")
	require.Eventually(t, func() bool {
		done, _ := filepath.Glob(runs)
		return len(done) > 0
	}, 10*time.Minute, 10*time.Millisecond)
	require.NoError(t, c.Process.Signal(os.Interrupt))
	_ = c.Wait()
	require.Equal(t, 130, c.ProcessState.ExitCode(), out)
	assert.Contains(t, out.String(), "runs to go; what is finished was kept")
	assert.Contains(t, reported(t, filepath.Join(dir, "cut"))["report.md"], "are still missing")
	kept, err := filepath.Glob(runs)
	require.NoError(t, err)
	stamp, err := os.Stat(kept[0])
	require.NoError(t, err)

	c, out = command("cut")
	require.NoError(t, c.Run(), out)
	assert.Contains(t, out.String(), "The asymmetric reset separates them")
	again, err := os.Stat(kept[0])
	require.NoError(t, err)
	assert.Equal(t, stamp.ModTime(), again.ModTime(), "what was finished is not run again")
	c, out = command("whole")
	require.NoError(t, c.Run(), out)
	cut, whole := reported(t, filepath.Join(dir, "cut")), reported(t, filepath.Join(dir, "whole"))
	for _, name := range []string{"report.md", "index.html", "report.css", "claims.csv", "runs.csv", "claim-2.svg",
		"claim-2.png"} {
		assert.NotEmpty(t, whole[name], name)
	}
	assert.Equal(t, whole, cut)
}

// Seeds are as many as were asked for; whoever asks for more when the verdicts are there is told so in the report,
// which can be written anew without the runs.
func TestReproduceTakesTheSeedsThatItIsGivenAndRemembersTheFirst(t *testing.T) {
	dir := t.TempDir()
	quick := func(args ...string) {
		t.Helper()
		code, _, err := run(append([]string{"reproduce", "--claim", "2", "--task", "facts", "--out", dir, "--quiet"},
			args...)...)
		require.Zero(t, code, err)
	}
	quick("--quick", "--seeds", "1")
	assert.NotContains(t, reported(t, dir)["report.md"], "planned")
	quick("--quick", "--seeds", "3")
	md := reported(t, dir)["report.md"]
	assert.Contains(t, md, "Seeds: 3 (Facts, AdamW, β2 0.95), 3 (Facts, Muon).")
	assert.Contains(t, md, "`sparkling reproduce --claim 2 --task facts --quick --seeds 3`")
	assert.Contains(t, md, "Facts: 1 of the 3 seeds were planned")

	want := reported(t, dir)
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "runs")))
	for name := range want {
		if name != "about.json" && name != "runs.csv" && name != "curves.csv" {
			require.NoError(t, os.Remove(filepath.Join(dir, name)))
		}
	}
	code, out, err := run("reproduce", "--render", "--out", dir)
	require.Zero(t, code, err)
	assert.Contains(t, out, "The asymmetric reset separates them")
	assert.Equal(t, want, reported(t, dir))

	code, _, err = run("reproduce", "--render", "--seeds", "2", "--out", dir)
	assert.Equal(t, codeBad, code)
	assert.Contains(t, err, "leave out --seeds")
	assert.Equal(t, want, reported(t, dir), "nothing is lost")

	require.NoError(t, os.WriteFile(filepath.Join(dir, "about.json"), []byte("{"), 0o644))
	code, _, err = run("reproduce", "--quick", "--out", dir)
	assert.Equal(t, codeBad, code)
	assert.Contains(t, err, "about.json")
}

func TestAReportIsNotMadeAnewOfNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "nowhere")
	code, out, err := run("reproduce", "--render", "--out", dir)
	assert.Equal(t, codeBad, code)
	assert.Empty(t, out)
	assert.Contains(t, err, dir+" is not there")
	assert.NoDirExists(t, dir)
}

func TestReproduceRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, args := range [][]string{{"--claim", "6"}, {"--task", "hamlet"}, {"--seeds", "0"}, {"--seeds", "1000"}} {
		code, _, err := run(append([]string{"reproduce"}, args...)...)
		assert.Equal(t, codeBad, code)
		assert.Contains(t, err, args[0])
		assert.Contains(t, err, "allowed are")
	}
}

// A run that diverged is named beside the verdicts, and what it enters has none.
func TestReproduceNamesTheRunsThatDiverged(t *testing.T) {
	f, err := report.New(report.About{Seeds: 1, Claims: []string{"2"}})
	require.NoError(t, err)
	j := reproduce.Plan(f.Claims, f.Settings[:1], []uint64{1}, true)[0]
	var of []reproduce.Result
	for _, e := range j.Group.Entries {
		of = append(of, reproduce.Result{Key: e.Key, Failed: "the loss is no longer a number"})
	}
	f.Results.Add(j, of[:2])
	var out bytes.Buffer
	require.NoError(t, verdicts(&out, f))
	words := strings.Join(strings.Fields(out.String()), " ")
	assert.Contains(t, words, "Not all runs reached their end. What these enter has no number and no verdict: Copy, "+
		"Opticks, AdamW, β2 0.999, seed 1 (the loss is no longer a number); Small,")
	assert.NotContains(t, words, "reproduces")
}
