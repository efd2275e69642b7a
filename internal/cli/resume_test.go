package cli

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/session"
)

// undisturbed is the folder that a document leaves which nobody disturbs, and the table that is printed.
func undisturbed(t *testing.T, document string) (files map[string]string, table string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "undisturbed")
	code, table, err := run("run", "--out", dir, document)
	require.Zero(t, code, err)
	return left(t, dir), table
}

// long is a document whose run takes some seconds.
func long(t *testing.T) string {
	return file(t, func(e *experiment.Experiment) { *e = e.Rescale(400) })
}

// sameRun compares what two runs have left, without printing their bytes.
func sameRun(t *testing.T, want, got map[string]string) {
	t.Helper()
	for name := range want {
		assert.True(t, want[name] == got[name], "%s is not the same", name)
	}
	assert.Len(t, got, len(want))
}

// left are the files that a run has left, but for the list of what has been written when.
func left(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		if e.IsDir() || e.Name() == ".sparkling-files.json" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		files[e.Name()] = string(data)
	}
	return files
}

// await calls f until it is true, or fails when the program that is waited for would surely have ended.
func await(t *testing.T, what string, f func() bool) {
	t.Helper()
	for begin := time.Now(); !f(); time.Sleep(2 * time.Millisecond) {
		require.Less(t, time.Since(begin), 5*time.Minute, what)
	}
}

// The program is ended by the machine's means again and again, each time as soon as it has kept a newer state, and once
// in the midst of writing it: a last start of the same command leaves what an undisturbed run leaves, to the last bit
// of every file.
func TestARunThatIsKilledAgainAndAgainEndsAsIfNothingHadBeen(t *testing.T) {
	document := long(t)
	want, table := undisturbed(t, document)
	dir := filepath.Join(t.TempDir(), "out")
	state := filepath.Join(dir, stateName)
	kept := func() string {
		data, err := os.ReadFile(state)
		if err != nil {
			return ""
		}
		st, err := session.DecodeState(strings.NewReader(string(data)))
		require.NoError(t, err, "whatever ended the program, the state is whole")
		if st.Finished() {
			return "finished"
		}
		return string(data)
	}
	writing := func() bool {
		tmp, _ := filepath.Glob(filepath.Join(dir, ".sparkling-tmp-*"))
		return len(tmp) > 0
	}
	kills, last := 0, ""
	for kept() != "finished" {
		require.Less(t, kills, 1000, "the run does not get on")
		args := []string{"run", "--every", "10ms", "--quiet", "--out", dir, document}
		if kills%2 == 1 {
			args = []string{"run", "--every", "10ms", "--quiet", "--resume", dir}
		}
		c := program(t, args...)
		over, ended := started(t, c)
		await(t, "the state is not kept", func() bool { return over() || kept() != last })
		if kills%3 == 2 {
			await(t, "nothing is written", func() bool { return over() || writing() })
		}
		_ = c.Process.Kill()
		<-ended
		if now := kept(); now != last {
			last = now
		}
		kills++
	}
	t.Logf("killed %d times", kills)
	code, out, err := run("run", "--out", dir, document)
	require.Zero(t, code, err)
	assert.Equal(t, table, out)
	sameRun(t, want, left(t, dir))
}

// Ctrl-C keeps the latest step, not that of the last spaced state, and the same command goes on from there.
func TestARunThatWasInterruptedGoesOn(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // an interrupt cannot be sent to a child there
	}
	document := long(t)
	want, table := undisturbed(t, document)
	dir := filepath.Join(t.TempDir(), "out")
	c := program(t, "run", "--every", "10ms", "--quiet", "--out", dir, document)
	var said bytes.Buffer
	c.Stderr = &said
	require.NoError(t, c.Start())
	await(t, "the state is not kept", func() bool {
		_, err := os.Stat(filepath.Join(dir, stateName))
		return err == nil
	})
	require.NoError(t, c.Process.Signal(os.Interrupt))
	_ = c.Wait()
	require.Equal(t, 130, c.ProcessState.ExitCode(), said.String())
	assert.Regexp(t, `^Interrupted at step \d+ of 400; the same command goes on from there\.\n$`, said.String())
	assert.FileExists(t, filepath.Join(dir, recordName))

	code, out, err := run("run", "--json", "--resume", dir)
	require.Zero(t, code, err)
	assert.Regexp(t, `^Going on from step \d+ of 400, where .*out was left\.\n$`, err)
	assert.Contains(t, out, `"seed": 1`)
	sameRun(t, want, left(t, dir))

	code, out, err = run("run", "--out", dir, document)
	require.Zero(t, code, err)
	assert.Contains(t, err, "holds this run to its end; nothing is trained again")
	assert.Equal(t, table, out, "the table of what is there")
}

