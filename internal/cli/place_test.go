package cli

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/durable/cut"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/session"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// seeded is a finished run of a few seconds in a folder of its own, and its document.
func seeded(t *testing.T, seed uint64) (dir, document string) {
	t.Helper()
	dir, document = filepath.Join(t.TempDir(), "out"), file(t, func(e *experiment.Experiment) { e.Seed = seed })
	code, _, err := run("run", document, "--out", dir)
	require.Zero(t, code, err)
	return dir, document
}

func TestTheNamesOfFiguresAreKnownBeforeARun(t *testing.T) {
	dir, _ := seeded(t, 1)
	r, err := readRecord(dir)
	require.NoError(t, err)
	r.AddWriting(record.Writing{Step: r.Last(), Prompt: record.Prompt{Text: "a", Count: 1}, Written: "b",
		Sure: []float32{1}})
	seen := map[string]bool{}
	for _, p := range append(runPictures(r), runPictures(ofFacts(t))...) {
		seen[p.file] = true
	}
	assert.ElementsMatch(t, ofRun, slices.Collect(maps.Keys(seen)))
}

// ofFacts is the record of a finished run of a few facts.
func ofFacts(t *testing.T) *record.Record {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "out")
	code, _, err := run("run", file(t, func(e *experiment.Experiment) {
		e.Task = task.Spec{Kind: task.KindFacts, Letters: 5, Seq: 16, Batch: 8}
	}), "--out", dir)
	require.Zero(t, code, err)
	r, problem := readRecord(dir)
	require.NoError(t, problem)
	return r
}

// The record of a run, and then each of what is made from it, is whole whenever the power is cut; and the folder is
// ours then: the same may be written again.
func TestARecordIsWholeOrNotThereWheneverThePowerIsCut(t *testing.T) {
	dir, _ := seeded(t, 1)
	now, err := readRecord(dir)
	require.NoError(t, err)
	want := contents(t, dir)
	old := *now
	old.Tracks = append([]([]record.ArmFrame){}, now.Tracks...)
	old.Tracks[0] = old.Tracks[0][:5]
	for i := range old.Tracks[1:] {
		old.Tracks[i+1] = nil
	}
	said := &env{ctx: t.Context(), err: &bytes.Buffer{}}
	keep := func(dir string, r *record.Record) error {
		to, err := claim(said, filepath.Join(dir, "out"))
		if err != nil {
			return err
		}
		defer to.Release()
		return write(to.Claim, r)
	}
	var before map[string]string
	seen := map[int]int{}
	cut.Power(t, func(dir string) {
		require.NoError(t, keep(dir, &old))
		before = contents(t, filepath.Join(dir, "out"))
	}, func(dir string) error { return keep(dir, now) }, func(dir, when string) {
		out := filepath.Join(dir, "out")
		r, err := readRecord(out)
		require.NoError(t, err, when)
		seen[r.Last()]++
		if strings.Contains(when, cut.AfterTheEnd) {
			assert.Equal(t, now.Last(), r.Last())
		}
		to, err := claim(said, out)
		require.NoError(t, err, "%s: what is found is ours", when)
		to.Release()
		for name, content := range contents(t, out) {
			if !strings.HasPrefix(name, ".") {
				assert.True(t, content == want[name] || content == before[name],
					"%s: %s is neither the old nor the new", when, name)
			}
		}
	})
	assert.Len(t, seen, 2)
	assert.Positive(t, seen[now.Last()])
	assert.Positive(t, seen[old.Last()])
}

func TestAStateIsTheOldOrTheNewWheneverThePowerIsCut(t *testing.T) {
	said := &env{ctx: t.Context(), err: &bytes.Buffer{}}
	state := func(seed uint64) session.State {
		dir, _ := seeded(t, seed)
		st, err := readState(said, dir)
		require.NoError(t, err)
		require.NotNil(t, st)
		return *st
	}
	old, now := state(1), state(2)
	keep := func(dir string, st session.State) error {
		to, err := claim(said, dir)
		if err != nil {
			return err
		}
		defer to.Release()
		return to.keepState(st)
	}
	seen := map[uint64]int{}
	cut.Power(t, func(dir string) { require.NoError(t, keep(dir, old)) },
		func(dir string) error { return keep(dir, now) }, func(dir, when string) {
			st, err := readState(said, dir)
			require.NoError(t, err, when)
			require.NotNil(t, st, when)
			seen[st.Record.Experiment.Seed]++
			if strings.Contains(when, cut.AfterTheEnd) {
				assert.EqualValues(t, 2, st.Record.Experiment.Seed)
			}
		})
	assert.Positive(t, seen[1])
	assert.Positive(t, seen[2])
}

