package build

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a reader has to fetch, in bytes: with the lessons, an update in slow motion and the other looks inside.
const (
	pictureBudget  = 2_600_000
	trainingBudget = 3_800_000
)

// others are what of a site the Lab does not fetch.
var others = []string{report + "/", "docs/", "lessons/", "teach/", "slides/", "site/slides/", animations + "/",
	figures + "/", "site/pages.css", NoticesName}

// fetched is how many bytes a browser that understands brotli fetches before the first picture, and before training
// starts. All files of the Lab count, but for the picture the trainer and its worker.
func fetched(m Manifest) (picture, training int64) {
	for path, f := range m.Files {
		n := cmp.Or(f.Brotli, f.Bytes)
		switch {
		case slices.ContainsFunc(others, func(other string) bool { return strings.HasPrefix(path, other) }):
		case path == "wasm/trainer.wasm" || path == "site/worker.js":
			training += n
		default:
			picture += n
		}
	}
	return picture, picture + training
}

func TestPageKeepsItsBudgets(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "page")
	require.NoError(t, Page(t.Context(), dir, true, io.Discard))
	m, err := Read(dir)
	require.NoError(t, err)
	picture, training := fetched(m)
	t.Logf("before the first picture %d bytes, before training %d; lab %d, trainer %d", picture, training,
		m.Files["wasm/lab.wasm"].Brotli, m.Files["wasm/trainer.wasm"].Brotli)
	assert.LessOrEqual(t, picture, int64(pictureBudget), "before the first picture")
	assert.LessOrEqual(t, training, int64(trainingBudget), "before training starts")

	for program, trains := range map[string]bool{"wasm/lab.wasm": false, "wasm/trainer.wasm": true} {
		data, err := os.ReadFile(filepath.Join(dir, program))
		require.NoError(t, err)
		for _, task := range []string{"sim/task.(*Facts).Batch", "sim/task.(*Text).Batch"} {
			assert.Equal(t, trains, bytes.Contains(data, []byte(task)), "only who trains carries tasks: %s, %s",
				program, task)
		}
	}
	for path, f := range m.Files {
		data, err := os.ReadFile(filepath.Join(dir, path))
		require.NoError(t, err)
		assert.EqualValues(t, f.Bytes, len(data), path)
		if f.Brotli == 0 {
			continue
		}
		br, err := os.ReadFile(filepath.Join(dir, path+".br"))
		require.NoError(t, err)
		assert.EqualValues(t, f.Brotli, len(br), path)
		unpacked, err := io.ReadAll(brotli.NewReader(bytes.NewReader(br)))
		require.NoError(t, err)
		assert.True(t, bytes.Equal(data, unpacked), "%s.br holds the same", path)
		gz, err := os.Open(filepath.Join(dir, path+".gz"))
		require.NoError(t, err)
		z, err := gzip.NewReader(gz)
		require.NoError(t, err)
		unpacked, err = io.ReadAll(z)
		require.NoError(t, err)
		gz.Close()
		assert.True(t, bytes.Equal(data, unpacked), "%s.gz holds the same", path)
	}
	require.NoError(t, replaceable(dir), "a page built before may be replaced")
}

func TestReportBecomesAFolderOfThePage(t *testing.T) {
	module, root, page := t.TempDir(), t.TempDir(), t.TempDir()
	for path, text := range map[string]string{"index.html": "page", "site/a.js": "script",
		"site/report/index.html": "report", "site/report/figures/a.svg": "figure", "site/.hidden": "no"} {
		put(t, filepath.Join(module, path), text)
	}
	put(t, filepath.Join(root, "lib/wasm/wasm_exec.js"), "go")
	require.NoError(t, gather(goTool{root: root, module: module}, page))
	m, err := list(page)
	require.NoError(t, err)
	var got []string
	for path := range m.Files {
		got = append(got, path)
	}
	assert.ElementsMatch(t, []string{"index.html", "site/a.js", "report/index.html", "report/figures/a.svg",
		"wasm/wasm_exec.js"}, got)
	picture, _ := fetched(m)
	assert.EqualValues(t, len("page")+len("script")+len("go"), picture,
		"who does not follow the link does not fetch the report")
}

func TestFolderWithOtherFilesStaysAsItIs(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "letter.txt"), "dear")
	assert.ErrorContains(t, Page(t.Context(), dir, false, io.Discard), "not a page built before")
	assert.FileExists(t, filepath.Join(dir, "letter.txt"))
}

// A page is replaced only as a build left it: what somebody put there or changed is not lost with it.
func TestAPageThatSomebodyChangedStaysAsItIs(t *testing.T) {
	page := t.TempDir()
	long := strings.Repeat("the same over and over ", 100)
	put(t, filepath.Join(page, "index.html"), "page")
	put(t, filepath.Join(page, "site/a.js"), long)
	m, err := list(page)
	require.NoError(t, err)
	require.NoError(t, m.compress(t.Context(), page, t.TempDir(), io.Discard))
	require.NoError(t, m.write(page))
	require.NoError(t, replaceable(page))
	for path, text := range map[string]string{"CNAME": "lab.example", "site/own.js": "mine", "index.html": "mine",
		"site/a.js.gz": "mine", "b.br": "mine"} {
		before, err := os.ReadFile(filepath.Join(page, path))
		put(t, filepath.Join(page, path), text)
		assert.ErrorContains(t, Page(t.Context(), page, false, io.Discard),
			"holds "+path+", which is not as a build of the page left it")
		if err == nil {
			put(t, filepath.Join(page, path), string(before))
		} else {
			require.NoError(t, os.Remove(filepath.Join(page, path)))
		}
	}
	require.NoError(t, replaceable(page))
}

func put(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
}

// Who publishes compresses only what has changed since the page before.
func TestSiblingsOfWhatHasNotChangedAreTakenOver(t *testing.T) {
	build := func(before string, texts map[string]string) (string, Manifest) {
		page := t.TempDir()
		for path, text := range texts {
			put(t, filepath.Join(page, path), text)
		}
		m, err := list(page)
		require.NoError(t, err)
		require.NoError(t, m.compress(t.Context(), page, before, io.Discard))
		require.NoError(t, m.write(page))
		return page, m
	}
	long := strings.Repeat("the same over and over ", 100)
	old, first := build(t.TempDir(), map[string]string{"a.js": long, "b.js": long + "b", "c.png": long,
		"d.js": "short"})
	put(t, filepath.Join(old, "a.js.br"), "taken over")
	page, second := build(old, map[string]string{"a.js": long, "b.js": long + "changed"})
	assert.Equal(t, first.Files["a.js"], second.Files["a.js"])
	read := func(dir, name string) string {
		data, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		return string(data)
	}
	assert.Equal(t, "taken over", read(page, "a.js.br"))
	text, err := io.ReadAll(brotli.NewReader(strings.NewReader(read(page, "b.js.br"))))
	require.NoError(t, err)
	assert.Equal(t, long+"changed", string(text))
	for _, path := range []string{"c.png.br", "d.js.gz"} {
		assert.NoFileExists(t, filepath.Join(old, path), "nothing is gained")
	}
}