// What was trained is not trained again for want of a flag, and what is there stays.
func TestCheckpointsAreLeftByARunThatHasEnded(t *testing.T) {
	document, dir := file(t, nil), filepath.Join(t.TempDir(), "out")
	code, table, err := run("run", "--out", dir, document)
	require.Zero(t, code, err)
	args := []string{"run", "--out", dir, "--checkpoints", document}
	for _, missing := range []string{"", armsFolder + "/3-asymmetric-reset", batchName, ""} {
		if missing != "" {
			require.NoError(t, os.RemoveAll(filepath.Join(dir, missing)))
		}
		code, out, err := run(args...)
		require.Zero(t, code, err)
		assert.Equal(t, table, out)
		assert.Contains(t, err, "holds this run to its end; nothing is trained again")
		for _, name := range []string{"1-small", "2-copy", "3-asymmetric-reset", "4-sparkling"} {
			assert.FileExists(t, filepath.Join(dir, armsFolder, name, "config.json"))
		}
		assert.FileExists(t, filepath.Join(dir, batchName))
	}
	other := filepath.Join(t.TempDir(), "other")
	code, _, err = run("run", "--out", other, "--checkpoints", "--seed", "2", document)
	require.Zero(t, code, err)
	require.NoError(t, os.RemoveAll(filepath.Join(dir, armsFolder, "2-copy")))
	require.NoError(t, os.Rename(filepath.Join(other, armsFolder, "2-copy"), filepath.Join(dir, armsFolder, "2-copy")))
	code, out, err := run(args...)
	assert.Equal(t, codeBad, code)
	assert.Empty(t, out)
	assert.Contains(t, err, "2-copy holds another network than this run leaves there; nothing is overwritten")
}

// A state that cannot be read is said, and counts as missing: where the record goes to the end nothing is trained, else
// the run begins anew, and what was there stays under another name.
func TestAStateThatCannotBeReadCountsAsMissing(t *testing.T) {
	document, dir := file(t, nil), filepath.Join(t.TempDir(), "out")
	code, table, err := run("run", "--out", dir, document)
	require.Zero(t, code, err)
	want, state := left(t, dir), filepath.Join(dir, stateName)
	whole := []byte(want[stateName])
	damaged, newer := bytes.Clone(whole), bytes.Clone(whole)
	damaged[len(damaged)/2] ^= 1
	newer[4]++ // its version
	for _, x := range []struct {
		why  string
		data []byte
	}{
		{"the state of the run is damaged: its checksum does not fit", damaged},
		{"the data ends too early", whole[:len(whole)/2]},
		{"the data ends too early", nil}, {"version 2; this program reads version 1", newer},
		{"this is not the state of a run", []byte("mine")},
	} {
		require.NoError(t, os.WriteFile(state, x.data, 0o644))
		code, out, err := run("run", "--out", dir, document)
		require.Zero(t, code, err)
		assert.Contains(t, err, stateName+" counts as missing: ")
		assert.Contains(t, err, x.why)
		assert.Contains(t, err, "holds this run to its end; nothing is trained again")
		assert.Equal(t, table, out)
	}
	code, out, err := run("run", "--out", dir, "--checkpoints", document)
	require.Zero(t, code, err)
	assert.Contains(t, err, "holds the record of this run, but not its networks, and so it is run again")
	assert.Contains(t, err, "It stays, as "+state+".unread-1.")
	assert.Equal(t, table, out)
	got := left(t, dir)
	assert.Equal(t, "mine", got[stateName+".unread-1"])
	delete(got, stateName+".unread-1")
	sameRun(t, want, got)

	require.NoError(t, os.Remove(state))
	require.NoError(t, os.Symlink("elsewhere", state))
	code, out, err = run("run", "--out", dir, document)
	assert.Equal(t, codeBad, code)
	assert.Empty(t, out)
	assert.Contains(t, err, "is not a file; nothing is overwritten")
}

// An arm that diverged stays as it is, with its words, and is not trained to the same end again.
func TestARunWithAnArmThatDivergedIsNotRunAgain(t *testing.T) {
	document := file(t, func(e *experiment.Experiment) { e.Optimizer.LR, e.Optimizer.WeightDecay = 10, 1 })
	dir := filepath.Join(t.TempDir(), "out")
	code, table, said := run("run", "--out", dir, document)
	require.Equal(t, codeBad, code)
	require.Contains(t, said, "training diverged")
	code, again, err := run("run", "--out", dir, document)
	assert.Equal(t, codeBad, code)
	assert.Equal(t, table, again)
	assert.Contains(t, err, "nothing is trained again")
	assert.Contains(t, err, said)
}

