package cli

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/sim/checkpoints"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/task"
	"github.com/sparkling-lab/sparkling/sim/tokens/tokenizer"
)

// pretraining is a document of one small network on token files beside it, which is widened on its way.
func pretraining(t *testing.T, f func(*experiment.Experiment)) string {
	t.Helper()
	path := file(t, func(e *experiment.Experiment) {
		*e = e.Rescale(60)
		e.Arms = e.Arms[3:4]
		e.Task = task.Spec{Kind: task.KindTokens, Symbols: 29, TrainFiles: []string{"a.bin", "b.bin"},
			ValidationFiles: []string{"val.bin"}, Seq: 32, Batch: 2, Accumulate: 2}
		e.Model.Vocab = 32
		e.Optimizer.Clip = 1
		if f != nil {
			f(e)
		}
	})
	for i, name := range []string{"a.bin", "b.bin", "val.bin"} {
		shard(t, filepath.Join(filepath.Dir(path), name), uint64(i))
	}
	return path
}

// shard writes token files as nanoGPT's are: nothing but 16-bit numbers.
func shard(t *testing.T, path string, seed uint64) {
	t.Helper()
	rng, data, at := rand.New(rand.NewPCG(seed, 1)), []byte(nil), uint16(0)
	for range 3000 {
		at = (at*5 + uint16(rng.IntN(3))) % 29
		data = binary.LittleEndian.AppendUint16(data, at)
	}
	require.NoError(t, os.WriteFile(path, data, 0o644))
}

// longRun is the run of a document that nobody disturbs: its folder, and the files in it and in its last checkpoint.
func longRun(t *testing.T, document string, args ...string) (dir string, files map[string]string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "out")
	code, out, said := run(append([]string{"train", document, "--out", dir, "--quiet"}, args...)...)
	require.Zero(t, code, said)
	assert.Regexp(t, `(?m)^SPARKLING +60 `, out)
	return dir, leftByTraining(t, dir)
}

func leftByTraining(t *testing.T, dir string) map[string]string {
	files := left(t, dir)
	for name, data := range left(t, filepath.Join(dir, checkpointsName, "step-00000060")) {
		files["last/"+name] = data
	}
	return files
}

func TestALongRunLeavesCheckpointsAndARecord(t *testing.T) {
	document := pretraining(t, func(e *experiment.Experiment) { e.Task.Tokenizer = "tokenizer.json" })
	by, err := tokenizer.Characters([]rune("\n abcdefghijklmnopqrstuvwxyzé"), false)
	require.NoError(t, err)
	put(t, filepath.Dir(document), "tokenizer.json", by.JSON())
	dir, _ := longRun(t, document, "--checkpoint-every", "20", "--keep", "2")
	list, err := os.ReadDir(filepath.Join(dir, checkpointsName))
	require.NoError(t, err)
	var names []string
	for _, f := range list {
		if f.IsDir() {
			names = append(names, f.Name())
		}
	}
	assert.Equal(t, []string{"step-00000040", "step-00000060"}, names)
	for _, name := range names {
		at := filepath.Join(dir, checkpointsName, name)
		data, err := os.ReadFile(filepath.Join(at, "tokenizer.json"))
		require.NoError(t, err)
		assert.Equal(t, by.JSON(), data, "other programs read and write text with each")
		code, out, said := run("export", "--model", at, "--gguf", filepath.Join(t.TempDir(), "network.gguf"))
		require.Zero(t, code, said)
		assert.NotContains(t, out+said, "holds no tokenizer.json")
	}

	code, _, said := run("figures", filepath.Join(dir, recordName), "--out", filepath.Join(dir, "figures"))
	require.Zero(t, code, said)
	_, err = checkpoint.ReadFolder(t.Context(), filepath.Join(dir, checkpointsName, names[1]))
	require.NoError(t, err, "other programs read such a folder")
}