// Where the disk fills while figures are drawn the record stays, and whatever else is whole; the table is printed, and
// the same command ends the work.
func TestADiskThatFillsTakesNothingThatWasTrained(t *testing.T) {
	document := file(t, nil)
	whole := filepath.Join(t.TempDir(), "out")
	var code int
	var out, said string
	used := cut.Space(1<<30, func() { code, out, said = run("run", document, "--out", whole) })
	require.Zero(t, code, said)
	for _, room := range []int{used - 2, used - 12} {
		dir := filepath.Join(t.TempDir(), "out")
		var table string
		cut.Space(room, func() { code, table, said = run("run", document, "--out", dir) })
		assert.Equal(t, codeBad, code)
		assert.Equal(t, out, table)
		assert.Contains(t, said, "the record of the run is whole in "+dir+", but not everything that is made from it")
		assert.Contains(t, said, "no space left on device")
		assert.NotContains(t, said, ".sparkling")
		for _, name := range []string{recordName, numbersName, experimentName} {
			assert.Equal(t, contents(t, whole)[name], contents(t, dir)[name], name)
		}
		assert.NoFileExists(t, filepath.Join(dir, "rms.png"))
		code, table, said = run("run", document, "--out", dir)
		require.Zero(t, code, said)
		assert.Equal(t, out, table)
		assert.FileExists(t, filepath.Join(dir, "rms.png"))
	}
	// A place without room is noticed before anything is trained.
	dir := filepath.Join(t.TempDir(), "out")
	cut.Space(2, func() { code, out, said = run("run", document, "--out", dir) })
	assert.Equal(t, codeBad, code)
	assert.Empty(t, out)
	assert.Contains(t, said, dir+" cannot be written: no space left on device")
	assert.NoDirExists(t, dir)
}

// What check has computed is printed, whatever becomes of the file.
func TestADiskThatFillsTakesNothingThatCheckPrints(t *testing.T) {
	network, batch := trained(t, false)
	args := []string{"check", "--model", network, "--batch", batch, "--grads", filepath.Join(t.TempDir(), "grads")}
	var code int
	var out, table, said string
	used := cut.Space(1<<30, func() { code, out, said = run(args...) })
	require.Zero(t, code, said)
	cut.Space(used-1,
		func() { code, table, said = run(append(args[:len(args)-1], filepath.Join(t.TempDir(), "grads"))...) })
	assert.Equal(t, codeBad, code)
	assert.Equal(t, out, table)
	assert.Contains(t, said, "grads cannot be written: no space left on device")
}

// What somebody else left in a folder is refused before any work and stays, whatever verb would write there, and by
// whatever name it is called.
func TestNoVerbOverwritesWhatIsNotItsOwn(t *testing.T) {
	done, document := seeded(t, 1)
	record := filepath.Join(done, recordName)
	model, batch := trained(t, false)
	for _, c := range []struct {
		name string
		args func(out string) []string
	}{
		{"loss.png", func(out string) []string { return []string{"run", document, "--out", out} }},
		{numbersName, func(out string) []string { return []string{"run", document, "--out", out} }},
		{"loss.png", func(out string) []string { return []string{"figures", record, "--out", out} }},
		{"index.html", func(out string) []string {
			return []string{"reproduce", "--quick", "--seeds", "1", "--claim", "2", "--out", out}
		}},
		{"loss.png", func(out string) []string {
			return []string{"reproduce", "--quick", "--seeds", "1", "--claim", "2", "--out", out}
		}},
		{"anything", func(out string) []string {
			return []string{"widen", "--model", model, "--axis", "inner", "--out", out}
		}},
		{"grads", func(out string) []string {
			return []string{"check", "--model", model, "--batch", batch, "--grads", filepath.Join(out, "grads")}
		}},
	} {
		for kind, make := range map[string]func(path, mine string) error{
			"a file":                 func(path, _ string) error { return os.WriteFile(path, []byte("mine"), 0o644) },
			"a link":                 func(path, mine string) error { return os.Symlink(mine, path) },
			"another name of a file": func(path, mine string) error { return os.Link(mine, path) },
		} {
			home := t.TempDir()
			dir, mine := filepath.Join(home, "a [b] *?{c}"), filepath.Join(home, "mine")
			require.NoError(t, os.Mkdir(dir, 0o755))
			require.NoError(t, os.WriteFile(mine, []byte("mine"), 0o644))
			require.NoError(t, os.Symlink(dir, filepath.Join(home, "link")))
			require.NoError(t, make(filepath.Join(dir, c.name), mine))
			for _, out := range []string{dir, filepath.Join(home, "link")} {
				args := c.args(out)
				code, printed, said := run(args...)
				assert.Equal(t, codeBad, code, "%s %s: %s", kind, c.name, args)
				assert.Empty(t, printed)
				assert.Contains(t, said, "nothing is overwritten")
				assert.Equal(t, 1, strings.Count(said, "\n"), "one sentence: %s", said)
				assert.Equal(t, map[string]string{c.name: "mine"}, contents(t, dir), "%s %s: %s", kind, c.name, args)
			}
			data, err := os.ReadFile(mine)
			require.NoError(t, err)
			assert.Equal(t, "mine", string(data))
		}
	}
}

