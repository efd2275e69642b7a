package cli

import (
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whoever saves twice within a second has both.
func TestEverySaveOfTheWindowHasAFolderOfItsOwn(t *testing.T) {
	dir, _ := seeded(t, 1)
	r, err := readRecord(dir)
	require.NoError(t, err)
	t.Chdir(t.TempDir())
	for range 3 {
		says, err := save(r, image.NewRGBA(image.Rect(0, 0, 2, 2)))
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
