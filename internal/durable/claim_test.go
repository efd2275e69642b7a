package durable_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/durable"
)

func take(t *testing.T, dir string) *durable.Claim {
	t.Helper()
	c, err := durable.Take(dir, "run")
	require.NoError(t, err)
	t.Cleanup(c.Release)
	return c
}

func write(c *durable.Claim, name, content string) error {
	return c.Write(durable.Output{Name: name, Write: text(content)})
}

// Only a file that this program wrote, and that is still what it was, is replaced: whatever else has the name stays,
// with what it leads to.
func TestAClaimReplacesNothingButItsOwnFiles(t *testing.T) {
	for name, make := range map[string]func(t *testing.T, dir, mine string){
		"a file of the user's": func(t *testing.T, dir, _ string) { put(t, "mine", dir, "loss.png") },
		"an empty file":        func(t *testing.T, dir, _ string) { put(t, "", dir, "loss.png") },
		"a link to a file of the user's": func(t *testing.T, dir, mine string) {
			require.NoError(t, os.Symlink(mine, filepath.Join(dir, "loss.png")))
		},
		"another name of that file": func(t *testing.T, dir, mine string) {
			require.NoError(t, os.Link(mine, filepath.Join(dir, "loss.png")))
		},
		"a link to nothing": func(t *testing.T, dir, mine string) {
			require.NoError(t, os.Symlink(mine+"?", filepath.Join(dir, "loss.png")))
		},
		"a folder": func(t *testing.T, dir, _ string) {
			require.NoError(t, os.Mkdir(filepath.Join(dir, "loss.png"), 0o755))
		},
		"our file, changed": func(t *testing.T, dir, _ string) {
			c := take(t, dir)
			require.NoError(t, write(c, "loss.png", "ours"))
			c.Release()
			put(t, "our$", dir, "loss.png")
		},
		"our file, made a link": func(t *testing.T, dir, mine string) {
			c := take(t, dir)
			require.NoError(t, write(c, "loss.png", "mine"))
			c.Release()
			require.NoError(t, os.Remove(filepath.Join(dir, "loss.png")))
			require.NoError(t, os.Symlink(mine, filepath.Join(dir, "loss.png")))
		},
	} {
		t.Run(name, func(t *testing.T) {
			home := t.TempDir()
			mine, dir := filepath.Join(home, "mine"), filepath.Join(home, "out [1]*?")
			put(t, "mine", mine)
			require.NoError(t, os.Mkdir(dir, 0o755))
			make(t, dir, mine)
			before, err := os.Lstat(filepath.Join(dir, "loss.png"))
			require.NoError(t, err)
			c := take(t, dir)
			for _, err := range []error{c.Check("record", "loss.png"), write(c, "loss.png", "new"),
				c.Remove("loss.png")} {
				assert.ErrorContains(t, err, "holds loss.png already")
				assert.ErrorContains(t, err, "nothing is overwritten")
			}
			require.NoError(t, write(c, "record", "new"), "another name is free")
			c.Release()
			after, err := os.Lstat(filepath.Join(dir, "loss.png"))
			require.NoError(t, err)
			assert.True(t, os.SameFile(before, after))
			assert.Equal(t, "mine", get(t, mine))
			assert.Equal(t, []string{".sparkling-files.json", "loss.png", "record"}, names(t, dir))
		})
	}
}

// Another name of a file of ours keeps what it held.
func TestAFileThatWasLinkedElsewhereKeepsItsContentThere(t *testing.T) {
	dir, kept := t.TempDir(), filepath.Join(t.TempDir(), "kept")
	c := take(t, dir)
	require.NoError(t, write(c, "a", "old"))
	require.NoError(t, os.Link(filepath.Join(dir, "a"), kept))
	require.NoError(t, write(c, "a", "new"))
	assert.Equal(t, "old", get(t, kept))
	assert.Equal(t, "new", get(t, dir, "a"))
	require.NoError(t, c.Remove("a", "never there"))
	assert.Equal(t, "missing", get(t, dir, "a"))
}