// The folder of the network is only read, also where it is called otherwise.
func TestGradientsDoNotGoIntoTheFolderOfTheNetwork(t *testing.T) {
	model, batch := trained(t, false)
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(model, link))
	before := contents(t, model)
	t.Chdir(model)
	for _, in := range []string{model, link, "."} {
		for _, to := range []string{model, link, ".", filepath.Join(link, "..", filepath.Base(link))} {
			if to == filepath.Join(link, "..", filepath.Base(link)) {
				continue // which is link again
			}
			code, _, said := run("check", "--model", in, "--batch", batch, "--grads",
				filepath.Join(to, "g.safetensors"))
			assert.Equal(t, codeBad, code)
			assert.Contains(t, said, "would lie in the folder of the network, which is only read")
		}
	}
	assert.Equal(t, before, contents(t, model))
	code, _, said := run("check", "--model", model, "--batch", batch, "--grads",
		filepath.Join(t.TempDir(), "missing", "g"))
	assert.Equal(t, codeBad, code, "before the work, not after it")
	assert.Contains(t, said, "cannot be written: no such file or directory")
}

// Who comes second into a folder is told so at once, and what the first leaves is whole.
func TestTwoRunsDoNotShareAFolder(t *testing.T) {
	dir, document := filepath.Join(t.TempDir(), "out"), file(t, nil)
	said := &env{ctx: t.Context(), err: &bytes.Buffer{}}
	first, err := claim(said, dir)
	require.NoError(t, err)
	for _, args := range [][]string{{"run", document, "--out", dir},
		{"run", document, "--out", filepath.Join(dir, "..", "out") + "/."}, {"reproduce", "--quick", "--out", dir},
		{"run", "--resume", dir}} {
		code, out, err := run(args...)
		assert.Equal(t, codeBad, code)
		assert.Empty(t, out)
		assert.Contains(t, err, "another run of this program is writing into")
	}
	first.Release()
	code, _, text := run("run", document, "--out", dir)
	assert.Zero(t, code, text)
	code, _, text = run("reproduce", "--quick", "--out", dir)
	assert.Equal(t, codeBad, code)
	assert.Contains(t, text, "holds the files of a run; for those of a report choose another folder")
}

// A folder may be the working directory, or be called by a link; it stays the one that it was.
func TestAFolderMayBeCalledInAnyWay(t *testing.T) {
	document := file(t, nil)
	home := t.TempDir()
	dir, link := filepath.Join(home, "dir"), filepath.Join(home, "link")
	require.NoError(t, os.Mkdir(dir, 0o755))
	require.NoError(t, os.Symlink(dir, link))
	before, err := os.Stat(dir)
	require.NoError(t, err)
	t.Chdir(dir)
	for _, out := range []string{".", link, "./sub/../."} {
		code, _, said := run("run", document, "--out", out)
		require.Zero(t, code, said)
		assert.FileExists(t, filepath.Join(dir, recordName))
	}
	for _, out := range []string{"net", filepath.Join(link, "net2")} {
		model, _ := trained(t, false)
		require.NoError(t, os.Mkdir(out, 0o755))
		code, _, said := run("widen", "--model", model, "--axis", "inner", "--out", out)
		require.Zero(t, code, said)
		assert.FileExists(t, filepath.Join(dir, filepath.Base(out), "config.json"))
	}
	after, err := os.Stat(dir)
	require.NoError(t, err)
	assert.True(t, os.SameFile(before, after))
	var none *fs.PathError
	_, err = os.Stat(filepath.Join(home, "sub"))
	assert.ErrorAs(t, err, &none)
	assert.ErrorIs(t, err, syscall.ENOENT)
}
