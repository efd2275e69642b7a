//go:build soak

package soak

import (
	"bufio"
	"encoding/json"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// middling is one arm of the built-in million, over few updates.
func middling(t *testing.T, steps int) experiment.Experiment {
	t.Helper()
	e, err := experiment.Named("million")
	require.NoError(t, err)
	e.Arms = e.Arms[len(e.Arms)-1:] // SPARKLING
	e.Task.Batch, e.Task.Accumulate, e.Optimizer.Clip = 2, 2, 1
	return e.Rescale(steps)
}

// large is the network that the benchmarks train, over so many updates of few symbols.
func large(t *testing.T, steps int) experiment.Experiment {
	t.Helper()
	e := middling(t, steps)
	e.Name, e.Task.Seq = "large", 64
	m := &e.Model
	m.Hidden, m.Layers, m.Inner, m.Heads, m.KVHeads, m.HeadDim, m.InitStd = 512, 2, 512, 8, 4, 64, 0.02
	e.Optimizer.LR = 1e-3
	return e
}

// event is a line of `train --json`.
type event struct {
	Event  string  `json:"event"`
	Step   int     `json:"step"`
	Memory float64 `json:"memory_bytes"`
	OnDisk bool    `json:"on_disk"`
}

// train trains a document to its end, and returns what it told.
func train(t *testing.T, e experiment.Experiment, out string, args ...string) (told []event) {
	t.Helper()
	c := exec.Command(program, append([]string{"train", file(t, t.TempDir(), e), "--out", out, "--json"}, args...)...)
	c.Stderr = os.Stderr
	pipe, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	lines := bufio.NewScanner(pipe)
	for lines.Scan() {
		var v event
		require.NoError(t, json.Unmarshal(lines.Bytes(), &v))
		told = append(told, v)
	}
	require.NoError(t, c.Wait())
	return told
}

// sameFiles asks for the same files with the same bytes below two folders.
func sameFiles(t *testing.T, want, got string) {
	t.Helper()
	files := 0
	require.NoError(t, filepath.WalkDir(want, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		name, err := filepath.Rel(want, path)
		require.NoError(t, err)
		a, err := os.ReadFile(path)
		require.NoError(t, err)
		b, err := os.ReadFile(filepath.Join(got, name))
		require.NoError(t, err)
		assert.True(t, string(a) == string(b), "%s differs", name)
		return nil
	}))
	assert.Greater(t, files, 3)
}

// last is the newest checkpoint of a run.
func last(t *testing.T, out string) string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(out, "checkpoints", "step-*"))
	require.NoError(t, err)
	require.NotEmpty(t, all)
	return all[len(all)-1]
}

// Whatever a thousand updates, their checkpoints and their probes take, the thousandth has no more of it than the
// first hundreds.
func TestMemoryIsFlatOverAThousandUpdates(t *testing.T) {
	e := large(t, 1000)
	e.Arms = []experiment.Arm{{Name: "Small"}}
	told := train(t, e, t.TempDir(), "--checkpoint-every", "100", "--every", "10")
	var early, late float64
	for _, v := range told {
		switch {
		case v.Event != "step" || v.Step <= 200: // buffers grow to the most that an expert ever gets
		case v.Step <= 400:
			early = max(early, v.Memory)
		case v.Step > 800:
			late = max(late, v.Memory)
		}
	}
	require.NotZero(t, early)
	t.Logf("at most %.1f MB in the updates 201 to 400, %.1f MB in the updates 801 to 1000", early/1e6, late/1e6)
	assert.LessOrEqual(t, late, 1.02*early)
}

// A run that is killed again and again, at any instant, comes to the bits of one that nobody disturbed.
func TestARunThatIsKilledAgainAndAgainLosesNothing(t *testing.T) {
	e := middling(t, 120)
	quiet, killed := t.TempDir(), t.TempDir()
	train(t, e, quiet, "--checkpoint-every", "5", "--every", "10")
	doc := file(t, t.TempDir(), e)
	random := rand.New(rand.NewPCG(1, 1))
	const most = 200
	kills := 0
	for ended := false; !ended; {
		c := exec.Command(program, "train", doc, "--out", killed, "--resume", "--quiet", "--checkpoint-every", "5",
			"--every", "10")
		require.NoError(t, c.Start())
		done := make(chan error, 1)
		go func() { done <- c.Wait() }()
		select {
		case err := <-done:
			require.NoError(t, err)
			ended = true
		case <-time.After(time.Second + time.Duration(random.Int64N(int64(4*time.Second)))):
			require.NoError(t, c.Process.Kill())
			<-done
			kills++
			require.Less(t, kills, most, "it gets nowhere")
		}
	}
	t.Logf("killed %d times", kills)
	assert.Positive(t, kills)
	sameFiles(t, last(t, quiet), last(t, killed))
	for _, name := range []string{"record.sparkling", "numbers.csv"} {
		want, err := os.ReadFile(filepath.Join(quiet, name))
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join(killed, name))
		require.NoError(t, err)
		assert.True(t, string(want) == string(got), "%s differs", name)
	}
}

// A network of some size is widened in memory and on the disk to the same bits, on every axis.
func TestWideningInMemoryAndOnTheDiskGivesTheSameBits(t *testing.T) {
	for _, axis := range []model.Axis{model.Inner, model.Hidden, model.Joint} {
		t.Run(string(axis), func(t *testing.T) {
			e := large(t, 12)
			e.Arms[0].Widen[0].Axis = axis
			memory, disk := t.TempDir(), t.TempDir()
			train(t, e, memory)
			through := 0
			for _, v := range train(t, e, disk, "--on-disk") {
				if v.OnDisk {
					through++
				}
			}
			assert.Equal(t, 1, through)
			sameFiles(t, last(t, memory), last(t, disk))
		})
	}
}