// What --resume cannot do is refused by name.
func TestWhatContradictsTheFolderIsRefused(t *testing.T) {
	document, dir := file(t, nil), filepath.Join(t.TempDir(), "out")
	code, _, err := run("run", "--out", dir, document)
	require.Zero(t, code, err)
	empty := t.TempDir()
	for says, args := range map[string][]string{
		"leave out an experiment":                        {"--resume", dir, document},
		"leave out --seed":                               {"--resume", dir, "--seed", "2"},
		"leave out --steps":                              {"--resume", dir, "--steps", "9"},
		"leave out --axis":                               {"--resume", dir, "--axis", "joint"},
		"leave out --factor":                             {"--resume", dir, "--factor", "3"},
		"leave out --out":                                {"--resume", dir, "--out", dir},
		"holds no run that could go on":                  {"--resume", empty},
		"--every is 0s; allowed are 10ms to 24h0m0s":     {"--every", "0s", "--out", dir, document},
		"holds the run of another experiment (default, ": {"--out", dir, "--seed", "2", document},
	} {
		code, out, err := run(append([]string{"run"}, args...)...)
		assert.Equal(t, codeBad, code, says)
		assert.Empty(t, out, says)
		assert.Contains(t, err, says)
	}
	assert.Empty(t, left(t, empty))
}

// testdata/version1/state.sparkling is the state of a run, half-way, by a program whose documents were of version 1.
func TestTheFolderOfARunOfAnOlderVersionGoesOnAndIsWrittenInThePresentOne(t *testing.T) {
	data, err := os.ReadFile("testdata/version1/state.sparkling")
	require.NoError(t, err)
	st, err := session.DecodeState(bytes.NewReader(data))
	require.NoError(t, err)
	dir, ours := t.TempDir(), filepath.Join(t.TempDir(), "ours")
	document := filepath.Join(t.TempDir(), "document.json")
	require.NoError(t, os.WriteFile(filepath.Join(dir, stateName), data, 0o644))
	require.NoError(t, os.WriteFile(document, st.Record.Experiment.Versions()[1], 0o644))
	code, _, said := run("run", "--quiet", "--out", dir, document)
	require.Zero(t, code, said)
	written, err := os.ReadFile(filepath.Join(dir, experimentName))
	require.NoError(t, err)
	assert.Equal(t, string(st.Record.Experiment.JSON()), string(written))
	if here := (cpu.Factory{}).Engine(); st.Foreign(here) == "" {
		code, _, said = run("run", "--quiet", "--out", ours, document)
		require.Zero(t, code, said)
		want, err := readRecord(ours)
		require.NoError(t, err)
		got, err := readRecord(dir)
		require.NoError(t, err)
		require.Len(t, got.Reports, 2)
		require.Nil(t, got.Reports[0].RMSUnscaled, "which an older program did not measure")
		want.Reports[0].RMSUnscaled = nil
		for arm, track := range got.Tracks {
			for k := range track {
				if track[k].Router == nil { // nor this
					want.Tracks[arm][k].Router, want.Tracks[arm][k].Gets = nil, nil
				}
				if track[k].Asked == 0 {
					want.Tracks[arm][k].Right, want.Tracks[arm][k].Asked = 0, 0
				}
			}
		}
		var as, is bytes.Buffer
		require.NoError(t, want.Encode(&as))
		require.NoError(t, got.Encode(&is))
		assert.True(t, bytes.Equal(as.Bytes(), is.Bytes()), "the record is that of a run that nobody disturbed")
	}
	assert.Equal(t, hashes(st.Record.Experiment)[0], hash(t, written))
	assert.Equal(t, hashes(st.Record.Experiment)[1], hash(t, st.Record.Experiment.Versions()[1]))
}

// What a run without a folder has left is found again by a program of a later version.
func TestARunWithoutAFolderGoesOnWhereAProgramOfAnOlderVersionLeftIt(t *testing.T) {
	data, err := os.ReadFile("testdata/version1/state.sparkling")
	require.NoError(t, err)
	st, err := session.DecodeState(bytes.NewReader(data))
	require.NoError(t, err)
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("HOME", cache)
	t.Setenv("LocalAppData", cache)
	e := st.Record.Experiment
	base, err := os.UserCacheDir()
	require.NoError(t, err)
	older := filepath.Join(base, "sparkling", "runs", hashes(e)[1])
	require.NoError(t, os.MkdirAll(older, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(older, stateName), data, 0o644))
	dir, err := shelterDir(e)
	require.NoError(t, err)
	assert.Equal(t, older, dir)
	require.NoError(t, os.RemoveAll(older))
	dir, err = shelterDir(e)
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(base, "sparkling", "runs", hashes(e)[0]), dir)
}

// hash names a document as a program does that wrote this text.
func hash(t *testing.T, document []byte) string {
	t.Helper()
	sum := sha256.Sum256(document)
	return hex.EncodeToString(sum[:12])
}

// started starts a program. over reports whether it has ended, which ended waits for.
func started(t *testing.T, c *exec.Cmd) (over func() bool, ended <-chan struct{}) {
	t.Helper()
	end := make(chan struct{})
	require.NoError(t, c.Start())
	go func() { defer close(end); _ = c.Wait() }()
	return func() bool {
		select {
		case <-end:
			return true
		default:
			return false
		}
	}, end
}
