package release

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/build"
	"github.com/sparkling-lab/sparkling/internal/version"
)

// smallPage is a page as far as a server and a manifest know one.
func smallPage(t *testing.T, text string) []byte {
	t.Helper()
	sum := sha256.Sum256([]byte("<p>page"))
	zipped, err := packed(pageName(), []entry{{name: "index.html", data: []byte(text)},
		{name: "manifest.json", data: fmt.Appendf(nil, `{"files": {"index.html": {"bytes": 7, "sha256": %q}}}`,
			hex.EncodeToString(sum[:]))}})
	require.NoError(t, err)
	return zipped
}

// What a reader gets has the program with what belongs to it; it is unpacked, runs, and serves the page that comes with
// it. Here the program is one of the tests' own build, which is at hand; release-check has the others.
func TestAnArchiveHoldsAllThatIsNeededAndRuns(t *testing.T) {
	here := target{runtime.GOOS, runtime.GOARCH}
	module, err := filepath.Abs("../..")
	require.NoError(t, err)
	program := filepath.Join(t.TempDir(), here.file())
	compile := exec.Command("go", "build", "-ldflags=-s -w "+version.Flag(), "-o", program, module)
	out, err := compile.CombinedOutput()
	require.NoError(t, err, "%s", out)
	compiled, err := os.ReadFile(program)
	require.NoError(t, err)
	zipped := smallPage(t, "<p>page")
	archive, err := maker{module, t.TempDir(), t.Output()}.archive(t.Context(), here, program, zipped)
	require.NoError(t, err)
	files := found(t, here.archive(), archive)
	name := func(file string) string { return here.folder() + "/" + file }

	assert.Len(t, files, 5)
	for _, file := range []string{"README.md", "LICENSE"} {
		want, err := os.ReadFile(filepath.Join(module, file))
		require.NoError(t, err)
		assert.Equal(t, entry{name(file), false, want}, files[name(file)])
	}
	assert.Equal(t, zipped, files[name("page.zip")].data)
	assert.True(t, bytes.Equal(compiled, files[name(here.file())].data))
	assert.True(t, files[name(here.file())].program, "it can be started")
	assert.Contains(t, string(files[name("notices.txt")].data), "\ngithub.com/hajimehoshi/ebiten/v2 ")

	command, how, err := here.runner()
	if here.system == "windows" {
		assert.Error(t, err)
		return
	}
	require.NoError(t, err)
	assert.Empty(t, how)
	require.NoError(t, here.try(t.Context(), archive, t.TempDir(), command))

	other := []entry{{name("page.zip"), false, smallPage(t, "<p>pagE")}, {name(here.file()), true, compiled}}
	broken, err := packed(here.archive(), other)
	require.NoError(t, err)
	assert.ErrorContains(t, here.try(t.Context(), broken, t.TempDir(), command), "index.html is not what was built")
}

// One of the page's programs is compiled in two folders to the same bytes, with nothing of the folders in it. It stands
// for all: release-check compares those too, with caches that have nothing of each other, which takes long.
func TestAProgramIsTheSameFromTwoFolders(t *testing.T) {
	module, err := filepath.Abs("../..")
	require.NoError(t, err)
	elsewhere := filepath.Join(t.TempDir(), "a-folder-of-another-name")
	require.NoError(t, copySources(module, elsewhere))
	var programs [][]byte
	for _, folder := range []string{module, elsewhere} {
		t.Chdir(folder)
		to := t.TempDir()
		require.NoError(t, build.Program(t.Context(), "wasm/trainer", to, t.Output()))
		data, err := os.ReadFile(filepath.Join(to, "trainer.wasm"))
		require.NoError(t, err)
		for _, name := range []string{module, elsewhere} {
			assert.False(t, bytes.Contains(data, []byte(name)), "nothing of %s is in it", name)
		}
		programs = append(programs, data)
	}
	assert.True(t, bytes.Equal(programs[0], programs[1]))
}

// What nobody has run is said not to have been, of every archive that there is.
func TestNotesSayWhatWasNotRun(t *testing.T) {
	var said []archiveNote
	for _, target := range targets {
		said = append(said, archiveNote{target.archive(), target.called() + ", " + target.arch, "not run"})
	}
	said[0].Tried = "yes"
	text, err := notes(said, true)
	require.NoError(t, err)
	assert.Equal(t, len(targets)-1, strings.Count(string(text), "| not run |"))
	for _, name := range []string{"# SPARKLING Lab " + version.Number() + "\n",
		"| `sparkling-" + version.Number() + "-darwin-arm64.tar.gz` | macOS, arm64 | not run |",
		"| `sparkling-" + version.Number() + "-linux-amd64.tar.gz` | Linux, amd64 | yes |",
		"-windows-amd64.zip`", pageName(), materialsName(), sumsName, "its slides"} {
		assert.Contains(t, string(text), name)
	}
	assert.NotContains(t, string(text), "<no value>")
	without, err := notes(said, false)
	require.NoError(t, err)
	assert.Contains(t, string(without), "they were not built")
}

func TestATagOfAnotherVersionIsRefused(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	for _, tag := range []string{"v0", "v" + version.Number() + "-rc1", version.Number(), "v99.0.0"} {
		assert.ErrorContains(t, Make(t.Context(), dir, tag, t.Output()), fmt.Sprintf("the tag is %q", tag))
	}
	assert.NoDirExists(t, dir)
}

// Every kind of machine is one that others also build for, with the same names of its files each time.
func TestEveryTargetHasANameOfItsOwn(t *testing.T) {
	var names []string
	for _, target := range targets {
		names = append(names, target.archive())
		_, _, err := target.runner()
		if target.system != runtime.GOOS {
			assert.ErrorContains(t, err, "this machine runs "+runtime.GOOS)
		}
	}
	slices.Sort(names)
	assert.Len(t, slices.Compact(names), 6)
}

// The sources that a release is built of elsewhere are those that are here, without what was built of them.
func TestSourcesAreCopiedWithoutWhatWasBuilt(t *testing.T) {
	module, to := t.TempDir(), filepath.Join(t.TempDir(), "copy")
	for _, name := range []string{"go.mod", "a/b/c.go", "site/.nojekyll", "bin/sparkling", "dist/index.html",
		".git/HEAD", "internal/deck/node_modules/x/index.js", ".cache/y"} {
		put(t, filepath.Join(module, name), name)
	}
	require.NoError(t, os.Symlink("go.mod", filepath.Join(module, "link")))
	require.NoError(t, copySources(module, to))
	files, err := folder(to)
	require.NoError(t, err)
	assert.Equal(t, []entry{{"a/b/c.go", false, []byte("a/b/c.go")}, {"go.mod", false, []byte("go.mod")},
		{"site/.nojekyll", false, []byte("site/.nojekyll")}}, files)
}
