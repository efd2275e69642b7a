package build

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/sparkling-lab/sparkling/internal/deck/built"
)

// slides copies the slides that make slides has built into the page, and returns the licences of what they bring along.
// A page has none where none were built; those of other sources than there are now are left out, and progress is told.
func (g goTool) slides(page string, progress io.Writer) (notices string, err error) {
	folders, err := built.Folders(g.module)
	if errors.Is(err, built.ErrStale) {
		fmt.Fprintf(progress, "The page has no slides. %s\n", err)
		return "", nil
	}
	if err != nil || len(folders) == 0 {
		return "", err
	}
	from := filepath.Join(g.module, filepath.FromSlash(built.Dir))
	for _, name := range folders {
		if err := copyFolder(filepath.Join(from, name), filepath.Join(page, name)); err != nil {
			return "", err
		}
	}
	text, err := os.ReadFile(filepath.Join(from, built.Notices))
	return string(text), err
}