func TestALongRunThatIsKilledAgainAndAgainEndsAsIfNothingHadBeen(t *testing.T) {
	document := pretraining(t, nil)
	_, want := longRun(t, document, "--checkpoint-every", "4")
	dir := filepath.Join(t.TempDir(), "out")
	at := func() int {
		c, _, err := checkpoints.Latest(t.Context(), filepath.Join(dir, checkpointsName))
		if err != nil || c == nil {
			return 0 // a folder that is being written or removed just now
		}
		return c.Step
	}
	kills := 0
	for last := at(); last < 60; kills++ {
		require.Less(t, kills, 100, "the run does not get on")
		c := program(t, "train", document, "--out", dir, "--quiet", "--checkpoint-every", "4", "--resume")
		over, ended := started(t, c)
		await(t, "nothing is kept", func() bool { return over() || at() > last+8 })
		time.Sleep(time.Duration(rand.IntN(5)) * time.Millisecond)
		_ = c.Process.Kill()
		<-ended
		last = at()
	}
	t.Logf("killed %d times", kills)
	code, _, said := run("train", document, "--out", dir, "--quiet", "--resume")
	require.Zero(t, code, said)
	sameRun(t, want, leftByTraining(t, dir))
}

func TestALongRunThatIsInterruptedGoesOn(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // an interrupt cannot be sent to a child there
	}
	document := pretraining(t, nil)
	_, want := longRun(t, document)
	dir := filepath.Join(t.TempDir(), "out")
	c := program(t, "train", document, "--out", dir, "--every", "1", "--checkpoint-every", "1000")
	var out bytes.Buffer
	said := &firstLine{line: "step", came: make(chan struct{})}
	c.Stdout, c.Stderr = &out, said
	require.NoError(t, c.Start())
	<-said.came
	require.NoError(t, c.Process.Signal(os.Interrupt))
	_ = c.Wait()
	if c.ProcessState.ExitCode() == 0 {
		return // it was faster
	}
	assert.Equal(t, 130, c.ProcessState.ExitCode(), said.all.String())
	assert.Regexp(t, `Interrupted at step \d+ of 60; the same command with --resume goes on from there\.\n$`,
		said.all.String())
	assert.Contains(t, out.String(), "SPARKLING")

	code, _, err := run("train", document, "--out", dir, "--quiet")
	assert.Equal(t, 2, code)
	assert.Contains(t, err, "holds checkpoints of a run already; --resume goes on with it")
	code, _, err = run("train", document, "--out", dir, "--quiet", "--resume")
	require.Zero(t, code, err)
	got := leftByTraining(t, dir)
	for name := range want {
		if strings.HasPrefix(name, "last/") { // frames are of other steps
			assert.True(t, want[name] == got[name], "%s is not the same", name)
		}
	}
}

// firstLine tells when a line came that begins with something.
type firstLine struct {
	line string
	came chan struct{}
	told bool
	all  bytes.Buffer
}

func (f *firstLine) Write(p []byte) (int, error) {
	f.all.Write(p)
	if !f.told && strings.Contains("\n"+f.all.String(), "\n"+f.line) {
		f.told = true
		close(f.came)
	}
	return len(p), nil
}

func TestALongRunIsSeenByMachines(t *testing.T) {
	document := pretraining(t, nil)
	dir := filepath.Join(t.TempDir(), "out")
	code, out, said := run("train", document, "--out", dir, "--json", "--every", "10", "--on-disk")
	require.Zero(t, code, said)
	kinds := map[string]int{}
	for line := range strings.Lines(out) {
		var v map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &v), line)
		kind := v["event"].(string)
		kinds[kind]++
		switch kind {
		case "step":
			for _, key := range []string{"step", "train_loss", "lr_old", "lr_new", "grad_norm", "memory_bytes"} {
				assert.Contains(t, v, key)
			}
		case "widening":
			assert.Equal(t, true, v["on_disk"])
			assert.InDelta(t, v["val_loss_before"], v["val_loss_after"], 0.1)
		}
	}
	assert.GreaterOrEqual(t, kinds["step"], 6)
	assert.Equal(t, 1, kinds["begin"])
	assert.Equal(t, 1, kinds["widening"])
	assert.GreaterOrEqual(t, kinds["checkpoint"], 2)
}