// Two names of one folder are one folder; who comes second is told so, and changes nothing.
func TestAFolderIsClaimedOnceUnderWhateverName(t *testing.T) {
	home := t.TempDir()
	dir, link := filepath.Join(home, "out"), filepath.Join(home, "link")
	require.NoError(t, os.Mkdir(dir, 0o755))
	require.NoError(t, os.Symlink(dir, link))
	t.Chdir(dir)
	first := take(t, dir)
	for _, name := range []string{dir, link, ".", dir + "/../out/", filepath.Join(home, "link", ".")} {
		_, err := durable.Take(name, "run")
		assert.ErrorContains(t, err, "another run of this program is writing into "+name+" at this moment")
		assert.ErrorContains(t, network(name), "another run of this program is writing into")
	}
	require.NoError(t, write(first, "a", "1"))
	first.Release()
	for _, name := range []string{link, "."} {
		c := take(t, name)
		require.NoError(t, write(c, "a", name))
		c.Release()
		assert.Equal(t, name, get(t, dir, "a"), "a claim that was given back is free")
	}
}

func TestAFolderHoldsFilesOfOneKind(t *testing.T) {
	dir := t.TempDir()
	c := take(t, dir)
	require.NoError(t, write(c, "a", "1"))
	c.Release()
	_, err := durable.Take(dir, "report")
	assert.ErrorContains(t, err, "holds the files of a run; for those of a report choose another folder")
	assert.ErrorContains(t, network(dir), "it holds files already; nothing is overwritten")
	assert.Equal(t, []string{".sparkling-files.json", "a"}, names(t, dir))
}

// A list that is damaged, or not ours, knows nothing: nothing is overwritten then.
func TestADamagedListOwnsNothing(t *testing.T) {
	for _, list := range []string{"", "{", "[]", `{"kind": "run"}`, `{"kind": "run", "files": {"a": ["x"]}}`,
		`{"kind": "run", "files": {"a": []}}`} {
		dir := t.TempDir()
		put(t, "mine", dir, "a")
		put(t, list, dir, ".sparkling-files.json")
		assert.ErrorContains(t, take(t, dir).Check("a"), "holds a already", list)
	}
}

// A place that cannot be written is known before the work; folders that were made for a claim go with it where they
// hold nothing.
func TestAClaimTriesThePlaceAndLeavesNothing(t *testing.T) {
	home := t.TempDir()
	put(t, "mine", home, "file")
	for _, dir := range []string{filepath.Join(home, "file"), filepath.Join(home, "file", "out")} {
		_, err := durable.Take(dir, "run")
		assert.ErrorContains(t, err, "cannot be written")
		assert.ErrorContains(t, network(dir), "cannot be written")
	}
	require.NoError(t, os.Symlink(filepath.Join(home, "nowhere"), filepath.Join(home, "dangling")))
	_, err := durable.Take(filepath.Join(home, "dangling"), "run")
	assert.ErrorContains(t, err, "cannot be written")
	before := names(t, home)
	c := take(t, filepath.Join(home, "a", "b", "c"))
	c.Release()
	assert.Equal(t, before, names(t, home))
	c = take(t, filepath.Join(home, "a", "b", "c"))
	require.NoError(t, write(c, "x", "1"))
	c.Release()
	assert.Equal(t, "1", get(t, home, "a", "b", "c", "x"))
}

// A folder that must be new takes none of the user's, and works where it cannot be renamed: as the working directory,
// or through a link.
func TestATreeFillsWhatIsEmptyAndNothingElse(t *testing.T) {
	home := t.TempDir()
	dir, link := filepath.Join(home, "dir"), filepath.Join(home, "link")
	require.NoError(t, os.Mkdir(dir, 0o755))
	require.NoError(t, os.Symlink(dir, link))
	before, err := os.Stat(dir)
	require.NoError(t, err)
	t.Chdir(dir)
	for _, name := range []string{".", link, dir} {
		require.NoError(t, network(name), name)
		assert.Equal(t, []string{"config.json", "model", "sub"}, names(t, dir))
		assert.ErrorContains(t, network(name), "it holds files already; nothing is overwritten")
		for _, f := range names(t, dir) {
			require.NoError(t, os.RemoveAll(filepath.Join(dir, f)))
		}
	}
	after, err := os.Stat(dir)
	require.NoError(t, err)
	assert.True(t, os.SameFile(before, after))
	put(t, "mine", dir, ".hidden")
	assert.ErrorContains(t, network(dir), "it holds files already")
	assert.Equal(t, []string{".hidden"}, names(t, dir))
}

