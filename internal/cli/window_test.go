package cli

import (
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/viz/story"
)

// Whoever saves twice within a second has both.
func TestEverySaveOfTheWindowHasAFolderOfItsOwn(t *testing.T) {
	dir, _ := seeded(t, 1)
	r, err := readRecord(dir)
	require.NoError(t, err)
	t.Chdir(t.TempDir())
	for range 3 {
		says, err := save(r, nil, image.NewRGBA(image.Rect(0, 0, 2, 2)))
		require.NoError(t, err)
		saved := strings.TrimSuffix(strings.TrimPrefix(says, "Saved in "), ".")
		for _, name := range []string{recordName, "loss.svg", "picture.png"} {
			assert.FileExists(t, filepath.Join(saved, name))
		}
	}
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	assert.Len(t, entries, 3)
}

// How far the reader has come in the lessons is found again by the next window, and nothing else is.
func TestHowFarTheReaderHasComeIsKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	progress, keep := lessons(dir)
	assert.Empty(t, progress)
	name := story.Lessons()[0].Name
	want := story.Progress{name: {Done: true}}
	require.NoError(t, keep(want.JSON()))
	progress, _ = lessons(dir)
	assert.Equal(t, want, progress)
	for _, wrong := range []string{"", "{", `{"hamlet": {"done": true}}`, `{"` + name + `": {"chapter": "nowhere"}}`,
		strings.Repeat(" ", story.MostProgress) + string(want.JSON())} {
		require.NoError(t, keep([]byte(wrong)))
		progress, _ = lessons(dir)
		assert.Empty(t, progress, wrong)
	}
	assert.ErrorContains(t, noLesson("hamlet"), `no lesson called "hamlet"; there are `)
}

// The record that train leaves is opened, and the window says of token files that it does not train on them.
func TestTheWindowOpensTheRecordOfALongRun(t *testing.T) {
	document := pretraining(t, nil)
	dir, _ := longRun(t, document)
	e := &env{ctx: t.Context()}
	r, doc, err := windowVerb{Experiment: filepath.Join(dir, recordName)}.opens(e)
	require.NoError(t, err)
	assert.Equal(t, 60, r.Last())
	assert.ErrorContains(t, trainsHere(doc.Experiment()), "trains on no token files")
	r, _, err = windowVerb{Experiment: document}.opens(e)
	require.NoError(t, err)
	assert.Nil(t, r)
	_, _, err = windowVerb{Experiment: filepath.Join(dir, "none.sparkling")}.opens(e)
	assert.ErrorContains(t, err, "cannot be read")
}