func TestALongRunRefusesInOneSentenceWhatItCannotGoOnWith(t *testing.T) {
	document := pretraining(t, nil)
	dir, before := longRun(t, document)
	folder := filepath.Dir(document)
	for want, change := range map[string]func() string{
		"was trained on other data": func() string {
			shard(t, filepath.Join(folder, "b.bin"), 9)
			return document
		},
		"task.symbols": func() string {
			return pretraining(t, func(e *experiment.Experiment) { e.Task.Symbols = 30 })
		},
		"optimizer.lr": func() string {
			return pretraining(t, func(e *experiment.Experiment) { e.Optimizer.LR /= 2 })
		},
		"has 4 arms": func() string { return file(t, nil) },
		"optimizer.clip is -1; allowed": func() string {
			return pretraining(t, func(e *experiment.Experiment) { e.Optimizer.Clip = -1 })
		},
		"task.accumulate is 2000; allowed are 0 to 1024": func() string {
			return pretraining(t, func(e *experiment.Experiment) { e.Task.Accumulate = 2000 })
		},
	} {
		code, _, said := run("train", change(), "--out", dir, "--quiet", "--resume")
		assert.Equal(t, 2, code, want)
		assert.Contains(t, said, want)
		assert.Equal(t, 1, strings.Count(said, "\n"), said)
		sameRun(t, before, leftByTraining(t, dir))
	}
	large := pretraining(t, func(e *experiment.Experiment) {
		e.Model.Hidden, e.Model.Inner, e.Model.Layers, e.Model.Experts = 4096, 4096, 64, 64
	})
	code, _, said := run("train", large, "--out", dir, "--resume")
	assert.Equal(t, 2, code)
	assert.Regexp(t, "the run would take about .* of memory; .* sparkling plan "+regexp.QuoteMeta(large)+
		" --memory says", said)
	for _, flag := range []string{"--keep", "--every", "--checkpoint-every", "--threads"} {
		code, _, said := run("train", document, "--out", dir, flag, "0")
		assert.Equal(t, 2, code)
		assert.Contains(t, said, flag+" is 0; allowed are 1 to ")
	}
	code, _, said = run("train", document)
	assert.Equal(t, 2, code)
	assert.Contains(t, said, "--out")
}

// Data are told by what is in the files, and not by where these lie: who has moved them goes on.
func TestALongRunGoesOnWithItsDataAtAnotherPlace(t *testing.T) {
	document := pretraining(t, nil)
	dir, before := longRun(t, document, "--checkpoint-every", "20")
	require.NoError(t, os.RemoveAll(filepath.Join(dir, checkpointsName, "step-00000060")))
	moved := pretraining(t, func(e *experiment.Experiment) {
		e.Task.TrainFiles, e.Task.ValidationFiles = []string{"far/x.bin", "far/y.bin"}, []string{"far/z.bin"}
	})
	far := filepath.Join(filepath.Dir(moved), "far")
	require.NoError(t, os.Mkdir(far, 0o755))
	for from, to := range map[string]string{"a.bin": "x.bin", "b.bin": "y.bin", "val.bin": "z.bin"} {
		require.NoError(t, os.Rename(filepath.Join(filepath.Dir(moved), from), filepath.Join(far, to)))
	}
	code, _, said := run("train", moved, "--out", dir, "--quiet", "--resume", "--checkpoint-every", "20")
	require.Zero(t, code, said)
	after := leftByTraining(t, dir)
	for _, name := range []string{"model", "optimizer_m", "optimizer_v"} {
		name = "last/" + name + ".safetensors"
		require.NotEmpty(t, before[name])
		assert.Equal(t, before[name], after[name], name)
	}
}

// Token files are what train is for, and run says so before it makes or takes anything.
func TestRunSaysAtOnceThatTokenFilesAreForTrain(t *testing.T) {
	document := pretraining(t, nil)
	for _, flags := range [][]string{{"--out", filepath.Join(t.TempDir(), "out")}, {"--seeds", "1-2"}, nil} {
		code, _, said := run(append([]string{"run", document, "--quiet"}, flags...)...)
		assert.Equal(t, 2, code)
		assert.Contains(t, said, "run learns no token files; sparkling train "+document+" --out DIR does")
		if len(flags) > 0 && flags[0] == "--out" {
			assert.NoDirExists(t, flags[1])
		}
	}
}