func TestNothingIsWrittenThroughALink(t *testing.T) {
	dir := t.TempDir()
	put(t, "mine", dir, "mine")
	require.NoError(t, os.Symlink("mine", filepath.Join(dir, "link")))
	assert.ErrorContains(t, durable.Swap(filepath.Join(dir, "link"), func(string) error { return nil }),
		"it is not a folder")
	assert.ErrorContains(t, durable.Rename(filepath.Join(dir, "mine"), filepath.Join(dir, "link")),
		"file already exists")
	assert.ErrorContains(t, durable.WriteFile(filepath.Join(dir, "link"), text("new")),
		"it is a link to something else")
	assert.ErrorContains(t, durable.WriteFile(dir, text("new")), "it is not a file")
	require.NoError(t, os.Symlink("missing", filepath.Join(dir, "nowhere")))
	_, err := durable.Take(filepath.Join(dir, "nowhere", "below"), "run")
	assert.ErrorContains(t, err, "nowhere cannot be written: it is a link to what is not there")
	require.NoError(t, os.Remove(filepath.Join(dir, "nowhere")))
	assert.Equal(t, "mine", get(t, dir, "mine"))
	assert.Equal(t, []string{"link", "mine"}, names(t, dir))
}

// A copy of a folder without its list is written again where that changes nothing; a link never is, whatever it leads
// to.
func TestWhatIsTheSameToTheByteIsNoLoss(t *testing.T) {
	dir := t.TempDir()
	put(t, "same", dir, "a")
	require.NoError(t, os.Symlink("a", filepath.Join(dir, "b")))
	c := take(t, dir)
	assert.ErrorContains(t, write(c, "b", "same"), "holds b already")
	require.NoError(t, write(c, "a", "same"))
	require.NoError(t, write(c, "a", "new"), "it is ours now")
}

// One file is claimed under its own name: others beside it are free. What is in its place is no reason to begin, where
// that is no file.
func TestOneFileIsClaimed(t *testing.T) {
	dir := t.TempDir()
	put(t, "mine", dir, "mine")
	require.NoError(t, os.Symlink("mine", filepath.Join(dir, "link")))
	release, err := durable.TakeFile(filepath.Join(dir, "a"))
	require.NoError(t, err)
	_, err = durable.TakeFile(filepath.Join(dir, "a"))
	assert.ErrorContains(t, err, "another run of this program is writing "+filepath.Join(dir, "a"))
	other, err := durable.TakeFile(filepath.Join(dir, "b"))
	require.NoError(t, err)
	other()
	release()
	_, err = durable.TakeFile(filepath.Join(dir, "link"))
	assert.ErrorContains(t, err, "it is a link to something else")
	_, err = durable.TakeFile(filepath.Join(dir, "missing", "a"))
	assert.ErrorContains(t, err, "cannot be written: no such file or directory")
	assert.Equal(t, []string{"link", "mine"}, names(t, dir))
}

// The lock that a killed program has left is no lock, and goes with the next look; that of a living one stays.
func TestTheLockOfAProgramThatIsGoneIsRemoved(t *testing.T) {
	dir := t.TempDir()
	put(t, "", dir, ".sparkling-lock")
	durable.Sweep(dir)
	assert.Empty(t, names(t, dir))
	take(t, dir)
	durable.Sweep(dir)
	assert.Equal(t, []string{".sparkling-lock"}, names(t, dir))
	_, err := durable.Take(dir, "run")
	assert.ErrorContains(t, err, "another run of this program is writing")
}
